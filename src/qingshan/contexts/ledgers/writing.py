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


_TEXT, _NUMBER, _EMPTY = "t", "n", "e"
_NUMBER_OF_ROW = "\0"
_KEPT_FORMS = 2_000
"""Forms of a row that are kept; what comes beyond is put together each time."""


class RowShape:
    """Everything of a row that is the same in each: letters of its columns, styles, height in points (0: automatic).

    Rows in which the same cells are empty have one form, with gaps for the others: a ledger has some hundreds of forms.
    """

    def __init__(self, formats: Sequence[Format], *, height: float = 0, first_column: int = 0) -> None:
        """One format per column."""
        letters = [column_letters(first_column + n + 1) for n in range(len(formats))]
        styles = [int(f._get_xf_index()) for f in formats]  # noqa: SLF001 - the library has no public name for it
        self._cells = [
            {
                _EMPTY: f'<c r="{name}{_NUMBER_OF_ROW}" s="{style}"/>',
                _TEXT: f'<c r="{name}{_NUMBER_OF_ROW}" s="{style}" t="inlineStr"><is>%s</is></c>',
                _NUMBER: f'<c r="{name}{_NUMBER_OF_ROW}" s="{style}"><v>%s</v></c>',
            }
            for name, style in zip(letters, styles, strict=True)
        ]
        height_of_row = f' ht="{height:g}" customHeight="1"' if height else ""
        self._opened = f'<row r="{_NUMBER_OF_ROW}"{height_of_row}>'
        self._forms: dict[str, str] = {}
        self.first, self.last = first_column, first_column + len(formats) - 1

    def xml(self, number: int, values: Sequence[str | int | float]) -> str:
        """The row with this number (from 1)."""
        kinds, texts = [], []
        for value in values:
            if value == "":
                kinds.append(_EMPTY)
            elif isinstance(value, str):
                kinds.append(_TEXT)
                texts.append(_text(value))
            else:
                kinds.append(_NUMBER)
                texts.append(repr(value))
        key = "".join(kinds)
        form = self._forms.get(key) or self._form(key)
        return form.replace(_NUMBER_OF_ROW, str(number)) % tuple(texts)

    def _form(self, key: str) -> str:
        cells = "".join(cell[kind] for cell, kind in zip(self._cells, key, strict=False))
        form = f"{self._opened}{cells}</row>"
        if len(self._forms) < _KEPT_FORMS:
            self._forms[key] = form
        return form


class StreamingSheet(Worksheet):  # type: ignore[misc]  # the library has no types
    """A worksheet in constant-memory mode that takes whole rows. Rows must come in order, after all other writing."""

    def write_row_values(self, row: int, values: Sequence[str | int | float], shape: RowShape) -> None:
        """Write one row (counted from 0); texts as texts, numbers as numbers, "" as an empty cell with its style."""
        if row > self.previous_row:
            self._write_single_row(row)
        if self._check_dimensions(row, shape.first) or self._check_dimensions(row, shape.last):
            raise ValueError(f"row {row} is outside the sheet or comes too late")
        self.row_data_fh.write(shape.xml(row + 1, values))


def _text(text: str) -> str:
    if text.isprintable() and len(text) < _SURELY_FITS and _MARKS.isdisjoint(text) and text.strip() == text:
        return f"<t>{text}</t>"
    safe = _ESCAPE.sub(r"_x005F_\1", fitting(text))
    safe = safe.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    safe = _CONTROL.sub(lambda found: f"_x{ord(found[0]):04X}_", safe)
    return f'<t xml:space="preserve">{safe}</t>'
