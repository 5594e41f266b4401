"""Writing large sheets: rows of texts streamed into the workbook, never a formula, never more than a row in memory.

XlsxWriter's own way costs some ten microseconds a cell; a ledger of a hundred thousand rows has four million of them.
`StreamingSheet` writes whole rows as XML into the file in which XlsxWriter keeps its rows anyway; everything else of
the workbook (styles, page setup, merged headers) stays with XlsxWriter.
"""

import re
from collections.abc import Sequence

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from qingshan.commons.files.cells import column_letters

_CELL_HOLDS = 32_767
"""UTF-16 units of one cell of the format."""
_SURELY_FITS = _CELL_HOLDS // 2
_MARKS = frozenset("&<>_")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0d\x0e-\x1f\ufffe\uffff]")
_ESCAPE = re.compile("_(x[0-9A-Fa-f]{4}_)")


def fitting(text: str) -> str:
    """A text as one cell can hold it; what does not fit is said, never dropped silently."""
    if len(text) <= _SURELY_FITS or len(text.encode("utf-16-le")) // 2 <= _CELL_HOLDS:
        return text
    note = f"……（全文 {len(text)} 字，此格放不下，请在系统内查看）"
    return text[: (_CELL_HOLDS - len(note)) // 2] + note


class RowShape:
    """Everything of a row that is the same in each: letters of its columns, styles, height in points (0: automatic)."""

    def __init__(self, formats: Sequence[Format], *, height: float = 0, first_column: int = 0) -> None:
        """One format per column."""
        letters = [column_letters(first_column + n + 1) for n in range(len(formats))]
        styles = [int(f._get_xf_index()) for f in formats]  # noqa: SLF001 - the library has no public name for it
        self.opened = [f'<c r="{name}' for name in letters]
        self.styled = [f'" s="{style}"' for style in styles]
        self.texts = [f'" s="{style}" t="inlineStr"><is>' for style in styles]
        self.attributes = f' ht="{height:g}" customHeight="1"' if height else ""
        self.first, self.last = first_column, first_column + len(formats) - 1


class StreamingSheet(Worksheet):  # type: ignore[misc]  # the library has no types
    """A worksheet in constant-memory mode that takes whole rows. Rows must come in order, after all other writing."""

    def write_row_values(self, row: int, values: Sequence[str | int | float], shape: RowShape) -> None:
        """Write one row (counted from 0); texts as texts, numbers as numbers, "" as an empty cell with its style."""
        if row > self.previous_row:
            self._write_single_row(row)
        if self._check_dimensions(row, shape.first) or self._check_dimensions(row, shape.last):
            raise ValueError(f"row {row} is outside the sheet or comes too late")
        number = row + 1
        parts = [f'<row r="{number}"{shape.attributes}>']
        for position, value in enumerate(values):
            if value == "":
                parts.append(f"{shape.opened[position]}{number}{shape.styled[position]}/>")
            elif isinstance(value, str):
                parts.append(f"{shape.opened[position]}{number}{shape.texts[position]}{_text(value)}</is></c>")
            else:
                parts.append(f"{shape.opened[position]}{number}{shape.styled[position]}><v>{value!r}</v></c>")
        parts.append("</row>")
        self.row_data_fh.write("".join(parts))


def _text(text: str) -> str:
    if text.isprintable() and len(text) < _SURELY_FITS and _MARKS.isdisjoint(text) and text.strip() == text:
        return f"<t>{text}</t>"
    safe = _ESCAPE.sub(r"_x005F_\1", fitting(text))
    safe = safe.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    safe = _CONTROL.sub(lambda found: f"_x{ord(found[0]):04X}_", safe)
    return f'<t xml:space="preserve">{safe}</t>'
