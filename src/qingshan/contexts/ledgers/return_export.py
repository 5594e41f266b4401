"""The sheet that a township takes home (乡镇回填表): its open leads, what each may be filled with, a stamp each."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from qingshan.contexts.ledgers.return_fields import BY_HEADING, FIELDS, FIXED, STAMP, acts_for, hint

SHEET = "回填"
HEADER_ROW = 2
PROTECTION = {
    "select_locked_cells": True,
    "format_columns": True,
    "format_rows": True,
    "autofilter": True,
    "sort": True,
}
_NOTE = (
    "只填白色格；灰色格不要改。填好后在系统“回填表”处上传，系统逐行列出改动，勾选确认后才办理。"
    "照片、文书不能随表上传，需要照片的事项请在系统内办理。"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLead:
    """One row to be filled."""

    lead_id: UUID
    number: str
    place: str
    channel: str
    state: str
    state_word: str
    due: str
    photos: bool
    seq: int
    hash: str

    @property
    def stamp(self) -> str:
        """What ties the row to the lead as it stood."""
        return f"{self.lead_id}:{self.seq}:{self.hash[:16]}"


def write_return_sheet(rows: Sequence[OpenLead], path: Path, *, title: str) -> int:
    """Write the sheet; returns the number of rows."""
    headings = [*FIXED, *(f.heading for f in FIELDS), STAMP]
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet(SHEET)
        base = {"border": 1, "text_wrap": True, "valign": "top", "num_format": "@"}
        locked = book.add_format({**base, "bg_color": "#EEEEEE"})
        free = book.add_format({**base, "locked": False})
        head = book.add_format({**base, "bold": True, "bg_color": "#E6F0EB"})
        sheet.protect("", PROTECTION)
        sheet.freeze_panes(HEADER_ROW + 1, 1)
        sheet.write_string(0, 0, title, book.add_format({"bold": True, "font_size": 14}))
        sheet.write_string(1, 0, _NOTE)
        for column, heading in enumerate(headings):
            sheet.write_string(HEADER_ROW, column, heading, head)
            field = BY_HEADING.get(heading)
            sheet.set_column(column, column, field.width if field else 18, None, {"hidden": heading == STAMP})
        for number, row in enumerate(rows, start=HEADER_ROW + 1):
            _row(sheet, number, row, locked, free)
        _lists(sheet, len(rows))
    return len(rows)


def _row(sheet: Worksheet, number: int, row: OpenLead, locked: Format, free: Format) -> None:
    fixed = (row.number, row.place, row.channel, row.state_word, row.due, hint(row.state, photos=row.photos))
    for column, text in enumerate(fixed):
        sheet.write_string(number, column, text, locked)
    allowed = acts_for(row.state, photos=row.photos)
    for column, field in enumerate(FIELDS, start=len(FIXED)):
        sheet.write_blank(number, column, None, free if field.act in allowed else locked)
    sheet.write_string(number, len(FIXED) + len(FIELDS), row.stamp, locked)


def _lists(sheet: Worksheet, rows: int) -> None:
    for column, field in enumerate(FIELDS, start=len(FIXED)):
        if field.choices and rows:
            sheet.data_validation(
                HEADER_ROW + 1, column, HEADER_ROW + rows, column,
                {"validate": "list", "source": list(field.choices), "error_title": "填写不对",
                 "error_message": f"请选：{'、'.join(field.choices)}"},
            )  # fmt: skip
