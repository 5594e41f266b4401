"""Report dates of a campaign: first report, then weekly; holidays move a date, nothing is skipped or merged."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qingshan.commons.base.calendar_load import calendar_rows
from qingshan.domain.limits import CHINA
from qingshan.domain.reporting import HolidayRule, Report, ReportingRule, report_dates, settle_dates, weekly_days
from qingshan.domain.workdays import WorkCalendar

CALENDAR = WorkCalendar.from_rows((row.date, row.kind, row.name) for row in calendar_rows(range(2023, 2027)))
WEDNESDAYS = ["07-31", "08-07", "08-14", "08-21", "08-28", "09-04", "09-11", "09-18", "09-25"]


def rule(**changes: Any) -> ReportingRule:
    """The rule of the campaign of 2024, with changes."""
    given: dict[str, Any] = {
        "first": date(2024, 7, 25),
        "weekday": 3,
        "cut_off": time(17, 0),
        "holiday": "next",
        "end": date(2024, 10, 8),
    }
    return ReportingRule(**{**given, **changes})


def days(reports: tuple[Report, ...]) -> list[str]:
    assert all(report.due_at is not None for report in reports)
    return [f"{report.due_at:%m-%d}" for report in reports]


@pytest.mark.clause("四-6④")
def test_the_first_report_is_number_one_on_its_own_date() -> None:
    first = report_dates(rule(), CALENDAR)[0]
    assert first == Report(
        no=1, nominal=date(2024, 7, 25), due_at=datetime(2024, 7, 25, 17, 0, tzinfo=CHINA), moved_because=""
    )


@pytest.mark.clause("四-6⑤")
def test_then_every_wednesday_until_the_end_the_one_on_a_holiday_moved() -> None:
    reports = report_dates(rule(), CALENDAR)
    assert [report.no for report in reports] == list(range(1, 12))
    assert days(reports) == ["07-25", *WEDNESDAYS, "10-08"]
    assert all(report.due_at is not None and report.due_at.time() == time(17, 0) for report in reports)
    last = reports[-1]
    assert last.nominal == date(2024, 10, 2)
    assert last.moved_because == "10月2日（星期三）为国庆节，顺延至后一工作日10月8日（星期二）"
    assert not any(report.moved_because for report in reports[:-1])


@pytest.mark.clause("四-6⑤")
@pytest.mark.parametrize(
    ("holiday", "day", "why"),
    [
        ("previous", "09-30", "10月2日（星期三）为国庆节，提前至前一工作日9月30日（星期一）"),
        ("next", "10-08", "10月2日（星期三）为国庆节，顺延至后一工作日10月8日（星期二）"),
        ("keep", "10-02", "10月2日（星期三）为国庆节，按规则不调整"),
    ],
)
def test_the_holiday_rule_of_the_plan(holiday: HolidayRule, day: str, why: str) -> None:
    last = report_dates(rule(holiday=holiday), CALENDAR)[-1]
    assert (days((last,)), last.nominal, last.moved_because) == ([day], date(2024, 10, 2), why)


@pytest.mark.clause("四-6⑤")
@pytest.mark.parametrize(("end", "last"), [("2024-10-08", "10-02"), ("2024-10-09", "10-09"), ("2024-10-15", "10-09")])
def test_one_more_report_only_when_the_end_is_later(end: str, last: str) -> None:
    reports = report_dates(rule(end=date.fromisoformat(end)), CALENDAR)
    assert f"{reports[-1].nominal:%m-%d}" == last


def test_a_report_moved_past_the_end_is_still_due() -> None:
    last = report_dates(rule(end=date(2024, 10, 3)), CALENDAR)[-1]
    assert (last.nominal, days((last,))) == (date(2024, 10, 2), ["10-08"])


def test_two_dates_that_fall_on_one_day_stay_two_reports() -> None:
    reports = report_dates(rule(first=date(2024, 9, 24), weekday=2), CALENDAR)
    assert days(reports) == ["09-24", "10-08", "10-08"]
    assert reports[1].moved_because.endswith("；与第3期同日报送，各期分别上报，不合并")
    assert reports[2].moved_because == "与第2期同日报送，各期分别上报，不合并"


def test_a_first_report_on_the_weekday_itself_is_not_doubled() -> None:
    reports = report_dates(rule(first=date(2024, 7, 31)), CALENDAR)
    assert days(reports) == [*WEDNESDAYS, "10-08"]


def test_makeup_workdays_are_workdays() -> None:
    reports = report_dates(rule(first=date(2024, 9, 26), weekday=7), CALENDAR)
    assert days(reports) == ["09-26", "09-29", "10-08"]


def test_an_unknown_year_leaves_the_moment_open() -> None:
    reports = report_dates(rule(first=date(2026, 12, 28), weekday=3, end=date(2027, 1, 10)), CALENDAR)
    assert [report.due_at is None for report in reports] == [False, False, True]
    assert "2027年的节假日安排尚未录入" in reports[-1].moved_because
    assert "不合并" not in reports[-1].moved_because


def test_several_open_dates_are_not_said_to_share_a_day() -> None:
    reports = report_dates(rule(first=date(2027, 1, 4), end=date(2027, 1, 31)), CALENDAR)
    assert [report.due_at for report in reports] == [None] * 5
    assert not any("同日" in report.moved_because for report in reports)


def test_dates_that_are_kept_need_no_calendar() -> None:
    reports = report_dates(rule(first=date(2027, 1, 4), end=date(2027, 1, 10), holiday="keep"), CALENDAR)
    assert days(reports) == ["01-04", "01-06"]


def test_weekly_control_on_a_holiday_moves_to_the_next_workday() -> None:
    mondays = weekly_days(after=date(2024, 9, 22), weekday=1, end=date(2024, 10, 8))
    meetings = settle_dates(mondays, CALENDAR, rule="next", cut_off=time(9, 0))
    assert [(f"{m.nominal:%m-%d}", f"{m.due_at:%m-%d}") for m in meetings] == [
        ("09-23", "09-23"), ("09-30", "09-30"), ("10-07", "10-08"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"weekday": 0}, "报送星期"),
        ({"weekday": 8}, "报送星期"),
        ({"holiday": "drop"}, "drop"),
        ({"end": date(2024, 7, 1)}, "晚于"),
    ],
)
def test_meaningless_parameters_are_refused(changes: dict[str, Any], match: str) -> None:
    with pytest.raises(ValueError, match=match):
        rule(**changes)


RULES = st.builds(
    lambda first, weekday, holiday, length: rule(
        first=first, weekday=weekday, holiday=holiday, end=first + timedelta(days=length)
    ),
    st.dates(date(2023, 2, 1), date(2025, 10, 1)),
    st.integers(1, 7),
    st.sampled_from(["previous", "next", "keep"]),
    st.integers(0, 200),
)


@given(sample=RULES)
def test_no_week_is_skipped_and_every_date_is_a_workday_unless_kept(sample: ReportingRule) -> None:
    reports = report_dates(sample, CALENDAR)
    expected = [
        day
        for day in (sample.first + timedelta(days=n) for n in range((sample.end - sample.first).days + 1))
        if day == sample.first or day.isoweekday() == sample.weekday
    ]
    assert [report.nominal for report in reports] == expected
    assert [report.no for report in reports] == list(range(1, len(expected) + 1))
    moments = [report.due_at for report in reports if report.due_at is not None]
    assert len(moments) == len(expected)
    assert moments == sorted(moments)
    for report, moment in zip(reports, moments, strict=True):
        moved = moment.date() != report.nominal
        assert CALENDAR.is_workday(moment.date()) or sample.holiday == "keep"
        assert not moved or (report.moved_because and not CALENDAR.is_workday(report.nominal))
        assert sample.holiday != "next" or moment.date() >= report.nominal
        assert sample.holiday != "previous" or moment.date() <= report.nominal
