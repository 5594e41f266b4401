"""What entered the ledger, was closed out and opened again, day by day: the ground of the clearing count (一-9)."""

from collections import defaultdict
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count
from django.db.models.functions import TruncDate

from qingshan.commons.people.viewer import Viewer
from qingshan.contexts.cases.models import CloseOut
from qingshan.contexts.cases.policy import visible_cases
from qingshan.domain.case import CaseState
from qingshan.domain.clearing import Movement

VERIFY, RECTIFY, ACCEPT, CONSOLIDATE = "verify", "rectify", "accept", "consolidate"
LANES: dict[str, tuple[str, ...]] = {
    RECTIFY: (CaseState.OPEN.value,),
    ACCEPT: (CaseState.ACCEPTED.value, CaseState.REPORTED.value, CaseState.CITY_PASSED.value),
    CONSOLIDATE: (CaseState.CLOSED.value, CaseState.CLOSED_BEFORE.value),
}
"""Which states of a case stand in which of the parallel lanes (边整治、边验收、边巩固); 摸排 holds leads."""


def movements(viewer: Viewer, zone: ZoneInfo) -> list[Movement]:
    """Every day on which something moved, in the viewer's scope; four grouped queries, however many cases.

    Days are those of ``zone``. A case that was closed in an old ledger left on the day claimed there.
    """
    cases = visible_cases(viewer)
    close_outs = CloseOut.objects.filter(case__in=cases)
    sums: dict[tuple[date, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    sources = (
        ("entered", cases, "opened_at", "category"),
        ("closed", cases.filter(state=CaseState.CLOSED_BEFORE, closed_at__isnull=False), "closed_at", "category"),
        ("closed", close_outs, "closed_at", "case__category"),
        ("reopened", close_outs.filter(reopened_at__isnull=False), "reopened_at", "case__category"),
    )
    for what, rows, moment, category in sources:
        grouped = rows.order_by().values_list(TruncDate(moment, tzinfo=zone), category).annotate(n=Count("id"))
        for day, slug, n in grouped:
            sums[day, slug][what] += n
    return [
        Movement(day=day, category=slug, entered=n["entered"], closed=n["closed"], reopened=n["reopened"])
        for (day, slug), n in sorted(sums.items())
    ]


def lane_counts(viewer: Viewer) -> dict[tuple[str, str], int]:
    """Cases by lane and category."""
    lane_of = {state: lane for lane, states in LANES.items() for state in states}
    found: dict[tuple[str, str], int] = defaultdict(int)
    for state, category, n in visible_cases(viewer).order_by().values_list("state", "category").annotate(n=Count("id")):
        found[lane_of[state], category] += n
    return dict(found)


def open_cases_by_unit(viewer: Viewer, *, undated: bool = False) -> list[tuple[str, UUID, int]]:
    """Cases not closed: state, responsible unit, how many; ``undated``: only those that owe nothing with a date."""
    rows = visible_cases(viewer).exclude(state__in=LANES[CONSOLIDATE])
    if undated:
        rows = rows.filter(next_due_at__isnull=True)
    return list(rows.order_by("state", "unit__sort").values_list("state", "unit_id").annotate(n=Count("id")))
