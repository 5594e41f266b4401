"""The register of cases (台账问题清单): filters, orders, pages by key, counts, the ids behind a view."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet
from django.utils import timezone

from qingshan.commons.base.paging import NEWEST, Key, KeyPage, Sort, page_by_key
from qingshan.commons.people.viewer import Viewer
from qingshan.commons.search.matching import matching
from qingshan.contexts.cases.models import Case, Track
from qingshan.contexts.cases.policy import DIVISION_END, visible_cases

PAGE = 50
MOST_AT_ONCE = 5000
EXPORT_PAGE = 1000
CASE_SORTS: Mapping[str, Sort] = {
    "newest": NEWEST,
    "oldest": Sort(descending=False),
    "number": Sort(field="number", descending=False),
    "-number": Sort(field="number"),
    "due": Sort(field="next_due_at", descending=False, nullable=True),
    "-due": Sort(field="next_due_at", nullable=True),
    "opened": Sort(field="opened_at", descending=False),
    "-opened": Sort(field="opened_at"),
    "area": Sort(field="area_m2", descending=False, nullable=True),
    "-area": Sort(field="area_m2", nullable=True),
}
"""Orders that are offered; each has its index."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFilter:
    """Filters of the list. Several words of one filter mean any of them; days are local, both ends included.

    ``village`` is a division code; ``taken_over``: only those from an old ledger (接管).
    ``before`` is the key of the last row of the page above, newest first.
    """

    state: str = ""
    states: tuple[str, ...] = ()
    category: str = ""
    categories: tuple[str, ...] = ()
    subcodes: tuple[str, ...] = ()
    unit_id: UUID | None = None
    units: tuple[UUID, ...] = ()
    village: str = ""
    overdue: bool = False
    reopened: bool = False
    opened_from: date | None = None
    opened_to: date | None = None
    due_from: date | None = None
    due_to: date | None = None
    area_min: Decimal | None = None
    area_max: Decimal | None = None
    taken_over: bool = False
    text: str = ""
    before: UUID | None = None


def day_start(day: date) -> datetime:
    """The first moment of a local day."""
    return datetime.combine(day, clock_time(), tzinfo=timezone.get_current_timezone())


def filtered(viewer: Viewer, wanted: CaseFilter, now: datetime) -> QuerySet[Case]:
    """Cases in scope that match the filter."""
    rows = visible_cases(viewer).filter(**_exact(wanted), **_ranges(wanted))
    if wanted.overdue:
        rows = rows.filter(next_due_at__lt=now)
    if wanted.reopened:
        rows = rows.filter(reopened__gt=0)
    if wanted.taken_over:
        rows = rows.exclude(taken_over={})
    return matching(rows, wanted.text)


def _exact(wanted: CaseFilter) -> dict[str, Any]:
    """Conditions of equality."""
    given: dict[str, Any] = {
        "state": wanted.state,
        "state__in": wanted.states,
        "category": wanted.category,
        "category__in": wanted.categories,
        "subcode__in": wanted.subcodes,
        "unit_id": wanted.unit_id,
        "unit_id__in": wanted.units,
    }
    found = {name: value for name, value in given.items() if value}
    if wanted.village:
        found |= {"division__gte": wanted.village, "division__lt": wanted.village + DIVISION_END}
    return found


def _ranges(wanted: CaseFilter) -> dict[str, Any]:
    """Conditions of order; the last day of a range is part of it."""
    day = timedelta(days=1)
    given: dict[str, Any] = {
        "opened_at__gte": wanted.opened_from and day_start(wanted.opened_from),
        "opened_at__lt": wanted.opened_to and day_start(wanted.opened_to + day),
        "next_due_at__gte": wanted.due_from and day_start(wanted.due_from),
        "next_due_at__lt": wanted.due_to and day_start(wanted.due_to + day),
        "area_m2__gte": wanted.area_min,
        "area_m2__lte": wanted.area_max,
    }
    return {name: value for name, value in given.items() if value is not None}


def case_rows(
    viewer: Viewer,
    wanted: CaseFilter,
    now: datetime,
    *,
    sort: Sort = NEWEST,
    after: Key | None = None,
    before: Key | None = None,
    size: int | None = None,
) -> KeyPage[Case]:
    """One page of the list in this order, by key."""
    rows = filtered(viewer, wanted, now).select_related("unit").defer("geom", "centre", "extras", "events")
    return page_by_key(rows, sort, size=size or PAGE, after=after, before=before)


def tracks_of(cases: Sequence[Case]) -> Mapping[UUID, list[Track]]:
    """Tracks by case, in one query."""
    tracks: dict[UUID, list[Track]] = defaultdict(list)
    for track in Track.objects.filter(case_id__in=[c.id for c in cases]).order_by("id"):
        tracks[track.case_id].append(track)
    return tracks


def case_counts(viewer: Viewer, wanted: CaseFilter, now: datetime, *, most: int | None = None) -> dict[str, int]:
    """Counts by state under the same filter (state itself left out).

    ``most``: when words are looked for, no more than so many rows and one are counted: a sum beyond it tells of more.
    A common word stands in tens of thousands of rows, each of which would have to be read.
    """
    rows = filtered(viewer, replace(wanted, state="", states=(), before=None), now)
    if most is not None and wanted.text:
        return dict(Counter(rows.values_list("state", flat=True)[: most + 1]))
    return {row["state"]: row["n"] for row in rows.values("state").annotate(n=Count("*")).order_by()}


def case_labels(
    viewer: Viewer, wanted: CaseFilter, now: datetime, *, limit: int = MOST_AT_ONCE
) -> list[tuple[UUID, str]]:
    """Id and number of every case of a view, oldest first, up to ``limit`` and one more that tells of more."""
    rows = filtered(viewer, wanted, now).order_by("id").values_list("id", "number")
    return list(rows[: limit + 1])


def case_labels_of(viewer: Viewer, ids: list[UUID]) -> list[tuple[UUID, str]]:
    """Id and number of those of ``ids`` that are in scope, in the given order."""
    found = dict(visible_cases(viewer).filter(id__in=ids).values_list("id", "number"))
    return [(i, found[i]) for i in dict.fromkeys(ids) if i in found]


def every_case(viewer: Viewer, wanted: CaseFilter, now: datetime, *, sort: Sort) -> Iterator[Case]:
    """All cases of a view in its order, a page at a time (exports)."""
    key: Key | None = None
    while True:
        page = case_rows(viewer, wanted, now, sort=sort, after=key, size=EXPORT_PAGE)
        yield from page.rows
        if not page.below:
            return
        last = page.rows[-1]
        key = Key(value=getattr(last, sort.field), id=last.id)
