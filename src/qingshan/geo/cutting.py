"""Cutting an outline into parts (拆分图斑), and what is wrong with parts that somebody drew himself."""

from collections.abc import Sequence
from itertools import combinations

import shapely
from shapely.geometry.base import BaseGeometry

MOST_PARTS = 20
TOLERANCE = 0.01
"""Share of an area that may be lost, doubled or outside: what drawing by hand leaves."""
_DECIMALS = 9
"""A tenth of a millimetre in degrees: finer differences of drawn lines say nothing."""
Line = Sequence[tuple[float, float]]


def cut(outline: BaseGeometry, lines: Sequence[Line]) -> list[BaseGeometry]:
    """Parts of ``outline`` between the lines, the western first; one part when no line crosses it.

    Together they are the outline, to the last corner. Same reference system for both; lines of one point are left out.
    """
    rounded = [[(round(x, _DECIMALS), round(y, _DECIMALS)) for x, y in line] for line in lines]
    drawn = [shapely.LineString(line) for line in rounded if len(set(line)) > 1]
    edges = [shapely.boundary(outline), *drawn]
    faces = shapely.get_parts(shapely.polygonize([shapely.unary_union(edges)]))
    inside = [face for face in faces if shapely.contains_xy(outline, *_inner(face))]
    return sorted(inside, key=lambda face: (face.bounds[0], face.bounds[1]))


def _inner(face: BaseGeometry) -> tuple[float, float]:
    point = shapely.point_on_surface(face)
    return float(shapely.get_x(point)), float(shapely.get_y(point))


def parts_problems(outline: BaseGeometry, parts: Sequence[BaseGeometry]) -> tuple[str, ...]:
    """What keeps ``parts`` from standing for ``outline`` (Chinese); empty: every piece of it lies in exactly one."""
    if len(parts) < 2:
        return ("只有一块：切割线要穿过图斑，从边界外画到边界外",)
    if len(parts) > MOST_PARTS:
        return (f"拆成了 {len(parts)} 块，一次最多 {MOST_PARTS} 块",)
    problems: list[str] = []
    for number, part in enumerate(parts, start=1):
        problems += _of_one(number, part, outline)
    if problems:
        return tuple(problems)
    for (first, one), (second, other) in combinations(enumerate(parts, start=1), 2):
        if shapely.intersection(one, other).area > TOLERANCE * min(one.area, other.area):
            problems.append(f"第 {first} 块与第 {second} 块重叠：请改线，使各块不重叠")
    lost = shapely.difference(outline, shapely.union_all(list(parts))).area / outline.area
    if lost > TOLERANCE:
        problems.append(f"有 {lost:.0%} 的面积不在任何一块里：拆分不能丢下图斑的任何部分")
    return tuple(problems)


def _of_one(number: int, part: BaseGeometry, outline: BaseGeometry) -> list[str]:
    if not part.is_valid:
        return [f"第 {number} 块自相交：请重画"]
    if not part.area:
        return [f"第 {number} 块没有面积：每一块要是一个面"]
    if shapely.difference(part, outline).area > TOLERANCE * part.area:
        return [f"第 {number} 块超出原图斑：子图斑只能在原图斑以内"]
    return []
