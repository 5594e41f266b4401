"""Repair of geometry (图形修复): only where the meaning is beyond doubt, always said, else refused with the reason."""

from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry import GeometryCollection, MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

MAX_VERTICES = 200_000
"""A patch of more corners is a product of a faulty program; it would stall maps and checks."""
LOOP_SHARE = 0.01
"""A self-crossing is a slip of the pen while the crossed-over part stays under this share of the area."""
_TYPE_NAMES = {
    "LineString": "线",
    "LinearRing": "线",
    "MultiLineString": "线",
    "MultiPoint": "多点",
    "GeometryCollection": "混合图形",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mended:
    """Outcome of `mend`: a valid 2D point, polygon or multipolygon and what was changed, or None and the problem."""

    geometry: BaseGeometry | None
    notes: tuple[str, ...] = ()
    problem: str | None = None


def mend(geom: BaseGeometry | None) -> Mended:
    """Return ``geom`` fit for storing: valid, 2D, point or polygon; coordinates in any planar or lon/lat system.

    Repaired are: heights (dropped), polygons in a mixed collection (taken out), rings that touch themselves, loops
    below 1 % of the area, overlapping parts (joined). Refused are: nothing or no area, lines, non-finite coordinates,
    more than `MAX_VERTICES` corners, and crossings that leave two readings, such as a bow-tie.
    """
    if geom is None or geom.is_empty:
        return Mended(geometry=None, problem="没有图形（空几何），请补绘图形后重新导入")
    corners = int(shapely.get_num_coordinates(geom))
    if corners > MAX_VERTICES:
        return Mended(geometry=None, problem=f"顶点 {corners} 个，超过上限 {MAX_VERTICES} 个，请抽稀后重新导入")
    if not np.isfinite(shapely.get_coordinates(geom)).all():
        return Mended(geometry=None, problem="坐标中有空值或无穷大（NaN/Inf），请检查该图形的坐标")
    notes: list[str] = []
    if geom.has_z or shapely.has_m(geom):
        geom = _flat(geom)
        notes.append("图形带高程或量测值，已只取平面坐标")
    if isinstance(geom, GeometryCollection):
        geom = _polygons_of(geom)
        notes.append("混合图形中只取面")
    return _mend_kind(geom, tuple(notes))


def _flat(geom: BaseGeometry) -> BaseGeometry:
    return shapely.force_2d(geom)


def _polygons_of(collection: "GeometryCollection[BaseGeometry]") -> BaseGeometry:
    polygons: list[Polygon] = []
    for part in collection.geoms:
        if isinstance(part, Polygon):
            polygons.append(part)
        elif isinstance(part, MultiPolygon):
            polygons.extend(part.geoms)
    return MultiPolygon(polygons) if polygons else collection


def _mend_kind(geom: BaseGeometry, notes: tuple[str, ...]) -> Mended:
    if isinstance(geom, Point):
        return Mended(geometry=geom, notes=notes)
    if isinstance(geom, Polygon | MultiPolygon):
        return _mend_polygon(geom, notes)
    kind = _TYPE_NAMES.get(geom.geom_type, geom.geom_type)
    return Mended(geometry=None, problem=f"图形类型为{kind}，只接受面或单个点，请转换后重新导入")


def _mend_polygon(geom: Polygon | MultiPolygon, notes: tuple[str, ...]) -> Mended:
    repaired: BaseGeometry = geom
    if not geom.is_valid:
        outcome = _repair(geom)
        if isinstance(outcome, str):
            return Mended(geometry=None, problem=outcome)
        repaired, note = outcome
        notes = (*notes, note)
    if repaired.area <= 0:
        return Mended(geometry=None, problem="面的面积为零（各顶点重合或共线），请检查坐标")
    return Mended(geometry=repaired, notes=notes)


def _repair(geom: Polygon | MultiPolygon) -> tuple[BaseGeometry, str] | str:
    """Return the repaired polygon and the note, or the problem."""
    reason = shapely.is_valid_reason(geom)
    parts = [geom] if isinstance(geom, Polygon) else list(geom.geoms)
    mended = [_polygonal(shapely.make_valid(part, method="structure", keep_collapsed=False)) for part in parts]
    for part, whole in zip(parts, mended, strict=True):
        if whole.area <= 0 and _drawn_area(part) <= 0:
            continue
        if abs(whole.area - _drawn_area(part)) > LOOP_SHARE * whole.area:
            return f"图形自相交（{reason_text(reason)}），有两种以上理解，不能自动修复，请按界址点顺序重绘"
    joined = _polygonal(shapely.union_all(mended))
    total = sum(whole.area for whole in mended)
    if total <= 0 or joined.area <= 0:
        return "面的面积为零（各顶点重合或共线），请检查坐标"
    if total - joined.area > LOOP_SHARE * joined.area:
        if _nested(mended):
            return "一个部分包含另一个部分，可能是孔洞也可能是重叠，不能自动修复，请核实后重绘"
        return joined, f"各部分相互重叠，已合并，重叠部分只计一次（占 {(total - joined.area) / joined.area:.1%}）"
    return joined, f"图形有小的自相交（{reason_text(reason)}），已修复，面积变化不超过 {LOOP_SHARE:.0%}"


def _nested(parts: list[BaseGeometry]) -> bool:
    """Whether a part lies inside a larger one: a hole drawn as a part, or an overlap."""
    tree = shapely.STRtree(parts)
    inner, outer = tree.query(parts, predicate="covered_by")
    return any(parts[i].area < (1 - LOOP_SHARE) * parts[o].area for i, o in zip(inner, outer, strict=True))


def _polygonal(geom: BaseGeometry) -> BaseGeometry:
    """Only the polygons of a repaired geometry."""
    if isinstance(geom, Polygon | MultiPolygon):
        return geom
    return shapely.union_all([part for part in shapely.get_parts(geom) if isinstance(part, Polygon | MultiPolygon)])


def _drawn_area(polygon: Polygon) -> float:
    """Area by the order of the corners: loops run in the other sense count negative, holes are taken off."""
    rings = [abs(_signed(np.asarray(ring.coords))) for ring in (polygon.exterior, *polygon.interiors)]
    return float(rings[0] - sum(rings[1:]))


def _signed(corners: "np.ndarray[tuple[int, int], np.dtype[np.float64]]") -> float:
    x, y = (corners - corners[0]).T
    return float(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1]) / 2)


def reason_text(reason: str) -> str:
    """Put the engine's reason into Chinese, with the place when it is told."""
    kind, _, place = reason.partition("[")
    words = {
        "Self-intersection": "自相交",
        "Ring Self-intersection": "环自接触",
        "Nested shells": "部分相互包含",
        "Hole lies outside shell": "内环在外环之外",
        "Nested holes": "内环相互包含",
        "Interior is disconnected": "内部被分割",
        "Duplicate Rings": "环重复",
        "Too few points in geometry component": "顶点过少",
    }
    where = place.rstrip("]").strip()
    text = words.get(kind.strip(), kind.strip())
    return f"{text}，位于 {where}" if where else text
