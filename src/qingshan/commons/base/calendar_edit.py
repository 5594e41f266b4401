"""Editing the workday calendar: a new version of a day, seen at once by every process."""

from datetime import date

from django.db import transaction
from django.db.models import F

from qingshan.commons.base.counters import take_numbers
from qingshan.commons.base.models import CalendarDay


def set_day(*, day: date, kind: str, name: str, source: str) -> int:
    """Set what a day is; returns the version of its row. A day of an unknown year makes only that day known."""
    with transaction.atomic():
        changed = CalendarDay.objects.filter(day=day).update(
            kind=kind, name=name, source=source, version=F("version") + 1
        )
        if not changed:
            CalendarDay.objects.create(day=day, kind=kind, name=name, source=source)
        take_numbers("calendar")
        return CalendarDay.objects.values_list("version", flat=True).get(day=day)
