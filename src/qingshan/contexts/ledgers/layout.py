"""Layout of a ledger template (台账样式) as plain data: what stands above the table, its columns, what stands below.

Kept as JSON with each version; `Layout.check` says what is wrong with it before it may be proposed. Pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from dataclasses import field as plain
from typing import Any

from qingshan.contexts.ledgers.columns import Source
from qingshan.contexts.ledgers.fields import FIELD_BY_KEY

KINDS = ("field", "ordinal", "constant", "empty")
DAY_FORMATS: Mapping[str, str] = {
    "iso": "2024-08-05",
    "slash": "2024/8/5",
    "dot": "2024.8.5",
    "chinese": "2024年8月5日",
    "compact": "20240805",
}
TOKENS = ("{截至}", "{行数}", "{单位}", "{标题}")
MAX_COLUMNS = 200
MAX_TEXT = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One text above or below the table: rows and columns from 1 (below: rows counted from the end of the data)."""

    row: int
    column: int
    last_row: int
    last_column: int
    text: str = ""
    bold: bool = False
    size: float = 11
    align: str = "center"
    border: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class LayoutColumn:
    """One column: what fills it, width in characters, hidden or not, how days, numbers and codes are written."""

    title: str
    kind: str = "empty"
    field: str = ""
    text: str = ""
    width: float = 12
    hidden: bool = False
    day_format: str = "iso"
    decimals: int = 2
    words: Mapping[str, str] = plain(default_factory=dict)

    def value(self, source: Source, ordinal: int) -> str | int | float:
        """What stands in this column of one row."""
        if self.kind == "ordinal":
            return ordinal
        if self.kind == "constant":
            return self.text
        if self.kind != "field":
            return ""
        wanted = FIELD_BY_KEY[self.field]
        raw = wanted.value(source)
        if wanted.kind == "code":
            said = wanted.said(source) if wanted.said else ""
            return self.words.get(raw) or wanted.words.get(raw) or said or raw
        if wanted.kind == "day":
            return written_day(raw, self.day_format)
        return written_number(raw, self.decimals) if wanted.kind == "number" else raw


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A whole layout. ``header_last`` is the last row above the data; heights in points (0: automatic)."""

    sheet: str
    top: tuple[Block, ...]
    header_first: int
    header_last: int
    columns: tuple[LayoutColumn, ...]
    foot: tuple[Block, ...] = ()
    heights: tuple[float, ...] = ()
    row_height: float = 0
    freeze_columns: int = 0

    def as_json(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)

    def filled(self) -> int:
        """Columns that we fill."""
        return sum(column.kind != "empty" for column in self.columns)

    def check(self, purpose: str = "ledger") -> tuple[str, ...]:
        """What keeps this layout from being used (Chinese); outside systems may know a lead by its source's number."""
        problems = []
        used: dict[str, int] = {}
        for number, column in enumerate(self.columns, start=1):
            where = f"第 {number} 栏“{column.title or '（无表头）'}”"
            if column.kind not in KINDS or (column.kind == "field" and column.field not in FIELD_BY_KEY):
                problems.append(f"{where}没有选定栏目")
            if column.kind == "constant" and not column.text.strip():
                problems.append(f"{where}选了固定文字，但没有写文字")
            if column.kind == "field" and column.field in used:
                problems.append(f"{where}与第 {used[column.field]} 栏填的是同一项“{FIELD_BY_KEY[column.field].label}”")
            used.setdefault(column.field, number)
        keys = {column.field for column in self.columns if column.kind == "field"}
        if purpose == "ledger" and keys.isdisjoint(("case_number", "lead_number")):
            problems.append("没有一栏填台账编号或线索编号：每一行要能对上一个问题或线索")
        elif keys.isdisjoint(("case_number", "lead_number", "source_no")):
            problems.append("没有一栏填线索编号、台账编号或来源编号：对方返回时每一行要能对上一条线索")
        return tuple(problems)


def layout_of(data: Mapping[str, Any]) -> Layout:
    """A layout from its plain data."""
    return Layout(
        **{
            **data,
            "top": tuple(Block(**b) for b in data["top"]),
            "foot": tuple(Block(**b) for b in data.get("foot", ())),
            "columns": tuple(LayoutColumn(**c) for c in data["columns"]),
            "heights": tuple(data.get("heights", ())),
        }
    )


def row_values(layout: Layout, source: Source, ordinal: int) -> list[str | int | float]:
    """One row under a layout."""
    return [column.value(source, ordinal) for column in layout.columns]


def written_day(text: str, style: str) -> str:
    """An ISO day in the wanted form; what is no day stays as it is."""
    parts = text[:10].split("-")
    if len(parts) != 3 or not all(p.isdigit() for p in parts):
        return text
    year, month, day = (int(p) for p in parts)
    forms = {
        "slash": f"{year}/{month}/{day}",
        "dot": f"{year}.{month}.{day}",
        "chinese": f"{year}年{month}月{day}日",
        "compact": f"{year:04d}{month:02d}{day:02d}",
    }
    return forms.get(style, text[:10])


def written_number(text: str, decimals: int) -> str | float:
    """A number rounded to ``decimals``; what is no number stays a text."""
    try:
        return round(float(text.replace(",", "")), decimals)
    except ValueError:
        return text


def with_tokens(text: str, values: Mapping[str, str]) -> str:
    """A text with {截至}, {行数}, {单位}, {标题} replaced."""
    for token in TOKENS:
        text = text.replace(token, values.get(token, ""))
    return text


def grid_of(blocks: Sequence[Block], first: int, last: int) -> dict[tuple[int, int], Block]:
    """Blocks by their first cell, of the rows ``first`` to ``last``."""
    return {(b.row, b.column): b for b in blocks if first <= b.row <= last}
