"""The workday calendar: holidays and make-up days come from the table, an unknown year is said to be unknown."""

from datetime import date, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qingshan.commons.base.calendar_load import announced_years, calendar_rows
from qingshan.domain.workdays import DayKind, UnknownYear, WorkCalendar, weekday_name

CALENDAR = WorkCalendar.from_rows((row.date, row.kind, row.name) for row in calendar_rows(range(2023, 2027)))
MAKEUP_2024 = ["02-04", "02-18", "04-07", "04-28", "05-11", "09-14", "09-29", "10-12"]
DAYS = st.dates(date(2023, 6, 1), date(2026, 5, 31))


def day(text: str) -> date:
    return date.fromisoformat(f"2024-{text}")


@pytest.mark.parametrize("text", MAKEUP_2024)
def test_makeup_days_of_2024_are_worked_though_they_fall_on_a_weekend(text: str) -> None:
    assert day(text).weekday() >= 5
    assert CALENDAR.is_workday(day(text))
    assert CALENDAR.kind_of(day(text)) == DayKind.MAKEUP_WORKDAY
    assert CALENDAR.label_of(day(text)).endswith("调休上班")


def test_no_other_weekend_day_of_2024_is_worked() -> None:
    year = [date(2024, 1, 1) + timedelta(days=n) for n in range(366)]
    worked = [d.isoformat()[5:] for d in year if d.weekday() >= 5 and CALENDAR.is_workday(d)]
    assert worked == MAKEUP_2024


@pytest.mark.parametrize(
    ("text", "kind", "label"),
    [
        ("09-27", DayKind.WORKDAY, "星期五"),
        ("09-28", DayKind.WEEKEND, "星期六"),
        ("09-29", DayKind.MAKEUP_WORKDAY, "国庆节调休上班"),
        ("10-01", DayKind.HOLIDAY, "国庆节"),
        ("10-04", DayKind.HOLIDAY, "国庆节调休"),
        ("10-06", DayKind.HOLIDAY, "国庆节"),
        ("10-08", DayKind.WORKDAY, "星期二"),
        ("10-13", DayKind.WEEKEND, "星期日"),
        ("02-10", DayKind.HOLIDAY, "春节"),
    ],
)
def test_kind_and_label(text: str, kind: DayKind, label: str) -> None:
    assert CALENDAR.kind_of(day(text)) == kind
    assert CALENDAR.label_of(day(text)) == label


@pytest.mark.parametrize(
    ("text", "following", "preceding"),
    [
        ("09-30", "10-08", "09-29"),
        ("10-02", "10-08", "09-30"),
        ("10-11", "10-12", "10-10"),
        ("10-12", "10-14", "10-11"),
        ("02-09", "02-18", "02-08"),
        ("02-18", "02-19", "02-09"),
    ],
)
def test_next_and_previous_workday(text: str, following: str, preceding: str) -> None:
    assert CALENDAR.next_workday(day(text)) == day(following)
    assert CALENDAR.previous_workday(day(text)) == day(preceding)


def test_on_or_after_and_on_or_before_keep_a_workday() -> None:
    assert CALENDAR.workday_on_or_after(day("09-29")) == day("09-29")
    assert CALENDAR.workday_on_or_after(day("10-01")) == day("10-08")
    assert CALENDAR.workday_on_or_before(day("10-12")) == day("10-12")
    assert CALENDAR.workday_on_or_before(day("10-07")) == day("09-30")


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        ("2024-09-27", 7, "2024-10-12"),
        ("2024-10-01", 1, "2024-10-08"),
        ("2024-10-01", 0, "2024-10-01"),
        ("2024-02-07", 3, "2024-02-18"),
        ("2024-12-31", 1, "2025-01-02"),
        ("2023-12-29", 1, "2024-01-02"),
        ("2024-10-08", -1, "2024-09-30"),
        ("2024-10-08", -3, "2024-09-27"),
        ("2025-01-24", 3, "2025-02-05"),
    ],
)
def test_adding_workdays_over_holidays_and_year_ends(start: str, count: int, end: str) -> None:
    assert CALENDAR.add_workdays(date.fromisoformat(start), count) == date.fromisoformat(end)


def test_workdays_between_counts_the_end_and_not_the_start() -> None:
    assert CALENDAR.workdays_between(day("09-30"), day("10-08")) == 1
    assert CALENDAR.workdays_between(day("09-27"), day("09-30")) == 2
    assert CALENDAR.workdays_between(day("10-01"), day("10-07")) == 0
    assert CALENDAR.workdays_between(day("10-08"), day("09-30")) == -1
    assert CALENDAR.workdays_between(day("10-08"), day("10-08")) == 0


def test_an_unknown_year_is_never_guessed() -> None:
    for question in (CALENDAR.is_workday, CALENDAR.kind_of, CALENDAR.label_of):
        with pytest.raises(UnknownYear, match="2027年") as caught:
            question(date(2027, 3, 3))
        assert caught.value.year == 2027
    with pytest.raises(UnknownYear):
        CALENDAR.add_workdays(date(2026, 12, 30), 5)
    with pytest.raises(UnknownYear):
        CALENDAR.workdays_between(date(2026, 12, 30), date(2027, 1, 5))
    with pytest.raises(UnknownYear):
        CALENDAR.next_workday(date(2026, 12, 31))


def test_days_of_a_year_that_is_only_partly_entered_stay_unknown() -> None:
    rows = [(date(2031, 1, 1), "holiday", "元旦"), (date(2031, 1, 2), "workday", "")]
    calendar = WorkCalendar.from_rows(rows)
    assert calendar.known_years == frozenset()
    with pytest.raises(UnknownYear):
        calendar.is_workday(date(2031, 1, 2))


def test_makeup_days_of_an_invented_table_count_too() -> None:
    calendar = WorkCalendar(
        days={date(2031, 3, 5): DayKind.HOLIDAY, date(2031, 3, 8): DayKind.MAKEUP_WORKDAY},
        known_years=frozenset({2031}),
    )
    assert calendar.add_workdays(date(2031, 3, 4), 3) == date(2031, 3, 8)
    assert (calendar.label_of(date(2031, 3, 5)), calendar.label_of(date(2031, 3, 8))) == ("节假日", "调休上班")
    assert not calendar.is_workday(date(2031, 3, 9))
    assert calendar.kind_of(date(2031, 3, 15)) == DayKind.WEEKEND
    assert calendar.kind_of(date(2031, 3, 14)) == DayKind.WORKDAY


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="half_day"):
        WorkCalendar.from_rows([(date(2031, 1, 1), "half_day", "")])


def test_weekday_names() -> None:
    assert [weekday_name(day(f"07-0{n}")) for n in (1, 6, 7)] == ["星期一", "星期六", "星期日"]


@given(start=DAYS, count=st.integers(-60, 60))
def test_adding_workdays_agrees_with_a_plain_list(start: date, count: int) -> None:
    """Reference: write down all worked days with the package's own judgement and pick from the list."""
    step = 1 if count > 0 else -1
    ahead = (start + timedelta(days=step * n) for n in range(1, 200))
    worked = [d for d in ahead if chinese_calendar.is_workday(d)]
    expected = worked[abs(count) - 1] if count else start
    assert CALENDAR.add_workdays(start, count) == expected


@given(start=DAYS, count=st.integers(0, 60))
def test_between_undoes_add(start: date, count: int) -> None:
    assert CALENDAR.workdays_between(start, CALENDAR.add_workdays(start, count)) == count


@given(a=DAYS, b=DAYS)
def test_between_is_antisymmetric(a: date, b: date) -> None:
    assert CALENDAR.workdays_between(a, b) == -CALENDAR.workdays_between(b, a)


def test_rows_of_the_package_cover_every_day_once_and_agree_with_it() -> None:
    rows = list(calendar_rows([2024, 2025]))
    assert [row.date for row in rows] == [date(2024, 1, 1) + timedelta(days=n) for n in range(366 + 365)]
    worked = {DayKind.WORKDAY, DayKind.MAKEUP_WORKDAY}
    assert all((row.kind in worked) == chinese_calendar.is_workday(row.date) for row in rows)
    assert all(bool(row.name) == (row.kind in {DayKind.HOLIDAY, DayKind.MAKEUP_WORKDAY}) for row in rows)


def test_a_year_without_notice_is_refused() -> None:
    beyond = announced_years()[-1] + 1
    with pytest.raises(UnknownYear, match=str(beyond)):
        list(calendar_rows([beyond]))
