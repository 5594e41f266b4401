"""The register of leads (线索清单): filters, orders, pages by key, counts, the ids behind a view."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from qingshan.commons.base.paging import NEWEST, Key, KeyPage, Sort, page_by_key
from qingshan.commons.people.viewer import Viewer
from qingshan.commons.search.matching import matching
from qingshan.contexts.leads.models import Lead
from qingshan.contexts.leads.policy import DIVISION_END, visible_leads
from qingshan.domain.lead import ON_LEDGER

PAGE = 50
MOST_AT_ONCE = 5000
"""Rows of a view that one bulk act takes."""
LEAD_SORTS: Mapping[str, Sort] = {
    "newest": NEWEST,
    "oldest": Sort(descending=False),
    "number": Sort(field="number", descending=False),
    "-number": Sort(field="number"),
    "due": Sort(field="due_at", descending=False, nullable=True),
    "-due": Sort(field="due_at", nullable=True),
    "received": Sort(field="received_at", descending=False),
    "-received": Sort(field="received_at"),
    "area": Sort(field="area_m2", descending=False, nullable=True),
    "-area": Sort(field="area_m2", nullable=True),
}
"""Orders that are offered; each has its index."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadFilter:
    """Filters of the list; the address bar holds them all. Several words of one filter mean any of them.

    Days are local days, both ends included; ``village`` is a division code; ``has_case``: whether the lead stands on
    the ledger; ``taken_over``: only those from an old
    ledger (接管). ``before`` is the key of the last row of the page above, newest first.
    """

    state: str = ""
    states: tuple[str, ...] = ()
    channel: str = ""
    channels: tuple[str, ...] = ()
    direction: str = ""
    verdicts: tuple[str, ...] = ()
    unit_id: UUID | None = None
    units: tuple[UUID, ...] = ()
    village: str = ""
    batch_id: UUID | None = None
    no_batch: bool = False
    overdue: bool = False
    active: bool = False
    has_case: bool | None = None
    received_from: date | None = None
    received_to: date | None = None
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


def filtered(viewer: Viewer, wanted: LeadFilter, now: datetime) -> QuerySet[Lead]:
    """Leads in scope that match the filter."""
    rows = visible_leads(viewer).filter(**_exact(wanted), **_ranges(wanted))
    if wanted.overdue:
        rows = rows.filter(due_at__lt=now)
    if wanted.has_case is not None:
        stands = Q(events__has_key=ON_LEDGER)
        rows = rows.filter(stands if wanted.has_case else ~stands)
    if wanted.taken_over:
        rows = rows.exclude(taken_over={})
    return matching(rows, wanted.text)


def _exact(wanted: LeadFilter) -> dict[str, Any]:
    """Conditions of equality."""
    given: dict[str, Any] = {
        "state": wanted.state,
        "state__in": wanted.states,
        "channel": wanted.channel,
        "channel__in": wanted.channels,
        "direction": wanted.direction,
        "verdict__in": wanted.verdicts,
        "unit_id": wanted.unit_id,
        "unit_id__in": wanted.units,
        "batch_id": wanted.batch_id,
    }
    found = {name: value for name, value in given.items() if value}
    if wanted.no_batch:
        found["batch_id__isnull"] = True
    if wanted.active:
        found["active_since__isnull"] = False
    if wanted.village:
        found |= {"division__gte": wanted.village, "division__lt": wanted.village + DIVISION_END}
    return found


def _ranges(wanted: LeadFilter) -> dict[str, Any]:
    """Conditions of order; the last day of a range is part of it."""
    day = timedelta(days=1)
    given: dict[str, Any] = {
        "received_at__gte": wanted.received_from and day_start(wanted.received_from),
        "received_at__lt": wanted.received_to and day_start(wanted.received_to + day),
        "due_at__gte": wanted.due_from and day_start(wanted.due_from),
        "due_at__lt": wanted.due_to and day_start(wanted.due_to + day),
        "area_m2__gte": wanted.area_min,
        "area_m2__lte": wanted.area_max,
    }
    return {name: value for name, value in given.items() if value is not None}


def lead_rows(
    viewer: Viewer,
    wanted: LeadFilter,
    now: datetime,
    *,
    sort: Sort = NEWEST,
    after: Key | None = None,
    before: Key | None = None,
    size: int | None = None,
) -> KeyPage[Lead]:
    """One page of the list in this order, by key."""
    rows = filtered(viewer, wanted, now).select_related("unit").defer(*NOT_SHOWN)
    return page_by_key(rows, sort, size=size or PAGE, after=after, before=before)


NOT_SHOWN = ("geom", "centre", "attributes", "shares", "description", "notes", "events")
"""Columns that no list shows."""


def lead_counts(viewer: Viewer, wanted: LeadFilter, now: datetime, *, most: int | None = None) -> dict[str, int]:
    """Counts by state under the same filter (state itself left out).

    ``most``: when words are looked for, no more than so many rows and one are counted: a sum beyond it tells of more.
    A common word stands in tens of thousands of rows, each of which would have to be read.
    """
    rows = filtered(viewer, replace(wanted, state="", states=(), before=None), now)
    if most is not None and wanted.text:
        return dict(Counter(rows.values_list("state", flat=True)[: most + 1]))
    return {row["state"]: row["n"] for row in rows.values("state").annotate(n=Count("*")).order_by()}


def lead_labels(
    viewer: Viewer, wanted: LeadFilter, now: datetime, *, limit: int = MOST_AT_ONCE
) -> list[tuple[UUID, str]]:
    """Id and number of every lead of a view, oldest first, up to ``limit`` and one more that tells of more."""
    rows = filtered(viewer, wanted, now).order_by("id").values_list("id", "number")
    return list(rows[: limit + 1])


def labels_of(viewer: Viewer, ids: list[UUID]) -> list[tuple[UUID, str]]:
    """Id and number of those of ``ids`` that are in scope, in the given order."""
    found = dict(visible_leads(viewer).filter(id__in=ids).values_list("id", "number"))
    return [(i, found[i]) for i in dict.fromkeys(ids) if i in found]


def every_lead(viewer: Viewer, wanted: LeadFilter, now: datetime, *, sort: Sort) -> Iterator[Lead]:
    """All leads of a view in its order, a page at a time (exports)."""
    key: Key | None = None
    while True:
        page = lead_rows(viewer, wanted, now, sort=sort, after=key, size=EXPORT_PAGE)
        yield from page.rows
        if not page.below:
            return
        last = page.rows[-1]
        key = Key(value=getattr(last, sort.field), id=last.id)


EXPORT_PAGE = 2000
