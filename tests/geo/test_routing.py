"""Routing by location (按位置派单): village and unit of a patch, shares, borders, units with their own area."""

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point, box

from qingshan.geo.routing import AreaRow, Router
from tests.geo.making import STEADY

WEST, EAST, NORTH = "130132100", "130132101", "130132102"
COUNTY = box(0, 0, 40, 20)


def village(key: str, township: str, west: float, south: float, east: float, north: float) -> AreaRow:
    shape = box(west, south, east, north)
    return AreaRow(key=key, name=key, kind="village", township_key=township, geometry=shape)


VILLAGES = [
    village("w1", WEST, 0, 0, 10, 10),
    village("w2", WEST, 10, 0, 20, 10),
    village("e1", EAST, 20, 0, 40, 10),
    village("n1", NORTH, 0, 10, 30, 20),  # the north-east corner of the county belongs to no village
]
ZONE = AreaRow(key="zone", name="经开区", kind="unit", township_key="", geometry=box(15, 5, 25, 15))
ROUTER = Router(VILLAGES, COUNTY, border_share=0.2)
WITH_ZONE = Router([*VILLAGES, ZONE], COUNTY, border_share=0.2)


def test_inside_one_village() -> None:
    place = ROUTER.place(box(1, 1, 2, 2))
    assert (place.village, place.unit, place.inside_share, place.border) == ("w1", WEST, 1.0, False)
    assert place.shares == (("w1", 1.0),)
    assert place.unit_shares == ((WEST, 1.0),)


def test_border_of_villages_of_one_township_is_no_border() -> None:
    place = ROUTER.place(box(9, 1, 12, 2))
    assert (place.village, place.unit, place.border) == ("w2", WEST, False)
    assert [key for key, _ in place.shares] == ["w2", "w1"]
    assert dict(place.unit_shares) == pytest.approx({WEST: 1.0})


@pytest.mark.parametrize(("east", "border"), [(22.0, True), (20.5, True), (20.49, False), (20.1, False)])
def test_border_of_townships_from_the_set_share_on(east: float, border: bool) -> None:
    place = ROUTER.place(box(18, 1, east, 2))
    assert place.border is border
    assert dict(place.unit_shares)[EAST] == pytest.approx((east - 20) / (east - 18))


def test_equal_shares_go_to_the_lower_code_whatever_the_order() -> None:
    for rows in (VILLAGES, VILLAGES[::-1]):
        place = Router(rows, COUNTY).place(box(19, 1, 21, 2))
        assert (place.village, place.unit) == ("w2", WEST)


def test_a_unit_with_its_own_area_comes_first() -> None:
    place = WITH_ZONE.place(box(16, 6, 17, 7))
    assert (place.village, place.unit, place.border) == ("w2", "zone", False)
    assert ROUTER.place(box(16, 6, 17, 7)).unit == WEST


def test_border_of_a_units_own_area() -> None:
    place = WITH_ZONE.place(box(14, 6, 17, 7))
    assert (place.unit, place.village, place.border) == ("zone", "w2", True)
    assert dict(place.unit_shares) == pytest.approx({"zone": 2 / 3, WEST: 1 / 3})
    assert dict(place.shares) == pytest.approx({"w2": 1.0})


def test_units_own_area_beyond_all_villages() -> None:
    zone = AreaRow(key="zone", name="zone", kind="unit", township_key="", geometry=box(32, 12, 38, 18))
    place = Router([*VILLAGES, zone], COUNTY).place(box(33, 13, 34, 14))
    assert (place.village, place.unit, place.shares) == (None, "zone", ())


def test_outside_and_across_the_county_border() -> None:
    outside = ROUTER.place(box(50, 50, 51, 51))
    assert (outside.inside_share, outside.village, outside.unit, outside.shares) == (0.0, None, None, ())
    across = ROUTER.place(box(-3, 1, 1, 2))
    assert across.inside_share == pytest.approx(0.25)
    assert across.unit == WEST
    assert ROUTER.place(box(-1, 1, 0, 2)).unit is None


def test_inside_the_county_but_in_no_village() -> None:
    place = ROUTER.place(box(35, 15, 36, 16))
    assert (place.inside_share, place.village, place.unit) == (1.0, None, None)


def test_points() -> None:
    assert ROUTER.place(Point(1, 1)).village == "w1"
    assert ROUTER.place(Point(10, 5)).village == "w1"
    assert ROUTER.place(Point(50, 5)).inside_share == 0.0
    assert ROUTER.place(Point(35, 15)).inside_share == 1.0


def test_many_in_order_and_none() -> None:
    patches = [box(1, 1, 2, 2), box(50, 1, 51, 2), box(21, 1, 22, 2), Point(1, 15)]
    assert [place.unit for place in ROUTER.place_many(patches)] == [WEST, None, EAST, NORTH]
    assert ROUTER.place_many([]) == []


side = st.floats(0.01, 12)


@STEADY
@given(x=st.floats(-5, 42), y=st.floats(-5, 22), width=side, height=side)
def test_shares_add_up(x: float, y: float, width: float, height: float) -> None:
    patch = box(x, y, x + width, y + height)
    for router in (ROUTER, WITH_ZONE):
        place = router.place(patch)
        covered = shapely.union_all([row.geometry for row in VILLAGES])
        villages = patch.intersection(covered).area / patch.area
        assert sum(share for _, share in place.shares) == pytest.approx(villages, abs=1e-7)
        assert place.inside_share == pytest.approx(patch.intersection(COUNTY).area / patch.area, abs=1e-7)
        assert sum(share for _, share in place.unit_shares) <= 1 + 1e-7
        assert [share for _, share in place.shares] == sorted((share for _, share in place.shares), reverse=True)
    assert sum(share for _, share in WITH_ZONE.place(patch).unit_shares) == pytest.approx(
        sum(share for _, share in ROUTER.place(patch).unit_shares), abs=1e-7
    )
