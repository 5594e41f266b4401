"""Dynamic clearing: the open count of each day, days in a row at zero, and the trend around a campaign."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qingshan.domain.clearing import Month, Movement, days_at_zero, open_by_day, trend

START, END = date(2024, 7, 1), date(2024, 10, 20)
CATEGORIES = ("unlicensed", "licensed_pit")


def _on(day: int, category: str = "unlicensed", **moved: int) -> Movement:
    return Movement(day=date(2024, 8, day), category=category, **moved)


@pytest.mark.clause("一-9")
def test_a_case_raises_the_count_and_its_close_out_brings_it_back_to_zero() -> None:
    days = open_by_day([_on(2, entered=1), _on(5, closed=1)], date(2024, 8, 1), date(2024, 8, 8))
    assert [day.total for day in days] == [0, 1, 1, 1, 0, 0, 0, 0]
    assert days_at_zero(days) == 4
    again = open_by_day([_on(2, entered=1), _on(5, closed=1), _on(7, reopened=1)], date(2024, 8, 1), date(2024, 8, 8))
    assert [day.total for day in again][-3:] == [0, 1, 1]
    assert days_at_zero(again) == 0


def test_what_stood_open_before_the_first_day_counts_into_it() -> None:
    days = open_by_day([_on(1, entered=3), _on(2, closed=1)], date(2024, 8, 10), date(2024, 8, 11))
    assert [day.total for day in days] == [2, 2]


def test_each_category_is_cleared_for_itself() -> None:
    days = open_by_day(
        [_on(1, entered=1), _on(1, "licensed_pit", entered=1, closed=1)], date(2024, 8, 1), date(2024, 8, 3)
    )
    assert (days_at_zero(days, "unlicensed"), days_at_zero(days, "licensed_pit"), days_at_zero(days)) == (0, 3, 0)


@given(
    st.lists(
        st.builds(
            Movement,
            day=st.dates(date(2024, 6, 1), date(2024, 9, 1)),
            category=st.sampled_from(CATEGORIES),
            entered=st.integers(0, 5),
            closed=st.integers(0, 5),
            reopened=st.integers(0, 5),
        ),
        max_size=30,
    )
)
def test_every_day_is_the_sum_of_what_moved_until_then(moved: list[Movement]) -> None:
    days = open_by_day(moved, START, date(2024, 9, 1))
    assert [day.day for day in days] == [START + timedelta(days=n) for n in range(len(days))]
    for day in days:
        assert day.total == sum(m.entered - m.closed + m.reopened for m in moved if m.day <= day.day)


@pytest.mark.clause("一-10")
def test_the_trend_splits_a_month_where_the_campaign_begins_and_ends() -> None:
    moved = [
        Movement(day=date(2024, 6, 30), category="unlicensed", entered=4),
        Movement(day=date(2024, 7, 1), category="unlicensed", entered=2, closed=4, reopened=1),
        Movement(day=date(2024, 10, 20), category="unlicensed", closed=3),
        Movement(day=date(2024, 10, 21), category="licensed_pit", entered=1),
    ]
    assert trend(moved, START, END) == [
        Month(year=2024, month=6, phase="before", entered=4, closed=0, reopened=0),
        Month(year=2024, month=7, phase="during", entered=2, closed=4, reopened=1),
        Month(year=2024, month=10, phase="during", entered=0, closed=3, reopened=0),
        Month(year=2024, month=10, phase="after", entered=1, closed=0, reopened=0),
    ]
    assert [month.repeat_percent for month in trend(moved, START, END)] == [None, 25.0, 0.0, None]
