"""Tables as senders make them, invented: workbooks and texts with positions of the cast's places."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

from openpyxl import Workbook
from pyproj import Transformer


def workbook(
    sheets: Mapping[str, Sequence[Sequence[Any]]], *, merged: Mapping[str, Sequence[str]] | None = None
) -> bytes:
    """A workbook of sheets by name, each a list of rows; ``merged``: ranges by sheet ("A2:A5")."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
        for area in (merged or {}).get(name, ()):
            sheet.merge_cells(area)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def text(rows: Sequence[Sequence[object]], separator: str = ",") -> str:
    """Rows as a text table."""
    return "\n".join(separator.join(str(cell) for cell in row) for row in rows) + "\n"


def dms(degrees: float) -> str:
    """Degrees, minutes, seconds as clerks write them."""
    whole = int(degrees)
    minutes = (degrees - whole) * 60
    return f"{whole}°{int(minutes)}′{(minutes - int(minutes)) * 60:.4f}″"


def metres(lon: float, lat: float, epsg: int = 4526) -> tuple[float, float]:
    """Easting and northing of a position."""
    easting, northing = Transformer.from_crs(4490, epsg, always_xy=True).transform(lon, lat)
    return round(easting, 3), round(northing, 3)
