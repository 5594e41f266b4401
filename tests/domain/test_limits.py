"""Limits: how hours, workdays, calendar days, months and years are counted, paused, lengthened and explained."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from qingshan.commons.base.calendar_load import calendar_rows
from qingshan.domain.limits import CHINA, Due, Limit, Pause, add_months, due
from qingshan.domain.workdays import WorkCalendar

CALENDAR = WorkCalendar.from_rows((row.date, row.kind, row.name) for row in calendar_rows(range(2023, 2027)))


def limit(value: int, unit: Any, **more: Any) -> Limit:
    given = {"start_event": "lead.receive", "basis": "测试依据", "clause": None, "hard": False, **more}
    return Limit(slug="sample", value=value, unit=unit, **given)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


def pause(start: str, end: str | None, reason: str = "鉴定") -> Pause:
    return Pause(start=at(start), end=None if end is None else at(end), reason=reason)


def run(value: int, unit: str, start: str, *pauses: Pause, extension: int = 0, **more: Any) -> Due:
    return due(limit(value, unit, **more), at(start), CALENDAR, pauses, extension)


@pytest.mark.clause("一-5")
@pytest.mark.parametrize(
    ("value", "unit", "start", "end"),
    [
        # workdays: day of the event not counted, holidays and weekends left out, make-up days counted
        (1, "workday", "2024-07-25T09:00", "2024-07-26"),
        (7, "workday", "2024-07-25T09:00", "2024-08-05"),
        (1, "workday", "2024-09-28T09:00", "2024-09-29"),
        (2, "workday", "2024-09-29T09:00", "2024-10-08"),
        (7, "workday", "2024-09-27T23:59", "2024-10-12"),
        (3, "workday", "2024-02-07T08:00", "2024-02-18"),
        (10, "workday", "2024-12-27T08:00", "2025-01-13"),
        (0, "workday", "2024-09-27T09:00", "2024-09-27"),
        (0, "workday", "2024-10-01T09:00", "2024-10-08"),
        # calendar days: a last day without work moves on
        (3, "calendar_day", "2024-07-22T09:00", "2024-07-25"),
        (5, "calendar_day", "2024-07-22T09:00", "2024-07-29"),
        (8, "calendar_day", "2024-09-27T09:00", "2024-10-08"),
        (2, "calendar_day", "2024-09-27T09:00", "2024-09-29"),
        (15, "calendar_day", "2024-09-27T09:00", "2024-10-12"),
        (90, "calendar_day", "2024-08-01T09:00", "2024-10-30"),
        (30, "calendar_day", "2024-12-02T09:00", "2025-01-02"),
        (0, "calendar_day", "2024-07-25T09:00", "2024-07-25"),
        # months and years: same day, or the last day of the month; then moved on from a holiday
        (1, "month", "2024-01-31T09:00", "2024-02-29"),
        (1, "month", "2023-01-31T09:00", "2023-02-28"),
        (3, "month", "2024-07-01T09:00", "2024-10-08"),
        (6, "month", "2024-08-30T09:00", "2025-02-28"),
        (3, "month", "2023-10-31T09:00", "2024-01-31"),
        (2, "year", "2024-02-29T09:00", "2026-02-28"),
        (1, "year", "2024-07-01T09:00", "2025-07-01"),
    ],
)
def test_last_day_of_a_limit(value: int, unit: str, start: str, end: str) -> None:
    found = run(value, unit, start)
    assert found.known
    assert found.at == at(f"{end}T23:59:59")
    assert found.last_day == date.fromisoformat(end)


@pytest.mark.clause("二-1⑤")
@pytest.mark.parametrize(
    ("start", "end"),
    [("2024-09-30T17:05", "2024-10-01T17:05"), ("2024-02-28T23:30", "2024-02-29T23:30")],
)
def test_hours_run_in_real_time_through_nights_and_holidays(start: str, end: str) -> None:
    found = run(24, "hour", start)
    assert found.at == at(end)
    assert any("按实际时间连续计算" in line for line in found.explanation)


def test_hours_need_no_calendar() -> None:
    assert run(24, "hour", "2027-05-01T10:00").at == at("2027-05-02T10:00")


def test_the_moment_is_that_of_china_whatever_zone_the_event_came_in() -> None:
    evening_utc = datetime(2024, 7, 25, 17, 0, tzinfo=UTC)  # 26 July, 01:00 in China
    found = due(limit(1, "workday"), evening_utc, CALENDAR)
    assert found.at == at("2024-07-29T23:59:59")
    assert found.at is not None
    assert found.at.utcoffset() == timedelta(hours=8)


def test_cut_off_of_the_plan() -> None:
    found = due(limit(1, "workday"), at("2024-07-25T09:00"), CALENDAR, cut_off=time(17, 0))
    assert found.at == at("2024-07-26T17:00")


def test_a_limit_may_stay_on_a_holiday() -> None:
    found = run(8, "calendar_day", "2024-09-27T09:00", holiday_end="keep")
    assert found.last_day == date(2024, 10, 5)
    assert not any("顺延" in line for line in found.explanation)


@pytest.mark.parametrize(
    ("value", "unit", "start", "pauses", "end"),
    [
        # two days out of the count: 9 and 10 October
        (3, "workday", "2024-10-08T09:00", [("2024-10-09T10:00", "2024-10-11T10:00")], "2024-10-14"),
        (5, "calendar_day", "2024-10-08T09:00", [("2024-10-09T10:00", "2024-10-11T10:00")], "2024-10-15"),
        # weekend days inside a pause are not taken out twice
        (2, "workday", "2024-10-11T09:00", [("2024-10-12T00:00", "2024-10-14T00:00")], "2024-10-15"),
        # overlapping pauses are one
        (5, "calendar_day", "2024-07-01T09:00", [("2024-07-02T08:00", "2024-07-05T08:00"), ("2024-07-03T08:00", "2024-07-05T09:00")], "2024-07-09"),  # noqa: E501
        # a pause within one day takes nothing out; one after the end does not matter
        (3, "workday", "2024-07-01T09:00", [("2024-07-02T08:00", "2024-07-02T20:00")], "2024-07-04"),
        (3, "workday", "2024-07-01T09:00", [("2024-07-05T08:00", None)], "2024-07-04"),
        # before the start
        (3, "workday", "2024-07-01T09:00", [("2024-06-01T08:00", "2024-06-20T08:00")], "2024-07-04"),
        (1, "month", "2024-07-01T09:00", [("2024-07-10T08:00", "2024-07-13T08:00")], "2024-08-05"),
    ],
)  # fmt: skip
def test_pauses_of_day_limits(
    value: int, unit: str, start: str, pauses: list[tuple[str, str | None]], end: str
) -> None:
    found = run(value, unit, start, *(pause(*each) for each in pauses))
    assert found.last_day == date.fromisoformat(end)


@pytest.mark.parametrize(
    ("pauses", "end"),
    [
        ([("2024-07-01T12:00", "2024-07-01T15:00")], "2024-07-02T13:00"),
        ([("2024-07-01T12:00", "2024-07-01T15:00"), ("2024-07-01T13:00", "2024-07-01T16:00")], "2024-07-02T14:00"),
        ([("2024-07-01T08:00", "2024-07-01T12:00")], "2024-07-02T12:00"),
        ([("2024-07-02T12:00", "2024-07-02T15:00")], "2024-07-02T10:00"),
        ([("2024-07-02T10:00", "2024-07-02T15:00")], "2024-07-02T10:00"),
        ([("2024-07-02T10:00", None)], "2024-07-02T10:00"),
        ([("2024-06-01T00:00", "2024-07-01T10:00")], "2024-07-02T10:00"),
    ],
)
def test_pauses_of_hour_limits(pauses: list[tuple[str, str | None]], end: str) -> None:
    found = run(24, "hour", "2024-07-01T10:00", *(pause(*each) for each in pauses))
    assert found.at == at(end)


def test_a_pause_that_still_lasts_leaves_the_end_open() -> None:
    for unit in ("hour", "workday", "calendar_day", "month"):
        found = run(5, unit, "2024-07-01T10:00", pause("2024-07-01T11:00", None, "听证"))
        assert found.at is None, unit
        assert found.last_day is None
        assert not found.known
        assert found.explanation[-1] == "“听证”尚未结束，期限暂停计算，待恢复后再推算"


def test_extension_is_in_the_unit_of_the_limit() -> None:
    assert run(90, "calendar_day", "2024-08-01T09:00", extension=30).last_day == date(2024, 11, 29)
    assert run(2, "workday", "2024-10-08T09:00", extension=1).last_day == date(2024, 10, 11)
    assert run(24, "hour", "2024-10-08T09:00", extension=12).at == at("2024-10-09T21:00")
    assert "延长：30日" in run(90, "calendar_day", "2024-08-01T09:00", extension=30).explanation


@pytest.mark.parametrize(
    ("value", "unit", "start", "year"),
    [
        (5, "workday", "2026-12-30T09:00", 2027),
        (1, "workday", "2027-05-01T09:00", 2027),
        (90, "calendar_day", "2026-12-01T09:00", 2027),
        (6, "month", "2026-10-31T09:00", 2027),
        (1, "workday", "2010-05-01T09:00", 2010),
    ],
)
def test_an_unknown_year_is_announced_and_not_guessed(value: int, unit: str, start: str, year: int) -> None:
    found = run(value, unit, start)
    assert not found.known
    assert found.at is None
    assert found.explanation[-1] == f"{year}年的节假日安排尚未录入工作日历，请补录{year}年后再推算"


def test_calendar_days_that_stay_on_a_holiday_need_no_calendar() -> None:
    assert run(90, "calendar_day", "2026-12-01T09:00", holiday_end="keep").last_day == date(2027, 3, 1)


def test_the_explanation_shows_every_day_and_why_it_does_not_count() -> None:
    assert run(7, "workday", "2024-09-27T10:30", pause("2024-10-09T09:00", "2024-10-10T09:00")).explanation == (
        "起算：2024年9月27日（星期五） 10:30",
        "期限：7个工作日（测试依据），起算当日不计",
        "9月28日 星期六 不计",
        "9月29日 星期日 国庆节调休上班 第1个工作日",
        "9月30日 星期一 第2个工作日",
        "10月1日 国庆节 不计",
        "10月2日 国庆节 不计",
        "10月3日 国庆节 不计",
        "10月4日 国庆节调休 不计",
        "10月5日 国庆节 不计",
        "10月6日 国庆节 不计",
        "10月7日 国庆节调休 不计",
        "10月8日 星期二 第3个工作日",
        "10月9日 “鉴定” 不计",
        "10月10日 星期四 第4个工作日",
        "10月11日 星期五 第5个工作日",
        "10月12日 星期六 国庆节调休上班 第6个工作日",
        "10月13日 星期日 不计",
        "10月14日 星期一 第7个工作日",
        "届满：2024年10月14日（星期一） 23:59:59",
    )


def test_long_counts_are_explained_in_runs_of_days() -> None:
    lines = run(40, "workday", "2024-12-16T10:00").explanation
    assert lines[2:7] == (
        "12月17日至12月20日 计4个工作日，累计4个工作日",
        "12月21日至12月22日 周末 不计",
        "12月23日至12月27日 计5个工作日，累计9个工作日",
        "12月28日至12月29日 周末 不计",
        "12月30日至12月31日 计2个工作日，累计11个工作日",
    )
    assert lines[7] == "2025年1月1日 元旦 不计"


def test_calendar_days_explain_pause_and_move() -> None:
    found = run(8, "calendar_day", "2024-09-25T10:00", pause("2024-09-27T09:00", "2024-09-29T09:00"))
    assert found.explanation[2:] == (
        "9月26日 计1日，累计1日",
        "9月27日至9月28日 “鉴定” 不计",
        "9月29日至10月5日 计7日，累计8日",
        "末日 10月5日 为国庆节，不是工作日，顺延至其后第一个工作日 10月8日",
        "届满：2024年10月8日（星期二） 23:59:59",
    )


def test_hours_explain_the_pause() -> None:
    lines = run(24, "hour", "2024-07-01T10:00", pause("2024-07-01T12:00", "2024-07-01T15:00")).explanation
    assert lines[2:] == (
        "2024年7月1日（星期一） 12:00 至 2024年7月1日（星期一） 15:00 “鉴定” 不计",
        "届满：2024年7月2日（星期二） 13:00",
    )


def test_a_pause_that_ended_before_the_start_is_not_spoken_of() -> None:
    lines = run(24, "hour", "2024-07-01T10:00", pause("2024-06-30T12:00", "2024-07-01T10:00")).explanation
    assert not any("不计" in line for line in lines)


def test_without_explanation_the_moment_is_the_same() -> None:
    quick = due(limit(7, "workday"), at("2024-09-27T10:30"), CALENDAR, explain=False)
    assert quick == Due(at=at("2024-10-12T23:59:59"), explanation=(), known=True)
    unknown = due(limit(7, "workday"), at("2027-09-27T10:30"), CALENDAR, explain=False)
    assert "2027年" in unknown.explanation[-1]


def test_meaningless_input_is_refused() -> None:
    with pytest.raises(ValueError, match="不能为负"):
        limit(-1, "hour")
    with pytest.raises(ValueError, match="fortnight"):
        limit(1, "fortnight")
    with pytest.raises(ValueError, match="skip"):
        limit(1, "workday", holiday_end="skip")
    with pytest.raises(ValueError, match="时区"):
        due(limit(1, "workday"), datetime(2024, 7, 1, 9), CALENDAR)  # noqa: DTZ001
    with pytest.raises(ValueError, match="延长"):
        run(1, "workday", "2024-07-01T09:00", extension=-1)
    with pytest.raises(ValueError, match="早于"):
        pause("2024-07-02T09:00", "2024-07-01T09:00")
    with pytest.raises(ValueError, match="时区"):
        Pause(start=datetime(2024, 7, 1, 9), end=None, reason="鉴定")  # noqa: DTZ001
    with pytest.raises(ValueError, match="时区"):
        Pause(start=at("2024-07-01T09:00"), end=datetime(2024, 7, 2, 9), reason="鉴定")  # noqa: DTZ001


def test_the_limit_in_words() -> None:
    words = [limit(n, unit).text for n, unit in [(7, "workday"), (24, "hour"), (90, "calendar_day"), (3, "month")]]
    assert words == ["7个工作日", "24小时", "90日", "3个月"]


def test_adding_months_goes_back_too() -> None:
    assert add_months(date(2024, 1, 31), 13) == date(2025, 2, 28)
    assert add_months(date(2024, 12, 15), 1) == date(2025, 1, 15)
    assert add_months(date(2024, 3, 31), -1) == date(2024, 2, 29)
