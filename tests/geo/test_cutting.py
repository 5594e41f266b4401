"""Cutting an outline: the parts are the outline again, or it is said what is wrong."""

from __future__ import annotations

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from qingshan.geo.cutting import cut, parts_problems

SQUARE = shapely.box(0, 0, 1, 1)


def test_one_line_makes_two_parts_the_western_first() -> None:
    parts = cut(SQUARE, [[(0.3, -1), (0.3, 2)]])
    assert [round(part.area, 6) for part in parts] == [0.3, 0.7]
    assert parts_problems(SQUARE, parts) == ()


def test_a_line_that_ends_inside_cuts_nothing() -> None:
    parts = cut(SQUARE, [[(0.3, -1), (0.3, 0.5)]])
    assert len(parts) == 1
    assert "切割线要穿过图斑" in parts_problems(SQUARE, parts)[0]


def test_crossing_lines_make_four() -> None:
    parts = cut(SQUARE, [[(0.5, -1), (0.5, 2)], [(-1, 0.5), (2, 0.5)]])
    assert len(parts) == 4
    assert parts_problems(SQUARE, parts) == ()


def test_holes_stay_holes() -> None:
    ring = shapely.difference(SQUARE, shapely.box(0.4, 0.4, 0.6, 0.6))
    parts = cut(ring, [[(0.5, -1), (0.5, 2)]])
    assert len(parts) == 2
    assert sum(part.area for part in parts) == pytest.approx(ring.area)


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ([shapely.box(0, 0, 0.5, 1), shapely.box(0.5, 0, 2, 1)], "超出原图斑"),
        ([shapely.box(0, 0, 0.7, 1), shapely.box(0.3, 0, 1, 1)], "重叠"),
        ([shapely.box(0, 0, 0.3, 1), shapely.box(0.5, 0, 1, 1)], "20% 的面积不在任何一块里"),
        ([shapely.Point(0.5, 0.5), shapely.box(0, 0, 1, 1)], "没有面积"),
        ([shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)]), shapely.box(0, 0, 1, 1)], "自相交"),
        ([shapely.box(0, 0, 1, 1)] * 21, "最多 20 块"),
    ],
    ids=["outside", "doubled", "dropped", "point", "crossing", "many"],
)
def test_parts_that_do_not_make_up_the_patch_are_refused(parts: list[shapely.Geometry], said: str) -> None:
    assert said in "；".join(parts_problems(SQUARE, parts))


@given(st.lists(st.tuples(st.floats(-1, 2), st.floats(-1, 2)), min_size=2, max_size=8))
def test_whatever_is_drawn_nothing_is_lost(points: list[tuple[float, float]]) -> None:
    parts = cut(SQUARE, [points])
    assert sum(part.area for part in parts) == pytest.approx(1.0, abs=1e-6)
