"""The ledger in the bureau's own form (自定台账样式): written from the stored layout, same bytes whenever re-made.

Nothing of the uploaded workbook is copied: no macros, links, names or styles sheets; only what the layout holds.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

import xlsxwriter
from xlsxwriter import Workbook
from xlsxwriter.format import Format

from qingshan.contexts.ledgers.export import BOOK_OPTIONS, REPORT_EVERY, Report, no_report, set_page, write_summary
from qingshan.contexts.ledgers.fields import FIELD_BY_KEY
from qingshan.contexts.ledgers.layout import Block, Layout, LayoutColumn, row_values, with_tokens
from qingshan.contexts.ledgers.selectors import Ledger, read_sources
from qingshan.contexts.ledgers.writing import RowShape, StreamingSheet

_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\'", "-"))


def write_layout(
    ledger: Ledger, layout: Layout, path: Path, *, zone: ZoneInfo, unit: str, report: Report = no_report
) -> int:
    """Write ``ledger`` under ``layout``; returns the number of rows written. ``unit`` fills {单位}."""
    moment = ledger.moment.astimezone(zone)
    tokens = {
        "{截至}": f"{moment.year}年{moment.month}月{moment.day}日 {moment:%H:%M}",
        "{行数}": str(len(ledger.rows)),
        "{单位}": unit,
        "{标题}": ledger.title,
    }
    with xlsxwriter.Workbook(str(path), BOOK_OPTIONS) as book:
        book.set_properties({"title": f"{ledger.title}台账", "created": moment.replace(tzinfo=None)})
        sheet = book.add_worksheet(layout.sheet.translate(_FORBIDDEN)[:31] or "台账", worksheet_class=StreamingSheet)
        _Writer(book, sheet, layout, tokens).write(ledger, report)
        head = book.add_format({"bold": True, "border": 1})
        body = book.add_format({"border": 1})
        write_summary(book.add_worksheet("汇总"), ledger, (book.add_format({"bold": True}), head, body))
    return len(ledger.rows)


class _Writer:
    """Writes one sheet under a layout, top to bottom."""

    def __init__(self, book: Workbook, sheet: StreamingSheet, layout: Layout, tokens: Mapping[str, str]) -> None:
        self.book, self.sheet, self.layout, self.tokens = book, sheet, layout, tokens

    def write(self, ledger: Ledger, report: Report) -> None:
        """The whole sheet."""
        layout, sheet = self.layout, self.sheet
        set_page(sheet, repeat_from=layout.header_first - 1, repeat_to=layout.header_last - 1)
        sheet.freeze_panes(layout.header_last, layout.freeze_columns)
        for number, column in enumerate(layout.columns):
            sheet.set_column(number, number, column.width, None, {"hidden": column.hidden})
        for row, height in enumerate(layout.heights[: layout.header_last]):
            if height:
                sheet.set_row(row, height)
        self._blocks(layout.top, 0, range(1, layout.header_last + 1))
        shape = RowShape([self._format(c) for c in layout.columns], height=layout.row_height)
        for number, (_row, source) in enumerate(read_sources(ledger, ledger.rows), start=1):
            sheet.write_row_values(layout.header_last + number - 1, row_values(layout, source, number), shape)
            if number % REPORT_EVERY == 0:
                report(number, len(ledger.rows))
        below = layout.header_last + len(ledger.rows)
        self._blocks(layout.foot, below, range(1, max((b.last_row for b in layout.foot), default=0) + 1))

    def _format(self, column: LayoutColumn) -> Format:
        style: dict[str, object] = {"text_wrap": True, "valign": "vcenter", "border": 1}
        if column.kind == "field" and FIELD_BY_KEY[column.field].kind == "number":
            style |= {"num_format": "0" if not column.decimals else "0." + "0" * column.decimals, "align": "right"}
        else:
            style["num_format"] = "@" if column.kind != "ordinal" else "0"
        return self.book.add_format(style)

    def _blocks(self, blocks: Sequence[Block], shift: int, rows: Iterable[int]) -> None:
        cells = {(row, column): block for block in blocks for row, column in _cells(block)}
        styles = {block: self._block_format(block) for block in blocks}
        width = max(len(self.layout.columns), *(column for _, column in cells)) if cells else 0
        for row in rows:
            for column in range(1, width + 1):
                block = cells.get((row, column))
                if block is None:
                    continue
                if (block.row, block.column) == (row, column) and block.text:
                    text = with_tokens(block.text, self.tokens)
                    self.sheet.write_string(shift + row - 1, column - 1, text, styles[block])
                else:
                    self.sheet.write_blank(shift + row - 1, column - 1, None, styles[block])
        for block in blocks:
            if (block.row, block.column) != (block.last_row, block.last_column):
                self.sheet.merge.append(
                    [shift + block.row - 1, block.column - 1, shift + block.last_row - 1, block.last_column - 1]
                )

    def _block_format(self, block: Block) -> Format:
        return self.book.add_format(
            {
                "bold": block.bold,
                "font_size": block.size,
                "align": block.align,
                "valign": "vcenter",
                "text_wrap": True,
                "border": 1 if block.border else 0,
            }
        )


def _cells(block: Block) -> Iterable[tuple[int, int]]:
    return (
        (row, column)
        for row in range(block.row, block.last_row + 1)
        for column in range(block.column, block.last_column + 1)
    )
