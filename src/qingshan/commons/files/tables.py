"""Tables written for people (导出): CSV with byte order mark and XLSX, row by row, with nothing that runs.

A text that a spreadsheet would take for a formula gets an apostrophe in CSV and is written as text in XLSX.
"""

import csv
import io
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import xlsxwriter
from django.conf import settings

from qingshan.commons.files.models import StoredFile
from qingshan.commons.files.services import copy_expiry, read_chunks, store_file

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
FORMATS = ("xlsx", "csv")
MOST_ROWS = 1_000_000
"""A sheet holds 1,048,576 rows."""
BOM = "\ufeff"
WIDTH = 18
LONGEST_CELL = 32_000
MADE = datetime(2024, 7, 1)  # noqa: DTZ001 - a workbook knows no zones
"""Creation date written into every workbook, so that the same rows give the same file."""

Cell = str | int | Decimal | date | datetime | None


def safe_text(cell: str) -> str:
    """A text that no spreadsheet runs."""
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell


def store_table(
    *,
    name: str,
    kind: str,
    head: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    owner: UUID | None,
    now: datetime,
    zone: ZoneInfo,
    progress: Callable[[int], None] = lambda _done: None,
) -> StoredFile:
    """Write rows as ``kind`` (xlsx or csv) and store the file for its owner as ``name``, until it expires.

    ``progress`` hears the number of each row as it is written.
    """
    counted = _counted(rows, progress)
    if settings.QINGSHAN_PRACTICE:
        name = f"【演练】{name}"
    if kind == "csv":
        chunks = _csv(head, counted, zone)
        return store_file(chunks=chunks, name=f"{name}.csv", uploaded_by=owner, now=now, expires_at=copy_expiry(now))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.xlsx"
        write_xlsx(path, head, counted, zone)
        return store_file(
            chunks=read_chunks(path), name=f"{name}.xlsx", uploaded_by=owner, now=now, expires_at=copy_expiry(now)
        )


def _counted(rows: Iterable[Sequence[Cell]], progress: Callable[[int], None]) -> Iterator[Sequence[Cell]]:
    for number, row in enumerate(rows, 1):
        yield row
        progress(number)


def _csv(head: Sequence[str], rows: Iterable[Sequence[Cell]], zone: ZoneInfo) -> Iterator[bytes]:
    yield BOM.encode()
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([safe_text(h) for h in head])
    for row in rows:
        writer.writerow([_csv_cell(cell, zone) for cell in row])
        if out.tell() > 1 << 16:
            yield out.getvalue().encode()
            out.seek(0)
            out.truncate()
    yield out.getvalue().encode()


def _csv_cell(cell: Cell, zone: ZoneInfo) -> str:
    if isinstance(cell, datetime):
        return f"{cell.astimezone(zone):%Y-%m-%d %H:%M}"
    if isinstance(cell, str):
        return safe_text(cell)
    return "" if cell is None else str(cell)


def write_xlsx(path: Path, head: Sequence[str], rows: Iterable[Sequence[Cell]], zone: ZoneInfo) -> None:
    """A workbook of one sheet, written as it comes: heading frozen, filter on, strings as strings."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), {**options, "strings_to_numbers": False}) as book:
        book.set_properties({"created": MADE})
        sheet = book.add_worksheet("清单")
        bold = book.add_format({"bold": True, "bg_color": "#E6F0EB", "bottom": 1})
        formats = {
            datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
            date: book.add_format({"num_format": "yyyy-mm-dd"}),
            Decimal: book.add_format({"num_format": "0.00"}),
        }
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, max(len(head) - 1, 0), WIDTH)
        for column, text in enumerate(head):
            sheet.write_string(0, column, text, bold)
        last = 0
        for last, row in enumerate(rows, 1):
            for column, cell in enumerate(row):
                _write_cell(sheet, last, column, cell, formats, zone)
        sheet.autofilter(0, 0, last, max(len(head) - 1, 0))


def _write_cell(sheet: Any, row: int, column: int, cell: Cell, formats: dict[type, Any], zone: ZoneInfo) -> None:
    if cell is None or cell == "":
        return
    if isinstance(cell, datetime):
        sheet.write_datetime(row, column, cell.astimezone(zone).replace(tzinfo=None), formats[datetime])
    elif isinstance(cell, date):
        sheet.write_datetime(row, column, cell, formats[date])
    elif isinstance(cell, str):
        sheet.write_string(row, column, cell[:LONGEST_CELL])
    else:
        sheet.write_number(row, column, cell, formats.get(type(cell)))
