"""Report dates of a campaign (台账报送日程): first date, then every week on one day until the end. Pure.

四-6④ 首报, 四-6⑤ 之后每周上报至行动结束. All dates come from the plan. Rules that hold for every plan:
a date that is no workday is moved as the plan says (previous, next, keep), never skipped; two dates are never merged,
so when a move brings two reports to one day both stay, each with its own number, and the move says so; a year without
calendar leaves the moment open instead of guessing it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Literal, get_args

from qingshan.domain.limits import CHINA
from qingshan.domain.workdays import UnknownYear, WorkCalendar, weekday_name

HolidayRule = Literal["previous", "next", "keep"]
HOLIDAY_RULES: tuple[str, ...] = get_args(HolidayRule)
_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportingRule:
    """The plan's parameters: ``weekday`` as in ISO (1 Monday … 7 Sunday), ``cut_off`` local time of the day.

    ``end`` is the last day of the campaign; a weekly date after it is not a report date.
    """

    first: date
    weekday: int
    cut_off: time
    holiday: HolidayRule
    end: date

    def __post_init__(self) -> None:
        """Refuse parameters that have no meaning (ValueError)."""
        if not 1 <= self.weekday <= 7:
            raise ValueError(f"报送星期 {self.weekday} 应为 1（星期一）至 7（星期日）")
        if self.holiday not in HOLIDAY_RULES:
            raise ValueError(f"节假日规则 {self.holiday!r} 不在 {'、'.join(HOLIDAY_RULES)} 之内")
        if self.first > self.end:
            raise ValueError(f"首报日期 {self.first} 晚于行动结束日期 {self.end}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One report date (报送期次): ``no`` from 1 on, the nominal day, and the moment it is due.

    ``due_at`` None: it cannot be known yet. ``moved_because`` says in Chinese why the day was moved, kept on a holiday,
    shared with another report or left open; empty when there is nothing to say.
    """

    no: int
    nominal: date
    due_at: datetime | None
    moved_because: str


def report_dates(rule: ReportingRule, calendar: WorkCalendar, *, zone: tzinfo = CHINA) -> tuple[Report, ...]:
    """All report dates of a campaign in order: no. 1 is the first report (四-6④), the weekly ones follow (四-6⑤)."""
    days = (rule.first, *weekly_days(after=rule.first, weekday=rule.weekday, end=rule.end))
    return settle_dates(days, calendar, rule=rule.holiday, cut_off=rule.cut_off, zone=zone)


def weekly_days(*, after: date, weekday: int, end: date) -> tuple[date, ...]:
    """Every ISO ``weekday`` after ``after`` up to and including ``end``, holidays or not (四-3④ weekly control too)."""
    day = after + timedelta(days=(weekday - after.isoweekday() - 1) % 7 + 1)
    days = []
    while day <= end:
        days.append(day)
        day += _WEEK
    return tuple(days)


def settle_dates(
    days: Sequence[date], calendar: WorkCalendar, *, rule: HolidayRule, cut_off: time, zone: tzinfo = CHINA
) -> tuple[Report, ...]:
    """Number nominal ``days`` from 1 and move those on holidays by ``rule``; one result per day, none merged."""
    settled: list[tuple[date | None, str]] = [_settle(day, calendar, rule) for day in days]
    reports = []
    for no, (nominal, (day, why)) in enumerate(zip(days, settled, strict=True), start=1):
        others = [n for n, (other, _) in enumerate(settled, start=1) if other == day is not None and n != no]
        due_at = None if day is None else datetime.combine(day, cut_off, tzinfo=zone)
        reports.append(Report(no=no, nominal=nominal, due_at=due_at, moved_because=why + _shared(others, why)))
    return tuple(reports)


def _shared(others: list[int], why: str) -> str:
    if not others:
        return ""
    numbers = "、".join(f"第{no}期" for no in others)
    return f"{'；' if why else ''}与{numbers}同日报送，各期分别上报，不合并"


def _settle(day: date, calendar: WorkCalendar, rule: HolidayRule) -> tuple[date | None, str]:
    try:
        if calendar.is_workday(day):
            return day, ""
        moved = _moved(day, calendar, rule)
        name = calendar.label_of(day)
    except UnknownYear as unknown:
        return (day, "") if rule == "keep" else (None, str(unknown))
    if moved == day:
        return day, f"{_text(day)}为{name}，按规则不调整"
    direction = "提前至前一工作日" if moved < day else "顺延至后一工作日"
    return moved, f"{_text(day)}为{name}，{direction}{_text(moved)}"


def _moved(day: date, calendar: WorkCalendar, rule: HolidayRule) -> date:
    if rule == "previous":
        return calendar.previous_workday(day)
    return calendar.next_workday(day) if rule == "next" else day


def _text(day: date) -> str:
    return f"{day.month}月{day.day}日（{weekday_name(day)}）"
