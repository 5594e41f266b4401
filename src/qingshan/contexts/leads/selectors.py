"""Reading leads. Every selector takes the viewer."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from qingshan.commons.people.models import Unit
from qingshan.commons.people.viewer import Viewer
from qingshan.commons.search.matching import matching
from qingshan.contexts.leads.models import Dispatch, Lead, Recheck, StopNoticeDraft, Verification, VerificationPhoto
from qingshan.contexts.leads.policy import visible_leads
from qingshan.domain.lead import OPEN_CASE_ROLES, TABLE, TOWNSHIP, VERIFIED_STATES, LeadState

CHECKED = (
    LeadState.SUBSTANTIATED.value,
    LeadState.ARCHIVED.value,
    LeadState.MERGED.value,
    LeadState.SPLIT.value,
    LeadState.SPLIT_SETTLED.value,
    LeadState.HANDED_OVER.value,
)
"""Nothing is checked any more on the lead itself: a merged one goes with its main lead, a split one with its parts."""
UNVERIFIED = ("received", "dispatched", "under_verification", "returned")


def search_leads(viewer: Viewer, text: str, limit: int) -> list[Lead]:
    """Newest leads in scope that hold every word of ``text``, up to ``limit``."""
    # Ids first: a common word is found in most rows, and sorting them whole takes seconds.
    ids = list(matching(visible_leads(viewer), text).order_by("-id").values_list("id", flat=True)[:limit])
    rows = visible_leads(viewer).filter(id__in=ids).select_related("unit").defer("geom", "attributes")
    return sorted(rows, key=lambda lead: lead.id, reverse=True)


def direction_counts(viewer: Viewer) -> dict[str, int]:
    """Leads by direction (一-1: 自上而下、自下而上)."""
    rows = visible_leads(viewer).values("direction").annotate(n=Count("*")).order_by()
    return {row["direction"]: row["n"] for row in rows}


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadDetail:
    """Everything that belongs to one lead."""

    lead: Lead
    dispatches: list[Dispatch]
    verifications: list[Verification]
    photos: list[VerificationPhoto]
    rechecks: list[Recheck]
    stop_notice: StopNoticeDraft | None = field(default=None)


def lead_detail(viewer: Viewer, lead_id: UUID) -> LeadDetail | None:
    """One lead with all its records, or None when it is not in scope."""
    lead = visible_leads(viewer).select_related("unit", "campaign").filter(id=lead_id).first()
    if lead is None:
        return None
    return LeadDetail(
        lead=lead,
        dispatches=list(Dispatch.objects.filter(lead=lead).select_related("unit").order_by("id")),
        verifications=list(Verification.objects.filter(lead=lead).order_by("round")),
        photos=list(VerificationPhoto.objects.filter(lead=lead).select_related("file").order_by("id")),
        rechecks=list(Recheck.objects.filter(lead=lead).order_by("id")),
        stop_notice=StopNoticeDraft.objects.filter(lead=lead).first(),
    )


def states_on_turn(roles: frozenset[str]) -> frozenset[str]:
    """States in which one of these posts has to act."""
    states = {s.value for row in TABLE.values() if row.roles & roles for s in row.sources}
    return frozenset(states | ({LeadState.SUBSTANTIATED.value} if roles & OPEN_CASE_ROLES else set()))


def leads_on_turn(viewer: Viewer) -> QuerySet[Lead]:
    """Leads on which this viewer's post has to act, the most urgent first; a township sees only its own."""
    rows = visible_leads(viewer).filter(state__in=states_on_turn(viewer.roles))
    if viewer.has(*TOWNSHIP):
        rows = rows.filter(unit_id__in=viewer.unit_ids)
    return rows.defer("geom", "attributes").select_related("unit").order_by("due_at", "id")


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitProgress:
    """On-site verification of pushed leads per unit: verified of received (三-1-2①c, 100 %)."""

    unit_id: UUID
    unit: str
    received: int
    verified: int

    @property
    def percent(self) -> int:
        """Whole per cents, rounded down: 100 only when nothing is missing."""
        return self.verified * 100 // self.received if self.received else 100


_VERIFIED = [state.value for state in VERIFIED_STATES]
_VERIFIED_ALONE = [*_VERIFIED, LeadState.SPLIT_SETTLED.value]


def verification_progress(viewer: Viewer, batch_id: UUID | None = None) -> list[UnitProgress]:
    """Per responsible unit: leads received and leads with an on-site result that passed the county's review."""
    rows = visible_leads(viewer)
    if batch_id is not None:
        rows = rows.filter(batch_id=batch_id)
    verified = Q(state__in=_VERIFIED_ALONE) | Q(state=LeadState.MERGED.value, merged_into__state__in=_VERIFIED)
    counted = (
        rows.values("unit_id", "unit__name", "unit__sort")
        .annotate(received=Count("*"), verified=Count("state", filter=verified))
        .order_by("unit__sort")
    )
    return [
        UnitProgress(unit_id=r["unit_id"], unit=r["unit__name"], received=r["received"], verified=r["verified"])
        for r in counted
    ]


def recheck_progress(viewer: Viewer, level: str) -> tuple[int, int]:
    """Re-checks done and due of leads found unfounded, of one level (四-2-2③b, 三-3-2⑤: 100 %).

    A lead that was re-checked has the act among its events; an index holds these leads alone.
    """
    rows = visible_leads(viewer)
    done = rows.filter(events__has_key=f"lead.{level}_recheck").count()
    return done, done + rows.filter(state=f"{level}_recheck").count()


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadTotals:
    """All leads in scope in a few figures, from one pass: per unit received and verified, and how many are late."""

    units: list[UnitProgress]
    overdue: int

    @property
    def received(self) -> int:
        """All leads."""
        return sum(u.received for u in self.units)

    @property
    def verified(self) -> int:
        """Leads with an on-site result that passed the county's review."""
        return sum(u.verified for u in self.units)


def lead_totals(viewer: Viewer, now: datetime) -> LeadTotals:
    """The figures of the workbench at ``now``."""
    late = Count("due_at", filter=Q(due_at__lt=now))
    counted = visible_leads(viewer).values_list("unit_id", "state").annotate(n=Count("*"), late=late).order_by()
    received: Counter[UUID] = Counter()
    verified: Counter[UUID] = Counter()
    overdue = 0
    for unit_id, state, n, n_late in counted:
        received[unit_id] += n
        verified[unit_id] += n if state in _VERIFIED_ALONE else 0
        overdue += n_late
    joined = visible_leads(viewer).filter(state=LeadState.MERGED.value, merged_into__state__in=_VERIFIED)
    verified.update(joined.values_list("unit_id", flat=True))
    units = Unit.objects.filter(id__in=list(received)).order_by("sort").values_list("id", "name")
    return LeadTotals(
        units=[UnitProgress(unit_id=i, unit=name, received=received[i], verified=verified[i]) for i, name in units],
        overdue=overdue,
    )


def open_leads_by_unit(viewer: Viewer, *, undated: bool = False) -> list[tuple[str, UUID, int]]:
    """Leads whose checking is not ended: state, responsible unit, how many; ``undated``: those without a due moment."""
    rows = visible_leads(viewer).exclude(state__in=CHECKED)
    if undated:
        rows = rows.filter(due_at__isnull=True)
    return list(rows.order_by("state", "unit__sort").values_list("state", "unit_id").annotate(n=Count("id")))


def leads_by_numbers(viewer: Viewer, numbers: set[str]) -> dict[str, UUID]:
    """Ids of leads in scope by number."""
    return dict(visible_leads(viewer).filter(number__in=numbers).values_list("number", "id"))


def leads_by_ids(viewer: Viewer, ids: set[UUID]) -> dict[UUID, Lead]:
    """Leads in scope by id."""
    return {lead.id: lead for lead in visible_leads(viewer).filter(id__in=ids).select_related("unit")}
