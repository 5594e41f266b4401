"""From raw rows to usable rows (行处理): placed, checked, repaired, in pieces of bounded size."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from qingshan.geo.features import RawRow, SourceRow
from qingshan.geo.placing import CHINA, EASTING_SPREAD, Placing, classify
from qingshan.geo.validity import MAX_VERTICES, mend

CHUNK_ROWS = 2_000
COUNTED_ROWS = 100
"""Rows whose corners are counted at a time."""
CHUNK_CORNERS = 500_000
POINT, POLYGONS = 0, (3, 6)
GeometryArray = npt.NDArray[np.object_]

_SWAPPED = (
    "坐标次序疑似颠倒（第一个值 {0:.6g}，第二个值 {1:.6g}）：应为经度、纬度或横坐标、纵坐标，"
    "请把“坐标次序”改为先纵后横，或改正次序后重新导入"
)
_OUT_OF_GRID = "横坐标 {0:.3f} 与坐标系不符（带号或中央经线不对），请核实该行的带号"
_NO_AREA = "面的面积为零（各顶点重合或共线），请检查坐标"
_ABROAD = "图形位于东经 {0:.4f}°、北纬 {1:.4f}°，不在我国范围内，请核实坐标系或坐标次序"


def finish_rows(rows: Iterable[RawRow], placing: Placing) -> Iterator[SourceRow]:
    """Yield every raw row as a `SourceRow`, in order; one with a fault keeps its attributes and says its problem."""
    chunk: list[RawRow] = []
    corners = 0
    source = iter(rows)
    while part := list(islice(source, COUNTED_ROWS)):
        chunk += part
        corners += int(shapely.get_num_coordinates(_array([row.geometry for row in part])).sum())
        if len(chunk) >= CHUNK_ROWS or corners >= CHUNK_CORNERS:
            yield from _finish_chunk(chunk, placing)
            chunk, corners = [], 0
    if chunk:
        yield from _finish_chunk(chunk, placing)


def _array(geometries: Sequence[BaseGeometry | None]) -> GeometryArray:
    array = np.empty(len(geometries), dtype=object)
    array[:] = geometries
    return array


def _finish_chunk(chunk: list[RawRow], placing: Placing) -> Iterator[SourceRow]:
    geometries = _array([row.geometry for row in chunk])
    problems: list[str | None] = [row.problem for row in chunk]
    _mark(problems, _wrong_numbers(geometries, placing))
    _mark(problems, _collapsed(geometries))
    usable = np.array([problem is None for problem in problems]) & ~shapely.is_missing(geometries)
    placed = geometries.copy()
    placed[usable] = place_geometries(geometries[usable], placing)
    _mark(problems, _abroad(placed, usable))
    plain = _is_plain(placed)
    for row, geometry, problem, simple in zip(chunk, placed, problems, plain, strict=True):
        yield _finish_row(row, geometry, problem, placing.row_notes, simple=bool(simple))


def _is_plain(placed: GeometryArray) -> npt.NDArray[np.bool_]:
    """Points, and valid flat polygons of ordinary size: nothing to repair."""
    plain = shapely.is_valid(placed) & ~shapely.has_z(placed) & ~shapely.has_m(placed)
    kinds = shapely.get_type_id(placed)
    plain &= (kinds == POINT) & ~shapely.is_empty(placed) | np.isin(kinds, POLYGONS) & (shapely.area(placed) > 0)
    return plain & (shapely.get_num_coordinates(placed) <= MAX_VERTICES)


def _finish_row(
    row: RawRow, geometry: BaseGeometry | None, problem: str | None, told: tuple[str, ...], *, simple: bool
) -> SourceRow:
    notes = (*row.notes, *told) if told and row.geometry is not None else row.notes
    if problem is None and not simple:
        mended = mend(geometry)
        geometry, problem, notes = mended.geometry, mended.problem, (*notes, *mended.notes)
    return SourceRow(
        index=row.index,
        attributes=row.attributes,
        geometry=None if problem else geometry,
        problem=problem,
        notes=notes,
        layer=row.layer,
    )


def _mark(problems: list[str | None], found: dict[int, str]) -> None:
    for position, problem in found.items():
        problems[position] = problems[position] or problem


def place_geometries(geometries: GeometryArray, placing: Placing) -> GeometryArray:
    """Return the geometries in EPSG:4490; heights stay for the repair to report."""
    if placing.move is None and not placing.swap:
        return geometries
    flat = ~shapely.has_z(geometries)
    placed = geometries.copy()
    placed[flat] = shapely.transform(geometries[flat], placing.place)
    placed[~flat] = shapely.transform(geometries[~flat], placing.place, include_z=True)
    return placed


def _wrong_numbers(geometries: GeometryArray, placing: Placing) -> dict[int, str]:
    """Rows whose numbers do not fit the file's datum: swapped axes, foreign zone, no finite number."""
    corners, owners = shapely.get_coordinates(geometries, return_index=True)
    if placing.swap:
        corners = corners[:, ::-1]
    problems: dict[int, str] = {}
    bad = ~np.isfinite(corners).all(axis=1)
    for owner in np.unique(owners[bad]):
        problems[int(owner)] = "坐标中有空值或无穷大（NaN/Inf），请检查该图形的坐标"
    firsts = np.unique(owners, return_index=True)[1]
    starts = corners[firsts]
    for owner, start, kind in zip(owners[firsts], starts, classify(starts), strict=True):
        if kind in {"latlon", "swapped"} and (placing.in_degrees or placing.grid is not None):
            problems.setdefault(int(owner), _SWAPPED.format(*start))
    if placing.grid is not None:
        eastings = corners[:, 0] + placing.shift
        for position in np.flatnonzero(np.abs(eastings - placing.grid.false_easting) > EASTING_SPREAD):
            problems.setdefault(int(owners[position]), _OUT_OF_GRID.format(corners[position, 0]))
    return problems


def _collapsed(geometries: GeometryArray) -> dict[int, str]:
    """Areas whose corners lie on one line in the file's own plane; placed, they would be slivers."""
    areas = np.isin(shapely.get_type_id(geometries), (3, 6)) & (shapely.area(geometries) == 0)
    hulls = {int(at): shapely.convex_hull(geometries[at]) for at in np.flatnonzero(areas)}
    return {at: _NO_AREA for at, hull in hulls.items() if not hull.is_empty and hull.area == 0}


def _abroad(placed: GeometryArray, usable: npt.NDArray[np.bool_]) -> dict[int, str]:
    """Rows that do not lie in China."""
    boxes = shapely.bounds(placed)
    west, south, east, north = CHINA
    inside = (boxes[:, 0] >= west) & (boxes[:, 1] >= south) & (boxes[:, 2] <= east) & (boxes[:, 3] <= north)
    filled = usable & ~shapely.is_empty(placed)
    return {
        int(position): _ABROAD.format(*(boxes[position, :2] + boxes[position, 2:]) / 2)
        for position in np.flatnonzero(filled & ~inside)
    }
