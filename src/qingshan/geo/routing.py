"""Routing by location (按位置派单): which village and which unit a patch belongs to, for many patches at once.

Units with an area of their own (经开区) come before townships; the shares tell when a patch lies on a border.
"""

from collections.abc import Iterator, Sequence
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
GAPLESS = 1e-11
"""Gaps and overlaps below this share of the county come from rounding: some thousandths of a square metre."""
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
        self._corners = shapely.get_num_coordinates(self._shapes)
        self._gapless = _is_gapless(self._shapes, county)
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
        patches, near = self._tree.query(array)
        covered = shapely.covers(self._shapes[near], array[patches])
        cells = np.full(len(array), -1, dtype=np.int64)
        inner, covering = patches[covered], near[covered]
        order = np.lexsort((covering, inner))[::-1]
        cells[inner[order]] = covering[order]  # on a common border the first cell of the list wins
        whole = {int(cell): self._whole(int(cell)) for cell in np.unique(cells[cells >= 0])}
        rest = np.flatnonzero(cells < 0)
        left = cells[patches] < 0
        split = dict(zip(rest.tolist(), self._split(array, rest, patches[left], near[left]), strict=True))
        return [whole[cell] if cell >= 0 else split[at] for at, cell in enumerate(cells.tolist())]

    def _whole(self, cell: int) -> Placement:
        village, unit = self._villages[cell], self._units[cell]
        shares = ((village, 1.0),) if village is not None else ()
        return Placement(
            inside_share=1.0, village=village, unit=unit, shares=shares, unit_shares=((unit, 1.0),), border=False
        )

    def _split(self, array: GeometryArray, rest: IntArray, patches: IntArray, near: IntArray) -> Iterator[Placement]:
        """Patches ``rest``, which no single cell covers; ``patches`` and ``near``: whose boxes meet which cells."""
        meet = shapely.intersects(self._shapes[near], array[patches])
        patches, cells = np.searchsorted(rest, patches[meet]), near[meet]
        order = np.lexsort((cells, patches))
        patches, cells, geoms = patches[order], cells[order], array[rest]
        totals = shapely.area(geoms)
        inside = self._inside(geoms, totals)
        shares = self._shares(geoms, totals, inside, patches, cells)
        bounds = np.searchsorted(patches, np.arange(len(geoms) + 1)).tolist()
        names, parts = cells.tolist(), shares.tolist()
        for at, (start, end) in enumerate(pairwise(bounds)):
            yield self._combine(float(inside[at]), names[start:end], parts[start:end])

    def _shares(
        self, geoms: GeometryArray, totals: FloatArray, inside: FloatArray, patches: IntArray, cells: IntArray
    ) -> FloatArray:
        """Share of each patch (in ascending order) in each cell it meets.

        Where the cells leave no gap in the county and do not overlap, the last share of a patch wholly inside is what
        the others leave: the one that would be the dearest to cut out.
        """
        cut = np.ones(len(patches), dtype=bool)
        if self._gapless and len(patches):
            dearest = np.lexsort((cells, -self._corners[cells], patches))
            first = dearest[np.unique(patches[dearest], return_index=True)[1]]
            cut[first[(inside[patches[first]] == 1.0) & (totals[patches[first]] > 0)]] = False
        shares = np.zeros(len(patches))
        chosen = patches[cut]
        parts = shapely.area(shapely.intersection(geoms[chosen], self._shapes[cells[cut]]))
        shares[cut] = _divide(parts, totals[chosen])
        others = np.bincount(chosen, weights=shares[cut], minlength=len(geoms))
        shares[~cut] = np.maximum(1.0 - others[patches[~cut]], 0.0)
        return shares

    def _inside(self, geoms: GeometryArray, totals: FloatArray) -> FloatArray:
        """Share of each patch inside the county; cut only where the border runs through it."""
        inside = shapely.covers(self._county, geoms).astype(np.float64)
        cut = np.flatnonzero(shapely.intersects(self._county, geoms) & (inside == 0) & (totals > 0))
        inside[cut] = shapely.area(shapely.intersection(geoms[cut], self._county)) / totals[cut]
        return np.minimum(inside, 1.0)

    def _combine(self, inside: float, cells: Sequence[int], shares: Sequence[float]) -> Placement:
        if inside == 0.0 and len(cells) == 0:
            return NOWHERE
        villages: dict[str, float] = {}
        units: dict[str, float] = {}
        villages_of: dict[str, dict[str, float]] = {}
        for cell, share in zip(cells, shares, strict=True):
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


def _is_gapless(shapes: GeometryArray, county: BaseGeometry) -> bool:
    """Whether the cells fill the county without gap or overlap, but for rounding."""
    joined = shapely.union_all(shapes)
    doubled = float(shapely.area(shapes).sum()) - joined.area
    missing = shapely.difference(county, joined).area
    return bool(abs(doubled) <= GAPLESS * county.area and missing <= GAPLESS * county.area)


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
