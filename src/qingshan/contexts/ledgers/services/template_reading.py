"""Reading the bureau's blank form (空白台账表样) into a layout. Worker only: opens a foreign workbook."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.cell import Cell as ExcelCell
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet

from qingshan.commons.files.cells import heading_key, plain_text
from qingshan.commons.files.headings import Header, Heading, find_header, match_headings
from qingshan.commons.files.packages import SheetRefused, scan_workbook
from qingshan.commons.files.sheets import Sheet, read_sheet
from qingshan.contexts.ledgers.fields import ALIASES, ORDINAL_NAMES
from qingshan.contexts.ledgers.layout import MAX_COLUMNS, MAX_TEXT, Block, Layout, LayoutColumn

MAX_CELLS = 200_000
"""Cells of a form, empty ones with a border included: a blank form has a few hundred."""
LONGEST_FOOT = 12
DEFAULT_WIDTH = 12.0
_ALIGNED = {"left": "left", "right": "right", "center": "center"}


def read_template(path: Path) -> tuple[Layout, list[str]]:
    """The layout proposed for a blank form, and notes for whoever maps it; raises `SheetRefused`."""
    if path.read_bytes()[:4] != b"PK\x03\x04":
        raise SheetRefused("表样须是 .xlsx 工作簿，请用 Excel 或 WPS 另存为 .xlsx 后再传")
    scanned, notes = scan_workbook(path)
    if sum(s.cells for s in scanned.values()) > MAX_CELLS:
        raise SheetRefused("表样里的单元格太多：请只保留标题、表头和表尾，删去数据和多余的空白行后再传")
    sheet = read_sheet(path)
    header = find_header(
        sheet.rows(last=30), sheet.merged, [n for names in ALIASES.values() for n in names] + [*ORDINAL_NAMES]
    )
    if header is None:
        raise SheetRefused("没有找到表头：表样里应有一行写着各栏名称，例如“序号、乡镇、村、面积”")
    if len(header.headings) > MAX_COLUMNS:
        raise SheetRefused(f"表样有 {len(header.headings)} 栏，最多 {MAX_COLUMNS} 栏")
    layout = _open(path, sheet, header)
    missing = [str(n) for n, c in enumerate(layout.columns, 1) if c.kind == "empty"]
    notes += list(sheet.problems)
    if missing:
        notes.append(f"有 {len(missing)} 栏没有认出来（第 {'、'.join(missing[:20])} 栏），请逐栏选定或留空")
    return layout, notes


def _open(path: Path, sheet: Sheet, header: Header) -> Layout:
    """Widths, heights and borders, which only the second reader knows; it trips over what is not quite in order."""
    try:
        with path.open("rb") as handle:
            book = load_workbook(handle, keep_links=False, keep_vba=False, data_only=True)
            return _layout(book[sheet.name], sheet, header)
    except (InvalidFileException, KeyError, ValueError, TypeError, AttributeError, IndexError) as error:
        raise SheetRefused("表样的格式不合规范，请用 Excel 或 WPS 打开后另存为 .xlsx 再传") from error


def _layout(form: Worksheet, sheet: Sheet, header: Header) -> Layout:
    matched = match_headings(header.headings, ALIASES)
    last = header.data_from - 1
    width = len(header.headings)
    heights = tuple(float(form.row_dimensions[row].height or 0) for row in range(1, last + 1))
    return Layout(
        sheet=sheet.name,
        top=tuple(_blocks(form, sheet, 1, last, width)),
        header_first=header.first,
        header_last=last,
        columns=tuple(_column(form, header, heading, matched.get(heading.column, "")) for heading in header.headings),
        foot=tuple(_foot(form, sheet, header, width)),
        heights=heights,
        row_height=float(form.row_dimensions[header.data_from].height or 0),
        freeze_columns=_frozen(form, width),
    )


def _frozen(form: Worksheet, width: int) -> int:
    pane = form.sheet_view.pane
    return min(int(pane.xSplit), width) if pane is not None and pane.xSplit else 0


def _column(form: Worksheet, header: Header, heading: Heading, matched: str) -> LayoutColumn:
    letters = get_column_letter(heading.column)
    size = _dimension(form, heading.column)
    kind = "field" if matched else "empty"
    if heading_key(heading.title) in {heading_key(n) for n in ORDINAL_NAMES}:
        kind, matched = "ordinal", ""
    sample = form[f"{letters}{header.data_from}"]
    return LayoutColumn(
        title=heading.path[:MAX_TEXT],
        kind=kind,
        field=matched,
        width=round(float(size.width), 2) if size is not None and size.customWidth and size.width else DEFAULT_WIDTH,
        hidden=bool(size is not None and size.hidden),
        day_format=_day_format(str(sample.number_format)),
        decimals=_decimals(str(sample.number_format), matched),
    )


def _dimension(form: Worksheet, column: int) -> Any:
    """Width and hiding of a column; a form keeps them once for a run of columns."""
    for size in form.column_dimensions.values():
        if size.min is not None and size.max is not None and size.min <= column <= size.max:
            return size
    return None


def _day_format(number_format: str) -> str:
    text = number_format.casefold()
    if "yy" not in text:
        return "iso"
    signs = {"年": "chinese", "/": "slash", ".": "dot", "-": "iso"}
    return next((style for sign, style in signs.items() if sign in text), "compact")


def _decimals(number_format: str, field: str) -> int:
    if "0." in number_format:
        return min(
            len(number_format.split("0.", 1)[1].split(";", maxsplit=1)[0].split("%", maxsplit=1)[0].rstrip("_ )#")), 8
        )
    if number_format in ("0", "#,##0"):
        return 0
    return 6 if field in ("lon", "lat") else 2


def _blocks(form: Worksheet, sheet: Sheet, first: int, last: int, width: int, shift: int = 0) -> Iterator[Block]:
    """Texts and merged cells of some rows; ``shift`` is taken from their row numbers."""
    for row in range(first, last + 1):
        for column in range(1, max(width, min(sheet.last_column, MAX_COLUMNS)) + 1):
            area = sheet.range_at(row, column)
            if area is not None and (area.first_row, area.first_column) != (row, column):
                continue
            cell = form.cell(row, column)
            text = _spaced(_plain(cell))[:MAX_TEXT]
            bordered = bool(cell.border.top.style or cell.border.bottom.style)
            if not text and not bordered:
                continue
            yield Block(
                row=row - shift,
                column=column,
                last_row=(min(area.last_row, last) if area else row) - shift,
                last_column=min(area.last_column, MAX_COLUMNS) if area else column,
                text=text,
                bold=bool(cell.font.b),
                size=min(float(cell.font.sz or 11), 40),
                align=_ALIGNED.get(str(cell.alignment.horizontal), "left" if shift else "center"),
                border=bordered,
            )


def _spaced(value: Any) -> str:
    """A text with the blanks inside that the form uses to leave room."""
    return value.strip() if isinstance(value, str) else plain_text(value)


def _plain(cell: object) -> Any:
    return cell.value if isinstance(cell, ExcelCell) else None


def _foot(form: Worksheet, sheet: Sheet, header: Header, width: int) -> Iterator[Block]:
    """What stands below the empty rows: signature lines, remarks. Empty rows of the form are not counted."""
    filled = [row.number for row in sheet.rows(first=header.data_from) if not row.empty]
    rows = [number for number in filled if number >= header.data_from][:LONGEST_FOOT]
    if not rows:
        return
    yield from _blocks(form, sheet, rows[0], min(rows[-1], rows[0] + LONGEST_FOOT), width, shift=rows[0] - 1)
