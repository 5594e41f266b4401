"""Reading foreign workbooks (读取 Excel 工作簿): rows of cells with their addresses, under limits. Worker and CLI only.

    book = read_book(path)                 all sheets, notes about the workbook
    sheet = read_sheet(path)               the first visible sheet that holds anything
    for row in sheet.rows(first=4): row.cell(6).text, row.cell(6).where       → "第 4 行 F 列"

A formula gives the value that was kept with it, and is known as one (`Cell.formula`). Cells of a merged range other
than its first are known as `Cell.covered`; `Sheet.anchor` gives the first. Header: `headings.find_header`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from qingshan.commons.files.cells import Value, column_letters, is_blank, plain_text
from qingshan.commons.files.headings import MergedRange
from qingshan.commons.files.packages import MAX_AREA, Scanned, SheetRefused, scan_workbook

__all__ = ["Book", "Cell", "MergedRange", "Row", "Sheet", "SheetRefused", "column_letters", "read_book", "read_sheet"]

MAX_FILE = 30 * 1024 * 1024
MAX_MERGED = 20_000
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_ZIP = b"PK\x03\x04"
_NOT_EXCEL = "不是 Excel 工作簿（.xlsx 或 .xls），请用 Excel 或 WPS 另存为 .xlsx 后再传"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell; row and column from 1."""

    row: int
    column: int
    value: Value
    formula: bool = False
    covered: bool = False

    @property
    def text(self) -> str:
        """The value as a clerk reads it."""
        return plain_text(self.value)

    @property
    def blank(self) -> bool:
        """Whether it says nothing."""
        return is_blank(self.value)

    @property
    def address(self) -> str:
        """Excel's address, "F12"."""
        return f"{column_letters(self.column)}{self.row}"

    @property
    def where(self) -> str:
        """The address for people."""
        return f"第 {self.row} 行 {column_letters(self.column)} 列"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a sheet: values from column A on."""

    sheet: "Sheet"
    number: int
    values: Sequence[Value]

    @property
    def empty(self) -> bool:
        """Whether no cell holds anything (dashes count as something)."""
        return all(v is None or (isinstance(v, str) and not v.strip()) for v in self.values)

    def cell(self, column: int) -> Cell:
        """The cell in a column counted from 1; beyond the row's end it is empty."""
        value = self.values[column - 1] if 1 <= column <= len(self.values) else None
        return Cell(
            row=self.number,
            column=column,
            value=None if value == "" else value,
            formula=(self.number, column) in self.sheet.formulas,
            covered=self.sheet.is_covered(self.number, column),
        )

    @property
    def cells(self) -> Iterator[Cell]:
        """All cells, left to right."""
        return (self.cell(column) for column in range(1, len(self.values) + 1))


@dataclass(kw_only=True)
class Sheet:
    """One sheet. Rows are made as they are asked for; ``problems`` are notes for whoever uploaded it (Chinese)."""

    name: str
    hidden: bool
    last_row: int
    last_column: int
    merged: tuple[MergedRange, ...]
    formulas: frozenset[tuple[int, int]]
    errors: frozenset[tuple[int, int]] = frozenset()
    problems: tuple[str, ...] = ()
    source: CalamineSheet = field(repr=False)

    def rows(self, first: int = 1, last: int | None = None) -> Iterator[Row]:
        """Rows ``first`` to ``last`` (both from 1); empty ones too, but none behind the last that holds something."""
        start = self.source.start
        if start is None:
            return
        lead: list[Value] = [None] * start[1]
        for number, values in enumerate(self.source.iter_rows(), start=1):
            if last is not None and number > last:
                return
            if number >= first:
                yield Row(sheet=self, number=number, values=[*lead, *values])

    def numbered_values(self) -> Iterator[tuple[int, Sequence[Value]]]:
        """Number and values of every row, empty ones too; quicker than `rows` for large sheets."""
        start = self.source.start
        if start is None:
            return
        lead: list[Value] = [None] * start[1]
        for number, values in enumerate(self.source.iter_rows(), start=1):
            yield number, [*lead, *values] if lead else values

    @cached_property
    def _covered(self) -> dict[int, list[MergedRange]]:
        found: dict[int, list[MergedRange]] = {}
        for area in self.merged:
            for row in range(area.first_row, min(area.last_row, self.last_row) + 1):
                found.setdefault(row, []).append(area)
        return found

    def range_at(self, row: int, column: int) -> MergedRange | None:
        """The merged range a cell lies in."""
        return next((m for m in self._covered.get(row, ()) if m.holds(row, column)), None)

    def is_covered(self, row: int, column: int) -> bool:
        """Whether a cell lies under a merged range and is not its first."""
        area = self.range_at(row, column)
        return area is not None and (area.first_row, area.first_column) != (row, column)

    def anchor(self, row: int, column: int) -> tuple[int, int]:
        """The cell that speaks for a cell: the first of its merged range, else itself."""
        area = self.range_at(row, column)
        return (area.first_row, area.first_column) if area else (row, column)


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """A workbook: its sheets in order and notes about it (Chinese)."""

    sheets: tuple[Sheet, ...]
    problems: tuple[str, ...]


def read_book(path: Path) -> Book:
    """Open a workbook under limits; raises `SheetRefused` with what to do."""
    with path.open("rb") as handle:
        head = handle.read(8)
    if path.stat().st_size > MAX_FILE:
        raise SheetRefused(f"文件超过 {MAX_FILE // 1024 // 1024} MB，请拆分后再传")
    if head.startswith(_ZIP):
        scanned, notes = scan_workbook(path)
    elif head == _OLE:
        _refuse_encrypted(path)
        scanned, notes = {}, ["这是旧格式 .xls，公式不能辨认；建议另存为 .xlsx"]
    else:
        raise SheetRefused(_NOT_EXCEL)
    try:
        return Book(sheets=tuple(_sheets(path, scanned)), problems=tuple(notes))
    except (CalamineError, ValueError, OSError) as error:
        raise SheetRefused("文件打不开（已损坏或格式不符），请用 Excel 或 WPS 另存为 .xlsx 后再传") from error


def read_sheet(path: Path, name: str | None = None) -> Sheet:
    """The sheet ``name``, or the first visible one that holds anything; raises `SheetRefused`."""
    sheets = read_book(path).sheets
    if name is not None:
        found = next((s for s in sheets if s.name == name), None)
        if found is None:
            raise SheetRefused(f"工作簿里没有名为“{name}”的工作表")
        return found
    visible = [s for s in sheets if not s.hidden and s.last_row] or [s for s in sheets if s.last_row]
    if not visible:
        raise SheetRefused("工作簿是空的，没有任何内容")
    return visible[0]


def _refuse_encrypted(path: Path) -> None:
    if _ENCRYPTED in path.read_bytes():
        raise SheetRefused("文件设有打开密码，请取消密码后再传")


def _sheets(path: Path, scanned: dict[str, Scanned]) -> Iterator[Sheet]:
    book = CalamineWorkbook.from_path(str(path))
    for meta in book.sheets_metadata:
        if meta.typ is SheetTypeEnum.WorkSheet:
            if scanned and meta.name not in scanned:
                raise SheetRefused(f"工作表“{meta.name}”不能辨认，请用 Excel 或 WPS 另存为 .xlsx 后再传")
            yield _sheet(book.get_sheet_by_name(meta.name), meta.visible is not SheetVisibleEnum.Visible, scanned)


def _sheet(source: CalamineSheet, hidden: bool, scanned: dict[str, Scanned]) -> Sheet:  # noqa: FBT001
    end = source.end or (-1, -1)
    if (end[0] + 1) * (end[1] + 1) > MAX_AREA:
        raise SheetRefused(f"工作表“{source.name}”范围过大，请删除数据区以外的内容再传")
    merged = source.merged_cell_ranges or []
    if len(merged) > MAX_MERGED:
        raise SheetRefused(f"工作表“{source.name}”合并单元格太多，请取消合并后再传")
    found = scanned.get(source.name)
    formulas = frozenset(found.formulas) if found else frozenset()
    problems = [f"有 {len(formulas)} 个公式，只取其结果"] if formulas else []
    return Sheet(
        name=source.name,
        hidden=hidden,
        last_row=end[0] + 1,
        last_column=end[1] + 1,
        merged=tuple(
            MergedRange(first_row=a[0] + 1, first_column=a[1] + 1, last_row=b[0] + 1, last_column=b[1] + 1)
            for a, b in merged
        ),
        formulas=formulas,
        errors=frozenset(found.errors) if found else frozenset(),
        problems=tuple(problems),
        source=source,
    )
