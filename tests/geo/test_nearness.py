"""Nearness (距离): metres from where a person stood to a patch."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import LineString, Point, box

from qingshan.geo.crs import distance_m
from qingshan.geo.nearness import distance_to_m
from tests.geo.making import STEADY

PATCH = box(114.30, 37.80, 114.31, 37.81)


def test_inside_and_on_the_edge_is_no_distance() -> None:
    assert distance_to_m(114.305, 37.805, PATCH) == 0.0
    assert distance_to_m(114.30, 37.805, PATCH) == 0.0


@pytest.mark.parametrize(
    ("lon", "lat", "metres"), [(114.311, 37.805, 88.1), (114.305, 37.811, 111.0), (114.311, 37.811, 141.7)]
)
def test_east_north_and_off_the_corner(lon: float, lat: float, metres: float) -> None:
    assert distance_to_m(lon, lat, PATCH) == pytest.approx(metres, abs=0.2)


def test_points_and_lines() -> None:
    assert distance_to_m(114.3, 37.8, Point(114.301, 37.8)) == pytest.approx(88.1, abs=0.1)
    assert distance_to_m(114.3, 37.8, LineString([(114.301, 37.7), (114.301, 37.9)])) == pytest.approx(88.1, abs=0.1)


@STEADY
@given(lon=st.floats(114.28, 114.33), lat=st.floats(37.78, 37.83))
def test_never_more_than_to_the_nearest_corner(lon: float, lat: float) -> None:
    corners = [(114.30, 37.80), (114.31, 37.80), (114.31, 37.81), (114.30, 37.81)]
    assert distance_to_m(lon, lat, PATCH) <= min(distance_m(lon, lat, *corner) for corner in corners) + 1e-6
