"""Reading the sources of leads: those of one lead, and the open duties towards whoever brought one (来源与答复)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Case, Count, DateTimeField, Exists, F, OuterRef, Q, QuerySet, When
from django.db.models.functions import Least

from qingshan.commons.base.paging import Key, KeyPage, Sort, page_by_key
from qingshan.commons.people.viewer import Viewer
from qingshan.contexts.leads.models import Informant, Source, SourceReply
from qingshan.contexts.leads.policy import visible_leads

PAGE = 50
NOBODY = UUID(int=0)
REPLY_ORDER = Sort(field="reply_due_at", descending=False, nullable=True)
PLATFORM_ORDER = Sort(field="platform_due_at", descending=False, nullable=True)
DONE_ORDER = Sort()
DESKS: Mapping[str, tuple[dict[str, str], Sort]] = {
    "reply": ({"reply_state": "open"}, REPLY_ORDER),
    "platform": ({"platform_state": "open"}, PLATFORM_ORDER),
    "done": ({"reply_state": "done"}, DONE_ORDER),
    "waived": ({"reply_state": "waived"}, DONE_ORDER),
}
"""Lists of sources by what is still owed, each in its order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLine:
    """A source of a lead with what was answered, oldest first; whether this viewer took down who called."""

    source: Source
    caller_kept: bool = False
    replies: list[SourceReply] = field(default_factory=list)


def sources_of(viewer: Viewer, lead_id: UUID) -> list[SourceLine]:
    """All sources of a lead in scope, the first one first."""
    rows = Source.objects.filter(lead__in=visible_leads(viewer).filter(id=lead_id)).select_related("unit")
    kept = Exists(Informant.objects.filter(source_id=OuterRef("id"), account_id=viewer.account_id or NOBODY))
    rows = rows.annotate(kept=kept)
    lines = [SourceLine(source=source, caller_kept=source.kept) for source in rows.order_by("came_at", "id")]
    by_id = {line.source.id: line for line in lines}
    replies = SourceReply.objects.filter(source_id__in=list(by_id)).select_related("file").order_by("replied_at", "id")
    for reply in replies:
        by_id[reply.source_id].replies.append(reply)
    return lines


def source_by_id(viewer: Viewer, source_id: UUID) -> Source | None:
    """One source in scope with its lead, or None."""
    rows = Source.objects.filter(lead__in=visible_leads(viewer)).select_related("lead__unit", "unit")
    return rows.filter(id=source_id).first()


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFilter:
    """What a list of sources shows: which desk, which channels, one unit, only overdue ones."""

    desk: str = "reply"
    channels: tuple[str, ...] = ()
    unit_id: UUID | None = None
    overdue: bool = False


def source_rows(
    viewer: Viewer, wanted: SourceFilter, now: datetime, *, after: Key | None = None, before: Key | None = None
) -> KeyPage[Source]:
    """One page of sources, the most urgent first."""
    _, sort = DESKS[wanted.desk]
    rows = _filtered(viewer, wanted, now).select_related("lead__unit").defer("lead__geom", "lead__attributes")
    return page_by_key(rows, sort, size=PAGE, after=after, before=before)


def source_counts(viewer: Viewer, wanted: SourceFilter, now: datetime) -> dict[str, int]:
    """How many sources of each desk stand under the same filter."""
    return {
        desk: _filtered(viewer, SourceFilter(desk=desk, channels=wanted.channels, unit_id=wanted.unit_id), now).count()
        for desk in DESKS
    }


def urgent_sources(viewer: Viewer, limit: int) -> list[Source]:
    """The sources with the most urgent running limits: an answer or a number of the petition platform."""
    owed = Q(reply_state="open", reply_due_at__isnull=False) | Q(platform_state="open", platform_due_at__isnull=False)
    rows = _in_scope(viewer, Source.objects.filter(owed)).select_related("lead").defer("lead__geom", "lead__attributes")
    answer = Case(When(reply_state="open", then=F("reply_due_at")), output_field=DateTimeField())
    number = Case(When(platform_state="open", then=F("platform_due_at")), output_field=DateTimeField())
    return list(rows.annotate(first=Least(answer, number)).order_by("first", "id")[:limit])


def channel_totals(viewer: Viewer) -> dict[str, int]:
    """Sources by channel: a lead with two sources counts with both (一-1)."""
    rows = _in_scope(viewer, Source.objects.all()).values("channel").annotate(n=Count("id")).order_by()
    return {row["channel"]: row["n"] for row in rows}


def _filtered(viewer: Viewer, wanted: SourceFilter, now: datetime) -> QuerySet[Source]:
    state, sort = DESKS[wanted.desk]
    rows = _in_scope(viewer, Source.objects.filter(**state))
    if wanted.channels:
        rows = rows.filter(channel__in=wanted.channels)
    if wanted.unit_id:
        rows = rows.filter(lead__unit_id=wanted.unit_id)
    if wanted.overdue and sort.field != "id":
        rows = rows.filter(**{f"{sort.field}__lt": now})
    return rows


def _in_scope(viewer: Viewer, rows: QuerySet[Source]) -> QuerySet[Source]:
    """Sources of leads in scope; whoever sees everything need not ask for the leads."""
    return rows if viewer.system else rows.filter(lead__in=visible_leads(viewer).values("id"))
