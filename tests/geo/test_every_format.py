"""One pit written in every format and datum comes back where it was (格式与坐标系全覆盖)."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS, Geod, Transformer
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from qingshan.geo.features import Undecided
from qingshan.geo.offsets import BD09, GCJ02, bd09_of, gcj02_of, unshift
from qingshan.geo.reading import Reading
from tests.geo import formats
from tests.geo.formats import PIT, Write, in_system
from tests.geo.making import STEADY, read_all

GEOD = Geod(ellps="GRS80")
SURVEYED, SHIFTED = 0.05, 5.0
"""Metres that a pit may be off: survey formats, shifted maps."""
ZONES = [f"EPSG:{code}" for code in range(4491, 4555)]
WRITERS: dict[str, Write] = {
    "shapefile": formats.write_shapefile,
    "gpkg": formats.write_geopackage,
    "geojson": formats.write_geojson,
    "gdb": formats.write_geodatabase,
    "kml": formats.write_kml,
    "kmz": formats.write_kmz,
    "survey": formats.write_survey,
}
PLANE = {"shapefile", "gpkg", "geojson", "gdb"}


def meridian_of(system: str) -> float:
    grid = CRS.from_user_input(system).coordinate_operation
    assert grid is not None
    return float(next(one.value for one in grid.params if one.name == "Longitude of natural origin"))


def moved_to(meridian: float) -> BaseGeometry:
    """The pit a little east of a central meridian."""
    return shapely.transform(PIT, lambda corners: corners + np.array([meridian + 0.3 - 114.3, 0.0]))


def farthest(read: BaseGeometry, wanted: BaseGeometry) -> float:
    """Metres between two shapes, corner by corner of the nearer."""
    assert read.geom_type in ("Polygon", "MultiPolygon")
    worst = 0.0
    pairs = shapely.get_coordinates(read)
    for x, y in shapely.get_coordinates(wanted):
        _, _, away = GEOD.inv(np.full(len(pairs), x), np.full(len(pairs), y), pairs[:, 0], pairs[:, 1])
        worst = max(worst, float(np.min(away)))
    return worst


def cases() -> Iterator[tuple[str, str]]:
    for kind in WRITERS:
        if kind in PLANE:
            yield from ((kind, system) for system in ("EPSG:4490", "EPSG:4326", "EPSG:4526", "EPSG:4547", "EPSG:4497"))
        elif kind == "survey":
            yield from ((kind, system) for system in ("EPSG:4526", "EPSG:4547"))
        else:
            yield (kind, "EPSG:4326")
        if kind != "survey":
            yield from ((kind, system) for system in (GCJ02, BD09))


@pytest.mark.clause("三-1-2①b")
@pytest.mark.parametrize(("kind", "system"), list(cases()))
def test_a_pit_comes_back_from_every_format_and_datum(tmp_path: Path, kind: str, system: str) -> None:
    shape = PIT if kind == "survey" else in_system(PIT, system)
    path = WRITERS[kind](tmp_path, shape, system)
    reading = Reading(crs=system if system in (GCJ02, BD09) else "")
    if kind in ("kml", "kmz") and system == GCJ02:
        reading = Reading()  # what 奥维 writes needs no word
    source, (row,) = read_all(path, reading=reading, name=path.name)
    assert row.problem is None, row.problem
    assert row.geometry is not None
    assert source.format == kind
    allowed = SHIFTED if system in (GCJ02, BD09) else SURVEYED
    assert farthest(row.geometry, PIT) < allowed
    assert shapely.symmetric_difference(row.geometry, PIT).area < 0.001 * PIT.area
    assert "坑一" in row.attributes.values()
    if system in (GCJ02, BD09):
        assert any("不得作为测绘成果" in note for note in row.notes)


@pytest.mark.parametrize("system", ZONES)
def test_every_zone_of_the_country(tmp_path: Path, system: str) -> None:
    """All 3- and 6-degree zones with and without prefix, told by the file."""
    pit = moved_to(meridian_of(system))
    _, (row,) = read_all(formats.write_geojson(tmp_path, in_system(pit, system), system))
    assert row.geometry is not None, row.problem
    assert farthest(row.geometry, pit) < SURVEYED


@pytest.mark.parametrize("zone", range(25, 46))
@pytest.mark.parametrize("prefixed", [True, False])
def test_every_survey_zone(tmp_path: Path, zone: int, *, prefixed: bool) -> None:
    pit = moved_to(zone * 3.0)
    code = (4513 if prefixed else 4534) + zone - 25
    source, (row,) = read_all(formats.write_survey(tmp_path, pit, f"EPSG:{code}"))
    assert row.geometry is not None, row.problem
    assert farthest(row.geometry, pit) < SURVEYED
    assert f"带号 {zone}" in source.crs_text


@pytest.mark.parametrize("zone", [*range(25, 46), *range(13, 24)])
def test_a_prefix_tells_the_zone_of_a_file_that_says_nothing(tmp_path: Path, zone: int) -> None:
    system = f"EPSG:{4513 + zone - 25 if zone >= 25 else 4491 + zone - 13}"
    pit = moved_to(meridian_of(system))
    path = formats.write_geojson(tmp_path, in_system(pit, system), GCJ02)  # writes no datum
    source, (row,) = read_all(path)
    assert row.geometry is not None, row.problem
    assert farthest(row.geometry, pit) < SURVEYED
    assert any(str(zone) in note for note in source.notes)


def test_metres_without_a_prefix_are_asked_about(tmp_path: Path) -> None:
    path = formats.write_geojson(tmp_path, in_system(PIT, "EPSG:4547"), GCJ02)
    with pytest.raises(Undecided) as asked:
        read_all(path)
    assert "crs" in asked.value.asks
    assert len(asked.value.sample) == 1
    _, (row,) = read_all(path, reading=Reading(crs="EPSG:4547"))
    assert row.geometry is not None
    assert farthest(row.geometry, PIT) < SURVEYED


@pytest.mark.parametrize("kind", [kind for kind in WRITERS if kind != "survey"])
def test_swapped_axes_are_refused_row_by_row_until_said(tmp_path: Path, kind: str) -> None:
    turned = shapely.transform(PIT, lambda corners: corners[:, ::-1])
    path = WRITERS[kind](tmp_path, turned, "EPSG:4326")
    _, (row,) = read_all(path)
    assert "颠倒" in str(row.problem)
    _, (row,) = read_all(path, reading=Reading(axes="yx"))
    assert row.geometry is not None
    assert farthest(row.geometry, PIT) < SURVEYED


# --- old datums ------------------------------------------------------------------------------------------------------

SEVEN = "-12.5,118.3,41.7,0.8,-1.2,2.1,-3.4"
FOUR = "-2.731,116.402,4.25,1.0000031"


ELLIPSOIDS = {4610: "+a=6378140 +rf=298.257", 4214: "+a=6378245 +rf=298.3"}
"""Xi'an 1980 and Beijing 1954."""
OLD = [4610, 2362, 2383, 2334, 2345, 4214, 2414, 2435, 21420, 21460]
"""Degrees, 3-degree zone with and without prefix, 6-degree zone with and without, of both."""


def to_old(shape: BaseGeometry, epsg: int) -> BaseGeometry:
    """The shape in an old datum by the inverse of the seven parameters: done here by hand, apart from the product."""
    dx, dy, dz, *turns, scale = (float(part) for part in SEVEN.split(","))
    rx, ry, rz = (np.radians(turn / 3600) for turn in turns)
    matrix = (1 + scale / 1e6) * np.eye(3) + np.array([[0, rz, -ry], [-rz, 0, rx], [ry, -rx, 0]])
    base = CRS.from_epsg(epsg)
    assert base.geodetic_crs is not None
    ellipsoid = ELLIPSOIDS[int(base.geodetic_crs.to_epsg() or 0)]
    ecef_new = Transformer.from_pipeline(
        "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad +step +proj=cart +ellps=GRS80"
    )
    ecef_old = Transformer.from_pipeline(
        f"+proj=pipeline +step +inv +proj=cart {ellipsoid} +step +proj=unitconvert +xy_in=rad +xy_out=deg"
    )
    grid = Transformer.from_crs(base.geodetic_crs, base, always_xy=True)

    def moved(corners: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]
        xyz = np.array(ecef_new.transform(corners[:, 0], corners[:, 1], np.zeros(len(corners))))
        old = np.linalg.solve(matrix, xyz - np.array([[dx], [dy], [dz]]))
        lon, lat, _ = ecef_old.transform(*old)
        return np.column_stack(grid.transform(lon, lat))

    return shapely.transform(shape, moved)


def test_old_datums_need_parameters_and_are_right_with_them(tmp_path: Path) -> None:
    path = formats.write_geojson(tmp_path, to_old(PIT, 2362), "EPSG:2362")
    with pytest.raises(Undecided) as asked:
        read_all(path)
    assert "1980 西安坐标系" in str(asked.value)
    assert "parameters" in asked.value.asks
    source, (row,) = read_all(path, reading=Reading(parameters=SEVEN))
    assert row.geometry is not None
    assert farthest(row.geometry, PIT) < SURVEYED
    assert "七参数" in source.crs_text
    assert any("七参数" in note for note in row.notes)
    _, (off,) = read_all(path, reading=Reading(parameters="0,0,0"))
    assert off.geometry is not None
    assert 20 < farthest(off.geometry, PIT) < 300


@pytest.mark.parametrize("code", OLD)
def test_every_kind_of_old_system_with_parameters(tmp_path: Path, code: int) -> None:
    path = formats.write_geojson(tmp_path, to_old(PIT, code), f"EPSG:{code}")
    with pytest.raises(Undecided, match="转换参数"):
        read_all(path)
    _, (row,) = read_all(path, reading=Reading(parameters=SEVEN))
    assert row.geometry is not None, row.problem
    assert farthest(row.geometry, PIT) < SURVEYED


@pytest.mark.parametrize("zone", range(13, 24))
@pytest.mark.parametrize("prefixed", [True, False])
def test_every_survey_zone_of_six_degrees(tmp_path: Path, zone: int, *, prefixed: bool) -> None:
    system = f"EPSG:{(4491 if prefixed else 4502) + zone - 13}"
    pit = Polygon(moved_to(zone * 6.0 - 3).exterior)  # type: ignore[attr-defined]
    corners = [(y, x) for x, y in shapely.get_coordinates(in_system(pit, system))]
    path = tmp_path / "a.txt"
    path.write_bytes(formats.survey_bytes(corners, 几度分带="6", 带号=str(zone)))
    _, (row,) = read_all(path)
    assert row.geometry is not None, row.problem
    assert farthest(row.geometry, pit) < SURVEYED


def test_four_parameters_turn_and_shift_the_plane(tmp_path: Path) -> None:
    north, east, turn, scale = (float(part) for part in FOUR.split(","))
    angle = np.radians(turn / 3600)
    new = in_system(PIT, "EPSG:4547")

    def back(corners: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]
        y, x = (corners[:, 0] - east) / scale, (corners[:, 1] - north) / scale
        return np.column_stack((y * np.cos(angle) - x * np.sin(angle), x * np.cos(angle) + y * np.sin(angle)))

    old = shapely.transform(new, back)
    for shift, system in ((0.0, "EPSG:2383"), (38_000_000.0, "EPSG:2362")):
        there = shapely.transform(old, lambda corners, shift=shift: corners + np.array([shift, 0.0]))
        _, (row,) = read_all(formats.write_geojson(tmp_path, there, system), reading=Reading(parameters=FOUR))
        assert row.geometry is not None
        assert farthest(row.geometry, PIT) < SURVEYED


@pytest.mark.parametrize("wrong", ["1,2", "1,2,3,4,5", "a,b,c", "9999,0,0", "0,0,0,500,0,0,0", "0,0,0,3", "nan,0,0"])
def test_parameters_beyond_reason_are_refused(tmp_path: Path, wrong: str) -> None:
    path = formats.write_geojson(tmp_path, in_system(PIT, "EPSG:4526"), "EPSG:2362")
    with pytest.raises(Undecided, match="转换参数"):
        read_all(path, reading=Reading(parameters=wrong))


def test_parameters_are_no_use_for_a_datum_that_needs_none(tmp_path: Path) -> None:
    _, (row,) = read_all(formats.write_geojson(tmp_path, PIT, "EPSG:4490"), reading=Reading(parameters=SEVEN))
    assert row.geometry is not None
    assert farthest(row.geometry, PIT) < 1e-6


# --- shifted maps ----------------------------------------------------------------------------------------------------

LONS, LATS = st.floats(74, 135), st.floats(18, 53)


@given(st.lists(st.tuples(LONS, LATS), min_size=1, max_size=20))
@settings(parent=STEADY, max_examples=60)
def test_shifts_go_there_and_back(corners: list[tuple[float, float]]) -> None:
    real = np.array(corners)
    for system, move in ((GCJ02, gcj02_of), (BD09, bd09_of)):
        assert np.abs(unshift(move(real), system) - real).max() < 1e-8


def test_shifts_are_those_of_the_public_formula() -> None:
    ((lon, lat),) = gcj02_of(np.array([[114.5, 37.75]]))
    assert (round(lon, 6), round(lat, 6)) == (114.506001, 37.750714)
    azimuth, _, away = GEOD.inv(114.5, 37.75, lon, lat)
    assert round(away) == 535
    assert round(azimuth) == 81
    ((lon, lat),) = bd09_of(np.array([[114.5, 37.75]]))
    assert 1_250 < GEOD.inv(114.5, 37.75, lon, lat)[2] < 1_400


PITS = st.tuples(st.floats(113.9, 114.7), st.floats(37.6, 37.95), st.floats(0.0002, 0.01), st.integers(3, 12))


@given(PITS, st.sampled_from([(kind, system) for kind, system in cases() if kind in ("geojson", "survey", "kml")]))
@settings(parent=STEADY, max_examples=60)
def test_any_pit_in_any_text_format(
    tmp_path_factory: pytest.TempPathFactory, pit: tuple[float, float, float, int], case: tuple[str, str]
) -> None:
    (lon, lat, size, corners), (kind, system) = pit, case
    angles = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    shape = Polygon(np.column_stack((lon + size * np.cos(angles), lat + size * np.sin(angles))))
    folder = tmp_path_factory.mktemp("pit")
    path = WRITERS[kind](folder, shape if kind == "survey" else in_system(shape, system), system)
    reading = Reading(crs=system if system in (GCJ02, BD09) else "")
    _, (row,) = read_all(path, reading=reading, name=path.name)
    assert row.geometry is not None, row.problem
    assert farthest(row.geometry, shape) < (SHIFTED if system in (GCJ02, BD09) else SURVEYED)
