"""Vector tiles (矢量瓦片) of point-and-area rows, whatever they are: counts per cell from afar, rows from near.

Every row of a scoped table carries ``map_cell`` (its place on web mercator, woven from x and y), so the rows of a tile
are one range of an index and each row belongs to exactly one tile of every zoom. What is sent is bounded: a tile with
too many rows sends them leaner, then in small groups; ``how`` says so, and ``n`` of all points always adds up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection

FEATURE_ZOOM = 12
DEEPEST = 22
BITS = 31
"""Bits of a map coordinate in each direction."""
CELLS, GROUPS = 3, 5
"""Cells per tile and direction as powers of two: 8 below `FEATURE_ZOOM`, 32 for groups of a crowded tile."""
EXTENT = 4096
FULL, LEAN = 500, 1500
"""Up to so many rows a tile sends areas and texts; up to so many each row as a lean point; beyond, groups."""
BUDGET = 95_000
"""Bytes of one kind of row in one tile; a tile of two kinds stays below 200 kB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TileSource:
    """A table to draw: ``colour`` is the column by which counts are split, "" for none. Names are ours, not input."""

    table: str
    kind: str
    colour: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which rows: SQL conditions over ``r`` with named ``params``; ``state`` is the expression of the state to show."""

    state: str = "r.state"
    conditions: Sequence[str] = ()
    params: Mapping[str, Any] = field(default_factory=dict)


def cell_range(z: int, x: int, y: int) -> tuple[int, int]:
    """First key of a tile and the first one after it."""
    key = sum((((x >> bit) & 1) | (((y >> bit) & 1) << 1)) << (2 * bit) for bit in range(z))
    shift = 2 * (BITS - z)
    return key << shift, (key + 1) << shift


# A count stands where its rows lie, not in the middle of its cell, which may be outside the county; counts of several
# colours in one cell share one place.
_CELLS = """
SELECT ST_AsMVT(t, '{kind}_cells', {extent}, 'geom') FROM (
  SELECT count(*)::int AS n, '{kind}' AS kind{colour_as}, ST_MakePoint(
      ((sum(sum(r.map_x)) OVER cell / sum(count(*)) OVER cell - %(left)s) * %(scale)s)::int,
      ((sum(sum(r.map_y)) OVER cell / sum(count(*)) OVER cell - %(top)s) * %(scale)s)::int) AS geom
  FROM {table} r WHERE {where} GROUP BY r.map_cell >> %(shift)s{colour}
  WINDOW cell AS (PARTITION BY r.map_cell >> %(shift)s)
) t
"""
_COUNT = "SELECT count(*) FROM (SELECT 1 FROM {table} r WHERE {where} LIMIT {most}) t"
_POINTS = """
SELECT ST_AsMVT(t, '{kind}s', {extent}, 'geom') FROM (
  SELECT r.id::text AS id, {state} AS state{colour_as}{texts}, '{how}' AS how, 1 AS n,
    ST_MakePoint(((r.map_x - %(left)s) * %(scale)s)::int, ((r.map_y - %(top)s) * %(scale)s)::int) AS geom
  FROM {table} r WHERE {where}
) t
"""
_GROUPS = """
SELECT ST_AsMVT(t, '{kind}s', {extent}, 'geom') FROM (
  SELECT CASE count(*) WHEN 1 THEN (array_agg(r.id))[1]::text END AS id, count(*)::int AS n, 'group' AS how,
    CASE WHEN min({state} COLLATE "C") = max({state} COLLATE "C")
      THEN min({state} COLLATE "C") END AS state{colour_one},
    ST_MakePoint(((avg(r.map_x) - %(left)s) * %(scale)s)::int, ((avg(r.map_y) - %(top)s) * %(scale)s)::int) AS geom
  FROM {table} r WHERE {where} GROUP BY r.map_cell >> %(shift)s
) t
"""
_AREAS = """
WITH bounds AS (SELECT ST_TileEnvelope(%(z)s, %(x)s, %(y)s) AS box)
SELECT ST_AsMVT(t, '{kind}_areas', {extent}, 'geom') FROM (
  SELECT r.id::text AS id, {state} AS state{colour_as},
    ST_AsMVTGeom(ST_SimplifyPreserveTopology(r.geom_3857, %(tolerance)s), bounds.box, {extent}, 64, true) AS geom
  FROM {table} r, bounds
  WHERE r.geom_3857 && bounds.box AND GeometryType(r.geom_3857) <> 'POINT' AND {filters} LIMIT {most}
) t WHERE geom IS NOT NULL
"""
_ONE = """,
    CASE WHEN min(r.{colour} COLLATE "C") = max(r.{colour} COLLATE "C")
      THEN min(r.{colour} COLLATE "C") END AS {colour}"""
WORLD = 40_075_016.685578488
"""Width of web mercator in metres at the equator."""


def make_tile(source: TileSource, wanted: Wanted, z: int, x: int, y: int) -> bytes:
    """One kind of row in one tile, within the budget of bytes; scope is set on the transaction and part of ``wanted``.

    Below `FEATURE_ZOOM` layer ``<kind>_cells`` (``n``, ``kind``); from there on layer ``<kind>s`` of points (``id``,
    ``state``, ``n``, ``how``: full, point or group) and, with how=full, layer ``<kind>_areas``. The sum of ``n`` over
    the points of all tiles of a zoom is the number of rows in scope.
    """
    return _Maker(source, wanted, z, x, y).make()


class _Maker:
    """The statements for one tile."""

    def __init__(self, source: TileSource, wanted: Wanted, z: int, x: int, y: int) -> None:
        low, high = cell_range(z, x, y)
        self.source, self.wanted, self.z = source, wanted, z
        self.filters = " AND ".join(wanted.conditions) or "true"
        self.where = f"r.map_cell >= %(low)s AND r.map_cell < %(high)s AND {self.filters}"
        span = 1 << (BITS - z)
        self.params = {
            **wanted.params, "low": low, "high": high, "z": z, "x": x, "y": y,
            "left": x * span, "top": y * span, "scale": EXTENT / span, "tolerance": WORLD / (1 << z) / 1024,
        }  # fmt: skip

    def make(self) -> bytes:
        """The tile, in the fullest form that fits."""
        if self.z < FEATURE_ZOOM:
            return self._ask(_CELLS, shift=2 * (BITS - self.z - CELLS))
        count = self._count(LEAN + 1)
        if count <= FULL:
            body = self._ask(_POINTS, how="full", texts=", r.number, r.title")
            if len(body) < BUDGET:
                body += self._ask(_AREAS, most=LEAN)
            if len(body) <= BUDGET:
                return body
        if count <= LEAN:
            body = self._ask(_POINTS, how="point", texts="")
            if len(body) <= BUDGET:
                return body
        return self._ask(_GROUPS, shift=2 * (BITS - self.z - GROUPS))

    def _count(self, most: int) -> int:
        with connection.cursor() as cursor:
            cursor.execute(self._sql(_COUNT, most=most), self.params)
            return int(cursor.fetchone()[0])

    def _ask(self, text: str, *, shift: int = 0, **words: object) -> bytes:
        with connection.cursor() as cursor:
            cursor.execute(self._sql(text, **words), {**self.params, "shift": shift})
            row = cursor.fetchone()
        return bytes(row[0]) if row and row[0] else b""

    def _sql(self, text: str, **words: object) -> str:
        colour = self.source.colour
        return text.format(
            table=self.source.table,
            kind=self.source.kind,
            state=self.wanted.state,
            extent=EXTENT,
            where=self.where,
            filters=self.filters,
            colour=f", r.{colour}" if colour else "",
            colour_as=f", r.{colour} AS {colour}" if colour else "",
            colour_one=f", CASE count(DISTINCT r.{colour}) WHEN 1 THEN min(r.{colour}) END AS {colour}"
            if colour
            else "",
            **words,
        )


_BY = "SELECT {by}, count(*) FROM {table} r WHERE {where} GROUP BY {numbers}"
_IN_VIEW = """
SELECT r.id FROM {table} r WHERE {where} AND r.centre && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4490)
ORDER BY r.id DESC LIMIT {most}
"""
Box = tuple[float, float, float, float]
"""West, south, east, north in degrees."""


def count_by(source: TileSource, wanted: Wanted) -> dict[tuple[str, ...], int]:
    """Rows by colour column (if the source has one) and state, under the same conditions as the tiles."""
    by = [f"r.{source.colour}"] if source.colour else []
    by.append(wanted.state)
    sql = _BY.format(
        by=", ".join(by),
        table=source.table,
        where=" AND ".join(wanted.conditions) or "true",
        numbers=", ".join(str(n + 1) for n in range(len(by))),
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, wanted.params)
        return {tuple(str(v) for v in row[:-1]): int(row[-1]) for row in cursor.fetchall()}


def ids_in_view(source: TileSource, wanted: Wanted, box: Box, *, before: UUID | None, limit: int) -> list[UUID]:
    """Ids of rows whose point lies in the box, newest first, from the key ``before`` on."""
    conditions = [*wanted.conditions, *(["r.id < %(before)s"] if before else [])]
    sql = _IN_VIEW.format(table=source.table, where=" AND ".join(conditions) or "true", most=int(limit))
    west, south, east, north = box
    named = {"west": west, "south": south, "east": east, "north": north, "before": before}
    with connection.cursor() as cursor:
        cursor.execute(sql, {**wanted.params, **named})
        return [row[0] for row in cursor.fetchall()]
