"""Duties in words: state by day and week, reminders, distance to a due moment."""

from datetime import date, datetime

import pytest

from qingshan.domain.duty import DutyState, distance, duty_state, human_distance, reminders_reached
from qingshan.domain.limits import CHINA

START = datetime(2024, 7, 25, 9, 0, tzinfo=CHINA)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2024-{text}").replace(tzinfo=CHINA)


@pytest.mark.clause("一-5", "三-1-3②b")
@pytest.mark.parametrize(
    ("now", "state"),
    [
        ("07-25T09:00", DutyState.LATER),
        ("08-04T23:59", DutyState.LATER),
        ("08-05T00:00", DutyState.THIS_WEEK),
        ("08-07T23:59:59", DutyState.THIS_WEEK),
        ("08-08T00:00", DutyState.TODAY),
        ("08-08T23:59:59", DutyState.TODAY),
        ("08-09T00:00", DutyState.OVERDUE),
        ("12-31T00:00", DutyState.OVERDUE),
    ],
)
def test_the_state_follows_the_day_and_the_week(now: str, state: DutyState) -> None:
    assert duty_state(at("08-08T23:59:59"), at(now)) == state


@pytest.mark.clause("三-1-3②b")
def test_reminders_come_on_the_days_of_the_plan_and_stay() -> None:
    due, days = at("08-14T23:59:59"), (1, -3, 0)
    assert reminders_reached(due, days, at("08-10T23:59")) == ()
    assert reminders_reached(due, days, at("08-11T00:00")) == ((-3, date(2024, 8, 11)),)
    assert [offset for offset, _ in reminders_reached(due, days, at("08-14T08:00"))] == [-3, 0]
    assert reminders_reached(due, days, at("11-01T08:00"))[-1] == (1, date(2024, 8, 15))


@pytest.mark.parametrize(
    ("now", "text"),
    [
        ("08-11T09:00", "还有 3 天"),
        ("08-13T16:59", "还有 1 天"),
        ("08-13T17:00", "还有 1 天"),
        ("08-13T17:01", "还有 23 小时"),
        ("08-14T16:00", "还有 1 小时"),
        ("08-14T16:01", "还有 59 分钟"),
        ("08-14T16:59:30", "即将到期"),
        ("08-14T17:00", "即将到期"),
        ("08-14T17:00:01", "刚刚逾期"),
        ("08-14T17:05", "逾期 5 分钟"),
        ("08-14T19:30", "逾期 2 小时"),
        ("08-16T17:00", "逾期 2 天"),
    ],
)
def test_the_distance_in_words(now: str, text: str) -> None:
    assert human_distance(at("08-14T17:00"), at(now)) == text


def test_the_distance_to_an_unknown_date_and_in_parts() -> None:
    assert human_distance(None, START) == "时限待定"
    parts = distance(at("08-14T17:00"), at("08-14T19:30"))
    assert (parts.late, parts.amount, parts.unit) == (True, 2, "hour")
