"""The report to the row (逐行结果): the columns as received with result and reason, to be mended and uploaded again.

What may name a person stays in the original: a column shows its cells only when it is mapped to a field that names
nobody. A withheld cell that comes back in a mended report is refused, never taken for a name.
"""

import tempfile
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import xlsxwriter
from xlsxwriter.format import Format

from qingshan.commons.files.cells import Value, plain_text
from qingshan.commons.files.foreign_tables import ForeignTable
from qingshan.commons.files.models import StoredFile
from qingshan.commons.files.services import read_chunks, store_file
from qingshan.commons.people.viewer import Acting
from qingshan.contexts.ledgers.export import BOOK_OPTIONS
from qingshan.contexts.ledgers.models import TakeOver
from qingshan.contexts.ledgers.takeover_mapping import OldMapping
from qingshan.contexts.ledgers.takeover_words import EXTRA, WITHHELD, old_words
from qingshan.contexts.ledgers.writing import RowShape, StreamingSheet

OUTCOME_LABELS = {
    "ready": "可接管",
    "warning": "可接管（有提示）",
    "known": "已在系统内",
    "refused": "拒收",
    "not_row": "非数据行",
}
Line = tuple[str, int, str, str]
"""Sheet, row, outcome, reasons of a checked row."""


def write_report(
    row: TakeOver, tables: Sequence[ForeignTable], checked: Sequence[Line], mapping: OldMapping, acting: Acting
) -> StoredFile:
    """Write and store the report; texts only, never a formula. Result and reason stand behind the last column."""
    by_row = {(sheet, number): (outcome, reasons) for sheet, number, outcome, reasons in checked}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.xlsx"
        with xlsxwriter.Workbook(str(path), BOOK_OPTIONS) as book:
            head = book.add_format({"bold": True, "text_wrap": True, "bg_color": "#E6F0EB", "border": 1})
            body = book.add_format({"text_wrap": True, "valign": "top", "border": 1})
            for table in tables:
                if table.header is not None:
                    sheet = book.add_worksheet(_sheet_name(table.name, book), worksheet_class=StreamingSheet)
                    _write_table(sheet, table, by_row, _shown(table, mapping), (head, body))
            sheet = book.add_worksheet("未计入的行", worksheet_class=StreamingSheet)
            shape_head, shape = RowShape([head] * 3), RowShape([body] * 3)
            sheet.set_column(0, 2, 24)
            sheet.write_row_values(0, ("所在工作表", "第几行", "为什么不是数据"), shape_head)
            others = [line for line in checked if line[2] == "not_row"]
            for number, (name, row_no, _, reasons) in enumerate(others, start=1):
                sheet.write_row_values(number, (name, row_no, reasons), shape)
        name = f"{Path(row.file_name).stem[:60]}-接管逐行结果.xlsx"
        return store_file(chunks=read_chunks(path), name=name, uploaded_by=acting.viewer.account_id, now=acting.now())


def _write_table(
    sheet: StreamingSheet,
    table: ForeignTable,
    by_row: Mapping[tuple[str, int], tuple[str, str]],
    shown: Collection[str],
    formats: tuple[Format, Format],
) -> None:
    head, body = formats
    names = list(table.keys().values())
    width = len(names) + 2
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(names) - 1, 14)
    sheet.set_column(len(names), len(names), 12)
    sheet.set_column(len(names) + 1, len(names) + 1, 60)
    sheet.write_row_values(0, (*names, "结果", "原因"), RowShape([head] * width))
    shape, line = RowShape([body] * width), 0
    for row in table.rows():
        outcome, reasons = by_row.get((table.name[:80], row.number), ("not_row", ""))
        if outcome == "not_row":
            continue
        line += 1
        cells = [_cell(row.cells.get(name), shown=name in shown) for name in names]
        sheet.write_row_values(line, (*cells, OUTCOME_LABELS[outcome], reasons), shape)
    if line:
        sheet.autofilter(0, 0, line, width - 1)


def _shown(table: ForeignTable, mapping: OldMapping) -> set[str]:
    """Columns that stand for a field which names nobody."""
    plain = {f.slug for f in old_words().fields if not f.personal} - {EXTRA}
    return {name for name in table.keys().values() if mapping.columns.get(name) in plain}


def _cell(value: Value, *, shown: bool) -> str:
    text = plain_text(value)
    return text if shown or not text else WITHHELD


def _sheet_name(name: str, book: xlsxwriter.Workbook) -> str:
    """A name as Excel takes it, not used yet."""
    bare = "".join("_" if c in "[]:*?/\\'" else c for c in name)[:28].strip() or "表"
    used = {sheet.get_name().casefold() for sheet in book.worksheets()}
    number, found = 1, bare
    while found.casefold() in used or found == "未计入的行":
        number += 1
        found = f"{bare}{number}"
    return found
