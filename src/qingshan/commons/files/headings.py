"""Headings of a foreign table (表头): where they stand, over how many rows, and which of our fields each one means.

Pure. Works on rows as `sheets` hands them out; a heading merged over several columns is a group over each of them.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from qingshan.commons.files.cells import Value, heading_key, plain_text

LOOK_AT = 30
"""Rows at the top of a sheet in which headings are looked for."""
LONGEST = 40
"""A longer text is a remark, no heading."""


class RowLike(Protocol):
    """What is needed of a row."""

    @property
    def number(self) -> int:
        """Its number in the sheet, from 1."""

    @property
    def values(self) -> Sequence[Value]:
        """Values from column A on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MergedRange:
    """A merged range of cells; rows and columns from 1, both ends within."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int

    def holds(self, row: int, column: int) -> bool:
        """Whether a cell lies in it."""
        return self.first_row <= row <= self.last_row and self.first_column <= column <= self.last_column


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """Heading of one column: its own text and the groups above it, outermost first."""

    column: int
    title: str
    groups: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """Groups and title in one text, "处罚／文号"."""
        return "／".join((*self.groups, self.title))


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The block of headings: first and last row, the headings by column, the title above, first row of data."""

    first: int
    last: int
    headings: tuple[Heading, ...]
    title: str
    data_from: int


def find_header(
    rows: Iterable[RowLike], merged: Sequence[MergedRange] = (), known: Collection[str] = ()
) -> Header | None:
    """The header among the first rows: where most headings are ``known``, else the fullest row of short texts."""
    table = {row.number: row.values for row in rows if row.number <= LOOK_AT}
    if not table:
        return None
    grid = _Grid(table, [m for m in merged if m.first_row <= LOOK_AT])
    last = _last_row(grid, {heading_key(k) for k in known})
    if last is None:
        return None
    first = _first_row(grid, last)
    headings = tuple(_heading(grid, first, last, column) for column in range(1, grid.width(last) + 1))
    data_from = last + 2 if _counts(grid.values(last + 1)) else last + 1
    title = next((t for t in (_only_text(grid, r) for r in range(1, first)) if t), "")
    return Header(first=first, last=last, headings=headings, title=title, data_from=data_from)


def match_headings(headings: Iterable[Heading], aliases: Mapping[str, Sequence[str]]) -> dict[int, str]:
    """Column → field: by equal names first (own text, then with its groups), then by a name within the heading."""
    rest = [h for h in headings if h.title]
    names = {heading_key(name): key for key, words in aliases.items() for name in words}
    found: dict[int, str] = {}
    for key_of in (_with_groups, _own):
        for heading in rest:
            field = names.get(key_of(heading))
            if field and field not in found.values() and heading.column not in found:
                found[heading.column] = field
    ordered = sorted(names, key=len, reverse=True)
    for heading in rest:
        if heading.column in found:
            continue
        field = next((names[n] for n in ordered if len(n) >= 3 and _within(n, heading)), None)
        if field and field not in found.values():
            found[heading.column] = field
    return found


def _within(name: str, heading: Heading) -> bool:
    """Whether a name stands in the heading; one that stands in a group alone says nothing of each column under it."""
    if name in _own(heading):
        return True
    return name in _with_groups(heading) and not any(name in heading_key(group) for group in heading.groups)


def _own(heading: Heading) -> str:
    return heading_key(heading.title)


def _with_groups(heading: Heading) -> str:
    return heading_key("".join((*heading.groups, heading.title)))


class _Grid:
    """Texts of the top of a sheet; a merged range says its text in each of its cells."""

    def __init__(self, table: Mapping[int, Sequence[Value]], merged: Sequence[MergedRange]) -> None:
        self.table, self.merged = table, merged

    def values(self, row: int) -> Sequence[Value]:
        return self.table.get(row, ())

    def range_at(self, row: int, column: int) -> MergedRange | None:
        return next((m for m in self.merged if m.holds(row, column)), None)

    def text(self, row: int, column: int) -> str:
        within = self.range_at(row, column)
        if within is not None:
            row, column = within.first_row, within.first_column
        values = self.values(row)
        return plain_text(values[column - 1]) if column <= len(values) else ""

    def width(self, row: int) -> int:
        ends = [c for c in range(1, len(self.values(row)) + 1) if self.text(row, c)]
        ends += [m.last_column for m in self.merged if m.first_row <= row <= m.last_row and m.first_row != m.last_row]
        return max(ends, default=0)

    def texts(self, row: int) -> list[str]:
        return [self.text(row, column) for column in range(1, self.width(row) + 1)]


def _last_row(grid: _Grid, known: set[str]) -> int | None:
    scores = {row: sum(heading_key(t) in known for t in set(grid.texts(row)) if t) for row in sorted(grid.table)}
    best = max(scores.values())
    if best >= 2:
        return max(row for row, score in scores.items() if score == best)
    # A table whose words we do not know: the fullest row of short texts, which its data rows repeat less.
    fullness = {row: len({t for t in grid.texts(row) if t and len(t) <= LONGEST}) for row in sorted(grid.table)}
    most = max(fullness.values())
    return next(row for row, n in fullness.items() if n == most) if most >= 2 else None


def _first_row(grid: _Grid, last: int) -> int:
    first = last
    while first > 1 and _belongs(grid, first - 1, first):
        first -= 1
    return first


def _belongs(grid: _Grid, above: int, row: int) -> bool:
    """Whether the row above is part of the header: merged into it, or several groups over it."""
    if any(m.first_row <= above and m.last_row >= row for m in grid.merged):
        return True
    groups = [m for m in grid.merged if m.first_row == m.last_row == above and m.last_column > m.first_column]
    texts = {grid.text(above, column) for column in range(1, len(grid.values(above)) + 1)} - {""}
    return bool(groups) and len(texts) > 1 and all(len(t) <= LONGEST for t in texts)


def _heading(grid: _Grid, first: int, last: int, column: int) -> Heading:
    title = grid.text(last, column)
    groups: list[str] = []
    for row in range(first, last):
        text = grid.text(row, column)
        if text and text != title and text not in groups:
            groups.append(text)
    return Heading(column=column, title=title, groups=tuple(groups))


def _counts(values: Sequence[Value]) -> bool:
    """Whether a row only numbers the columns (栏次): 1, 2, 3 …"""
    texts = [plain_text(v) for v in values if plain_text(v)]
    numbers = [t for t in texts if t.isdigit()]
    return len(numbers) >= 3 and len(texts) - len(numbers) <= 1 and numbers == [
        str(n) for n in range(int(numbers[0]), int(numbers[0]) + len(numbers))
    ]  # fmt: skip


def _only_text(grid: _Grid, row: int) -> str:
    texts = {t for t in grid.texts(row) if t}
    return texts.pop() if len(texts) == 1 else ""
