"""Routing by location (按位置派单): which village and which unit a patch belongs to, for many patches at once.

Units with an area of their own (经开区) come before townships; the shares tell when a patch lies on a border.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from qingshan.geo.crs import FloatArray

NEGLIGIBLE = 1e-9
"""Shares below this come from rounding of common borders."""
GeometryArray = npt.NDArray[np.object_]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaRow:
    """An area that matters are routed to (责任区域), in EPSG:4490.

    ``village``: ``key`` is its 12-digit code, ``township_key`` the unit that answers for it. ``unit``: an area routed
    to directly, ``key`` is the unit, ``township_key`` is not used.
    """

    key: str
    name: str
    kind: Literal["unit", "village"]
    township_key: str
    geometry: BaseGeometry


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Where a patch lies (图斑落点).

    ``inside_share``: share of its area inside the county. ``unit``: the one with the largest share; ``village``: the
    one with the largest share within that unit, so that the two never contradict each other; None when no area
    reaches it. ``shares``: villages with their shares, largest first; ``unit_shares``: responsible units
    with theirs. ``border``: another unit holds at least the border share.
    """

    inside_share: float
    village: str | None
    unit: str | None
    shares: tuple[tuple[str, float], ...]
    unit_shares: tuple[tuple[str, float], ...]
    border: bool


NOWHERE = Placement(inside_share=0.0, village=None, unit=None, shares=(), unit_shares=(), border=False)
"""Wholly outside the county."""


@dataclass(frozen=True, slots=True)
class _Cell:
    """Part of the county with one village (or none) and one responsible unit."""

    village: str | None
    unit: str
    geometry: BaseGeometry


class Router:
    """Finds the place of patches (派单定位) among the areas of one county."""

    def __init__(self, units: Sequence[AreaRow], county: BaseGeometry, *, border_share: float = NEGLIGIBLE) -> None:
        """Prepare the areas; ``border_share`` (0–1, from the plan) is what another unit must hold to make a border."""
        cells = _cells(units)
        self._villages = [cell.village for cell in cells]
        self._units = [cell.unit for cell in cells]
        self._shapes = np.array([cell.geometry for cell in cells], dtype=object)
        self._tree = shapely.STRtree(self._shapes)
        self._county = county
        self._border_share = border_share
        shapely.prepare(self._shapes)
        shapely.prepare(county)

    def place(self, geom: BaseGeometry) -> Placement:
        """Place one point or polygon (EPSG:4490)."""
        return self.place_many([geom])[0]

    def place_many(self, geoms: Sequence[BaseGeometry] | GeometryArray) -> list[Placement]:
        """Place many points or polygons, in order. Areas are only cut where a patch meets more than one cell."""
        array = np.empty(len(geoms), dtype=object)
        array[:] = list(geoms)
        cells = np.full(len(array), -1, dtype=np.int64)
        inner, covering = self._tree.query(array, predicate="covered_by")
        cells[inner[::-1]] = covering[::-1]  # on a common border the first cell of the list wins
        whole = {int(cell): self._whole(int(cell)) for cell in np.unique(cells[cells >= 0])}
        rest = np.flatnonzero(cells < 0)
        split = dict(zip(rest.tolist(), self._split(array[rest]), strict=True))
        return [whole[cell] if cell >= 0 else split[at] for at, cell in enumerate(cells.tolist())]

    def _whole(self, cell: int) -> Placement:
        village, unit = self._villages[cell], self._units[cell]
        shares = ((village, 1.0),) if village is not None else ()
        return Placement(
            inside_share=1.0, village=village, unit=unit, shares=shares, unit_shares=((unit, 1.0),), border=False
        )

    def _split(self, geoms: GeometryArray) -> list[Placement]:
        """Patches that no single cell covers."""
        patches, cells = self._tree.query(geoms, predicate="intersects")
        totals = shapely.area(geoms)
        cut = shapely.area(shapely.intersection(geoms[patches], self._shapes[cells]))
        shares = _divide(cut, totals[patches])
        inside = self._inside(geoms, totals)
        order = np.argsort(patches, kind="stable")
        bounds = np.searchsorted(patches[order], np.arange(len(geoms) + 1))
        return [
            self._combine(float(inside[at]), cells[order[start:end]], shares[order[start:end]])
            for at, (start, end) in enumerate(pairwise(bounds))
        ]

    def _inside(self, geoms: GeometryArray, totals: FloatArray) -> FloatArray:
        """Share of each patch inside the county; cut only where the border runs through it."""
        inside = shapely.covers(self._county, geoms).astype(np.float64)
        cut = np.flatnonzero(shapely.intersects(self._county, geoms) & (inside == 0) & (totals > 0))
        inside[cut] = shapely.area(shapely.intersection(geoms[cut], self._county)) / totals[cut]
        return np.minimum(inside, 1.0)

    def _combine(self, inside: float, cells: IntArray, shares: FloatArray) -> Placement:
        if inside == 0.0 and len(cells) == 0:
            return NOWHERE
        villages: dict[str, float] = {}
        units: dict[str, float] = {}
        villages_of: dict[str, dict[str, float]] = {}
        for cell, share in zip(cells.tolist(), shares.tolist(), strict=True):
            if share < NEGLIGIBLE:
                continue
            village, unit = self._villages[cell], self._units[cell]
            units[unit] = units.get(unit, 0.0) + share
            if village is not None:
                villages[village] = villages.get(village, 0.0) + share
                own = villages_of.setdefault(unit, {})
                own[village] = own.get(village, 0.0) + share
        by_village, by_unit = _ranked(villages), _ranked(units)
        within = _ranked(villages_of.get(by_unit[0][0], {})) if by_unit else ()
        return Placement(
            inside_share=inside,
            village=within[0][0] if within else None,
            unit=by_unit[0][0] if by_unit else None,
            shares=by_village,
            unit_shares=by_unit,
            border=len(by_unit) > 1 and by_unit[1][1] >= self._border_share,
        )


def _divide(parts: FloatArray, totals: FloatArray) -> FloatArray:
    return np.divide(parts, totals, out=np.zeros_like(parts), where=totals > 0)


def _ranked(shares: dict[str, float]) -> tuple[tuple[str, float], ...]:
    """Largest share first, equal ones by key, so that the result never depends on the order of the areas."""
    return tuple(sorted(shares.items(), key=lambda item: (-item[1], item[0])))


def _cells(rows: Sequence[AreaRow]) -> list[_Cell]:
    """Cut the villages along the units' own areas, so that every place has one village and one responsible unit."""
    villages = [row for row in rows if row.kind == "village"]
    cells: list[_Cell] = []
    taken: BaseGeometry = shapely.MultiPolygon()
    for unit in (row for row in rows if row.kind == "unit"):
        own = shapely.difference(unit.geometry, taken)
        taken = shapely.union(taken, own)
        left = own
        for village in villages:
            if not village.geometry.intersects(own):
                continue
            cells.append(_Cell(village.key, unit.key, shapely.intersection(own, village.geometry)))
            left = shapely.difference(left, village.geometry)
        cells.append(_Cell(None, unit.key, left))
    for village in villages:
        shape = village.geometry if taken.is_empty else shapely.difference(village.geometry, taken)
        cells.append(_Cell(village.key, village.township_key, shape))
    return [cell for cell in cells if cell.geometry.area > 0]
