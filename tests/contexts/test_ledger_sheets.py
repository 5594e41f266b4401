"""Reading foreign workbooks: cells with their addresses, headings over merged groups, and files meant to do harm."""

from __future__ import annotations

import zipfile
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from qingshan.commons.files import packages
from qingshan.commons.files.cells import (
    CellProblem,
    Value,
    code_text,
    column_letters,
    day_of,
    heading_key,
    moment_of,
    number_of,
    plain_text,
    yes_of,
)
from qingshan.commons.files.headings import find_header, match_headings
from qingshan.commons.files.sheets import SheetRefused, read_book, read_sheet
from tests.cast import ZONE

NAIVE = datetime.fromisoformat("2024-08-05T07:30")
"""Cells know no zone."""


def make(path: Path, cells: dict[str, Any], *, merge: tuple[str, ...] = ()) -> Path:
    """A workbook with these cells."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for address, value in cells.items():
        sheet[address] = value
    for area in merge:
        sheet.merge_cells(area)
    book.save(path)
    return path


def rewrite(path: Path, member: str, old: bytes, new: bytes) -> Path:
    """Exchange bytes within one member of a workbook."""
    with zipfile.ZipFile(path) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    assert old in content[member]
    content[member] = content[member].replace(old, new)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return path


def test_cells_keep_their_addresses_wherever_the_table_begins(tmp_path: Path) -> None:
    sheet = read_sheet(
        make(tmp_path / "a.xlsx", {"C3": " 标　题 ", "D4": "=1+1", "E5": NAIVE.replace(hour=9), "AB6": 7})
    )
    rows = list(sheet.rows())
    assert [row.number for row in rows] == [1, 2, 3, 4, 5, 6]
    assert (rows[2].cell(3).text, rows[2].cell(3).where) == ("标 题", "第 3 行 C 列")
    assert rows[3].cell(4).formula
    assert not rows[2].cell(3).formula
    assert rows[4].cell(5).text == "2024-08-05 09:30"
    assert (rows[5].cell(28).text, rows[5].cell(28).address) == ("7", "AB6")
    assert rows[0].empty
    assert rows[2].cell(999).blank
    assert sheet.problems == ("有 1 个公式，只取其结果",)
    assert [row.number for row in sheet.rows(first=4, last=5)] == [4, 5]
    assert [column_letters(n) for n in (1, 26, 27, 702, 703)] == ["A", "Z", "AA", "ZZ", "AAA"]


def test_cells_under_a_merged_range_are_known(tmp_path: Path) -> None:
    sheet = read_sheet(make(tmp_path / "a.xlsx", {"A1": "x", "B2": "合并", "D5": "y"}, merge=("B2:C4",)))
    row = next(sheet.rows(first=3))
    assert row.cell(2).covered
    assert not row.cell(1).covered
    assert sheet.anchor(4, 3) == (2, 2)
    assert sheet.anchor(5, 4) == (5, 4)


def test_empty_rows_in_thousands_end_where_the_last_value_stands(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"] = "编号"
    sheet["A2"] = "一"
    for row in range(3, 65_000):
        sheet.cell(row, 1).number_format = "@"
    book.save(tmp_path / "a.xlsx")
    read = read_sheet(tmp_path / "a.xlsx")
    assert read.last_row == 2
    assert len(list(read.rows())) == 2


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "不是 Excel"),
        (b"PK\x03\x04 and nothing behind", "打不开"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "打不开"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "打开密码"),
        ("编号,村\n1,甲".encode(), "不是 Excel"),
        (b"%PDF-1.7", "不是 Excel"),
    ],
)
def test_what_is_no_workbook_says_so(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / "a.xlsx").write_bytes(content)
    with pytest.raises(SheetRefused, match=reason):
        read_book(tmp_path / "a.xlsx")


def test_a_zip_that_is_no_workbook_says_so(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    with pytest.raises(SheetRefused, match="不是 Excel"):
        read_book(tmp_path / "a.xlsx")


def test_a_rectangle_of_billions_of_cells_is_refused_before_it_is_laid_out(tmp_path: Path) -> None:
    path = make(tmp_path / "a.xlsx", {"A1": "x", "B2": "y"})
    rewrite(path, "xl/worksheets/sheet1.xml", b'r="B2"', b'r="XFD1048576"')
    with pytest.raises(SheetRefused, match="范围过大"):
        read_sheet(path)
    rewrite(path, "xl/worksheets/sheet1.xml", b'r="XFD1048576"', b'r="ZZZZ9"')
    with pytest.raises(SheetRefused, match="单元格编号不对"):
        read_sheet(path)


def rename(path: Path, member: str, new: str) -> Path:
    """Give one member of a workbook another name."""
    with zipfile.ZipFile(path) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    content[new] = content.pop(member)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return path


def test_a_sheet_under_capitals_is_scanned_like_any_other(tmp_path: Path) -> None:
    path = make(tmp_path / "a.xlsx", {"A1": "x", "B2": "=1+1"})
    rename(path, "xl/worksheets/sheet1.xml", "xl/worksheets/SHEET1.XML")
    assert read_book(path).sheets[0].formulas == {(2, 2)}
    rewrite(path, "xl/worksheets/SHEET1.XML", b'r="B2"', b'r="XFD1048576"')
    with pytest.raises(SheetRefused, match="范围过大"):
        read_book(path)


def test_a_sheet_whose_part_is_not_there_is_refused(tmp_path: Path) -> None:
    path = rename(make(tmp_path / "a.xlsx", {"A1": "x"}), "xl/worksheets/sheet1.xml", "xl/worksheets/other.xml")
    with pytest.raises(SheetRefused, match="找不到内容"):
        read_book(path)


def test_a_bomb_of_zeros_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = make(tmp_path / "a.xlsx", {"A1": "x"})
    monkeypatch.setattr(packages, "MAX_UNPACKED", 1_000_000)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/image1.png", b"\0" * 2_000_000)
    assert path.stat().st_size < 20_000
    with pytest.raises(SheetRefused, match="过大"):
        read_book(path)


def test_a_document_type_is_refused(tmp_path: Path) -> None:
    path = make(tmp_path / "a.xlsx", {"A1": "x"})
    entity = b'<!DOCTYPE worksheet [<!ENTITY e SYSTEM "file:///etc/passwd">]><worksheet'
    rewrite(path, "xl/worksheets/sheet1.xml", b"<worksheet", entity)
    with pytest.raises(SheetRefused, match="不允许的声明"):
        read_book(path)


def test_a_member_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    path = make(tmp_path / "a.xlsx", {"A1": "x" * 3000})
    with zipfile.ZipFile(path) as archive:
        size = archive.getinfo("xl/styles.xml").file_size
    data = path.read_bytes().replace(size.to_bytes(4, "little"), (10).to_bytes(4, "little"))
    path.write_bytes(data)
    with pytest.raises(SheetRefused, match="损坏"):
        read_book(path)


def test_a_sheet_is_found_by_name_and_hidden_ones_come_last(tmp_path: Path) -> None:
    book = Workbook()
    hidden = book.active
    assert hidden is not None
    hidden.title, hidden["A1"], hidden.sheet_state = "参数", "x", "hidden"
    book.create_sheet("台账")["B2"] = "y"
    book.save(tmp_path / "a.xlsx")
    assert read_sheet(tmp_path / "a.xlsx").name == "台账"
    assert read_sheet(tmp_path / "a.xlsx", "参数").hidden
    with pytest.raises(SheetRefused, match="没有名为“别的”"):
        read_sheet(tmp_path / "a.xlsx", "别的")


def test_headings_over_merged_groups_with_title_and_counting_row(tmp_path: Path) -> None:
    cells = {
        "A1": "某县非法采矿台账", "A2": "序号", "B2": "位置", "D2": "处罚", "F2": "备注", "B3": "乡镇", "C3": "村",
        "D3": "文号", "E3": "日期", "A4": 1, "B4": 2, "C4": 3, "D4": 4, "E4": 5, "F4": 6, "A5": 1, "B5": "苏村乡",
    }  # fmt: skip
    merge = ("A1:F1", "A2:A3", "B2:C2", "D2:E2", "F2:F3")
    sheet = read_sheet(make(tmp_path / "a.xlsx", cells, merge=merge))
    header = find_header(sheet.rows(last=30), sheet.merged, ["乡镇", "村", "序号", "处罚文号"])
    assert header is not None
    assert (header.first, header.last, header.data_from, header.title) == (2, 3, 5, "某县非法采矿台账")
    assert [h.path for h in header.headings] == ["序号", "位置／乡镇", "位置／村", "处罚／文号", "处罚／日期", "备注"]
    aliases = {"township": ["乡镇"], "village": ["村", "行政村"], "decision_no": ["处罚文号"], "filing_no": ["文号"]}
    assert match_headings(header.headings, aliases) == {2: "township", 3: "village", 4: "decision_no"}


def test_headings_in_words_nobody_told_us(tmp_path: Path) -> None:
    cells = {"A1": "标题", "A3": "甲列", "B3": "乙列", "C3": "丙列", "A4": "值", "B4": "值"}
    header = find_header(read_sheet(make(tmp_path / "a.xlsx", cells)).rows(), known=["乡镇"])
    assert header is not None
    assert [h.title for h in header.headings] == ["甲列", "乙列", "丙列"]
    assert find_header(read_sheet(make(tmp_path / "b.xlsx", {"A1": "只有标题"})).rows()) is None


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("2024-08-05", date(2024, 8, 5)), ("2024.8.5", date(2024, 8, 5)), ("２０２４／８／５", date(2024, 8, 5)),
        ("2024年8月5日", date(2024, 8, 5)), ("20240805", date(2024, 8, 5)), (20240805.0, date(2024, 8, 5)),
        (45509, date(2024, 8, 5)), (NAIVE, date(2024, 8, 5)), (date(2024, 8, 5), date(2024, 8, 5)),
        ("2024-08-05 10:00", date(2024, 8, 5)), ("　", None), ("—", None), (None, None),
    ],
)  # fmt: skip
def test_days_as_people_write_them(value: Value, day: date | None) -> None:
    assert day_of(value) == day


@pytest.mark.parametrize("value", ["8月5日", "2024-02-30", "去年", "1899-01-01", 12, time(3), True, "2024-13-01"])
def test_what_is_no_day(value: Value) -> None:
    with pytest.raises(CellProblem):
        day_of(value)


def test_moments_numbers_codes_and_answers() -> None:
    at = datetime(2024, 8, 5, 15, 30, tzinfo=ZONE)
    moments = (
        "2024-08-05 15:30",
        "2024年8月5日15时30分",
        "2024年8月5日 15：30",
        45509.6458333,
        NAIVE.replace(hour=15),
    )
    assert [moment_of(text, ZONE) for text in moments] == [at] * 5
    assert moment_of("2024-08-05", ZONE) == datetime(2024, 8, 5, tzinfo=ZONE)
    with pytest.raises(CellProblem, match="时刻"):
        moment_of("2024-08-05 傍晚", ZONE)
    assert [number_of(v, units="亩 平方米") for v in ("1,200.5亩", "１２", 3, " 7 平方米", "")] == [
        1200.5,
        12,
        3,
        7,
        None,
    ]
    for bad in ("甲", "1e999", "nan", True):
        with pytest.raises(CellProblem):
            number_of(bad)
    assert code_text("元采〔２０２４〕 0001") == "元采〔2024〕0001"
    assert code_text(130132204201.0) == "130132204201"
    with pytest.raises(CellProblem, match="15 位"):
        code_text(130132204201000001.0)
    assert [yes_of(v) for v in ("是", "√", "否", "×", "", True)] == [True, True, False, False, None, True]
    assert heading_key("＊ 面积（亩）\n") == heading_key("面积(亩)") == "面积亩"
    assert [plain_text(v) for v in (True, 3.0, 0.1, time(9, 5), "a\u200b\u3000 b\n")] == [
        "是",
        "3",
        "0.1",
        "09:05",
        "a b",
    ]
