"""Rows of an old ledger turned into claims (旧台账逐行解析); each cell that cannot be used is told with why."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from qingshan.commons.files.cells import CellProblem, Value, code_text, is_blank, number_of, plain_text, yes_of
from qingshan.commons.files.foreign_tables import ForeignRow
from qingshan.contexts.ledgers.takeover_mapping import OldMapping
from qingshan.contexts.ledgers.takeover_values import area_m2_of, both_degrees_of, degrees_of, in_order, old_day
from qingshan.contexts.ledgers.takeover_words import DAY_FIELDS, EXTRA, category_of_subcode, old_words
from qingshan.domain.plan import Plan
from qingshan.domain.takeover import Claim, OldState, infer_state

LONGEST = {"number": 120, "source_no": 120, "place": 200, "mineral": 60, "close_out_number": 40, "village": 80}
_PAPERS = ("notice_no", "filing_no", "decision_no", "province_no")
_MONEY = ("fine_yuan", "paid_yuan")
MOST_CODES = 5000
"""Words that are remembered; a column of free text has no end of them."""
T = TypeVar("T")


@dataclass(slots=True, kw_only=True)
class Parsed:
    """One row: what it claims, its texts, its position as written, and what could not be read."""

    sheet: str
    row_no: int
    claim: Claim
    texts: Mapping[str, str]
    position: tuple[float, float] | None
    area_m2: float | None
    due_on: date | None
    channel: str
    subcode: str
    mode: str
    distinct: bool
    key: str
    identity: str
    extra: Mapping[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def text(self, slug: str) -> str:
        """A field's text; "" when the row does not say."""
        return self.texts.get(slug, "")


class RowParser:
    """Parses rows of one file under one mapping."""

    def __init__(self, mapping: OldMapping, plan: Plan) -> None:
        """The mapping as saved, the plan in force."""
        self._mapping, self._plan = mapping, plan
        self._labels = {f.slug: f.label for f in old_words().fields}
        self._known_codes: dict[tuple[str, str], str] = {}

    def parse(self, sheet: str, row: ForeignRow) -> Parsed:
        """Read every mapped cell; a cell that cannot be used is a problem, never a silent blank."""
        cells, extra, headings = self._by_field(row)
        problems: list[str] = []
        notes: list[str] = []
        get = _Getter(cells, problems, self._labels)
        days = {slug: day for slug in DAY_FIELDS if (day := get(slug, self._day)) is not None}
        texts = {slug: get(slug, _code) if slug in ("number", "source_no") else get.text(slug) for slug in cells}
        known = {slug: str(text) for slug, text in texts.items() if text}
        problems += [f"{self._labels[s]}超过 {n} 个字" for s, n in LONGEST.items() if len(known.get(s, "")) > n]
        distinct = bool(get("distinct", yes_of))
        codes = self._codes(known, problems, notes)
        papers = {slug: known[slug] for slug in _PAPERS if slug in known}
        papers |= {slug: _money(n) for slug in _MONEY if (n := get(slug, number_of)) is not None}
        claim = self._claim(codes, days, papers, known)
        return Parsed(
            sheet=sheet,
            row_no=row.number,
            claim=claim,
            texts=known,
            position=self._position(get, notes),
            area_m2=get("area", lambda v: area_m2_of(v, self._mapping.area_unit, headings.get("area", ""))),
            due_on=get("due_on", self._day),
            channel=codes.get("channel", "") or self._mapping.channel,
            subcode=codes.get("subcode", ""),
            mode=codes.get("mode", ""),
            distinct=distinct,
            key=_key(known, days),
            identity=_digest(known.get("township", ""), known.get("village", ""), str(days.get("discovered", ""))),
            extra=extra,
            problems=problems,
            notes=notes,
        )

    def _by_field(self, row: ForeignRow) -> tuple[dict[str, Value], dict[str, str], dict[str, str]]:
        """Cells by field, texts that are kept as they are, and the heading that each field's cell stood under."""
        cells: dict[str, Value] = {}
        extra: dict[str, str] = {}
        headings: dict[str, str] = {}
        for heading, value in row.cells.items():
            slug = self._mapping.columns.get(heading, "")
            if slug == EXTRA:
                if not is_blank(value):
                    extra[heading[:80]] = plain_text(value)[:500]
            elif slug and (slug not in cells or is_blank(cells[slug])):
                cells[slug], headings[slug] = value, heading
        return cells, extra, headings

    def _day(self, value: Value) -> date | None:
        return old_day(value, self._mapping.year)

    def _position(self, get: "_Getter", notes: list[str]) -> tuple[float, float] | None:
        both = get("position", both_degrees_of)
        if both is None:
            lon, lat = get("lon", degrees_of), get("lat", degrees_of)
            if (lon is None) != (lat is None) and not get.failed & {"lon", "lat"}:
                get.problems.append("经度、纬度只填了一个：请补齐，或两个都留空")
            if lon is None or lat is None:
                return None
            both = (lon, lat)
        first, second, turned = in_order(*both)
        if turned:
            notes.append("经度、纬度填反了，已对调")
        return first, second

    def _code(self, slug: str, text: str) -> str:
        """Our code for a word; the few words that a ledger repeats are looked up once."""
        code = self._known_codes.get((slug, text))
        if code is None:
            code = self._mapping.code(slug, text, self._plan)
            if len(self._known_codes) < MOST_CODES:
                self._known_codes[slug, text] = code
        return code

    def _codes(self, known: Mapping[str, str], problems: list[str], notes: list[str]) -> dict[str, str]:
        codes: dict[str, str] = {}
        for slug in ("state", "verdict", "category", "subcode", "channel", "mode"):
            text = known.get(slug, "")
            if not text:
                continue
            code = self._code(slug, text)
            if code:
                codes[slug] = code
            elif slug in ("state", "verdict", "category"):
                problems.append(f"{self._labels[slug]}“{text[:30]}”不明确：请在列对应里指明它是什么，或改写")
            elif slug != "channel" or self._mapping.channel:
                notes.append(f"{self._labels[slug]}“{text[:30]}”没有对应，原文保留在接管记录里")
        if "category" not in codes and codes.get("subcode"):
            codes["category"] = category_of_subcode(codes["subcode"], self._plan)
        if codes.get("subcode") and category_of_subcode(codes["subcode"], self._plan) != codes.get("category"):
            notes.append("违法情形与类别不符，情形没有采用")
            codes.pop("subcode")
        return codes

    def _claim(
        self, codes: Mapping[str, str], days: Mapping[str, date], papers: Mapping[str, str], known: Mapping[str, str]
    ) -> Claim:
        state, verdict = codes.get("state"), codes.get("verdict")
        return Claim(
            state=infer_state(
                state=OldState(state) if state else None,
                verdict=OldState(verdict) if verdict else None,
                category=codes.get("category", ""),
                closed="closed" in days or bool(known.get("close_out_number")),
            ),
            category=codes.get("category", ""),
            days=days,
            papers=papers,
            close_out_number=known.get("close_out_number", ""),
        )


class _Getter:
    """Reads cells of one row; a cell that cannot be used is told with its field and counts as empty."""

    def __init__(self, cells: Mapping[str, Value], problems: list[str], labels: Mapping[str, str]) -> None:
        self.cells, self.problems, self.labels = cells, problems, labels
        self.failed: set[str] = set()

    def __call__(self, slug: str, read: Callable[[Value], T | None]) -> T | None:
        try:
            return read(self.cells.get(slug))
        except CellProblem as problem:
            self.problems.append(f"{self.labels[slug]}{problem}")
            self.failed.add(slug)
            return None

    def text(self, slug: str) -> str:
        value = self.cells.get(slug)
        return "" if is_blank(value) else plain_text(value)


def _code(value: Value) -> str:
    return "" if is_blank(value) else code_text(value)


def _money(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")


def _key(known: Mapping[str, str], days: Mapping[str, date]) -> str:
    """What tells this row from others for ever: its number, else a digest of place, day and channel number."""
    if known.get("number"):
        return f"no:{known['number']}"
    identity = [known.get(s, "") for s in ("source_no", "township", "village", "place", "lon", "lat", "position")]
    identity += [known.get("party", ""), known.get("remark", "")]
    identity += [days["discovered"].isoformat() if "discovered" in days else ""]
    return "row:" + _digest(*identity)


def _digest(*texts: str) -> str:
    return hashlib.sha256("\x1f".join("".join(text.split()) for text in texts).encode()).hexdigest()
