"""The workday calendar as stored, turned into the pure one."""

from qingshan.commons.base.models import CalendarDay
from qingshan.domain.workdays import WorkCalendar


def load_calendar() -> WorkCalendar:
    """Read the whole calendar table (a few thousand rows); a year with missing days is unknown."""
    return WorkCalendar.from_rows(CalendarDay.objects.values_list("day", "kind", "name"))
