"""Files that mean harm or are broken (恶意和损坏的文件): refused with reason and advice, nothing written outside."""

import gzip
import io
import stat
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qingshan.geo import finishing, validity
from qingshan.geo.archives import MIB, ArchiveLimits
from qingshan.geo.features import ReadError
from tests.geo.making import PATCHES, SQUARE, STEADY, attempt, feature, read_all, refusal, write_collection, write_zip

SHAPEFILE = (PATCHES / "utf8-cpg-4490.zip").read_bytes()
SMALL = ArchiveLimits(members=20, expanded_bytes=8 * MIB, free_bytes=MIB, ratio=50)


def put(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def parts() -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(SHAPEFILE)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "0 字节"),
        (b"hello", "不认识的文件格式"),
        (b"<kml></kml", "语法有误"),
        (b"<gpx></gpx>", "不是 KML"),
        (b"a,b,c\n1,2,3", "尚不支持"),
        (b"AC1032" + bytes(50), "DWG"),
        (b"Rar!\x1a\x07\x00", "RAR"),
        (b"7z\xbc\xaf\x27\x1c", "7z"),
        (struct.pack(">i", 9994) + bytes(96), "打包为 .zip"),
        (b"PK", "无法打开"),
        (b"PK\x03\x04" + bytes(50), "无法打开"),
        (SHAPEFILE[:-400], "无法打开"),
        (SHAPEFILE[: len(SHAPEFILE) // 2], "无法打开"),
        (b"SQLite format 3\0", "无法读取"),
        (b"SQLite format 3\0" + bytes(500), "无法读取"),
        (b"\x1f\x8b", "不完整或已损坏"),
        (gzip.compress(b'{"type": "FeatureCollection", "features": []}', mtime=0)[:-6], "不完整或已损坏"),
        (gzip.compress(b'{"features": [', mtime=0), "不完整"),
        (gzip.compress(gzip.compress(b"{}", mtime=0), mtime=0), "编码"),
        (b"\xef\xbb\xbf{", "应为字段名"),
        (b'{"features": [{"type": "Feature", "properties": {"a": "\xff\xff\xff"}}]}', "编码"),
    ],
)
def test_what_is_no_file_of_patches(tmp_path: Path, content: bytes, reason: str) -> None:
    error = refusal(put(tmp_path / "a.geojson", content))
    assert reason in str(error)
    assert error.advice


def test_a_path_that_does_not_open(tmp_path: Path) -> None:
    assert "无法打开" in refusal(tmp_path / "missing.zip").message
    assert "无法打开" in refusal(tmp_path).message


@pytest.mark.parametrize(
    "name", ["../a.shp", "x/../../a.shp", "/etc/a.shp", "..\\a.shp", "C:\\a.shp", "c:/a.shp", "\\a.shp"]
)
def test_names_that_lead_outside(tmp_path: Path, name: str) -> None:
    error = refusal(write_zip(tmp_path / "a.zip", {**parts(), name: b"x"}))
    assert "包外" in error.message
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.zip"]


def test_links_are_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        link = zipfile.ZipInfo("a.shp")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    assert "链接" in refusal(tmp_path / "a.zip").message


def test_password_is_refused(tmp_path: Path) -> None:
    content = bytearray(SHAPEFILE)
    for at in (content.find(b"PK\x03\x04") + 6, content.find(b"PK\x01\x02") + 8):
        content[at] |= 1
    assert "密码" in refusal(put(tmp_path / "a.zip", bytes(content))).message


def test_bombs_are_stopped_by_what_comes_out(tmp_path: Path) -> None:
    bomb = write_zip(tmp_path / "a.zip", {"a.shp": bytes(4 * MIB), "a.dbf": b"x"})
    assert "解压炸弹" in refusal(bomb, limits=SMALL).message
    large = write_zip(tmp_path / "b.zip", {"a.shp": np.random.default_rng(1).bytes(9 * MIB), "a.dbf": b"x"})
    assert "上限" in refusal(large, limits=SMALL).message
    many = write_zip(tmp_path / "c.zip", {f"{number}.txt": b"" for number in range(30)})
    assert "30 个文件" in refusal(many, limits=SMALL).message


def test_a_lying_size_in_the_directory_does_not_help(tmp_path: Path) -> None:
    content = bytearray(write_zip(tmp_path / "a.zip", {"a.shp": bytes(4 * MIB), "a.dbf": b"x"}).read_bytes())
    at = content.find(b"PK\x01\x02")
    content[at + 24 : at + 28] = struct.pack("<I", 100)
    error = refusal(put(tmp_path / "a.zip", bytes(content)), limits=SMALL)
    assert "炸弹" in error.message or "无法解压" in error.message or "损坏" in error.message or "不是" in error.message


def test_gzip_bomb(tmp_path: Path) -> None:
    spaces = gzip.compress(b"{" + b" " * (4 * MIB), mtime=0)
    assert "解压炸弹" in refusal(put(tmp_path / "a.gz", spaces), limits=SMALL).message


def test_damaged_member(tmp_path: Path) -> None:
    content = bytearray(SHAPEFILE)
    at = content.find(b".shp") + 200
    content[at : at + 50] = bytes(50)
    assert refusal(put(tmp_path / "a.zip", bytes(content))).advice


@pytest.mark.parametrize(
    ("members", "advice"),
    [
        ({"a.txt": b"x"}, "可导入"),
        ({"a.gpkg": b"x"}, "可导入"),
        ({"a.geojson": b"{}"}, "FeatureCollection"),
        ({"[Content_Types].xml": b"x", "word/document.xml": b"x"}, "请导入 Shapefile"),
        ({"a.zip": b"x"}, "解开外层"),
        ({"__MACOSX/._a.shp": b"x"}, "一起打包"),
        ({}, "一起打包"),
    ],
)
def test_archives_without_shapes(tmp_path: Path, members: dict[str, bytes], advice: str) -> None:
    assert advice in refusal(write_zip(tmp_path / "a.zip", members)).advice


def test_names_in_chinese_without_the_utf8_mark(tmp_path: Path) -> None:
    content = write_zip(tmp_path / "a.zip", {f"aa/bbbb{Path(name).suffix}": data for name, data in parts().items()})
    gbk = content.read_bytes().replace(b"aa/bbbb", "村/图斑".encode("gbk"))
    source, rows = read_all(put(tmp_path / "b.zip", gbk))
    assert source.layers == ("图斑",)
    assert len(rows) == 48


def test_every_kind_of_bad_row_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(validity, "MAX_VERTICES", 1_000)
    monkeypatch.setattr(finishing, "MAX_VERTICES", 1_000)
    swapped = shapely.transform(SQUARE, lambda corners: corners[:, ::-1])
    bow_tie = shapely.Polygon([(114.3, 37.8), (114.31, 37.81), (114.31, 37.8), (114.3, 37.81)])
    tall = shapely.force_3d(SQUARE, 120.0)
    mixed = shapely.GeometryCollection([shapely.Point(114.3, 37.8), SQUARE, shapely.LineString([(114, 37), (114, 38)])])
    angles = np.linspace(0, 2 * np.pi, 1_002)
    huge = shapely.Polygon(np.column_stack((114.3 + 0.01 * np.cos(angles), 37.8 + 0.01 * np.sin(angles))))
    abroad = shapely.box(-70.1, -13.1, -70.0, -13.0)
    rows = [feature(shape) for shape in (SQUARE, swapped, bow_tie, tall, mixed, huge, abroad)]
    rows.append(
        feature(
            {"type": "Polygon", "coordinates": [[[114.3, 37.8], [float("nan"), 37.8], [114.3, 37.81], [114.3, 37.8]]]}
        )
    )
    rows.append(feature(shapely.Point(114.3, 37.8)))
    _, read = read_all(write_collection(tmp_path / "a.json", rows))
    expected = [None, "颠倒", "自相交", None, None, "超过上限", "不在我国范围", "NaN", None]
    for row, word in zip(read, expected, strict=True):
        assert (row.problem is None) == (word is None)
        assert (row.geometry is None) == (word is not None)
        assert word is None or word in str(row.problem)
        assert row.geometry is None or (row.geometry.is_valid and not row.geometry.has_z)
    assert "高程" in read[3].notes[0]
    assert read[4].notes == ("混合图形中只取面",)


def test_swapped_file_in_metres_is_refused_row_by_row(tmp_path: Path) -> None:
    ring = [[4179791, 38526438], [4179891, 38526438], [4179891, 38526538], [4179791, 38526438]]
    path = write_collection(tmp_path / "a.json", [feature({"type": "Polygon", "coordinates": [ring]})])
    _, (row,) = read_all(path)
    assert "次序疑似颠倒" in str(row.problem)
    assert "改正次序" in str(row.problem)


def test_row_of_another_zone_is_refused(tmp_path: Path) -> None:
    def square(x: float) -> dict[str, object]:
        ring = [[x, 4179791], [x + 100, 4179791], [x + 100, 4179891], [x, 4179791]]
        return feature({"type": "Polygon", "coordinates": [ring]})

    rows = [square(38_526_438), square(38_526_638), square(39_526_438), square(526_438)]
    _, read = read_all(write_collection(tmp_path / "a.json", rows))
    assert [row.problem is None for row in read] == [True, True, False, False]
    assert "带号" in str(read[2].problem)


@settings(STEADY, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(["utf8-cpg-4490.zip", "gbk-nocpg-noprj-4526.zip", "patches.gpkg", "patches.geojson"]),
    at=st.floats(0, 1, exclude_max=True),
    junk=st.binary(min_size=1, max_size=64),
)
def test_damage_anywhere_gives_all_rows_or_a_refusal(tmp_path: Path, name: str, at: float, junk: bytes) -> None:
    content = bytearray((PATCHES / name).read_bytes())
    start = int(at * len(content))
    content[start : start + len(junk)] = junk
    outcome = attempt(put(tmp_path / "fuzz", bytes(content)))
    if isinstance(outcome, ReadError):
        assert outcome.advice
        return
    source, rows = outcome
    assert len(rows) == source.count
    assert all((row.geometry is None) == (row.problem is not None) for row in rows)
