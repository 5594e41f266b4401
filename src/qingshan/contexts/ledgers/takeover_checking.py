"""Checking an old ledger to the row (旧台账逐行核对): ready, ready with a warning, known, refused, or no row at all.

Worker and CLI only. Every row that holds anything gets an outcome, and everything but "ready" its reasons.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from itertools import islice
from uuid import UUID

from shapely.geometry import Point

from qingshan.commons.files.foreign_tables import ForeignRow, ForeignTable
from qingshan.commons.people.viewer import Acting
from qingshan.contexts.campaigns.public import InForce
from qingshan.contexts.leads.public_worker import (
    LEDGER_CHANNEL,
    Place,
    PlaceNames,
    gazetteer_of,
    known_sources,
    leads_at_place,
    leads_near,
)
from qingshan.contexts.ledgers.takeover_mapping import OldMapping
from qingshan.contexts.ledgers.takeover_parsing import Parsed, RowParser
from qingshan.contexts.ledgers.takeover_words import WITHHELD
from qingshan.domain.takeover import doubts_about

CHUNK = 1000
ANOTHER = "确为另一处的，加“确认不重复”一列填“是”"
NOT_TAKEN = "工作表没有选入接管"


@dataclass(slots=True, kw_only=True)
class Checked:
    """One row with its outcome; ``parsed``, ``place`` and ``point`` only for rows that stand for a matter."""

    position: int
    sheet: str
    row_no: int
    outcome: str = "ready"
    reasons: list[str] = field(default_factory=list)
    parsed: Parsed | None = None
    place: Place | None = None
    point: Point | None = None
    precision: str = ""
    matter_number: str = ""
    refused: int = 0

    @property
    def refusals(self) -> tuple[str, ...]:
        """Why it is refused; the other reasons are hints."""
        return tuple(self.reasons[: self.refused])

    @property
    def takes(self) -> bool:
        """Whether the row will be taken over."""
        return self.outcome in ("ready", "warning")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    position: int
    table: ForeignTable
    row: ForeignRow


class Checker:
    """Checks one file under one mapping against what is stored now; remembers what the file itself has said.

    Leads that this take-over has written already do not count: rows fare alike while it is checked and taken over.
    """

    def __init__(self, take_over_id: UUID, mapping: OldMapping, in_force: InForce, acting: Acting) -> None:
        """Reads areas, units and names once."""
        self._own, self._mapping, self._in_force = take_over_id, mapping, in_force
        self._today: date = acting.now().astimezone(in_force.zone).date()
        self._parser = RowParser(mapping, in_force.plan)
        self._names = PlaceNames()
        self._gazetteer = gazetteer_of(in_force)
        self._keys: dict[str, tuple[str, str]] = {}
        self._numbers: dict[tuple[str, str], str] = {}
        self._spots: dict[tuple[object, ...], str] = {}

    def check(self, tables: Sequence[ForeignTable]) -> Iterator[list[Checked]]:
        """Checked rows of all sheets, in order, in portions."""
        lines = iter(_lines(tables))
        while part := list(islice(lines, CHUNK)):
            yield self._portion(part)

    def _portion(self, part: Sequence[_Line]) -> list[Checked]:
        rows = [self._first(line) for line in part]
        live = [row for row in rows if row.parsed is not None and row.outcome != "not_row"]
        self._place(live)
        self._find_known([row for row in live if row.outcome != "refused"])
        for row in live:
            self._against_file(row)
            if row.takes and row.parsed is not None and WITHHELD in row.parsed.texts.values():
                _refuse(row, f"有内容写着“{WITHHELD}”：逐行结果里不列个人信息，请从原表补上，或在原表上改好后再传")
        return rows

    def _first(self, line: _Line) -> Checked:
        row = Checked(position=line.position, sheet=line.table.name[:80], row_no=line.row.number)
        taken = line.table.name in self._mapping.sheets
        if line.row.not_row or not taken:
            row.outcome = "not_row"
            row.reasons.append(line.row.not_row if taken else NOT_TAKEN)
            return row
        parsed = self._parser.parse(line.table.name, line.row)
        row.parsed = parsed
        doubts = doubts_about(parsed.claim, today=self._today, start=self._in_force.start)
        _refuse(row, *parsed.problems, *(r for r in doubts.refused if not _said(r, parsed.problems)))
        _warn(row, *parsed.notes, *doubts.warnings)
        if not parsed.channel:
            _refuse(row, _no_channel(parsed))
        return row

    def _place(self, rows: Sequence[Checked]) -> None:
        placed = [row for row in rows if row.parsed is not None and row.parsed.position is not None]
        for row in placed:
            assert row.parsed is not None and row.parsed.position is not None  # noqa: S101, PT018 - told above
            row.point = Point(*row.parsed.position)
        found = self._gazetteer.place_many([row.point for row in placed if row.point is not None]) if placed else []
        for row, place in zip(placed, found, strict=True):
            if isinstance(place, str):
                _refuse(row, place)
            else:
                row.place = place
                self._compare_township(row, place)
        for row in rows:
            if row.parsed is not None and row.parsed.position is None:
                self._by_name(row, row.parsed)

    def _compare_township(self, row: Checked, place: Place) -> None:
        written = row.parsed.text("township") if row.parsed else ""
        unit = self._names.unit_of(written) if written else None
        if written and unit is None:
            _refuse(row, self._names.unknown(written))
        elif unit is not None and unit.id != place.unit.id:
            _warn(row, f"坐标落在{place.unit.name}，旧台账写{unit.name}：以坐标为准")

    def _by_name(self, row: Checked, parsed: Parsed) -> None:
        if any("经" in p and "纬" in p for p in parsed.problems):
            return
        named = self._names.find(parsed.text("township"), parsed.text("village"))
        if isinstance(named, str):
            _refuse(row, named)
            return
        row.place, row.point, row.precision = named.place, named.point, named.precision
        centre = "村" if named.precision == "village" else "乡镇"
        _warn(row, *([named.note] if named.note else []), f"没有坐标：暂落在{centre}中心，须到实地补测")

    def _find_known(self, rows: Sequence[Checked]) -> None:
        parsed = {row.position: row.parsed for row in rows if row.parsed is not None}
        taken = known_sources(LEDGER_CHANNEL, [p.key for p in parsed.values()], besides=self._own)
        numbers: dict[str, dict[str, tuple[str, str]]] = {}
        for channel in {p.channel for p in parsed.values() if p.channel}:
            keys = [
                f"no:{p.text('source_no')}" for p in parsed.values() if p.channel == channel and p.text("source_no")
            ]
            numbers[channel] = known_sources(channel, keys, besides=self._own) if keys else {}
        for row in rows:
            self._known(row, taken, numbers)
        self._find_near([row for row in rows if row.takes])

    def _known(
        self, row: Checked, taken: dict[str, tuple[str, str]], numbers: dict[str, dict[str, tuple[str, str]]]
    ) -> None:
        if row.parsed is None:
            return
        one = taken.get(row.parsed.key)
        if one is not None and one[1] == row.parsed.identity:
            _settle(row, "known", f"此前已接管为线索 {one[0]}", one[0])
        elif one is not None:
            number = row.parsed.text("number")
            _refuse(row, f"原台账编号 {number} 已接管为线索 {one[0]}，而乡镇、村或发现日期不同：请核对编号")
        other = numbers.get(row.parsed.channel, {}).get(f"no:{row.parsed.text('source_no')}")
        if other is not None and row.takes:
            _settle(row, "known", f"同一渠道的编号已登记为线索 {other[0]}", other[0])

    def _find_near(self, rows: Sequence[Checked]) -> None:
        open_rows = [row for row in rows if row.parsed is not None and not row.parsed.distinct]
        points = {r.position: (r.point.x, r.point.y) for r in open_rows if r.point is not None and not r.precision}
        places = {
            r.position: (r.place.division, r.parsed.text("place")[:200], self._discovered(r.parsed))
            for r in open_rows
            if r.parsed is not None and r.place is not None and r.parsed.text("place") and r.parsed.claim.days
        }
        near, same = leads_near(points, besides=self._own), leads_at_place(places, besides=self._own)
        for row in open_rows:
            number = near.get(row.position) or same.get(row.position)
            if number:
                how = "位置" if row.position in near else "地点和发现日期"
                row.matter_number = number
                _refuse(
                    row,
                    f"{how}与线索 {number} 相同，疑为重复：是同一处就不必接管；{ANOTHER}",
                )

    def _discovered(self, parsed: Parsed) -> datetime:
        day = parsed.claim.days.get("discovered", date.min.replace(year=1980))
        return datetime.combine(day, time(), tzinfo=self._in_force.zone)

    def _against_file(self, row: Checked) -> None:
        """Refuse what the same file has said before; the first of two rows counts."""
        parsed = row.parsed
        if parsed is None or not row.takes:
            return
        where = f"{row.sheet} 第 {row.row_no} 行"
        earlier = self._keys.get(parsed.key)
        number = (parsed.channel, parsed.text("source_no"))
        spot = _spot(row, parsed)
        if earlier is not None:
            _refuse(row, f"与本文件 {earlier[0]} 重复（{_what(parsed)}）")
        elif number[1] and number in self._numbers:
            _refuse(row, f"线索编号 {number[1]} 与本文件 {self._numbers[number]} 重复")
        elif spot is not None and spot in self._spots and not parsed.distinct:
            _refuse(
                row,
                f"位置（或地点）和发现日期与本文件 {self._spots[spot]} 相同，疑为重复；{ANOTHER}",
            )
        else:
            self._keys[parsed.key] = (where, parsed.identity)
            if number[1]:
                self._numbers[number] = where
            if spot is not None:
                self._spots.setdefault(spot, where)


def _lines(tables: Iterable[ForeignTable]) -> Iterator[_Line]:
    position = 0
    for table in tables:
        for row in table.rows():
            position += 1
            yield _Line(position=position, table=table, row=row)


def _spot(row: Checked, parsed: Parsed) -> tuple[object, ...] | None:
    day = parsed.claim.days.get("discovered")
    if row.point is not None and not row.precision:
        return ("at", round(row.point.x, 5), round(row.point.y, 5), day)
    if parsed.text("place") and row.place is not None:
        return ("place", row.place.division, parsed.text("place"), day)
    return None


def _what(parsed: Parsed) -> str:
    return f"原台账编号 {parsed.text('number')}" if parsed.text("number") else "各栏相同"


def _said(reason: str, problems: Sequence[str]) -> bool:
    """Whether a cell that could not be read has already been told; "not filled in" would be wrong then."""
    return any(
        (reason.startswith("发现日期未填") and p.startswith("发现日期"))
        or (reason.startswith("类别不明") and p.startswith("类别"))
        or (reason.startswith("看不出") and p.startswith(("当前状态", "核查结论")))
        for p in problems
    )


def _no_channel(parsed: Parsed) -> str:
    """Why a row has no channel: its word means nothing yet, or it says none."""
    word = parsed.text("channel")
    if word:
        return f"线索来源“{word[:30]}”还没有对应：请在列对应的词语里指明它是哪个渠道"
    return "没有写线索来源：请在原表补上，或在列对应最上面选定线索渠道"


def _refuse(row: Checked, *reasons: str) -> None:
    if reasons:
        row.outcome = "refused"
        row.reasons[:0] = reasons
        row.refused += len(reasons)


def _warn(row: Checked, *reasons: str) -> None:
    if reasons:
        row.outcome = "warning" if row.outcome == "ready" else row.outcome
        row.reasons += reasons


def _settle(row: Checked, outcome: str, reason: str, number: str) -> None:
    row.outcome, row.matter_number = outcome, number
    row.reasons.insert(0, reason)
    row.refused += outcome == "refused"
