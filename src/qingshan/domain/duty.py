"""Duties (应办事项): who must have done what by when, by which clause. Pure: from facts, plan, calendar and now.

Nothing is counted up night by night: the same facts give the same duties whenever and however often they are asked, and
a later ``now`` never takes a duty back (一-5 每一步都有时限，逾期置顶；三-1-3②b 全过程跟踪督办).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Literal
from uuid import UUID

from qingshan.domain.acts import MatterKind
from qingshan.domain.duty_facts import RESTARTS, MatterFacts, Side, event_times, is_ahead
from qingshan.domain.duty_rules import EVENT_LABELS, RULES, DutyRule
from qingshan.domain.limits import CHINA, DAY_END, Due, Limit, due
from qingshan.domain.workdays import WorkCalendar

_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
_EVER, _NEVER = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
_UNIT_LABELS = {"minute": "分钟", "hour": "小时", "day": "天"}


class DutyState(StrEnum):
    """Where a duty stands on the workbench (逾期、今天、本周、以后、时限待定), most urgent first."""

    OVERDUE = "overdue"
    TODAY = "today"
    THIS_WEEK = "this_week"
    LATER = "later"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """One duty (应办事项) of one matter.

    ``due_at`` None, state ``unknown``: the explanation says what is missing. ``remaining`` is negative when overdue.
    ``limit`` is the limit that decided (empty: the matter's own date), ``hard`` whether passing it has legal effect.
    """

    slug: str
    matter_kind: MatterKind
    matter_id: UUID
    matter_number: str
    division: str
    what: str
    due_at: datetime | None
    state: DutyState
    remaining: timedelta | None
    limit: str
    hard: bool
    clauses: tuple[str, ...]
    side: Side
    roles: frozenset[str]
    unit_id: UUID | None
    action: str
    open_stations: tuple[str, ...]
    explanation: tuple[str, ...]

    @property
    def clause(self) -> str:
        """The first clause: the mark shown beside the duty."""
        return self.clauses[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class _End:
    """One way the time of a duty may end."""

    due: Due
    limit: str
    hard: bool


def duties_of(
    matter: MatterFacts,
    limits: Mapping[str, Limit],
    calendar: WorkCalendar,
    now: datetime,
    *,
    rules: Sequence[DutyRule] = RULES,
    zone: tzinfo = CHINA,
    cut_off: time = DAY_END,
    explain: bool = True,
) -> tuple[Duty, ...]:
    """Everything owed on ``matter`` at ``now``, most urgent first; ``limits`` are the plan's, by slug.

    Never raises for missing data: what cannot be computed is a duty with state ``unknown`` that says why.
    """
    clock = _Clock(limits=limits, calendar=calendar, zone=zone, cut_off=cut_off, explain=explain)
    events = event_times(matter)
    duties = []
    for rule in rules:
        end = clock.end_of(rule, matter, events) if rule.applies(matter) else None
        if end is not None:
            duties.append(_duty(rule, matter, end, now, zone))
    return sort_duties(duties)


def sort_duties(duties: Iterable[Duty]) -> tuple[Duty, ...]:
    """Overdue first, then by due date; unknown ones last; ties by matter number and slug (一-5 逾期置顶)."""
    return tuple(sorted(duties, key=lambda d: (d.due_at is None, d.due_at or _NEVER, d.matter_number, d.slug)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Clock:
    """Computes the end of duties for one plan and calendar."""

    limits: Mapping[str, Limit]
    calendar: WorkCalendar
    zone: tzinfo
    cut_off: time
    explain: bool

    def end_of(self, rule: DutyRule, matter: MatterFacts, events: Mapping[str, datetime]) -> _End | None:
        """Earliest known end among the rule's limits and the matter's own date; None: nothing is owed yet."""
        ends = [self._own_end(rule, matter), *(self._limit_end(slug, matter, events) for slug in rule.limits)]
        running = [end for end in ends if end is not None]
        return min(running, key=lambda end: end.due.at or _NEVER, default=None)

    def _own_end(self, rule: DutyRule, matter: MatterFacts) -> _End | None:
        if rule.own_date == "due_on" and matter.due_on is not None:
            at = datetime.combine(matter.due_on, self.cut_off, tzinfo=self.zone)
            why = f"本事项确定的完成时限：{_date_text(matter.due_on)}"
        elif rule.own_date == "missing_by" and matter.missing_by is not None:
            at = matter.missing_by.astimezone(self.zone)
            why = f"核查时确定的补齐期限：{_date_text(at.date())} {at:%H:%M}"
        else:
            return None
        return _End(due=Due(at=at, explanation=(why,) if self.explain else (), known=True), limit="", hard=False)

    def _limit_end(self, slug: str, matter: MatterFacts, events: Mapping[str, datetime]) -> _End | None:
        limit = self.limits.get(slug)
        if limit is None:
            return _unknown(slug, f"方案未规定时限“{slug}”，请在方案的时限表中补充")
        name = limit.start_event
        if name not in events:
            if is_ahead(name, matter):
                return None
            return _unknown(slug, f"时限从“{EVENT_LABELS.get(name, name)}”起算，但该时间没有记录", hard=limit.hard)
        name = max((name, *RESTARTS.get(slug, ())), key=lambda event: events.get(event, _EVER))
        found = due(
            limit,
            events[name],
            self.calendar,
            matter.pauses.get(slug, ()),
            matter.extensions.get(slug, 0),
            zone=self.zone,
            cut_off=self.cut_off,
            explain=self.explain,
        )
        if found.explanation:
            found = replace(found, explanation=(f"起算事件：{EVENT_LABELS.get(name, name)}", *found.explanation))
        return _End(due=found, limit=slug, hard=limit.hard)


def _unknown(slug: str, why: str, *, hard: bool = False) -> _End:
    return _End(due=Due(at=None, explanation=(why,), known=False), limit=slug, hard=hard)


def _duty(rule: DutyRule, matter: MatterFacts, end: _End, now: datetime, zone: tzinfo) -> Duty:
    at = end.due.at
    return Duty(
        slug=rule.slug,
        matter_kind=matter.kind,
        matter_id=matter.id,
        matter_number=matter.number,
        division=matter.division,
        what=rule.what,
        due_at=at,
        state=duty_state(at, now, zone=zone),
        remaining=None if at is None else at - now,
        limit=end.limit,
        hard=end.hard,
        clauses=rule.clauses,
        side=rule.side,
        roles=rule.roles,
        unit_id=matter.unit_id if rule.side == "township" else matter.units.get(rule.side),
        action=rule.action,
        open_stations=rule.open_stations(matter),
        explanation=end.due.explanation,
    )


def duty_state(due_at: datetime | None, now: datetime, *, zone: tzinfo = CHINA) -> DutyState:
    """State of a due date at ``now``: overdue after its moment, else by day and week (Monday to Sunday) of ``zone``."""
    if due_at is None:
        return DutyState.UNKNOWN
    if now > due_at:
        return DutyState.OVERDUE
    due_day, today = due_at.astimezone(zone).date(), now.astimezone(zone).date()
    if due_day == today:
        return DutyState.TODAY
    same_week = due_day.isocalendar()[:2] == today.isocalendar()[:2]
    return DutyState.THIS_WEEK if same_week else DutyState.LATER


def reminders_reached(
    due_at: datetime, days: Iterable[int], now: datetime, *, zone: tzinfo = CHINA
) -> tuple[tuple[int, date], ...]:
    """Reminders (催办) whose day has come: pairs of offset in days (negative = before) and date, in order (三-1-3②b).

    ``days`` are the plan's. Whether a reminder was already sent is a matter of record, not of counting.
    """
    due_day, today = due_at.astimezone(zone).date(), now.astimezone(zone).date()
    dated = ((offset, due_day + timedelta(days=offset)) for offset in sorted(set(days)))
    return tuple((offset, day) for offset, day in dated if day <= today)


@dataclass(frozen=True, slots=True, kw_only=True)
class Distance:
    """Distance between a due date and now in the largest whole unit, rounded towards zero."""

    late: bool
    amount: int
    unit: Literal["minute", "hour", "day"]

    @property
    def text(self) -> str:
        """还有 3 天, 逾期 2 小时; within a minute 即将到期 or 刚刚逾期."""
        if not self.amount:
            return "刚刚逾期" if self.late else "即将到期"
        return f"{'逾期' if self.late else '还有'} {self.amount} {_UNIT_LABELS[self.unit]}"


def distance(due_at: datetime, now: datetime) -> Distance:
    """Distance in parts, for pages that write it in another language. Late exactly when the duty is overdue."""
    late, gap = now > due_at, abs(due_at - now)
    if gap >= _DAY:
        return Distance(late=late, amount=gap // _DAY, unit="day")
    if gap >= _HOUR:
        return Distance(late=late, amount=gap // _HOUR, unit="hour")
    return Distance(late=late, amount=gap // _MINUTE, unit="minute")


def human_distance(due_at: datetime | None, now: datetime) -> str:
    """The distance in words (还有 3 天 / 逾期 2 小时); 时限待定 for an unknown due date."""
    return "时限待定" if due_at is None else distance(due_at, now).text


def _date_text(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
