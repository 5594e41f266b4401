"""Repair (图形修复): only where one reading remains, always told, never more area than was drawn."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import GeometryCollection, LineString, MultiPoint, MultiPolygon, Point, Polygon, box
from shapely.geometry.base import BaseGeometry

from qingshan.geo import validity
from qingshan.geo.validity import mend
from tests.geo.making import STEADY

BOW_TIE = Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
SLIP = Polygon([(0, 0), (5, 0), (5, 0.3), (4.7, 0.3), (4.7, -0.3), (5.3, -0.3), (10, 0), (10, 10), (0, 10)])
TOUCHING = Polygon([(0, 0), (10, 0), (10, 10), (5, 5), (5, 8), (3, 8), (5, 5), (0, 10)])


@pytest.mark.parametrize("geom", [box(0, 0, 1, 1), MultiPolygon([box(0, 0, 1, 1), box(2, 0, 3, 1)]), Point(1, 2)])
def test_sound_geometry_is_returned_untouched(geom: BaseGeometry) -> None:
    mended = mend(geom)
    assert mended.geometry is geom
    assert (mended.notes, mended.problem) == ((), None)


def test_small_loop_is_repaired_and_told() -> None:
    mended = mend(SLIP)
    assert mended.geometry is not None
    assert mended.geometry.is_valid
    assert mended.geometry.area == pytest.approx(100, rel=0.01)
    assert "小的自相交" in mended.notes[0]
    assert "4.7 0" in mended.notes[0]


def test_ring_that_touches_itself_is_repaired_without_change_of_area() -> None:
    assert not TOUCHING.is_valid
    mended = mend(TOUCHING)
    assert mended.geometry is not None
    assert mended.geometry.is_valid
    assert mended.geometry.area == pytest.approx(abs(validity._signed(np.asarray(TOUCHING.exterior.coords))))
    assert mended.notes


def test_overlapping_parts_are_joined_and_counted_once() -> None:
    mended = mend(MultiPolygon([box(0, 0, 4, 4), box(3, 0, 7, 4)]))
    assert mended.geometry is not None
    assert mended.geometry.area == pytest.approx(28)
    assert "14.3%" in mended.notes[0]


def test_same_part_twice_is_one_part() -> None:
    mended = mend(MultiPolygon([box(0, 0, 4, 4), box(0, 0, 4, 4)]))
    assert mended.geometry is not None
    assert mended.geometry.area == pytest.approx(16)
    assert mended.notes


def test_polygons_of_a_mixed_collection() -> None:
    mended = mend(GeometryCollection([Point(0, 0), box(0, 0, 1, 1), MultiPolygon([box(2, 0, 3, 1)])]))
    assert mended.geometry is not None
    assert mended.geometry.area == pytest.approx(2)
    assert mended.notes == ("混合图形中只取面",)


def test_heights_are_dropped() -> None:
    mended = mend(shapely.force_3d(box(0, 0, 1, 1), 7))
    assert mended.geometry is not None
    assert not mended.geometry.has_z
    assert "高程" in mended.notes[0]


@pytest.mark.parametrize(
    ("geom", "problem"),
    [
        (None, "没有图形"),
        (Polygon(), "没有图形"),
        (BOW_TIE, "不能自动修复"),
        (MultiPolygon([BOW_TIE, box(20, 0, 21, 1)]), "不能自动修复"),
        (MultiPolygon([box(0, 0, 10, 10), box(2, 2, 4, 4)]), "一个部分包含另一个部分"),
        (Polygon(box(0, 0, 1, 1).exterior, [box(2, 0, 3, 1).exterior]), "不能自动修复"),
        (Polygon([(0, 0), (1, 1), (2, 2)]), "面积为零"),
        (Polygon([(1, 1), (1, 1), (1, 1)]), "面积为零"),
        (LineString([(0, 0), (1, 1)]), "类型为线"),
        (MultiPoint([(0, 0), (1, 1)]), "类型为多点"),
        (GeometryCollection([Point(0, 0), LineString([(0, 0), (1, 1)])]), "混合图形"),
        (Polygon([(0, 0), (1, 0), (1, float("inf"))]), "NaN/Inf"),
    ],
)
def test_refused(geom: BaseGeometry | None, problem: str) -> None:
    mended = mend(geom)
    assert mended.geometry is None
    assert problem in str(mended.problem)


def test_too_many_corners(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(validity, "MAX_VERTICES", 4)
    assert "5 个，超过上限 4 个" in str(mend(box(0, 0, 1, 1)).problem)


corner = st.tuples(st.integers(0, 40), st.integers(0, 40))


@STEADY
@given(ring=st.lists(corner, min_size=3, max_size=12))
def test_never_more_area_than_drawn_and_never_changed_silently(ring: list[tuple[int, int]]) -> None:
    drawn = Polygon(ring)
    mended = mend(drawn)
    if mended.geometry is None:
        assert mended.problem
        return
    assert mended.geometry.is_valid
    assert mended.geometry.area > 0
    signed = abs(validity._signed(np.asarray(drawn.exterior.coords)))
    assert mended.geometry.area == pytest.approx(signed, rel=validity.LOOP_SHARE * 1.01)
    assert mended.geometry.area <= drawn.convex_hull.area * (1 + 1e-9)
    assert mended.notes or mended.geometry.equals_exact(drawn, 0)


@STEADY
@given(parts=st.lists(st.tuples(corner, st.integers(1, 20), st.integers(1, 20)), min_size=1, max_size=5))
def test_parts_cover_what_they_covered_before(parts: list[tuple[tuple[int, int], int, int]]) -> None:
    boxes = [box(x, y, x + width, y + height) for (x, y), width, height in parts]
    mended = mend(MultiPolygon(boxes))
    if mended.geometry is None:
        assert "包含" in str(mended.problem)
    else:
        assert mended.geometry.area == pytest.approx(shapely.union_all(boxes).area)
        assert mended.notes or mended.geometry.area == pytest.approx(sum(part.area for part in boxes))
