"""Datum and measures (坐标系与量算): zones, test vectors, areas, distances."""

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer

from qingshan.geo import crs
from tests.geo.making import STEADY

VECTORS = [((114.50, 37.75), (38_544_065.039, 4_179_867.204)), ((114.30, 37.75), (38_526_438.969, 4_179_791.867))]


@pytest.mark.parametrize(("lonlat", "grid"), VECTORS)
def test_known_points_of_zone_38(lonlat: tuple[float, float], grid: tuple[float, float]) -> None:
    assert crs.gk_transformer(38).transform(*lonlat) == pytest.approx(grid, abs=0.0006)


@pytest.mark.parametrize(
    ("lon", "zone"), [(114.5, 38), (112.5, 38), (112.4999, 37), (115.4999, 38), (115.5, 39), (75, 25), (135, 45)]
)
def test_zone_of_a_longitude(lon: float, zone: int) -> None:
    assert crs.zone_of(lon) == zone


@pytest.mark.parametrize("lon", [-70.0, 0.0, 73.4, 136.5, 180.0])
def test_no_zone_outside_china(lon: float) -> None:
    with pytest.raises(ValueError, match="不在 3 度带"):
        crs.zone_of(lon)


def test_epsg_of_zones() -> None:
    assert (crs.zone_epsg(38), crs.zone_epsg(38, prefixed=False)) == (4526, 4547)
    assert (crs.zone_epsg(25), crs.zone_epsg(45), crs.zone_epsg(45, prefixed=False)) == (4513, 4533, 4554)
    with pytest.raises(ValueError, match="第 20 带"):
        crs.zone_epsg(20)


@STEADY
@given(lon=st.floats(73.6, 135.0), lat=st.floats(3.0, 54.0), shift=st.integers(-1, 1))
def test_round_trip_through_own_and_next_zone_within_a_millimetre(lon: float, lat: float, shift: int) -> None:
    zone = min(max(crs.zone_of(lon) + shift, crs.FIRST_ZONE), crs.LAST_ZONE)
    transformer = crs.gk_transformer(zone)
    back = transformer.transform(*transformer.transform(lon, lat), direction="INVERSE")
    assert crs.distance_m(lon, lat, *back) < 0.001


def test_area_of_a_surveyed_square_is_planar() -> None:
    corners = [(38_526_400, 4_179_720), (38_526_500, 4_179_720), (38_526_500, 4_179_800), (38_526_400, 4_179_800)]
    back = Transformer.from_crs(4526, 4490, always_xy=True)
    assert crs.area_m2(shapely.Polygon([back.transform(*corner) for corner in corners])) == pytest.approx(
        8000, abs=0.01
    )


def test_areas_of_many_follow_each_its_own_zone() -> None:
    near, far = shapely.box(114.3, 37.7, 114.301, 37.701), shapely.box(120.0, 37.7, 120.001, 37.701)
    areas = crs.areas_m2([near, shapely.Point(114, 37), shapely.Polygon(), far])
    assert areas.tolist() == [crs.area_m2(near), 0.0, 0.0, crs.area_m2(far)]
    assert areas[0] == pytest.approx(areas[3], rel=1e-4)


def test_distance_and_azimuth() -> None:
    assert crs.distance_m(114.3, 37.7, 114.3, 37.71) == pytest.approx(1110, abs=1)
    assert crs.azimuth_deg(114.3, 37.7, 114.3, 37.71) == pytest.approx(0.0, abs=1e-6)
    assert crs.azimuth_deg(114.3, 37.7, 114.29, 37.7) == pytest.approx(270, abs=0.01)


def test_mu() -> None:
    assert crs.mu(10_000) == pytest.approx(15)
    assert crs.mu(crs.SQUARE_METRES_PER_MU) == pytest.approx(1)
