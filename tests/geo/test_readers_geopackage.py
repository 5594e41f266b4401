"""GeoPackages as they come (GeoPackage 读取): exact values, several layers, damage, tables that lie."""

import sqlite3
import struct
from pathlib import Path

import pytest
import shapely

from qingshan.geo.features import ReadError
from tests.geo.making import PATCHES, SQUARE, attempt, blob, read_all, refusal, write_package


def test_values_are_exact(tmp_path: Path) -> None:
    path = write_package(
        tmp_path / "a.gpkg",
        [(blob(SQUARE), 2**60 + 1, "空 格", 1.5, None), (blob(SQUARE), None, "x", None, b"\x89PNG")],
        columns="N INTEGER, T TEXT, F REAL, B BLOB",
    )
    _, rows = read_all(path)
    assert rows[0].attributes == {"fid": 1, "N": 2**60 + 1, "T": "空 格", "F": 1.5, "B": None}
    assert rows[1].attributes == {"fid": 2, "N": None, "T": "x", "F": None, "B": "（二进制 4 字节）"}


def test_text_that_is_no_utf8_is_replaced(tmp_path: Path) -> None:
    path = write_package(
        tmp_path / "a.gpkg", [(blob(SQUARE), "x")], extra=["UPDATE tb SET JCBH = CAST(x'ffd0' AS TEXT)"]
    )
    assert read_all(path)[1][0].attributes["JCBH"] == "\ufffd\ufffd"


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (None, "没有图形"),
        (b"", "GeoPackage 格式"),
        (b"XX\x00\x01abcdefgh", "GeoPackage 格式"),
        (b"GP\x00\x0f\x00\x00\x00\x00", "GeoPackage 格式"),
        (b"GP\x00\x01\x00\x00\x00\x00", "无法解析"),
        (blob(SQUARE)[:40], "无法解析"),
        ("text", "GeoPackage 格式"),
        (blob(shapely.LineString([(114.3, 37.8), (114.4, 37.8)])), "类型为线"),
        (blob(shapely.Polygon()), "没有图形"),
        (b"GP\x00\x01" + bytes(4) + struct.pack("<BII", 1, 10, 0), "无法解析"),
    ],
)
def test_a_faulty_row_is_a_row_with_a_problem(tmp_path: Path, value: object, problem: str) -> None:
    path = write_package(tmp_path / "a.gpkg", [(blob(SQUARE), "1"), (value, "2"), (blob(SQUARE), "3")], kind="GEOMETRY")
    _, rows = read_all(path)
    assert [row.attributes["JCBH"] for row in rows] == ["1", "2", "3"]
    assert [row.problem is None for row in rows] == [True, False, True]
    assert problem in str(rows[1].problem)


def test_envelope_of_every_size_is_skipped(tmp_path: Path) -> None:
    values = [
        b"GP\x00" + bytes([code << 1 | 1]) + bytes(4 + size) + shapely.to_wkb(SQUARE)
        for code, size in ((0, 0), (1, 32), (2, 48), (3, 48), (4, 64))
    ]
    _, rows = read_all(write_package(tmp_path / "a.gpkg", [(value, "x") for value in values]))
    assert all(row.geometry is not None and row.geometry.equals(SQUARE) for row in rows)


def test_several_layers_and_what_is_left_out(tmp_path: Path) -> None:
    extra = [
        'CREATE TABLE "图斑 ""二""" (geom BLOB, A TEXT)',
        'INSERT INTO "图斑 ""二""" SELECT geom, 1 FROM tb',
        "INSERT INTO gpkg_contents VALUES ('图斑 \"二\"', 'features', 'x', 4490), ('v', 'features', 'v', 4490)",
        "INSERT INTO gpkg_contents VALUES ('l', 'features', 'l', 4490), ('t', 'attributes', 't', 0)",
        "INSERT INTO gpkg_geometry_columns VALUES ('图斑 \"二\"', 'geom', 'MULTIPOLYGON', 4490, 0, 0)",
        "INSERT INTO gpkg_geometry_columns VALUES ('v', 'geom', 'POLYGON', 4490, 0, 0)",
        "INSERT INTO gpkg_geometry_columns VALUES ('l', 'geom', 'LINESTRING', 4490, 0, 0)",
        "CREATE VIEW v AS SELECT * FROM tb",
        "CREATE TABLE l (geom BLOB)",
        "CREATE TABLE t (a TEXT)",
    ]
    source, rows = read_all(write_package(tmp_path / "a.gpkg", [(blob(SQUARE), "a")], extra=extra))
    assert source.layers == ("tb", '图斑 "二"')
    assert [(row.index, row.layer) for row in rows] == [(1, "tb"), (2, '图斑 "二"')]
    assert {"图层 l 为线，未读入", "图层 v 为视图，不是数据表，未读入"} <= set(source.notes)


def test_undefined_datum_counts_as_none(tmp_path: Path) -> None:
    source, _ = read_all(write_package(tmp_path / "a.gpkg", [(blob(SQUARE), "a")], srs=-1))
    assert "文件未注明坐标系" in source.notes[0]


def test_other_databases_are_refused(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "a.gpkg") as database:
        database.execute("CREATE TABLE a (b)")
    database.close()
    assert "不是 GeoPackage" in refusal(tmp_path / "a.gpkg").message


def test_only_lines_are_refused(tmp_path: Path) -> None:
    error = refusal(write_package(tmp_path / "a.gpkg", [], kind="LINESTRING"))
    assert "没有可读的" in error.message


def test_registered_column_that_does_not_exist(tmp_path: Path) -> None:
    path = write_package(tmp_path / "a.gpkg", [], extra=["UPDATE gpkg_geometry_columns SET column_name = 'x'"])
    assert "不存在" in refusal(path).message


@pytest.mark.parametrize("share", [0.02, 0.3, 0.7, 0.95])
def test_cut_off_file_is_refused_and_never_half_read(tmp_path: Path, share: float) -> None:
    content = (PATCHES / "patches.gpkg").read_bytes()
    (tmp_path / "a.gpkg").write_bytes(content[: int(len(content) * share)])
    assert refusal(tmp_path / "a.gpkg").advice


def test_overwritten_page_is_refused_or_read_whole(tmp_path: Path) -> None:
    content = (PATCHES / "patches.gpkg").read_bytes()
    outcomes = set()
    for page in range(1, len(content) // 4096):
        damaged = content[: page * 4096] + b"\xa5" * 4096 + content[(page + 1) * 4096 :]
        (tmp_path / "a.gpkg").write_bytes(damaged)
        outcome = attempt(tmp_path / "a.gpkg")
        outcomes.add(0 if isinstance(outcome, ReadError) else len(outcome[1]))
    assert outcomes <= {0, 48}


def test_the_file_itself_is_not_touched(tmp_path: Path) -> None:
    path = write_package(tmp_path / "a.gpkg", [(blob(SQUARE), "a")], extra=["PRAGMA journal_mode = WAL"])
    before = path.read_bytes()
    for side in tmp_path.glob("a.gpkg-*"):
        side.unlink()
    read_all(path)
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.gpkg"]
