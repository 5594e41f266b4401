"""Tables as people hand them in (来表读取): sheets with headings and rows, from a workbook or a text file.

Worker and command line only: foreign files are hostile. Nothing is left out in silence: titles, totals and signatures
come as rows that say why they are none.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from qingshan.commons.files.cells import Value, heading_key, plain_text
from qingshan.commons.files.headings import Header, Heading, MergedRange, find_header
from qingshan.commons.files.packages import MACROS, SheetRefused
from qingshan.commons.files.sheets import read_book
from qingshan.commons.files.text_tables import read_text_rows

MAX_ROWS: Final = 200_000
LOOK_AT: Final = 30
_SIGNED: Final = (
    *("填表人", "制表人", "审核人", "填报人", "填报单位", "制表单位", "单位负责人", "分管领导签字", "主要领导签字"),
    *("联系电话", "填表日期", "制表日期", "填报日期", "注:", "注：", "说明:", "说明：", "备注:", "备注："),
)
_SUMS: Final = ("合计", "小计", "总计", "共计", "总数", "累计")
_POSITION: Final = re.compile(r"\d{1,3}[.．]\d{2}|\d\s*[°度º]|\d{6}")
_OLD_MACROS: Final = "_VBA_PROJECT".encode("utf-16-le")
"""Name of the stream in which a workbook of Excel 97 keeps its macros."""
Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class PlainRow:
    """A row as it stands: its number in the sheet from 1, its values from column A on."""

    number: int
    values: Sequence[Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignRow:
    """A row that is not empty; ``not_row`` says why it stands for no matter ("" : it does)."""

    number: int
    cells: Mapping[str, Value]
    not_row: str


@dataclass(slots=True, kw_only=True)
class ForeignTable:
    """One sheet: its name, header and rows. Headings are told apart by `keys` (a repeated one gets a number).

    ``errors``: cells with an error value (#DIV/0!), ``formulas``: cells that were computed; both (row, column) from 1.
    """

    name: str
    hidden: bool
    header: Header | None
    merged: Sequence[MergedRange]
    source: Sequence[PlainRow]
    formulas: Collection[Place] = field(default_factory=frozenset)
    errors: Collection[Place] = field(default_factory=frozenset)

    @property
    def headings(self) -> tuple[Heading, ...]:
        """Headings that say something."""
        return tuple(h for h in self.header.headings if h.title) if self.header else ()

    def keys(self) -> dict[int, str]:
        """Column → name under which it is mapped."""
        seen: Counter[str] = Counter()
        names = {}
        for heading in self.headings:
            seen[heading.path] += 1
            names[heading.column] = heading.path if seen[heading.path] == 1 else f"{heading.path}#{seen[heading.path]}"
        return names

    def rows(self) -> Iterator[ForeignRow]:
        """Every row that is not empty, titles and totals too; merged cells say their text in each of their rows."""
        names = self.keys()
        columns = [(column - 1, name) for column, name in names.items()]
        titles = {plain_text(h.title) for h in self.headings}
        fill = _Fill(self.merged)
        for row in self.source:
            values = fill.of(row)
            texts = _first_texts(row.values, 3)
            if not texts:
                continue
            width = len(values)
            cells = {name: values[at] for at, name in columns if at < width}
            yield ForeignRow(number=row.number, cells=cells, not_row=self._not_row(row, texts, titles))

    def _not_row(self, row: PlainRow, texts: Sequence[str], titles: Collection[str]) -> str:
        above = self._above_data(row.number)
        if above:
            return above
        first = "".join(texts[0].split())
        if first.startswith(_SUMS) or (len(texts) > 1 and "".join(texts[1].split()).startswith(_SUMS)):
            return "合计行"
        if first.startswith(_SIGNED):
            return "表尾（签字、说明）"
        if len(texts) >= 3 and texts[0] in titles and _repeats(row.values, titles):
            return "重复的表头"
        return _alone(row.values, texts) if len(titles) > 1 else ""

    def _above_data(self, number: int) -> str:
        if self.header is None:
            return "工作表没有认出表头"
        if number < self.header.first:
            return "标题行"
        if number <= self.header.last:
            return "表头"
        return "栏次行" if number < self.header.data_from else ""


def _first_texts(values: Sequence[Value], most: int) -> list[str]:
    """The first texts of a row, at most so many."""
    found: list[str] = []
    for value in values:
        if value is None or value == "":
            continue
        text = value.strip() if isinstance(value, str) and value.isprintable() else plain_text(value)
        if text:
            found.append(text)
            if len(found) == most:
                break
    return found


def _repeats(values: Sequence[Value], titles: Collection[str]) -> bool:
    keys = {heading_key(title) for title in titles}
    texts = [t for t in (plain_text(v) for v in values) if t]
    return sum(heading_key(t) in keys for t in texts) * 2 > len(texts)


def _alone(values: Sequence[Value], texts: Sequence[str]) -> str:
    """A row that says one thing only: a title between the rows, or a number written in advance."""
    if len(texts) > 1 and len(set(texts)) > 1:
        return ""
    said = {t for t in (plain_text(v) for v in values) if t} if len(texts) > 1 else set(texts)
    if len(said) > 1 or _POSITION.search(texts[0]):
        return ""
    if not texts[0].isdigit():
        return "分段标题或孤立文字"
    return "只有序号的空行" if len(texts) == 1 else ""


class _Fill:
    """Gives covered cells of merged ranges the value of the range's first cell."""

    def __init__(self, merged: Sequence[MergedRange]) -> None:
        self._by_row: dict[int, list[MergedRange]] = {}
        for area in merged:
            for row in range(area.first_row, min(area.last_row, area.first_row + MAX_ROWS) + 1):
                self._by_row.setdefault(row, []).append(area)
        self._kept: dict[Place, Value] = {}

    def of(self, row: PlainRow) -> Sequence[Value]:
        areas = self._by_row.get(row.number)
        if not areas:
            return row.values
        values = list(row.values)
        for area in areas:
            first = (area.first_row, area.first_column)
            if row.number == area.first_row:
                self._kept[first] = values[area.first_column - 1] if area.first_column <= len(values) else None
            elif area.last_column == area.first_column:  # a block over rows; one across columns is a title
                values += [None] * (area.first_column - len(values))
                values[area.first_column - 1] = self._kept.get(first)
        return values


def read_foreign_tables(
    path: Path, file_name: str, *, known: Collection[str], macros: bool = True
) -> list[ForeignTable]:
    """All sheets of a workbook (.xlsx, .xls, .et) or the one table of a text file (.csv); raises `SheetRefused`.

    ``known``: headings that mean something, by which the header is found. ``macros``: whether a workbook with macros is
    read at all (they never run).
    """
    with path.open("rb") as handle:
        head = handle.read(8)
    if head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        tables = _sheets(path, known, macros=macros)
    else:
        rows = [PlainRow(number, values) for number, values in read_text_rows(path, most=MAX_ROWS)]
        title = Path(file_name).stem[:31] or "表"
        header = find_header(rows[:LOOK_AT], (), known)
        tables = [ForeignTable(name=title, hidden=False, header=header, merged=(), source=rows)]
    if sum(len(table.source) for table in tables) > MAX_ROWS:
        raise SheetRefused(f"文件超过 {MAX_ROWS} 行，请拆分后再传")
    if not any(table.source for table in tables):
        raise SheetRefused("文件是空的，没有任何内容")
    return tables


def _sheets(path: Path, known: Collection[str], *, macros: bool) -> list[ForeignTable]:
    tables = []
    book = read_book(path)
    if not macros and (MACROS in book.problems or _OLD_MACROS in path.read_bytes()):
        raise SheetRefused("工作簿带有宏（如 .xlsm），不读取；请用 Excel 或 WPS 另存为不带宏的 .xlsx")
    for sheet in book.sheets:
        rows = [PlainRow(number, values) for number, values in sheet.numbered_values()]
        tables.append(
            ForeignTable(
                name=sheet.name,
                hidden=sheet.hidden,
                header=find_header(rows[:LOOK_AT], sheet.merged, known),
                merged=sheet.merged,
                source=rows,
                formulas=sheet.formulas,
                errors=sheet.errors,
            )
        )
    return tables
