"""Old ledgers as tables (旧台账读取): sheets with their headings and rows, whatever the format. Worker and CLI only."""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from qingshan.contexts.ledgers.cells import Value, heading_key, plain_text
from qingshan.contexts.ledgers.headings import Header, Heading, MergedRange, find_header
from qingshan.contexts.ledgers.packing import SheetRefused
from qingshan.contexts.ledgers.sheets import MAX_FILE, read_book
from qingshan.contexts.ledgers.takeover_words import guess_columns, old_words

MAX_ROWS = 200_000
LOOK_AT = 30
_SIGNED = (
    *("填表人", "制表人", "审核人", "填报人", "填报单位", "制表单位", "单位负责人", "分管领导签字", "主要领导签字"),
    *("联系电话", "填表日期", "制表日期", "填报日期", "注:", "注：", "说明:", "说明：", "备注:", "备注："),
)
_SUMS = ("合计", "小计", "总计", "共计", "总数", "累计")


@dataclass(frozen=True, slots=True)
class PlainRow:
    """A row of a text file."""

    number: int
    values: Sequence[Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class OldRow:
    """A row that is not empty; ``not_row`` says why it stands for no matter ("" : it does)."""

    number: int
    cells: Mapping[str, Value]
    not_row: str


@dataclass(slots=True, kw_only=True)
class OldTable:
    """One sheet: its name, header and rows. Headings are told apart by `keys` (a repeated one gets a number)."""

    name: str
    hidden: bool
    header: Header | None
    merged: Sequence[MergedRange]
    source: Sequence[PlainRow]

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

    def guesses(self) -> dict[str, str]:
        """Name of a column → our field, as guessed."""
        names = self.keys()
        return {names[column]: field for column, field in guess_columns(self.headings).items()}

    def rows(self) -> Iterator[OldRow]:
        """Every row that is not empty, titles and totals too; merged cells say their text in each of their rows."""
        names = self.keys()
        titles = {heading_key(name.rsplit("／", 1)[-1]) for name in names.values()}
        fill = _Fill(self.merged)
        for row in self.source:
            values = fill.of(row)
            texts = [t for t in (plain_text(v) for v in row.values) if t]
            if not texts:
                continue
            cells = {name: values[column - 1] for column, name in names.items() if column <= len(values)}
            yield OldRow(number=row.number, cells=cells, not_row=self._not_row(row, texts, titles))

    def _not_row(self, row: PlainRow, texts: Sequence[str], titles: set[str]) -> str:
        above = self._above_data(row.number)
        if above:
            return above
        first = "".join(texts[0].split())
        if first.startswith(_SUMS) or (len(texts) > 1 and "".join(texts[1].split()).startswith(_SUMS)):
            return "合计行"
        if first.startswith(_SIGNED):
            return "表尾（签字、说明）"
        if len(texts) >= 3 and sum(heading_key(t) in titles for t in texts) * 2 > len(texts):
            return "重复的表头"
        return "分段标题或孤立文字" if len(set(texts)) == 1 and not texts[0].isdigit() else _number_only(texts)

    def _above_data(self, number: int) -> str:
        if self.header is None:
            return "工作表没有认出表头"
        if number < self.header.first:
            return "标题行"
        if number <= self.header.last:
            return "表头"
        return "栏次行" if number < self.header.data_from else ""


def _number_only(texts: Sequence[str]) -> str:
    """A row that was numbered in advance and never filled."""
    return "只有序号的空行" if len(texts) == 1 else ""


class _Fill:
    """Gives covered cells of merged ranges the value of the range's first cell."""

    def __init__(self, merged: Sequence[MergedRange]) -> None:
        self._by_row: dict[int, list[MergedRange]] = {}
        for area in merged:
            for row in range(area.first_row, min(area.last_row, area.first_row + MAX_ROWS) + 1):
                self._by_row.setdefault(row, []).append(area)
        self._kept: dict[tuple[int, int], Value] = {}

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


def read_tables(path: Path, file_name: str) -> list[OldTable]:
    """All sheets of a workbook (.xlsx, .xls) or the one table of a text file (.csv); raises `SheetRefused`."""
    with path.open("rb") as handle:
        head = handle.read(8)
    if head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        tables = [_table(s.name, s.hidden, s.merged, [PlainRow(r.number, r.values) for r in s.rows()])
                  for s in read_book(path).sheets]  # fmt: skip
    else:
        tables = [_table(Path(file_name).stem[:31] or "表", False, (), _read_text(path))]
    if sum(len(t.source) for t in tables) > MAX_ROWS:
        raise SheetRefused(f"文件超过 {MAX_ROWS} 行，请拆分后再传")
    if not any(t.source for t in tables):
        raise SheetRefused("文件是空的，没有任何内容")
    return tables


def _table(name: str, hidden: bool, merged: Sequence[MergedRange], rows: Sequence[PlainRow]) -> OldTable:  # noqa: FBT001
    header = find_header(rows[:LOOK_AT], merged, old_words().known)
    return OldTable(name=name, hidden=hidden, header=header, merged=merged, source=rows)


def _read_text(path: Path) -> list[PlainRow]:
    if path.stat().st_size > MAX_FILE:
        raise SheetRefused(f"文件超过 {MAX_FILE // 1024 // 1024} MB，请拆分后再传")
    text = _decode(path.read_bytes())
    csv.field_size_limit(1 << 20)
    try:
        dialect = csv.Sniffer().sniff(text[:8192], delimiters=",\t;，")
    except csv.Error:
        dialect = csv.excel
    rows: list[PlainRow] = []
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text), dialect), start=1):
            if any(value.strip() for value in row):
                rows.append(PlainRow(number, row))
            if len(rows) > MAX_ROWS:
                raise SheetRefused(f"文件超过 {MAX_ROWS} 行，请拆分后再传")
    except csv.Error as error:
        raise SheetRefused("不是表格文件：请用 Excel 或 WPS 另存为 .xlsx 后再传") from error
    return rows


def _decode(raw: bytes) -> str:
    if b"\x00" in raw[:4096] and not raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise SheetRefused("不是表格文件：请上传 .xlsx、.xls 或 .csv")
    encodings = ("utf-16",) if raw.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SheetRefused("文字编码认不出：请用 Excel 或 WPS 另存为 .xlsx 后再传")
