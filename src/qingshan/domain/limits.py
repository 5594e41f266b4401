"""Limits (时限): when something must be done, computed from a rule of the plan, never counted up. Pure.

How days are counted (民法典第200–204条，行政处罚法第85条，自然资源行政处罚办法第57条):
the day of the event is not counted; a day limit ends with its last day; a month limit ends on the same day of the
month, or on the month's last day; a statutory period whose last day is no workday ends on the next workday
(期间的最后一日是法定休假日的，以法定休假日结束的次日为期间的最后一日). Hour limits run in real time, day and night.
All days are days of China.
"""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import groupby
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from qingshan.domain.workdays import DayKind, UnknownYear, WorkCalendar, weekday_name

LimitUnit = Literal["hour", "workday", "calendar_day", "month", "year"]
HolidayEnd = Literal["roll_forward", "keep"]
LIMIT_UNITS: tuple[str, ...] = get_args(LimitUnit)
HOLIDAY_ENDS: tuple[str, ...] = get_args(HolidayEnd)
UNIT_LABELS: dict[str, str] = {
    "hour": "小时",
    "workday": "个工作日",
    "calendar_day": "日",
    "month": "个月",
    "year": "年",
}
CHINA = ZoneInfo("Asia/Shanghai")
DAY_END = time(23, 59, 59)
_DAY = timedelta(days=1)
_DAY_BY_DAY = 31  # longest walk that is explained one line per day; longer ones in runs of days


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """One limit of the plan (时限): ``value`` in ``unit`` after ``start_event``.

    ``basis`` is the article or practice it rests on, ``clause`` the clause of the notice, ``hard`` whether passing it
    has legal effect. ``holiday_end`` says what happens to a day, month or year limit whose last day is no workday.
    """

    slug: str
    value: int
    unit: LimitUnit
    start_event: str
    basis: str
    clause: str | None
    hard: bool
    note: str = ""
    holiday_end: HolidayEnd = "roll_forward"

    def __post_init__(self) -> None:
        """Refuse a limit that has no meaning (ValueError)."""
        if self.value < 0:
            raise ValueError(f"时限 {self.slug} 的数值 {self.value} 不能为负")
        if self.unit not in LIMIT_UNITS:
            raise ValueError(f"时限 {self.slug} 的单位 {self.unit!r} 不在 {'、'.join(LIMIT_UNITS)} 之内")
        if self.holiday_end not in HOLIDAY_ENDS:
            raise ValueError(
                f"时限 {self.slug} 的 holiday_end {self.holiday_end!r} 不在 {'、'.join(HOLIDAY_ENDS)} 之内"
            )

    @property
    def text(self) -> str:
        """The limit in words: 7个工作日, 24小时, 90日."""
        return f"{self.value}{UNIT_LABELS[self.unit]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """Time that does not count (扣除期间：鉴定、听证、公告、邮递在途等). ``end`` None: it still lasts.

    For day limits the days from the day it starts up to the day before it ends are left out; the day it ends counts.
    """

    start: datetime
    end: datetime | None
    reason: str

    def __post_init__(self) -> None:
        """Refuse times without zone or in the wrong order (ValueError)."""
        if self.start.tzinfo is None or (self.end is not None and self.end.tzinfo is None):
            raise ValueError("扣除期间的时间必须带时区")
        if self.end is not None and self.end < self.start:
            raise ValueError("扣除期间的结束时间早于开始时间")


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A computed due date (届满时间). ``at`` None and ``known`` False: it cannot be known, ``explanation`` says why.

    ``explanation`` shows line by line how it was computed; it is empty when it was not asked for.
    """

    at: datetime | None
    explanation: tuple[str, ...]
    known: bool

    @property
    def last_day(self) -> date | None:
        """Last day of the limit, in the zone it was computed in."""
        return None if self.at is None else self.at.date()


class _StillPausedError(Exception):
    """The limit stands still: a pause has begun and not ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """One day of the walk: its number when counted (None: left out), and the pause that took it out."""

    day: date
    number: int | None
    pause: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """What one computation works on; ``start`` is local. ``steps`` and ``notes`` fill up on the way."""

    limit: Limit
    start: datetime
    calendar: WorkCalendar
    pauses: Sequence[Pause]
    extension: int
    steps: list[_Step] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        return self.limit.value + self.extension

    def pause_on(self, day: date) -> Pause | None:
        """The pause that takes ``day`` out of the count; one that has ended wins over one that lasts."""
        zone, found = self.start.tzinfo, None
        for pause in self.pauses:
            if pause.start.astimezone(zone).date() > day:
                continue
            if pause.end is None:
                found = found or pause
            elif day < pause.end.astimezone(zone).date():
                return pause
        return found


def due(
    limit: Limit,
    start: datetime,
    calendar: WorkCalendar,
    pauses: Sequence[Pause] = (),
    extension: int = 0,
    *,
    zone: tzinfo = CHINA,
    cut_off: time = DAY_END,
    explain: bool = True,
) -> Due:
    """Return when ``limit`` ends for an event at ``start``; ``extension`` is in the limit's unit (延长).

    Day limits end at ``cut_off`` of their last day in ``zone``. Never guesses: a needed year without calendar, or a
    pause that has not ended, gives ``known=False`` and ``at=None`` (always explained). Raises ValueError for a
    ``start`` without zone or a negative extension.
    """
    if start.tzinfo is None:
        raise ValueError("起算时间必须带时区")
    if extension < 0:
        raise ValueError(f"延长 {extension} 不能为负")
    run = _Run(limit=limit, start=start.astimezone(zone), calendar=calendar, pauses=pauses, extension=extension)
    try:
        at = _hours_end(run) if limit.unit == "hour" else datetime.combine(_last_day(run), cut_off, tzinfo=zone)
    except UnknownYear as unknown:
        return Due(at=None, explanation=(*_explain(run), str(unknown)), known=False)
    except _StillPausedError as paused:
        text = f"“{paused}”尚未结束，期限暂停计算，待恢复后再推算"
        return Due(at=None, explanation=(*_explain(run), text), known=False)
    return Due(at=at, explanation=(*_explain(run), f"届满：{_moment(at)}") if explain else (), known=True)


def _hours_end(run: _Run) -> datetime:
    """Real time outside the pauses; where pauses overlap the time is taken out once."""
    cursor, left = run.start.astimezone(UTC), timedelta(hours=run.total)
    for pause in sorted(run.pauses, key=lambda p: (p.start, p.end is None)):
        if pause.end is not None and pause.end <= cursor:
            continue
        begin = max(pause.start.astimezone(UTC), cursor)
        if begin - cursor >= left:
            break
        if pause.end is None:
            raise _StillPausedError(pause.reason)
        left -= begin - cursor
        cursor = pause.end.astimezone(UTC)
        zone = run.start.tzinfo
        run.notes.append(
            f"{_moment(begin.astimezone(zone))} 至 {_moment(cursor.astimezone(zone))} “{pause.reason}” 不计"
        )
    return (cursor + left).astimezone(run.start.tzinfo)


def _last_day(run: _Run) -> date:
    """Walk the days after the start until enough have counted, then look at the last day (期间届满)."""
    day, number, total = run.start.date(), 0, _days_to_count(run)
    while number < total:
        day += _DAY
        pause = run.pause_on(day)
        if pause is not None and pause.end is None:
            raise _StillPausedError(pause.reason)
        if pause is not None:
            run.steps.append(_Step(day=day, number=None, pause=pause.reason))
        elif run.limit.unit == "workday" and not run.calendar.is_workday(day):
            run.steps.append(_Step(day=day, number=None))
        else:
            number += 1
            run.steps.append(_Step(day=day, number=number))
    return _roll(run, day)


def _days_to_count(run: _Run) -> int:
    months = {"month": 1, "year": 12}.get(run.limit.unit)
    if months is None:
        return run.total
    start = run.start.date()
    return (add_months(start, run.total * months) - start).days


def add_months(day: date, months: int) -> date:
    """Same day ``months`` later, or the last day of that month when it has no such day (民法典第202条)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def _roll(run: _Run, day: date) -> date:
    if run.limit.holiday_end == "keep" or run.calendar.is_workday(day):
        return day
    rolled = run.calendar.next_workday(day)
    name = run.calendar.label_of(day)
    run.notes.append(f"末日 {_day(run, day)} 为{name}，不是工作日，顺延至其后第一个工作日 {_day(run, rolled)}")
    return rolled


def _explain(run: _Run) -> list[str]:
    limit = run.limit
    basis = f"（{limit.basis}）" if limit.basis else ""
    counted = "按实际时间连续计算" if limit.unit == "hour" else "起算当日不计"
    lines = [f"起算：{_moment(run.start)}", f"期限：{limit.text}{basis}，{counted}"]
    if run.extension:
        lines.append(f"延长：{run.extension}{UNIT_LABELS[limit.unit]}")
    if limit.unit == "workday" and len(run.steps) <= _DAY_BY_DAY:
        lines += [_step_line(run, step) for step in run.steps]
    else:
        lines += _step_groups(run)
    return lines + run.notes


def _step_line(run: _Run, step: _Step) -> str:
    if step.number is None:
        return f"{_day(run, step.day)} {_why(run, step)} 不计"
    name = f" {run.calendar.label_of(step.day)}" if run.calendar.kind_of(step.day) == DayKind.MAKEUP_WORKDAY else ""
    return f"{_day(run, step.day)} {weekday_name(step.day)}{name} 第{step.number}个工作日"


def _why(run: _Run, step: _Step) -> str:
    return f"“{step.pause}”" if step.pause else run.calendar.label_of(step.day)


def _group_of(run: _Run, step: _Step) -> str | None:
    if step.number is not None:
        return None
    weekend = not step.pause and run.calendar.kind_of(step.day) == DayKind.WEEKEND
    return "周末" if weekend else _why(run, step)


def _step_groups(run: _Run) -> list[str]:
    """Long counts in runs of days: every run that is left out with its reason, every counted run with its numbers."""
    unit = UNIT_LABELS["workday" if run.limit.unit == "workday" else "calendar_day"]
    lines = []
    for why, group in groupby(run.steps, key=lambda step: _group_of(run, step)):
        days = list(group)
        span = _day(run, days[0].day) + (f"至{_day(run, days[-1].day)}" if len(days) > 1 else "")
        lines.append(
            f"{span} {why} 不计" if why is not None else f"{span} 计{len(days)}{unit}，累计{days[-1].number}{unit}"
        )
    return lines


def _day(run: _Run, day: date) -> str:
    year = "" if day.year == run.start.year else f"{day.year}年"
    return f"{year}{day.month}月{day.day}日"


def _moment(at: datetime) -> str:
    day = f"{at.year}年{at.month}月{at.day}日（{weekday_name(at)}）"
    return f"{day} {at:%H:%M:%S}" if at.second else f"{day} {at:%H:%M}"
