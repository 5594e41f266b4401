"""Dynamic clearing (动态清零): how many cases stand open on each day, and the trend around a campaign. Pure.

A case leaves the count by its close-out alone and comes back when it is reopened (一-9); the trend sets the months
before, during and after a campaign side by side (一-10).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Phase = Literal["before", "during", "after"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """What one day brought to the ledger in one category: cases entered, closed out, opened again."""

    day: date
    category: str
    entered: int = 0
    closed: int = 0
    reopened: int = 0

    @property
    def change(self) -> int:
        """By how much the open count changes."""
        return self.entered - self.closed + self.reopened


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDay:
    """Cases that stood open at the end of ``day``, per category and altogether."""

    day: date
    by_category: dict[str, int]

    @property
    def total(self) -> int:
        """All categories together."""
        return sum(self.by_category.values())


def open_by_day(movements: Iterable[Movement], first: date, last: date) -> list[OpenDay]:
    """The open count at the end of each day from ``first`` to ``last``; earlier movements count into the first day."""
    changes: dict[date, list[Movement]] = defaultdict(list)
    for movement in movements:
        changes[max(movement.day, first)].append(movement)
    found: list[OpenDay] = []
    standing: dict[str, int] = defaultdict(int)
    for step in range((last - first).days + 1):
        day = first + timedelta(days=step)
        for movement in changes.get(day, ()):
            standing[movement.category] += movement.change
        found.append(OpenDay(day=day, by_category={slug: n for slug, n in standing.items() if n}))
    return found


def days_at_zero(days: Sequence[OpenDay], category: str = "") -> int:
    """Days in a row, the last one included, on which nothing stood open (连续清零天数); 0 while something does."""
    streak = 0
    for one in reversed(days):
        if one.by_category.get(category, 0) if category else one.total:
            break
        streak += 1
    return streak


def phase_of(day: date, start: date, end: date) -> Phase:
    """Before, during or after a campaign whose first and last days are given."""
    if day < start:
        return "before"
    return "after" if day > end else "during"


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """One month of the trend; a month in which the campaign begins or ends stands once for each phase."""

    year: int
    month: int
    phase: Phase
    entered: int
    closed: int
    reopened: int

    @property
    def repeat_percent(self) -> float | None:
        """Cases opened again per hundred closed out in the month (复发率); nothing where nothing was closed."""
        return round(self.reopened * 100 / self.closed, 1) if self.closed else None


def trend(movements: Iterable[Movement], start: date, end: date) -> list[Month]:
    """Sums per month and phase, earliest first."""
    sums: dict[tuple[int, int, Phase], list[int]] = defaultdict(lambda: [0, 0, 0])
    for one in movements:
        found = sums[one.day.year, one.day.month, phase_of(one.day, start, end)]
        for place, number in enumerate((one.entered, one.closed, one.reopened)):
            found[place] += number
    order = {"before": 0, "during": 1, "after": 2}
    return [
        Month(year=year, month=month, phase=phase, entered=row[0], closed=row[1], reopened=row[2])
        for (year, month, phase), row in sorted(sums.items(), key=lambda item: (*item[0][:2], order[item[0][2]]))
    ]
