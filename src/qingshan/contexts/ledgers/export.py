"""The ledger as an Excel file: texts only, no formulas, the number of rows stated, the same bytes whenever re-made."""

from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from qingshan.contexts.ledgers.columns import CLASS_LABELS, COLUMNS
from qingshan.contexts.ledgers.selectors import Ledger, read_texts
from qingshan.contexts.ledgers.writing import RowShape, StreamingSheet

BOOK_OPTIONS = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "in_memory": False}
A3 = 8
REPORT_EVERY = 500
_SUMMARY = ("单位", "查实", "查否", "存疑", "列入台账", "已销号")
Report = Callable[[int, int], None]


def no_report(_done: int, _total: int) -> None:
    """Nobody asks how far it is."""


def write_ledger(ledger: Ledger, path: Path, *, zone: ZoneInfo, report: Report = no_report) -> int:
    """Write ``ledger`` to ``path`` (XLSX, page A3 across); returns the number of rows written."""
    moment = ledger.moment.astimezone(zone)
    with xlsxwriter.Workbook(str(path), BOOK_OPTIONS) as book:
        book.set_properties({"title": f"{ledger.title}台账清单", "created": moment.replace(tzinfo=None)})
        head = book.add_format(
            {"bold": True, "text_wrap": True, "valign": "vcenter", "bg_color": "#E6F0EB", "border": 1}
        )
        body = book.add_format({"text_wrap": True, "valign": "top", "border": 1})
        title = book.add_format({"bold": True, "font_size": 14})
        sheet = book.add_worksheet("台账清单", worksheet_class=StreamingSheet)
        _list_sheet(sheet, ledger, f"{moment:%Y-%m-%d %H:%M}", (title, head, body), report)
        write_summary(book.add_worksheet("汇总"), ledger, (title, head, body))
    return len(ledger.rows)


def set_page(sheet: Worksheet, *, repeat_from: int, repeat_to: int) -> None:
    """Page setup of a printed ledger: A3 across, as wide as the page, header on each page, page x of y."""
    sheet.set_landscape()
    sheet.set_paper(A3)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.repeat_rows(repeat_from, repeat_to)
    sheet.set_footer("&L填表人：          审核人：          负责人：&C第 &P 页，共 &N 页&R打印日期：          ")


def counted(ledger: Ledger, moment: str) -> str:
    """The line above the table: as of when, how many rows, by class."""
    classes = "，".join(f"{CLASS_LABELS[slug]} {n}" for slug, n in ledger.classes.items())
    return f"截至 {moment}，共 {len(ledger.rows)} 行（{classes}）"


def _list_sheet(
    sheet: StreamingSheet, ledger: Ledger, moment: str, formats: tuple[Format, Format, Format], report: Report
) -> None:
    title, head, body = formats
    set_page(sheet, repeat_from=2, repeat_to=2)
    sheet.freeze_panes(3, 3)
    sheet.write_string(0, 0, f"{ledger.title}台账清单", title)
    sheet.write_string(1, 0, counted(ledger, moment))
    sheet.set_column(0, 0, 6)
    for number, column in enumerate(COLUMNS, start=1):
        sheet.set_column(number, number, column.width)
    if ledger.rows:
        sheet.autofilter(2, 0, len(ledger.rows) + 2, len(COLUMNS))
    sheet.write_string(2, 0, "序号", head)
    for number, column in enumerate(COLUMNS, start=1):
        sheet.write_string(2, number, column.header, head)
    shape = RowShape([body] * (len(COLUMNS) + 1))
    for number, (_row, texts) in enumerate(read_texts(ledger, ledger.rows), start=1):
        sheet.write_row_values(number + 2, (number, *texts), shape)
        if number % REPORT_EVERY == 0:
            report(number, len(ledger.rows))


def write_summary(sheet: Worksheet, ledger: Ledger, formats: tuple[Format, Format, Format]) -> None:
    """The second sheet: per township how many of each class, how many cases, how many closed."""
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
