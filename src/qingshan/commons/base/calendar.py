"""The workday calendar as stored, turned into the pure one."""

from qingshan.commons.base.models import CalendarDay
from qingshan.domain.workdays import DayKind, WorkCalendar


def load_calendar() -> WorkCalendar:
    """Read the whole calendar table (a few thousand rows)."""
    rows = list(CalendarDay.objects.values_list("day", "kind", "name"))
    years = frozenset(day.year for day, _, _ in rows)
    return WorkCalendar(
        days={day: DayKind(kind) for day, kind, _ in rows},
        names={day: name for day, _, name in rows if name},
        known_years=years,
    )
