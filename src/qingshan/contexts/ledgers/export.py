"""The ledger as an Excel file: texts only, no formulas, the number of rows stated, the same bytes whenever re-made."""

from pathlib import Path
from zoneinfo import ZoneInfo

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from qingshan.contexts.ledgers.columns import CLASS_LABELS, COLUMNS
from qingshan.contexts.ledgers.selectors import Ledger

_CELL_HOLDS = 32_767
"""UTF-16 units of one cell of the format."""
_SUMMARY = ("单位", "查实", "查否", "存疑", "列入台账", "已销号")


def write_ledger(ledger: Ledger, path: Path, *, zone: ZoneInfo) -> int:
    """Write ``ledger`` to ``path`` (XLSX); returns the number of rows written."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "in_memory": False}
    moment = ledger.moment.astimezone(zone)
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"title": f"{ledger.title}台账清单", "created": moment.replace(tzinfo=None)})
        head = book.add_format(
            {"bold": True, "text_wrap": True, "valign": "vcenter", "bg_color": "#E6F0EB", "border": 1}
        )
        body = book.add_format({"text_wrap": True, "valign": "top", "border": 1})
        title = book.add_format({"bold": True, "font_size": 14})
        _list_sheet(book.add_worksheet("台账清单"), ledger, f"{moment:%Y-%m-%d %H:%M}", (title, head, body))
        _summary_sheet(book.add_worksheet("汇总"), ledger, (title, head, body))
    return len(ledger.rows)


def _list_sheet(sheet: Worksheet, ledger: Ledger, moment: str, formats: tuple[Format, Format, Format]) -> None:
    title, head, body = formats
    sheet.set_landscape()
    sheet.set_paper(8)
    sheet.repeat_rows(2)
    sheet.freeze_panes(3, 3)
    sheet.write_string(0, 0, f"{ledger.title}台账清单", title)
    classes = "，".join(f"{CLASS_LABELS[slug]} {n}" for slug, n in ledger.classes.items())
    sheet.write_string(1, 0, f"截至 {moment}，共 {len(ledger.rows)} 行（{classes}）")
    sheet.set_column(0, 0, 6)
    sheet.write_string(2, 0, "序号", head)
    for number, column in enumerate(COLUMNS, start=1):
        sheet.set_column(number, number, column.width)
        sheet.write_string(2, number, column.header, head)
    for number, row in enumerate(ledger.rows, start=1):
        sheet.write_number(number + 2, 0, number, body)
        for position, text in enumerate(row.texts, start=1):
            sheet.write_string(number + 2, position, fitting(text), body)
    if ledger.rows:
        sheet.autofilter(2, 0, len(ledger.rows) + 2, len(COLUMNS))


def fitting(text: str) -> str:
    """A text as one cell can hold it; what does not fit is said, never dropped silently."""
    if len(text.encode("utf-16-le")) // 2 <= _CELL_HOLDS:
        return text
    note = f"……（全文 {len(text)} 字，此格放不下，请在系统内查看）"
    return text[: (_CELL_HOLDS - len(note)) // 2] + note


def _summary_sheet(sheet: Worksheet, ledger: Ledger, formats: tuple[Format, Format, Format]) -> None:
    title, head, body = formats
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, len(_SUMMARY), 10)
    sheet.write_string(0, 0, "按乡镇汇总", title)
    for position, text in enumerate(_SUMMARY):
        sheet.write_string(1, position, text, head)
    keys = ("substantiated", "unfounded", "inconclusive", "cases", "closed")
    for line, (name, counts) in enumerate(ledger.summary(), start=2):
        sheet.write_string(line, 0, name, body)
        for position, key in enumerate(keys, start=1):
            sheet.write_number(line, position, counts.get(key, 0), body)
