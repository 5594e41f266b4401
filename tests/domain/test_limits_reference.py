"""Limits against a slow reference that was written another way: lists of days and single minutes."""

import re
from datetime import date, datetime, timedelta
from typing import Any

import chinese_calendar
from hypothesis import given
from hypothesis import strategies as st

from qingshan.commons.base.calendar_load import calendar_rows
from qingshan.domain.limits import CHINA, Limit, Pause, due
from qingshan.domain.workdays import WorkCalendar

CALENDAR = WorkCalendar.from_rows((row.date, row.kind, row.name) for row in calendar_rows(range(2022, 2027)))
STARTS = st.datetimes(datetime(2023, 1, 1), datetime(2025, 6, 30)).map(  # noqa: DTZ001
    lambda moment: moment.replace(second=0, microsecond=0, tzinfo=CHINA)
)
UNITS = st.sampled_from(["workday", "calendar_day", "month", "year"])


def limit(value: int, unit: Any, holiday_end: Any = "roll_forward") -> Limit:
    return Limit(
        slug="s", value=value, unit=unit, start_event="e", basis="", clause=None, hard=False, holiday_end=holiday_end
    )


@st.composite
def pauses_after(draw: st.DrawFn, start: datetime, minutes: int) -> list[Pause]:
    """Up to four ended pauses that may begin before the start, overlap, or lie within a day."""
    found = []
    for _ in range(draw(st.integers(0, 4))):
        begin = start + timedelta(minutes=draw(st.integers(-minutes // 4, minutes)))
        found.append(
            Pause(start=begin, end=begin + timedelta(minutes=draw(st.integers(0, minutes // 2))), reason="鉴定")
        )
    return found


def left_out(pauses: list[Pause]) -> set[date]:
    """Days taken out: every midnight-to-midnight day from the first day of a pause to the day before its last."""
    days: set[date] = set()
    for pause in pauses:
        assert pause.end is not None
        length = (pause.end.date() - pause.start.date()).days
        days |= {pause.start.date() + timedelta(days=n) for n in range(length)}
    return days


def same_day_later(start: date, months: int) -> date:
    """Count the months off one by one, then step back until the day exists."""
    year, month = start.year, start.month
    for _ in range(months):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    for number in range(start.day, 0, -1):
        try:
            return date(year, month, number)
        except ValueError:
            continue
    raise AssertionError(start)


def slow_last_day(value: int, unit: str, start: date, pauses: list[Pause], holiday_end: str) -> date:
    """List all days after the start, strike out those that do not count, take the last one needed, move it on."""
    out = left_out(pauses)
    days = [start + timedelta(days=n) for n in range(1, 2200)]
    if unit == "workday":
        days = [d for d in days if d.year <= 2026 and chinese_calendar.is_workday(d)]
    needed = value
    if unit in {"month", "year"}:
        target = same_day_later(start, value * (12 if unit == "year" else 1))
        needed = sum(1 for d in days if d <= target)
    counted = [d for d in days if d not in out]
    last = ([start, *counted])[needed]
    while holiday_end == "roll_forward" and not chinese_calendar.is_workday(last):
        last += timedelta(days=1)
    return last


@given(data=st.data(), start=STARTS, unit=UNITS, keep=st.sampled_from(["roll_forward", "keep"]))
def test_day_limits_agree_with_the_reference(data: st.DataObject, start: datetime, unit: str, keep: str) -> None:
    value = data.draw(st.integers(0, {"workday": 60, "calendar_day": 120, "month": 6, "year": 1}[unit]))
    if unit == "workday":
        keep = "roll_forward"
    pauses = data.draw(pauses_after(start, 60 * 24 * 40))
    found = due(limit(value, unit, keep), start, CALENDAR, pauses)
    assert found.known
    assert found.last_day == slow_last_day(value, unit, start.date(), pauses, keep)


@given(data=st.data(), start=STARTS, hours=st.integers(0, 72))
def test_hour_limits_agree_with_counting_single_minutes(data: st.DataObject, start: datetime, hours: int) -> None:
    pauses = data.draw(pauses_after(start, 60 * 48))
    begin = int(start.timestamp() // 60)
    stopped: set[int] = set()
    for pause in pauses:
        assert pause.end is not None
        stopped |= set(range(int(pause.start.timestamp() // 60), int(pause.end.timestamp() // 60)))
    minute, left = begin, hours * 60
    while left:
        left -= minute not in stopped
        minute += 1
    found = due(limit(hours, "hour"), start, CALENDAR, pauses)
    assert found.at is not None
    assert int(found.at.timestamp() // 60) == minute


@given(start=STARTS, later=st.integers(0, 60 * 24 * 20), unit=UNITS | st.just("hour"), value=st.integers(0, 10))
def test_a_later_event_never_ends_earlier(start: datetime, later: int, unit: str, value: int) -> None:
    value = min(value, 1) if unit == "year" else value
    first = due(limit(value, unit), start, CALENDAR).at
    second = due(limit(value, unit), start + timedelta(minutes=later), CALENDAR).at
    assert first is not None
    assert second is not None
    assert start <= first <= second


@given(data=st.data(), start=STARTS, unit=UNITS, value=st.integers(0, 10), more=st.integers(0, 5))
def test_pauses_and_extensions_never_shorten(
    data: st.DataObject, start: datetime, unit: str, value: int, more: int
) -> None:
    value, more = (min(value, 1), 0) if unit == "year" else (value, more)
    pauses = data.draw(pauses_after(start, 60 * 24 * 20))
    plain = due(limit(value, unit), start, CALENDAR).at
    paused = due(limit(value, unit), start, CALENDAR, pauses).at
    longer = due(limit(value, unit), start, CALENDAR, pauses, more).at
    assert plain is not None
    assert paused is not None
    assert longer is not None
    assert plain <= paused <= longer


@given(start=STARTS, unit=UNITS | st.just("hour"), value=st.integers(0, 10))
def test_the_explanation_ends_with_the_moment_and_counts_all(start: datetime, unit: str, value: int) -> None:
    found = due(limit(min(value, 1) if unit == "year" else value, unit), start, CALENDAR)
    assert found.at is not None
    assert found.explanation[-1].startswith(f"届满：{found.at.year}年{found.at.month}月{found.at.day}日")
    if unit == "workday":
        assert len(re.findall(r"第\d+个工作日", "\n".join(found.explanation))) == value
