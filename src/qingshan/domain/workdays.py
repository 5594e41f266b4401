"""Workday calendar (工作日历): which days are worked, from a table, never from a guess. Pure.

Holidays and make-up workdays (调休) are announced year by year by the State Council. A year without a table is unknown:
every question about it raises `UnknownYear`, so that nobody is given a date that nobody could know (行政处罚法第85条：
“二日”“三日”“五日”“七日”的规定是指工作日，不含法定节假日).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

_DAY = timedelta(days=1)
_WEEKDAYS = ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日")


class DayKind(StrEnum):
    """Kind of a day (日期类别): 工作日, 节假日, 调休上班, 周末."""

    WORKDAY = "workday"
    HOLIDAY = "holiday"
    MAKEUP_WORKDAY = "makeup_workday"
    WEEKEND = "weekend"


WORKED = frozenset({DayKind.WORKDAY, DayKind.MAKEUP_WORKDAY})


class UnknownYear(LookupError):
    """The calendar of ``year`` has not been entered (该年度节假日安排未录入)."""

    def __init__(self, year: int) -> None:
        """Keep the year and a text that says what to do."""
        super().__init__(f"{year}年的节假日安排尚未录入工作日历，请补录{year}年后再推算")
        self.year = year


def weekday_name(day: date) -> str:
    """Return 星期一 … 星期日."""
    return _WEEKDAYS[day.weekday()]


def _ordinary(day: date) -> DayKind:
    return DayKind.WEEKEND if day.weekday() >= 5 else DayKind.WORKDAY


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkCalendar:
    """A version of the workday calendar (工作日历).

    ``days`` holds the announced days, at least every holiday and every make-up workday of the known years; a day of a
    known year that is not listed follows its weekday. ``names`` holds the names to show (国庆节). Days of a year that
    is not in ``known_years`` are unknown even when some of them are listed.
    """

    days: Mapping[date, DayKind]
    known_years: frozenset[int]
    names: Mapping[date, str] = field(default_factory=dict)

    @classmethod
    def from_rows(cls, rows: Iterable[tuple[date, str, str]]) -> "WorkCalendar":
        """Build from table rows (date, kind, name); a year is known when each of its days has a row."""
        days: dict[date, DayKind] = {}
        names: dict[date, str] = {}
        for day, kind, name in rows:
            days[day] = DayKind(kind)
            if name:
                names[day] = name
        counts: dict[int, int] = {}
        for day in days:
            counts[day.year] = counts.get(day.year, 0) + 1
        whole = {year for year, count in counts.items() if count == (date(year, 12, 31) - date(year, 1, 1)).days + 1}
        return cls(days=days, known_years=frozenset(whole), names=names)

    def kind_of(self, day: date) -> DayKind:
        """Kind of ``day``; raises `UnknownYear`."""
        if day.year not in self.known_years:
            raise UnknownYear(day.year)
        return self.days.get(day) or _ordinary(day)

    def is_workday(self, day: date) -> bool:
        """Whether ``day`` is worked, make-up days included; raises `UnknownYear`."""
        return self.kind_of(day) in WORKED

    def label_of(self, day: date) -> str:
        """What to show beside ``day``: the name from the table, else the weekday; raises `UnknownYear`."""
        kind = self.kind_of(day)
        name = self.names.get(day, "")
        if kind == DayKind.MAKEUP_WORKDAY:
            return name or "调休上班"
        if kind == DayKind.HOLIDAY:
            return name or "节假日"
        return weekday_name(day)

    def next_workday(self, day: date) -> date:
        """First workday strictly after ``day``; raises `UnknownYear`."""
        return self._seek(day, _DAY)

    def previous_workday(self, day: date) -> date:
        """Last workday strictly before ``day``; raises `UnknownYear`."""
        return self._seek(day, -_DAY)

    def workday_on_or_after(self, day: date) -> date:
        """``day`` itself when it is worked, else the next workday; raises `UnknownYear`."""
        return day if self.is_workday(day) else self.next_workday(day)

    def workday_on_or_before(self, day: date) -> date:
        """``day`` itself when it is worked, else the previous workday; raises `UnknownYear`."""
        return day if self.is_workday(day) else self.previous_workday(day)

    def add_workdays(self, day: date, count: int) -> date:
        """The ``count``-th workday after ``day``; ``day`` itself is not counted, 0 gives ``day``, negative goes back.

        Raises `UnknownYear` when the count runs into a year without a table.
        """
        step = _DAY if count > 0 else -_DAY
        for _ in range(abs(count)):
            day = self._seek(day, step)
        return day

    def workdays_between(self, start: date, end: date) -> int:
        """Number of workdays after ``start`` up to and including ``end``; negative when ``end`` is earlier.

        Raises `UnknownYear`. For n ≥ 0, ``workdays_between(d, add_workdays(d, n)) == n``.
        """
        if end < start:
            return -self.workdays_between(end, start)
        length = (end - start).days
        return sum(self.is_workday(start + timedelta(days=offset)) for offset in range(1, length + 1))

    def _seek(self, day: date, step: timedelta) -> date:
        day += step
        while not self.is_workday(day):
            day += step
        return day
