"""Which datum a file is in (坐标系判定): told, checked against the numbers, never guessed where two readings remain."""

import numpy as np
import pytest
from pyproj import CRS

from qingshan.geo.datum import grid_of, parse_crs
from qingshan.geo.features import ReadError
from qingshan.geo.placing import Placing, classify, decide_placing

LONLAT = [(114.30, 37.75), (114.31, 37.76)]
ZONE_38 = [(38_526_438.969, 4_179_791.867)]
CM_114 = [(526_438.969, 4_179_791.867)]
ESRI_38 = (
    'PROJCS["CGCS2000_3_Degree_GK_Zone_38",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",'
    'SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],'
    'PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",38500000.0],PARAMETER["False_Northing",0.0],'
    'PARAMETER["Central_Meridian",114.0],PARAMETER["Scale_Factor",1.0],PARAMETER["Latitude_Of_Origin",0.0],'
    'UNIT["Meter",1.0]]'
)
ESRI_CM = ESRI_38.replace("Zone_38", "CM_114E").replace("38500000.0", "500000.0")
XIAN = ESRI_38.replace("CGCS2000_3", "Xian_1980_3").replace("D_China_2000", "D_Xian_1980")


def place(declared: str | None, corners: list[tuple[float, float]], forced: str | None = None) -> Placing:
    return decide_placing(declared=declared, forced=forced, sample=np.array(corners, dtype=float))


def located(placing: Placing, corner: tuple[float, float]) -> tuple[float, float]:
    ((lon, lat),) = placing.place(np.array([corner], dtype=float))
    return float(lon), float(lat)


@pytest.mark.parametrize(
    ("declared", "corner"),
    [
        (ESRI_38, ZONE_38[0]),
        (ESRI_CM, CM_114[0]),
        ("EPSG:4526", ZONE_38[0]),
        ("EPSG:4547", CM_114[0]),
        (None, ZONE_38[0]),
        ("EPSG:4547", ZONE_38[0]),  # prefix that the definition does not expect
        (ESRI_38, CM_114[0]),  # prefix that the definition expects and the file lacks
        ("urn:ogc:def:crs:EPSG::4490", LONLAT[0]),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", LONLAT[0]),
        ("EPSG:4326", LONLAT[0]),
        (None, LONLAT[0]),
    ],
)
def test_readings_of_one_place(declared: str | None, corner: tuple[float, float]) -> None:
    assert located(place(declared, [corner]), corner) == pytest.approx((114.30, 37.75), abs=1e-8)


def test_assumptions_are_told() -> None:
    assert "带号为 38" in place(None, ZONE_38).notes[0]
    assert "经纬度" in place(None, LONLAT).notes[0]
    assert "带号 38" in place("EPSG:4547", ZONE_38).notes[0]
    assert "文件中没有" in place(ESRI_38, CM_114).notes[0]
    assert "厘米级" in place("EPSG:4326", LONLAT).notes[0]
    assert "按指定的坐标系" in place(ESRI_38, CM_114, forced="EPSG:4547").notes[0]


@pytest.mark.parametrize("forced", ["4526", "EPSG:4526", "epsg：4526", ESRI_38, "CGCS2000_3_Degree_GK_Zone_38"])
def test_the_user_may_name_the_datum_in_many_ways(forced: str) -> None:
    assert place(None, ZONE_38, forced=forced).text.startswith("2000 国家大地坐标系 高斯-克吕格 中央经线 114° 带号 38")


@pytest.mark.parametrize(
    ("declared", "corners", "reason"),
    [
        (None, CM_114, "无法判断属于哪个投影带"),
        (XIAN, ZONE_38, "1980 西安坐标系"),
        ("EPSG:2383", CM_114, "1980 西安坐标系"),
        ("EPSG:4214", LONLAT, "1954 北京坐标系"),
        ("EPSG:4267", LONLAT, "不是 2000 国家大地坐标系或 WGS 84"),
        ("EPSG:4490", ZONE_38, "坐标值却是米制"),
        ("EPSG:4526", LONLAT, "坐标值却像经纬度"),
        ("EPSG:4548", ZONE_38, "带号前缀 38 与坐标系的中央经线 117° 矛盾"),
        ("EPSG:4527", ZONE_38, "矛盾"),
        ("EPSG:999999", ZONE_38, "不认识的坐标系"),
        ("nonsense", ZONE_38, "不认识的坐标系"),
        ('LOCAL_CS["矿区独立坐标系",UNIT["metre",1]]', CM_114, "独立坐标系"),
    ],
)
def test_refused_with_reason_and_advice(declared: str | None, corners: list[tuple[float, float]], reason: str) -> None:
    with pytest.raises(ReadError) as refusal:
        place(declared, corners)
    assert reason in refusal.value.message
    assert "--crs" in refusal.value.advice or "转换参数" in refusal.value.advice


def test_one_stray_row_does_not_decide_for_the_file() -> None:
    assert place(None, [*LONLAT, (0.0, 0.0), (4e6, 5e6), (np.nan, 1.0)]).move is None


def test_empty_file_is_taken_as_degrees() -> None:
    assert decide_placing(declared=None, forced=None, sample=np.empty((0, 2))).move is None


@pytest.mark.parametrize("epsg", [4526, 4547, 4491 + 7, 4502 + 7])
def test_grids_of_both_kinds(epsg: int) -> None:
    grid = grid_of(CRS.from_epsg(epsg))
    assert grid is not None
    assert grid.meridian in {114.0, 117.0}


def test_six_degree_zone_by_its_prefix() -> None:
    placing = place(None, [(20_262_000.0, 4_182_000.0)])
    assert placing.grid is not None
    assert placing.grid.meridian == 117.0


def test_other_projections_on_wgs84_are_no_grid() -> None:
    assert grid_of(parse_crs("EPSG:32650")) is None
    assert place("EPSG:3857", [(12_724_000.0, 4_543_000.0)]).grid is None


def test_what_pairs_look_like() -> None:
    pairs = np.array([(114.3, 37.7), (37.7, 114.3), *ZONE_38, *CM_114, ZONE_38[0][::-1], CM_114[0][::-1], (9e8, 9e8)])
    assert classify(pairs).tolist() == ["lonlat", "latlon", "prefixed", "plain", "swapped", "swapped", "other"]
