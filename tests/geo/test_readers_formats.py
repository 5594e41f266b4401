"""The same patches in every format (导入格式): same numbers, same places, told datum and encoding."""

import gzip
from pathlib import Path

import pytest
import shapely

from qingshan.geo.crs import distance_m
from qingshan.geo.features import SourceRow
from tests.geo.making import PATCHES, read_all, refusal

PACKED = ["utf8-cpg-4490", "gbk-cpg-4526", "gbk-nocpg-4547", "gbk-nested-4547", "gbk-nocpg-noprj-4526"]


@pytest.fixture(scope="module")
def expected() -> list[SourceRow]:
    return read_all(PATCHES / "patches.geojson")[1]


def assert_same_place(row: SourceRow, other: SourceRow) -> None:
    """Every corner within a millimetre, whatever corner the ring starts with."""
    assert row.geometry is not None
    assert other.geometry is not None
    corners = shapely.get_coordinates(shapely.normalize(row.geometry))
    others = shapely.get_coordinates(shapely.normalize(other.geometry))
    assert corners.shape == others.shape
    assert all(distance_m(*one, *two) < 0.001 for one, two in zip(corners, others, strict=True))


def test_the_reference_file_is_sound(expected: list[SourceRow]) -> None:
    assert [row.index for row in expected] == list(range(1, 49))
    assert all(row.problem is None and row.notes == () for row in expected)
    assert all("位置已平移" in str(row.attributes["BZ"]) for row in expected)


@pytest.mark.clause("三-1-2①b")
@pytest.mark.parametrize("name", PACKED)
def test_zipped_shapefile(name: str, expected: list[SourceRow]) -> None:
    source, rows = read_all(PATCHES / f"{name}.zip")
    assert (source.format, source.count, len(rows)) == ("shapefile", 48, 48)
    assert source.encoding == ("UTF-8" if name.startswith("utf8") else "GB18030")
    number = "JCBH" if name.startswith("utf8") else "图斑编号"
    for row, wanted in zip(rows, expected, strict=True):
        assert row.attributes[number] == wanted.attributes["JCBH"]
        assert row.attributes["TZ"] == wanted.attributes["TZ"]
        assert row.attributes["BZ" if number == "JCBH" else "备注"] == wanted.attributes["BZ"]
        assert row.attributes["MJ" if number == "JCBH" else "面积"] == pytest.approx(wanted.attributes["MJ"])
        assert_same_place(row, wanted)


def test_geopackage(expected: list[SourceRow]) -> None:
    source, rows = read_all(PATCHES / "patches.gpkg")
    assert (source.format, source.count, source.layers) == ("gpkg", 48, ("图斑",))
    for row, wanted in zip(rows, expected, strict=True):
        assert {key: value for key, value in row.attributes.items() if key != "fid"} == wanted.attributes
        assert row.index == wanted.index
        assert_same_place(row, wanted)


def test_gzipped_geojson(tmp_path: Path, expected: list[SourceRow]) -> None:
    packed = tmp_path / "patches.geojson.gz"
    packed.write_bytes(gzip.compress((PATCHES / "patches.geojson").read_bytes()))
    source, rows = read_all(packed)
    assert (source.format, source.count) == ("geojson", 48)
    assert rows == expected


def test_kind_is_told_by_the_content(tmp_path: Path, expected: list[SourceRow]) -> None:
    for name, disguise in (("patches.geojson", "a.zip"), ("patches.gpkg", "b.json"), ("utf8-cpg-4490.zip", "c.gpkg")):
        (tmp_path / disguise).write_bytes((PATCHES / name).read_bytes())
        _, rows = read_all(tmp_path / disguise)
        assert rows[0].geometry is not None
        assert len(rows) == len(expected)


def test_metres_without_zone_and_datum_are_refused_with_advice() -> None:
    error = refusal(PATCHES / "utf8-noprj-4547.zip")
    assert "不带带号" in error.message
    assert "--crs EPSG:4526" in error.advice


def test_the_user_names_the_datum_that_the_file_lacks(expected: list[SourceRow]) -> None:
    source, rows = read_all(PATCHES / "utf8-noprj-4547.zip", crs="EPSG:4547")
    assert source.notes == ("按指定的坐标系 2000 国家大地坐标系 高斯-克吕格 中央经线 114°（EPSG:4547） 读取",)
    assert_same_place(rows[7], expected[7])


def test_a_wrong_datum_named_by_the_user_is_refused() -> None:
    assert "却像经纬度" in refusal(PATCHES / "patches.geojson", crs="EPSG:4526").message
    assert "矛盾" in refusal(PATCHES / "gbk-cpg-4526.zip", crs="EPSG:4527").message
