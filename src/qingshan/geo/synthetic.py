"""Generated areas (合成区域): stand-ins for township and village areas, which are published nowhere.

They cover the county exactly and are deterministic, but show no real border. Whoever stores them marks them synthetic;
they give way to imported real ones.
"""

import heapq
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import shapely
from shapely.geometry import Point, Polygon
from shapely.geometry.base import BaseGeometry

from qingshan.geo.crs import FloatArray, gk_transformer, project, zone_of
from qingshan.geo.mosaic import Mosaic, build_mosaic

CELLS_PER_VILLAGE = 24
ROUNDS = 4
"""Rounds in which village centres move to the middle of their cells."""
TownshipHint = tuple[str, int, tuple[float, float] | None]
"""Township code, number of villages, and (lon, lat) of about its middle or None."""


def village_cells(county: BaseGeometry, townships: Sequence[TownshipHint], seed: int) -> dict[str, Polygon]:
    """Divide ``county`` (EPSG:4490, one piece) into village cells.

    Keys are ``<township code>/<number>`` with numbers 001 … n from north-west to south-east within each township (see
    `name_cells` to put real codes on them). The cells cover the county without gap or overlap, each is one piece, and
    so is each township. Raises ValueError when a township finds no room.
    """
    mosaic = build_mosaic(county, CELLS_PER_VILLAGE * sum(count for _, count, _ in townships), seed)
    everywhere = range(len(mosaic.faces))
    starts = _starts(mosaic, townships)
    speeds = [float(np.sqrt(count)) for _, count, _ in townships]
    owner = _spread(mosaic, everywhere, starts, speeds)
    cells: dict[str, Polygon] = {}
    for at, (code, count, _) in enumerate(townships):
        faces = [face for face in everywhere if owner[face] == at]
        if len(faces) < count:
            raise ValueError(f"乡镇 {code} 的范围太小，放不下 {count} 个村：请调整其位置提示")
        for number, shape in enumerate(_villages(mosaic, faces, count), start=1):
            cells[f"{code}/{number:03d}"] = shape
    return cells


def name_cells(cells: Mapping[str, Polygon], villages: Mapping[str, Sequence[str]]) -> dict[str, Polygon]:
    """Put village codes (by township code, in order) on the cells of `village_cells`; KeyError when one lacks."""
    return {
        village: cells[f"{township}/{number:03d}"]
        for township, codes in villages.items()
        for number, village in enumerate(codes, start=1)
    }


def special_area(county: BaseGeometry, centre: tuple[float, float], km2: float) -> Polygon:
    """A round area of ``km2`` square kilometres about ``centre`` (lon, lat), cut to the county (经开区合成范围).

    Exact to some square metres: a long straight border is not the same line on the plane. Raises ValueError when the
    county has no such room there.
    """
    transformer = gk_transformer(zone_of(centre[0]))
    flat = project(np.array([county], dtype=object), transformer)[0]
    middle = Point(transformer.transform(*centre))
    wanted = km2 * 1e6
    small, large = 0.0, float(np.sqrt(flat.area))
    if not flat.covers(middle) or _round(middle, large, flat).area < wanted:
        raise ValueError(f"中心 {centre} 处放不下 {km2} 平方公里的区域")
    for _ in range(60):
        radius = (small + large) / 2
        small, large = (radius, large) if _round(middle, radius, flat).area < wanted else (small, radius)
    outline = _round(middle, large, flat)

    def back(corners: FloatArray) -> FloatArray:
        lon, lat = transformer.transform(corners[:, 0], corners[:, 1], direction="INVERSE")
        return np.column_stack((lon, lat))

    return _single(shapely.intersection(shapely.transform(outline, back), county))


def _round(middle: Point, radius: float, limit: BaseGeometry) -> BaseGeometry:
    """The piece around ``middle`` of a circle cut to ``limit``."""
    cut = shapely.intersection(middle.buffer(radius, quad_segs=16), limit)
    return next((part for part in shapely.get_parts(cut) if part.covers(middle)), Polygon())


def _single(shape: BaseGeometry) -> Polygon:
    if not isinstance(shape, Polygon):
        raise TypeError(f"应为一块完整的面，实为 {shape.geom_type}")
    return shape


def _starts(mosaic: Mosaic, townships: Sequence[TownshipHint]) -> list[int]:
    """The cell that each township grows from: nearest to its hint, or farthest from all others."""
    taken: dict[int, int] = {}
    for at, (_, _, hint) in enumerate(townships):
        if hint is not None:
            distance = np.hypot(*(mosaic.centres - np.asarray(hint) * mosaic.scale).T)
            distance[list(taken.values())] = np.inf
            taken[at] = int(np.argmin(distance))
    for at in range(len(townships)):
        if at not in taken:
            taken[at] = _farthest(mosaic.centres, list(taken.values()))
    return [taken[at] for at in range(len(townships))]


def _farthest(centres: FloatArray, others: Sequence[int]) -> int:
    """The cell farthest from ``others``; the first one when there are none."""
    if not others:
        return 0
    gaps = np.hypot(
        centres[:, None, 0] - centres[None, list(others), 0], centres[:, None, 1] - centres[None, list(others), 1]
    )
    return int(np.argmax(gaps.min(axis=1)))


def _spread(mosaic: Mosaic, faces: Iterable[int], starts: Sequence[int], speeds: Sequence[float]) -> dict[int, int]:
    """Let every start grow from neighbour to neighbour until all ``faces`` are taken; each domain stays one piece."""
    free = set(faces)
    owner: dict[int, int] = {}
    front = [(0.0, at, start) for at, start in enumerate(starts)]
    heapq.heapify(front)
    while front:
        reached, at, face = heapq.heappop(front)
        if face in owner or face not in free:
            continue
        owner[face] = at
        for other in mosaic.neighbours[face]:
            if other in free and other not in owner:
                step = float(np.hypot(*(mosaic.centres[face] - mosaic.centres[other]))) / speeds[at]
                heapq.heappush(front, (reached + step, at, other))
    return owner


def _villages(mosaic: Mosaic, faces: Sequence[int], count: int) -> list[Polygon]:
    """Divide a township's cells into ``count`` villages of similar size, numbered from north-west to south-east."""
    members = np.asarray(faces)
    seeds: list[int] = []
    for _ in range(count):
        seeds.append(int(members[_farthest(mosaic.centres[members], [faces.index(seed) for seed in seeds])]))
    owner: dict[int, int] = {}
    for _ in range(ROUNDS):
        owner = _spread(mosaic, faces, seeds, [1.0] * count)
        seeds = [_middle(mosaic, [face for face in faces if owner[face] == at]) for at in range(count)]
    shapes = [
        _single(shapely.union_all(mosaic.faces[[face for face in faces if owner[face] == at]])) for at in range(count)
    ]
    return sorted(shapes, key=lambda shape: (round(-shape.centroid.y + shape.centroid.x, 9), shape.centroid.x))


def _middle(mosaic: Mosaic, faces: Sequence[int]) -> int:
    """The cell nearest to the middle of its village."""
    centres = mosaic.centres[list(faces)]
    return int(faces[int(np.argmin(np.hypot(*(centres - centres.mean(axis=0)).T)))])
