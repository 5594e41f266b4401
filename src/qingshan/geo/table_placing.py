"""Items of a table put on the ground (表格落图): axes told by the values, datum and zone decided once per file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from qingshan.geo.features import FloatArray, RawRow, SourceRow
from qingshan.geo.finishing import finish_rows
from qingshan.geo.placing import Kinds, Placing, classify, decide_placing
from qingshan.geo.reading import Reading
from qingshan.geo.table_rows import TableItem

SAMPLE: Final = 2_000
_MIXED: Final = "这一行是{0}，而多数行是{1}：请改成同一种写法，或分成两个文件"
_NAMES: Final = {True: "经纬度", False: "米制坐标"}
_TURNED: Final = ("latlon", "swapped")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedTable:
    """Rows in EPSG:4490 and what was decided; a row without position and without problem says its place in words."""

    rows: Iterator[SourceRow]
    crs_text: str
    notes: tuple[str, ...] = ()
    sample: FloatArray = field(default_factory=lambda: np.empty((0, 2)))


@dataclass(slots=True)
class _Corners:
    """All corners of the items that have any, with the item each belongs to."""

    values: FloatArray
    owners: npt.NDArray[np.int64]
    named: npt.NDArray[np.bool_]


def place_items(items: Sequence[TableItem], reading: Reading) -> PlacedTable:
    """Place all items; raises `ReadError` (`Undecided`) when datum or zone stay open."""
    live = [item for item in items if item.rings and not item.problem]
    if not live:
        return PlacedTable(rows=_rows(items, {}, None), crs_text="没有坐标，按乡镇、村名落位")
    main = sum(item.pairs[0].degrees for item in live) * 2 >= len(live)
    for item in live:
        if any(pair.degrees != main for pair in item.pairs):
            item.problem = _MIXED.format(_NAMES[not main], _NAMES[main])
    live = [item for item in live if not item.problem]
    corners = _corners_of(live)
    notes = _put_in_order(live, corners, reading)
    sample = corners.values[:SAMPLE]
    placing = decide_placing(declared=None, reading=replace(reading, axes=""), sample=sample)
    geometries = _geometries(live, corners)
    return PlacedTable(
        rows=_rows(items, geometries, placing),
        crs_text=placing.text,
        notes=(*notes, *placing.notes),
        sample=sample,
    )


def _corners_of(live: Sequence[TableItem]) -> _Corners:
    pairs = [(pair, at) for at, item in enumerate(live) for pair in item.pairs]
    return _Corners(
        np.array([(pair.first, pair.second) for pair, _ in pairs], dtype=np.float64).reshape(-1, 2),
        np.array([at for _, at in pairs], dtype=np.int64),
        np.array([pair.lonlat for pair, _ in pairs], dtype=bool),
    )


def _put_in_order(live: Sequence[TableItem], corners: _Corners, reading: Reading) -> list[str]:
    """Turn pairs that stand north first, as the person says or as their values leave no doubt; say so."""
    kinds = classify(corners.values)
    turned = np.isin(kinds, _TURNED)
    if reading.axes:
        turned = ~corners.named if reading.axes == "yx" else np.zeros(len(turned), dtype=bool)
    if not turned.any():
        return []
    corners.values[turned] = corners.values[turned][:, ::-1]
    owners = np.unique(corners.owners[turned])
    straight = np.unique(corners.owners[~turned])
    for at in np.intersect1d(owners, straight):
        live[int(at)].problem = "界址点的两个坐标次序前后不一：请核对，统一成先经度（东）后纬度（北）"
    if reading.axes:
        return ["按指定的次序读取：先纵后横"]
    return _said(live, kinds, owners)


def _said(live: Sequence[TableItem], kinds: Kinds, owners: npt.NDArray[np.int64]) -> list[str]:
    degrees = bool((kinds == "latlon").any())
    what = "经度、纬度填反了，已对调" if degrees else "第一个坐标是北（X，纵），第二个是东（Y，横），已按测量习惯读取"
    if degrees:
        for at in owners:
            live[int(at)].notes.append(what)
    share = f"全部 {len(live)} 处" if len(owners) == len(live) else f"{len(live)} 处里有 {len(owners)} 处"
    return [f"{share}{what}"]


def _geometries(live: Sequence[TableItem], corners: _Corners) -> dict[int, BaseGeometry]:
    """Geometry by the index of the item: points all at once, patches by themselves."""
    if not live:
        return {}
    starts = np.searchsorted(corners.owners, np.arange(len(live)))
    points = np.asarray(shapely.points(corners.values[starts]), dtype=object)
    made: dict[int, BaseGeometry] = {}
    for at, item in enumerate(live):
        if item.problem:
            continue
        if len(item.rings) == 1 and len(item.rings[0]) == 1:
            made[item.index] = points[at]
            continue
        ends = np.cumsum([len(ring) for ring in item.rings])
        values = corners.values[starts[at] : starts[at] + int(ends[-1])]
        made[item.index] = polygon_of(np.split(values, ends[:-1]))
    return made


def polygon_of(rings: Sequence[FloatArray]) -> BaseGeometry:
    """The polygons of the rings: a ring inside one before it is its hole, another one is a part."""
    shells: list[tuple[BaseGeometry, FloatArray, list[FloatArray]]] = []
    for ring in rings:
        shape = shapely.Polygon(ring)
        home = next((s for s in shells if shape.is_valid and s[0].is_valid and s[0].covers(shape)), None)
        if home is None:
            shells.append((shape, ring, []))
        else:
            home[2].append(ring)
    polygons = [shapely.Polygon(ring, holes) for _, ring, holes in shells]
    return polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons)


def _rows(
    items: Sequence[TableItem], geometries: dict[int, BaseGeometry], placing: Placing | None
) -> Iterator[SourceRow]:
    """Rows in order; those without position pass by the placing."""
    worded = {item.index for item in items if not item.problem and not item.rings}
    raw = (
        RawRow(
            index=item.index,
            attributes=item.attributes,
            geometry=geometries.get(item.index),
            problem=item.problem or None,
            notes=tuple(item.notes),
        )
        for item in items
    )
    if placing is None:
        yield from (
            SourceRow(index=r.index, attributes=r.attributes, geometry=None, problem=r.problem, notes=r.notes)
            for r in raw
        )
        return
    for row in finish_rows(raw, placing):
        yield replace(row, problem=None) if row.index in worded else row
