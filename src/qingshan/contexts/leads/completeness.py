"""The completeness proof (核查闭环证明): what came in against what became of it, as of any moment, to the row.

What came in is read from the inbox (rows of files) and from first entries (single leads); what became of it from each
lead as it stood, by the journal or by rows that say the same (`completeness_query`). The two are written by different
hands at different times, so their sum proves.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from qingshan.commons.journal.services import wait_for_writers
from qingshan.contexts.leads.completeness_query import leads_at
from qingshan.domain.acts import MatterKind
from qingshan.domain.completeness import CLASS_OF, CLASSES, VERIFIED_STATES, Sum
from qingshan.domain.plan_parts import Channel

BY = ("batch", "channel", "unit")
"""What the proof is divided by: 批次、渠道、责任单位."""
NO_KEY = "-"
"""Key of what belongs to no batch, or to no unit."""
ROWS = 100
"""Rows behind a figure that one page shows."""
LOST, PARTS, MISSING, RECEIVED, VERIFIED, GAP = "lost", "parts", "missing", "received", "verified", "gap"


class NotYet(ValueError):
    """The moment has not come; a proof of the future would not stay the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many leads stand alike at the moment. ``stored``: their rows are there; ``part``: they are parts of a patch.

    ``main_state``: state of the main lead of merged ones.
    """

    batch_id: UUID | None
    channel: str
    direction: str
    unit: str
    state: str
    main_state: str
    part: bool
    stored: bool
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """What the inbox says of one batch: rows of its file and their outcomes; ``missing``: accepted, without a lead."""

    batch_id: UUID
    name: str
    channel: str
    at: datetime
    received: int
    accepted: int
    duplicate: int
    rejected: int
    missing: int

    @property
    def unlisted(self) -> int:
        """Rows of the file of which the inbox no longer says what became of them (收件明细缺行); 0 is right."""
        return self.received - self.accepted - self.duplicate - self.rejected


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the proof: its key and words, the sum, and what the file had besides (duplicates, refused rows)."""

    key: str
    label: str
    direction: str
    sum: Sum
    intake: Intake | None = None
    parts: int = 0
    lost: int = 0

    @property
    def holds(self) -> bool:
        """Whether the line adds up, no lead behind it is lost and every row of its file is listed."""
        return self.sum.holds and not self.lost and not self.unlisted

    @property
    def unlisted(self) -> int:
        """Rows of the line's file without an outcome in the inbox."""
        return self.intake.unlisted if self.intake else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """The whole proof as of a moment: lines by batch, by channel, by unit; ``onsite`` the 100 % of pushed leads.

    ``stray``: leads without any entry (only asked of now). ``numbers``: numbers of leads given out, ``numbered``: leads
    known to the journal that took one; a part is numbered after its patch and takes none.
    """

    moment: datetime
    lines: Mapping[str, tuple[Line, ...]]
    onsite: tuple["Coverage", ...]
    whole: Sum
    stray: int = 0
    numbers: int | None = None
    numbered: int = 0

    @property
    def numbers_hold(self) -> bool:
        """Whether as many leads are known as numbers were given out; true where it cannot be asked."""
        return self.numbers is None or self.numbers == self.numbered

    @property
    def holds(self) -> bool:
        """Whether every line adds up and nothing stands beside the journal."""
        lines = all(line.holds for lines in self.lines.values() for line in lines)
        return lines and not self.stray and self.numbers_hold


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Pushed leads of one unit and those with a result of a visit (三-1-2①c: 100 %)."""

    unit: str
    received: int
    verified: int

    @property
    def missing(self) -> int:
        """Leads without a result."""
        return self.received - self.verified

    @property
    def percent(self) -> int:
        """Rounded down: 100 only when nothing is missing."""
        return self.verified * 100 // self.received if self.received else 100


_TALLY = """
SELECT batch_id, channel, direction, unit, state, coalesce(main_state, ''), parent IS NOT NULL, stored, count(*)
FROM stands GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 ORDER BY 1, 2, 3, 4, 5, 6, 7, 8
"""
_INTAKE = """
SELECT b.id, b.name, b.channel, b.created_at, b.received, count(r.id) FILTER (WHERE r.outcome = 'accepted'),
  count(r.id) FILTER (WHERE r.outcome = 'duplicate'), count(r.id) FILTER (WHERE r.outcome = 'rejected')
FROM inbox_batch b LEFT JOIN inbox_batchrow r ON r.batch_id = b.id
WHERE b.state = 'done' AND b.finished_at <= %(moment)s GROUP BY b.id ORDER BY b.created_at, b.id
"""
MISSING_ROWS = """
FROM inbox_batchrow r JOIN inbox_batch b ON b.id = r.batch_id
WHERE b.state = 'done' AND b.finished_at <= %(moment)s AND r.outcome = 'accepted'
  AND NOT EXISTS (SELECT FROM journal_matter m WHERE m.id = r.matter_id)
"""
_MISSING_COUNT = f"SELECT r.batch_id, count(*) {MISSING_ROWS} GROUP BY 1"


def prove(
    moment: datetime,
    *,
    now: datetime,
    channels: Sequence[Channel],
    patience: float | None = None,
    county: bool = False,
    only: frozenset[str] | None = None,
) -> Proof:
    """The proof in the scope of the transaction. Raises `NotYet`, `JournalBusy`.

    ``county``: the whole county is in scope, so what is asked of now is also held against the numbers given out.
    ``only``: leads of these channels alone.
    """
    if moment > now:
        raise NotYet("该时刻还没有到，不能证明")
    wait_for_writers(seconds=patience)
    tallies, intake = read_tally(moment), read_intake(moment)
    if only is not None:
        tallies = [tally for tally in tallies if tally.channel in only]
        intake = {key: batch for key, batch in intake.items() if batch.channel in only}
    lines = {
        "batch": _by_batch(tallies, intake),
        "channel": _by_channel(tallies, intake, {c.slug: c.label for c in channels}),
        "unit": _by_unit(tallies, intake),
    }
    whole = Sum(
        received=sum(line.sum.received for line in lines["batch"]),
        classes=_classes(t for t in tallies if not t.part),
    )
    pushed = frozenset(c.slug for c in channels if c.onsite_required and c.direction == "from_above")
    return Proof(
        moment=moment,
        lines=lines,
        onsite=onsite_coverage(tallies, pushed),
        whole=whole,
        stray=stray_leads() if moment == now and only is None else 0,
        numbers=numbers_given() if county and moment == now else None,
        numbered=_count(t for t in tallies if not t.part),
    )


def read_tally(moment: datetime) -> list[Tally]:
    """Leads in scope by what they have in common, as of the moment."""
    with connection.cursor() as cursor:
        cursor.execute(leads_at(moment) + _TALLY, {"moment": moment, "kind": MatterKind.LEAD.value})
        return [
            Tally(
                batch_id=batch, channel=channel or "", direction=direction or "", unit=unit or "", state=state or "",
                main_state=main, part=part, stored=stored, n=n,
            )
            for batch, channel, direction, unit, state, main, part, stored, n in cursor.fetchall()
        ]  # fmt: skip


def read_intake(moment: datetime) -> dict[UUID, Intake]:
    """Batches in scope that were taken in by the moment."""
    with connection.cursor() as cursor:
        cursor.execute(_MISSING_COUNT, {"moment": moment})
        missing: dict[UUID, int] = dict(cursor.fetchall())
        cursor.execute(_INTAKE, {"moment": moment})
        return {
            row[0]: Intake(
                batch_id=row[0], name=row[1], channel=row[2], at=row[3], received=row[4], accepted=row[5],
                duplicate=row[6], rejected=row[7], missing=missing.get(row[0], 0),
            )
            for row in cursor.fetchall()
        }  # fmt: skip


def stray_leads() -> int:
    """Leads in scope that have no entry in the journal."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM leads_lead l WHERE NOT EXISTS (SELECT FROM journal_matter m WHERE m.id = l.id)"
        )
        return int(cursor.fetchone()[0])


_GIVEN = """
SELECT coalesce((SELECT sum(value) FROM base_counter WHERE key LIKE 'lead:%%'), 0)
  - coalesce((SELECT sum(last - first + 1) FROM base_numberblock WHERE key LIKE 'lead:%%' AND NOT used), 0)
"""


def numbers_given() -> int:
    """Numbers of leads given out, without blocks whose import did not come about."""
    with connection.cursor() as cursor:
        cursor.execute(_GIVEN, [])
        return int(cursor.fetchone()[0])


def _classes(tallies: Iterable[Tally]) -> dict[str, int]:
    """Leads by class; those of which the row is lost, or whose state has no class, are in none."""
    found: Counter[str] = Counter()
    for tally in tallies:
        name = CLASS_OF.get(tally.state)
        if name is not None and tally.stored:
            found[name] += tally.n
    return {name: found[name] for name in CLASSES}


def _count(tallies: Iterable[Tally]) -> int:
    return sum(tally.n for tally in tallies)


def _line(
    key: str, label: str, direction: str, own: Sequence[Tally], received: int, intake: Intake | None = None
) -> Line:
    whole = [tally for tally in own if not tally.part]
    return Line(
        key=key,
        label=label,
        direction=direction,
        sum=Sum(received=received, classes=_classes(whole)),
        intake=intake,
        parts=_count(tally for tally in own if tally.part),
        lost=_count(tally for tally in own if not tally.stored),
    )


def _by_batch(tallies: Sequence[Tally], intake: Mapping[UUID, Intake]) -> tuple[Line, ...]:
    groups: dict[UUID | None, list[Tally]] = {}
    for tally in tallies:
        groups.setdefault(tally.batch_id, []).append(tally)
    lines = []
    for batch_id in [*intake, *(i for i in groups if i is not None and i not in intake)]:
        own, batch = groups.get(batch_id, []), intake.get(batch_id)
        direction = next((tally.direction for tally in own), "")
        label = batch.name if batch else str(batch_id)
        # A batch that the inbox does not show to this viewer: its leads are counted as they stand.
        received = batch.accepted if batch else _count(t for t in own if not t.part)
        lines.append(_line(str(batch_id), label, direction, own, received, batch))
    single = groups.get(None, [])
    if single:
        lines.append(_line(NO_KEY, "", "", single, _count(t for t in single if not t.part)))
    return tuple(lines)


def _by_channel(
    tallies: Sequence[Tally], intake: Mapping[UUID, Intake], channels: Mapping[str, str]
) -> tuple[Line, ...]:
    groups: dict[str, list[Tally]] = {slug: [] for slug in channels}
    for tally in tallies:
        groups.setdefault(tally.channel, []).append(tally)
    accepted: Counter[str] = Counter()
    for batch in intake.values():
        groups.setdefault(batch.channel, [])
        accepted[batch.channel] += batch.accepted
    lines = []
    for slug, own in groups.items():
        outside = _count(t for t in own if not t.part and (t.batch_id is None or t.batch_id not in intake))
        received = accepted[slug] + outside
        if received or own:
            direction = next((tally.direction for tally in own), "")
            lines.append(_line(slug, channels.get(slug, slug), direction, own, received))
    return tuple(lines)


def _by_unit(tallies: Sequence[Tally], intake: Mapping[UUID, Intake]) -> tuple[Line, ...]:
    groups: dict[str, list[Tally]] = {}
    for tally in tallies:
        groups.setdefault(tally.unit, []).append(tally)
    lines = [
        _line(unit or NO_KEY, unit, "", own, _count(t for t in own if not t.part))
        for unit, own in sorted(groups.items())
    ]
    missing = sum(batch.missing for batch in intake.values())
    if missing:
        lines.append(_line(NO_KEY, "", "", [], missing))
    return tuple(lines)


def onsite_coverage(tallies: Sequence[Tally], channels: frozenset[str]) -> tuple[Coverage, ...]:
    """Pushed leads (of ``channels``) per unit; a merged one counts when its main lead has a result."""
    received: Counter[str] = Counter()
    verified: Counter[str] = Counter()
    for tally in tallies:
        if tally.channel in channels and not tally.part:
            received[tally.unit] += tally.n
            if has_result(tally.state, tally.main_state):
                verified[tally.unit] += tally.n
    return tuple(Coverage(unit=unit, received=received[unit], verified=verified[unit]) for unit in sorted(received))


def has_result(state: str, main_state: str) -> bool:
    """Whether a lead was visited with a result; a merged one with its main lead."""
    return state in VERIFIED_STATES or (state == "merged" and main_state in VERIFIED_STATES)
