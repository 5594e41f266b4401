"""Shapefiles as they come (Shapefile 读取): encodings told wrongly or not at all, several layers, damage."""

import struct
from pathlib import Path

import pytest
import shapely

from qingshan.geo.readers import read_features
from qingshan.geo.readers.dbf import find_encoding, open_table
from tests.geo.making import (
    dbf_bytes,
    polygon_record,
    read_all,
    refusal,
    shp_bytes,
    square_at,
    write_zip,
)

PLACE = (38_526_400.0, 4_179_700.0)
SQUARE_RECORD = square_at(*PLACE, 100.0)


def shapefile(
    path: Path,
    texts: list[bytes],
    *,
    name: bytes = b"BZ",
    cpg: bytes | None = None,
    language: int = 0,
    record: bytes = SQUARE_RECORD,
) -> Path:
    """A zipped Shapefile with one text column and a square per row."""
    members = {
        "a.shp": shp_bytes([record] * len(texts)),
        "a.dbf": dbf_bytes([(name, "C", 30)], [[text] for text in texts], language),
    }
    if cpg is not None:
        members["a.cpg"] = cpg
    return write_zip(path, members)


GBK, UTF8 = "采石坑".encode("gbk"), "采石坑".encode()


@pytest.mark.parametrize(
    ("text", "cpg", "language", "encoding"),
    [
        (GBK, None, 0, "GB18030"),
        (GBK, None, 0x4D, "GB18030"),
        (GBK, None, 0x57, "GB18030"),
        (GBK, b"GBK", 0, "GB18030"),
        (GBK, b"936", 0, "GB18030"),
        (GBK, b"ANSI 936", 0, "GB18030"),
        (UTF8, None, 0, "UTF-8"),
        (UTF8, b"UTF-8", 0x57, "UTF-8"),
        (UTF8, b"65001", 0, "UTF-8"),
        (UTF8, b"\xef\xbb\xbfutf8\r\n", 0, "UTF-8"),
        ("𠮷家沟".encode("gb18030"), None, 0, "GB18030"),
        ("礦坑".encode("big5"), b"Big5", 0, "BIG5"),
    ],
)
def test_encoding_as_told(tmp_path: Path, text: bytes, cpg: bytes | None, language: int, encoding: str) -> None:
    source, (row,) = read_all(shapefile(tmp_path / "a.zip", [text], cpg=cpg, language=language))
    assert row.attributes["BZ"] in {"采石坑", "𠮷家沟", "礦坑"}
    assert source.encoding == encoding
    assert not any("编码" in note for note in source.notes)


@pytest.mark.parametrize(
    ("text", "cpg", "language", "encoding"),
    [(GBK, b"UTF-8", 0, "GB18030"), (UTF8, b"GBK", 0x4D, "UTF-8"), (GBK, b"nonsense", 0, "GB18030")],
)
def test_wrong_cpg_is_overruled_and_told(tmp_path: Path, text: bytes, cpg: bytes, language: int, encoding: str) -> None:
    source, (row,) = read_all(shapefile(tmp_path / "a.zip", [text], cpg=cpg, language=language))
    assert row.attributes["BZ"] == "采石坑"
    assert any("与内容不符" in note and encoding in note for note in source.notes)


def test_chinese_column_names_and_cut_off_characters(tmp_path: Path) -> None:
    text = ("石" * 15 + "x").encode("gbk")  # the column holds 30 bytes
    _, (row,) = read_all(shapefile(tmp_path / "a.zip", [b"ab" + text], name="图斑编号名".encode("gbk")))
    assert row.attributes == {"图斑编号名": "ab" + "石" * 14}


def test_texts_in_no_known_encoding_are_refused(tmp_path: Path) -> None:
    assert "编码" in refusal(shapefile(tmp_path / "a.zip", [b"\xff\xff\xff"])).message


def test_short_latin_text_is_not_taken_for_utf8_against_the_cpg(tmp_path: Path) -> None:
    table = tmp_path / "a.dbf"
    table.write_bytes(dbf_bytes([(b"BZ", "C", 10)], [["联通".encode("gbk")], [b"\xc2\xb7"]]))
    assert find_encoding(open_table(table), "GBK")[0] == "gb18030"


def test_values_of_every_kind(tmp_path: Path) -> None:
    columns = [(b"N", "N", 19), (b"F", "F", 12), (b"D", "D", 8), (b"L", "L", 1), (b"N", "N", 5), (b"", "C", 4)]
    rows = [
        [b"9007199254740993", b"12.5", b"20240725", b"T", b"*****", b"x"],
        [b"", b"", b"", b"?", b"", b""],
        [b"7", b"nan", b"00000000", b"n", b"1", b" y "],
    ]
    path = write_zip(tmp_path / "a.zip", {"a.shp": shp_bytes([SQUARE_RECORD] * 3), "a.dbf": dbf_bytes(columns, rows)})
    values = [list(row.attributes.values()) for row in read_all(path)[1]]
    assert list(read_all(path)[1][0].attributes) == ["N", "F", "D", "L", "N_2", "列6"]
    assert values[0] == [9007199254740993, 12.5, "2024-07-25", True, "*****", "x"]
    assert values[1] == [None] * 6
    assert values[2] == [7, "nan", None, False, 1, "y"]


def test_deleted_records_are_left_out_and_numbers_stay(tmp_path: Path) -> None:
    path = shapefile(tmp_path / "a.zip", [b"1", b"*", b"3"])
    source, rows = read_all(path)
    assert [(row.index, row.attributes["BZ"]) for row in rows] == [(1, "1"), (3, "3")]
    assert source.count == 2
    assert any("已删除" in note for note in source.notes)


def test_null_shape_is_a_row_with_a_problem(tmp_path: Path) -> None:
    members = {
        "a.shp": shp_bytes([SQUARE_RECORD, struct.pack("<i", 0)]),
        "a.dbf": dbf_bytes([(b"A", "C", 3)], [[b"1"], [b"2"]]),
    }
    _, rows = read_all(write_zip(tmp_path / "a.zip", members))
    assert rows[0].problem is None
    assert "没有图形" in str(rows[1].problem)


def test_hole_and_parts(tmp_path: Path) -> None:
    x, y = PLACE
    outer = [(x, y), (x, y + 100), (x + 100, y + 100), (x + 100, y), (x, y)]
    hole = [(x + 10, y + 10), (x + 20, y + 10), (x + 20, y + 20), (x + 10, y + 20), (x + 10, y + 10)]
    part = [(x + 200, y), (x + 200, y + 10), (x + 210, y + 10), (x + 210, y), (x + 200, y)]
    path = shapefile(tmp_path / "a.zip", [b"1"], record=polygon_record([outer, hole, part]))
    _, (row,) = read_all(path)
    assert row.geometry is not None
    assert shapely.get_num_geometries(row.geometry) == 2
    assert sum(len(polygon.interiors) for polygon in shapely.get_parts(row.geometry)) == 1


def test_several_layers_are_all_read_and_told(tmp_path: Path) -> None:
    table = dbf_bytes([(b"A", "C", 3)], [[b"1"], [b"2"]])
    shapes = shp_bytes([SQUARE_RECORD] * 2)
    members = {
        "x/a.shp": shapes,
        "x/a.dbf": table,
        "y/A.SHP": shapes,
        "y/A.DBF": table,
        "b.shp": shapes,
        "b.dbf": table,
    }
    source, rows = read_all(write_zip(tmp_path / "a.zip", members))
    assert [row.index for row in rows] == [1, 2, 3, 4, 5, 6]
    assert source.layers == ("x/a", "y/A", "b")
    assert [row.layer for row in rows] == ["x/a"] * 2 + ["y/A"] * 2 + ["b"] * 2
    assert any("3 个图层" in note for note in source.notes)


def test_line_layers_are_left_out_and_told(tmp_path: Path) -> None:
    line = struct.pack("<i4d2i", 3, 0, 0, 1, 1, 1, 2) + struct.pack("<i4d", 0, *PLACE, PLACE[0] + 10, PLACE[1])
    table = dbf_bytes([(b"A", "C", 3)], [[b"1"]])
    lines = {"line.shp": shp_bytes([line], 3), "line.dbf": table}
    assert "只有线图层" in refusal(write_zip(tmp_path / "b.zip", lines)).message
    both = {**lines, "a.shp": shp_bytes([SQUARE_RECORD]), "a.dbf": table}
    source, rows = read_all(write_zip(tmp_path / "a.zip", both))
    assert [row.layer for row in rows] == ["a"]
    assert "图层 line 为线，未读入" in source.notes


def test_heights_are_dropped_and_told(tmp_path: Path) -> None:
    x, y = PLACE
    ring = [(x, y), (x, y + 100), (x + 100, y + 100), (x, y)]
    flat = polygon_record([ring])
    record = struct.pack("<i", 15) + flat[4:] + struct.pack("<2d4d", 0, 9, 1, 2, 3, 4)
    _, (row,) = read_all(
        write_zip(
            tmp_path / "a.zip", {"a.shp": shp_bytes([record], 15), "a.dbf": dbf_bytes([(b"A", "C", 3)], [[b"1"]])}
        )
    )
    assert row.geometry is not None
    assert not row.geometry.has_z
    assert "高程" in row.notes[0]


@pytest.mark.parametrize(
    ("part", "reason"),
    [
        ({"a.shp": shp_bytes([SQUARE_RECORD])[:-30]}, "不完整"),
        ({"a.shp": b""}, "为空"),
        ({"a.shp": b"x" * 200}, "不是 Shapefile"),
        ({"a.dbf": b""}, "为空或不完整"),
        ({"a.dbf": dbf_bytes([(b"A", "C", 3)], [[b"1"]])[:-4]}, "不完整"),
        ({"a.dbf": dbf_bytes([(b"A", "C", 3)], [[b"1"], [b"2"]])}, "数目不符"),
        ({"a.prj": b"GEOGCS[broken"}, "不认识的坐标系"),
        ({"a.prj": "工程坐标".encode("gbk")}, "不认识的坐标系"),
    ],
)
def test_damaged_parts_are_refused(tmp_path: Path, part: dict[str, bytes], reason: str) -> None:
    sound = {"a.shp": shp_bytes([SQUARE_RECORD]), "a.dbf": dbf_bytes([(b"A", "C", 3)], [[b"1"]])}
    error = refusal(write_zip(tmp_path / "a.zip", {**sound, **part}))
    assert reason in error.message
    assert error.advice


def test_a_record_that_claims_more_corners_than_it_has(tmp_path: Path) -> None:
    record = SQUARE_RECORD[:36] + struct.pack("<2i", 1, 2**30) + SQUARE_RECORD[44:]
    assert "无法读取" in refusal(shapefile(tmp_path / "a.zip", [b"1"], record=record)).message


def test_missing_table_is_refused(tmp_path: Path) -> None:
    assert "缺少属性表" in refusal(write_zip(tmp_path / "a.zip", {"a.shp": shp_bytes([SQUARE_RECORD])})).message


def test_unpacked_files_are_gone_after_the_walk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    path = shapefile(tmp_path / "a.zip", [b"1"])
    read_all(path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.zip"]
    source = read_features(path)
    assert len(list(tmp_path.iterdir())) == 2
    del source
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.zip"]
    refusal(shapefile(path, [b"\xff\xff"]))
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.zip"]
