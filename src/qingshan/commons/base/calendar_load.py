"""Rows for the workday calendar (节假日与调休) from the package ``chinesecalendar``: its only user. Pure.

The package repeats the State Council's yearly notices; a year without a notice is refused, never filled by weekday.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import chinese_calendar as package

from qingshan.domain.workdays import DayKind, UnknownYear

SOURCE = f"chinesecalendar {package.__version__}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarRow:
    """One day as it goes into the table: date, kind, name to show (empty for ordinary days)."""

    date: date
    kind: DayKind
    name: str


def announced_years() -> range:
    """Years whose notice the package holds."""
    years = {day.year for day in package.holidays}
    return range(min(years), max(years) + 1)


def calendar_rows(years: Iterable[int]) -> Iterator[CalendarRow]:
    """Yield a row for every day of each of ``years``; raises `UnknownYear` for a year without notice."""
    known = announced_years()
    for year in years:
        if year not in known:
            raise UnknownYear(year)
        first = date(year, 1, 1)
        for offset in range((date(year + 1, 1, 1) - first).days):
            yield _row(first + timedelta(days=offset))


def _row(day: date) -> CalendarRow:
    if day in package.workdays:
        return CalendarRow(date=day, kind=DayKind.MAKEUP_WORKDAY, name=f"{_name(package.workdays[day])}调休上班")
    if day in package.holidays:
        in_lieu = "调休" if day in package.in_lieu_days else ""
        return CalendarRow(date=day, kind=DayKind.HOLIDAY, name=f"{_name(package.holidays[day])}{in_lieu}")
    kind = DayKind.WEEKEND if day.weekday() >= 5 else DayKind.WORKDAY
    return CalendarRow(date=day, kind=kind, name="")


def _name(value: str) -> str:
    return str(package.Holiday(value).chinese)
