"""Rows of a received table turned into rows with a position (表格行): points, corner lists, or words without one.

A row that cannot be used keeps its columns and says field, value, reason and what to do. Pure of files: the rows come
in as cells by heading.
"""

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Final, TypeVar

from qingshan.geo.cleaning import clean_text
from qingshan.geo.coordinate_text import CoordinateProblem, Pair, pair_of, read_corners, read_ordinate, read_pair
from qingshan.geo.dates import read_moment
from qingshan.geo.features import Scalar
from qingshan.geo.table_columns import (
    CORNER,
    CORNERS,
    IGNORED,
    LAT,
    LON,
    PERSONAL,
    POSITION,
    RING,
    TableChoices,
)

WORDS: Final = ("township", "village", "place")
SHOWN: Final = 40
MOST_CORNERS: Final = 20_000
_GARBLED: Final = re.compile("\ufffd|锟斤拷|烫烫烫")
_ERROR: Final = "是公式出错的值（如 #DIV/0!、#N/A）：请改成实际内容"
_UNCOUNTED: Final = "是公式，文件里没有保存它的结果：请在 Excel 或 WPS 中打开并保存一次，或改成数值"
_NO_PLACE: Final = "没有坐标，也没有写乡镇、村或地点：请补填其中一项"


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """One row of a sheet. ``index`` runs on over the sheets.

    ``faulty``: headings whose cells hold an error value; ``uncounted``: a formula without its result.
    """

    index: int
    sheet: str
    number: int
    cells: Mapping[str, object]
    faulty: frozenset[str] = frozenset()
    uncounted: frozenset[str] = frozenset()


@dataclass(slots=True, kw_only=True)
class TableItem:
    """What becomes one lead: a row, or the rows of one patch. ``rings`` of pairs; a single pair is a point."""

    index: int
    attributes: dict[str, Scalar]
    rings: list[list[Pair]] = field(default_factory=list)
    problem: str = ""
    notes: list[str] = field(default_factory=list)
    members: list[int] = field(default_factory=list)

    @property
    def pairs(self) -> list[Pair]:
        """All pairs, ring after ring."""
        return [pair for ring in self.rings for pair in ring]


class TableReader:
    """Reads rows under one set of choices."""

    def __init__(self, choices: TableChoices, *, several: bool = False) -> None:
        """``several``: rows of more than one sheet come, so that each says which."""
        self._choices, self._several = choices, several
        self._heading = {slug: heading for heading, slug in choices.columns.items()}
        self._dropped = {h for h, slug in choices.columns.items() if slug in (PERSONAL, IGNORED)}
        self._free = self._dropped | {h for h, slug in choices.columns.items() if slug == "extra"}

    def items(self, rows: Iterable[TableRow]) -> list[TableItem]:
        """The items, in order."""
        if self._choices.layout == "corners":
            return [self._patch(group) for group in self._groups(rows)]
        return [self._point(row) for row in rows]

    def attributes_of(self, row: TableRow) -> dict[str, Scalar]:
        """Filled cells as scalars, without personal ones and those that are not taken."""
        dropped = self._dropped
        return {
            heading: scalar_of(value)
            for heading, value in row.cells.items()
            if value is not None and value != "" and heading not in dropped
        }

    def _point(self, row: TableRow) -> TableItem:
        item = TableItem(index=row.index, attributes=self.attributes_of(row), members=[row.index])
        item.problem = self._unreadable(row, item.attributes)
        try:
            item.rings = self._rings(row)
        except CellFault as fault:
            item.problem = item.problem or self._where(row) + str(fault)
        if not item.problem and item.rings and all(pair.first == pair.second == 0 for pair in item.pairs):
            item.rings = []
            item.notes.append("坐标填的是 0，按没有坐标处理")
        if not item.problem and not item.rings and not self._says_where(row):
            item.problem = self._where(row) + _NO_PLACE
        elif not item.problem and item.rings and (problem := shape_problem(item.rings)):
            item.problem = f"{self._where(row)}“{self._heading.get(CORNERS, '坐标')}”{problem}"
        return item

    def _where(self, row: TableRow) -> str:
        return f"工作表“{row.sheet}”第 {row.number} 行：" if self._several else ""

    def _says_where(self, row: TableRow) -> bool:
        return any(str(row.cells.get(self._heading.get(slug, ""), "") or "").strip() for slug in WORDS)

    def _unreadable(self, row: TableRow, attributes: Mapping[str, Scalar]) -> str:
        """The first cell that cannot be used: an error value, a formula without result, garbled text, no moment."""
        for headings, told in ((row.faulty, _ERROR), (row.uncounted, _UNCOUNTED)):
            for heading in sorted(headings):
                if heading not in self._free and heading in self._choices.columns:
                    return f"{self._where(row)}“{heading}”{told}"
        for heading, value in attributes.items():
            if isinstance(value, str) and not value.isascii() and _GARBLED.search(value):
                return f"{self._where(row)}“{heading}”的值“{value[:SHOWN]}”是乱码：请改成正确的文字"
        heading = self._heading.get("discovered", "")
        value = attributes.get(heading)
        if value is not None and read_moment(value) is None:
            return f"{self._where(row)}“{heading}”的值“{str(value)[:SHOWN]}”不是日期：请写成 2024-07-25"
        return ""

    def _rings(self, row: TableRow) -> list[list[Pair]]:
        """Rings of the row; nothing when it holds no position; raises `CellFault`."""
        cells, heading = row.cells, self._heading
        if CORNERS in heading:
            rings = _read(heading[CORNERS], cells, read_corners) or []
            if rings:
                return rings
        pair = _read(heading[POSITION], cells, read_pair) if POSITION in heading else None
        if pair is None and LON in heading and LAT in heading:
            first, second = _read(heading[LON], cells, read_ordinate), _read(heading[LAT], cells, read_ordinate)
            if (first is None) != (second is None):
                empty = heading[LON] if first is None else heading[LAT]
                raise CellFault(f"“{empty}”没有填，另一个坐标填了：请补齐，或两个都不填")
            if first is not None and second is not None:
                try:
                    pair = pair_of(first, second)
                except CoordinateProblem as problem:
                    both = f"{cells[heading[LON]]}，{cells[heading[LAT]]}"
                    raise CellFault(f"“{heading[LON]}”“{heading[LAT]}”的值“{both[:SHOWN]}”{problem}") from problem
        return [[pair]] if pair is not None else []

    # --- corner lists ------------------------------------------------------------------------------------------------

    def _groups(self, rows: Iterable[TableRow]) -> Iterator[list[TableRow]]:
        """Rows that follow one another and belong to one patch: the same number, or none given anew."""
        group: list[TableRow] = []
        current = ""
        for row in rows:
            number = _text_of(row.cells.get(self._heading.get("source_no", "")))
            if group and (row.sheet != group[0].sheet or (number and number != current) or self._restarts(row, group)):
                yield group
                group = []
            if not group:
                current = number
            current = current or number
            group.append(row)
        if group:
            yield group

    def _restarts(self, row: TableRow, group: Sequence[TableRow]) -> bool:
        """Without numbers of patches a new one begins where the corners count from 1 again."""
        if "source_no" in self._heading or CORNER not in self._heading or len(group) < 3 or RING in self._heading:
            return False
        label = self._label(row)
        return label == self._label(group[0]) and not self._same_spot(row, group[0])

    def _label(self, row: TableRow) -> str:
        return _text_of(row.cells.get(self._heading.get(CORNER, ""))).upper().lstrip("J")

    def _same_spot(self, one: TableRow, other: TableRow) -> bool:
        try:
            return self._rings(one) == self._rings(other)
        except CellFault:
            return False

    def _patch(self, group: Sequence[TableRow]) -> TableItem:
        first = group[0]
        item = TableItem(index=first.index, attributes={}, members=[row.index for row in group])
        located = {self._heading[slug] for slug in (LON, LAT, POSITION, CORNER, RING) if slug in self._heading}
        corners: list[tuple[str, Pair]] = []
        for row in group:
            attributes = self.attributes_of(row)
            for heading, value in attributes.items():
                if heading not in located:
                    item.attributes.setdefault(heading, value)
            item.problem = item.problem or self._unreadable(row, attributes)
            try:
                pairs = self._corners_in(row, alone=len(group) == 1)
            except CellFault as fault:
                item.problem = item.problem or f"第 {row.number} 行：{fault}"
                continue
            corners += [(_text_of(row.cells.get(self._heading.get(RING, ""))), pair) for pair in pairs]
        if not item.problem:
            self._close(item, group, corners)
        return item

    def _corners_in(self, row: TableRow, *, alone: bool) -> list[Pair]:
        pairs = [pair for ring in self._rings(row) for pair in ring]
        if not pairs and not alone:
            raise CellFault("没有坐标，而它属于一块的界址点：请补填坐标，或删去该行")
        return pairs

    def _close(self, item: TableItem, group: Sequence[TableRow], corners: Sequence[tuple[str, Pair]]) -> None:
        """Rings of the corners, and what stands against them."""
        if not corners:
            item.problem = "" if self._says_where(group[0]) else _NO_PLACE
            return
        item.rings = rings_of(corners)
        lines = f"第 {group[0].number}–{group[-1].number} 行"
        problem = shape_problem(item.rings)
        if problem:
            item.problem = lines + problem
        elif len(corners) > 1:
            item.notes.append(f"由{lines}的 {len(corners)} 个界址点连成")


class CellFault(ValueError):
    """A cell that holds no usable position; the text names field, value, reason and what to do (Chinese)."""


T = TypeVar("T")


def _read(heading: str, cells: Mapping[str, object], read: Callable[[object], T]) -> T:
    """A cell by a reader of coordinates; raises `CellFault` naming field and value."""
    value = cells.get(heading)
    try:
        return read(value)
    except CoordinateProblem as problem:
        raise CellFault(f"“{heading}”的值“{str(value)[:SHOWN]}”{problem}") from problem


def _text_of(value: object) -> str:
    return "" if value is None else str(scalar_of(value)).strip()


def scalar_of(value: object) -> Scalar:
    """A cell as it is kept: whole numbers without fraction, days and moments as text, texts without NUL."""
    if isinstance(value, str):
        return value.strip() if value.isprintable() else clean_text(value).strip()
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, date):
        return _moment(value) if isinstance(value, datetime) else value.isoformat()
    return value if value is None or isinstance(value, int) else str(value)


def _number(value: float) -> Scalar:
    if not math.isfinite(value):
        return str(value)
    return int(value) if value.is_integer() and abs(value) < 2**53 else value


def _moment(value: datetime) -> str:
    return value.strftime("%Y-%m-%d" if value.time() == time() else "%Y-%m-%d %H:%M:%S")


def shape_problem(rings: Sequence[Sequence[Pair]]) -> str:
    """Why the rings make no patch: too many corners, or a ring of too few; "" when they do."""
    count = sum(map(len, rings))
    if count > MOST_CORNERS:
        return f"有 {count} 个界址点，超过上限 {MOST_CORNERS} 个：请抽稀后再传"
    if count == 1:
        return ""
    few = min((len({(pair.first, pair.second) for pair in ring}) for ring in rings), default=0)
    return "" if few >= 3 else f"只有 {few} 个界址点，不成面：请补齐界址点"


def rings_of(corners: Sequence[tuple[str, Pair]]) -> list[list[Pair]]:
    """Corners parted into rings: by their ring number, and where a ring comes back to its first corner."""
    rings: list[list[Pair]] = []
    number, closed = "", True
    for label, pair in corners:
        if closed or label != number:
            rings.append([])
        number = label
        ring = rings[-1]
        ring.append(pair)
        closed = len(ring) >= 4 and (pair.first, pair.second) == (ring[0].first, ring[0].second)
    return rings
