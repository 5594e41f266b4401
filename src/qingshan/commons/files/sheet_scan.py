"""The quick look over the XML of one sheet: its extent, formulas and error cells, by pattern instead of by parser.

A pattern is fast but can be deceived, so it answers only where it has understood every cell; for everything else the
answer is None and the parser looks (`packages`). A sheet as Excel, WPS and every library write it is understood.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Final

MAX_COLUMN, MAX_ROW = 16_384, 1_048_576
_CHUNK: Final = 1 << 22
_LONGEST_CELL: Final = 1 << 20
_FILLED: Final = re.compile(rb'<c r="([A-Z]{1,3})([0-9]{1,7})"[^<>]*>(?:<v|<f|<is>)')
_EMPTY: Final = re.compile(rb'<c r="[A-Z]{1,3}[0-9]{1,7}"[^<>]*(?:/>|></c>)')
_FORMULA: Final = re.compile(rb'<c r="([A-Z]{1,3})([0-9]{1,7})"[^<>]*><f')
_FAULTY: Final = re.compile(rb'<c r="([A-Z]{1,3})([0-9]{1,7})"[^<>]*t="e"')
_STRANGE: Final = re.compile(rb"<c[^ a-zA-Z]|<[A-Za-z0-9]+:c[^a-zA-Z]")
_CODED: Final = re.compile(rb"<\?xml[^>]*encoding=[\"']([^\"']+)[\"']")


@dataclass(slots=True, kw_only=True)
class Scanned:
    """What was found in one sheet: its rectangle, cells written, formulas and error cells as (row, column) from 1."""

    name: str = ""
    last_row: int = 0
    last_column: int = 0
    cells: int = 0
    formulas: set[tuple[int, int]] = field(default_factory=set)
    errors: set[tuple[int, int]] = field(default_factory=set)


def quick_scan(stream: IO[bytes], *, most_marked: int) -> Scanned | None:
    """The sheet's extent and marked cells; None when the parser has to look, e.g. beyond ``most_marked`` of them."""
    found = Scanned()
    columns: set[bytes] = set()
    rest, first = b"", True
    while True:
        block = stream.read(_CHUNK)
        if (first and not _plain_head(block)) or b"<!" in block or b"\0" in block or len(rest) > _LONGEST_CELL:
            return None
        first = False
        text = rest + block
        cut = text.rfind(b"<c") if block else len(text)
        if cut < 0:
            cut = max(len(text) - 1, 0)
        part, rest = text[:cut], text[cut:]
        if not _take(part, found, columns) or len(found.formulas) + len(found.errors) > most_marked:
            return None
        if not block:
            break
    found.last_column = max((column_number(letters) for letters in columns), default=0)
    return found if found.last_column <= MAX_COLUMN and found.last_row <= MAX_ROW else None


def _plain_head(block: bytes) -> bool:
    """Whether the text is UTF-8 and its elements carry no prefix."""
    head = block[:2000].removeprefix(b"\xef\xbb\xbf").lstrip()
    coded = _CODED.match(head)
    return head.startswith(b"<") and (coded is None or coded[1].lower() in {b"utf-8", b"us-ascii"})


def _take(part: bytes, found: Scanned, columns: set[bytes]) -> bool:
    """Add the cells of a piece of XML; False when one of them is not as expected."""
    filled = _FILLED.findall(part)
    cells = part.count(b"<c ")
    if (len(filled) != cells and len(filled) + len(_EMPTY.findall(part)) != cells) or _STRANGE.search(part):
        return False
    found.cells += cells
    if filled:
        letters, digits = zip(*filled, strict=True)
        columns.update(letters)
        found.last_row = max(found.last_row, *map(int, set(digits)))
    if b"><f" in part:
        found.formulas.update(_places(_FORMULA, part))
    if b't="e"' in part:
        found.errors.update(_places(_FAULTY, part))
    return True


def _places(pattern: re.Pattern[bytes], part: bytes) -> Iterator[tuple[int, int]]:
    return ((int(row), column_number(letters)) for letters, row in pattern.findall(part))


def column_number(letters: bytes) -> int:
    """Column from 1 of its capital letters: AB → 28."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
