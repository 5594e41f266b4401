"""What stands beside a lead (相关线索): merged ones, its main lead, parts and their patch; and the open pairs."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from qingshan.commons.people.viewer import Viewer
from qingshan.contexts.campaigns.public import InForce
from qingshan.contexts.leads.likeness import Alike, find_alike, pair_key, probe_of, told_apart
from qingshan.contexts.leads.models import Lead, LeadPair
from qingshan.contexts.leads.policy import visible_leads
from qingshan.domain.lead import NO_MAIN_STATES, SETTLED_STATES, LeadState

PAIRS = 50
"""Pairs of one page of the worklist."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Related:
    """Leads beside one lead, as far as they are in scope; ``main`` and ``parent`` are None where there is none."""

    main: Lead | None
    merged: Sequence[Lead]
    parent: Lead | None
    parts: Sequence[Lead]
    alike: Sequence[Alike]

    @property
    def parts_settled(self) -> int:
        """Parts that keep the patch open no longer."""
        return sum(LeadState(part.state) in SETTLED_STATES for part in self.parts)


def related_leads(viewer: Viewer, lead: Lead, in_force: InForce) -> Related:
    """Everything beside ``lead``; pairs that a person told apart are not suggested again."""
    family = visible_leads(viewer).select_related("unit").defer("geom", "attributes", "shares")
    kin = Q(merged_into_id=lead.id) | Q(parent_id=lead.id) | Q(id=lead.merged_into_id) | Q(id=lead.parent_id)
    rows = list(family.filter(kin).order_by("number"))
    main = next((one for one in rows if one.id == lead.merged_into_id), None)
    apart = told_apart([lead.id])
    alike = [] if lead.state in NO_MAIN_STATES else find_alike(viewer, probe_of(lead), in_force)
    return Related(
        main=main,
        merged=[one for one in rows if one.merged_into_id == lead.id],
        parent=next((one for one in rows if one.id == lead.parent_id), None),
        parts=[one for one in rows if one.parent_id == lead.id],
        alike=[one for one in alike if pair_key(lead.id, one.lead.id) not in apart],
    )


def open_pairs(
    viewer: Viewer, *, batch_id: UUID | None = None, after: tuple[int, UUID] | None = None, limit: int = PAIRS
) -> list[LeadPair]:
    """Pairs that wait for a decision, the likeliest first, by key; one more than ``limit`` tells of more."""
    rows = _open(viewer, batch_id).select_related("lead__unit", "other__unit")
    rows = rows.defer("lead__geom", "other__geom", "lead__attributes", "other__attributes")
    if after is not None:
        score, pair_id = after
        rows = rows.filter(Q(score__lt=score) | Q(score=score, id__gt=pair_id))
    return list(rows.order_by("-score", "id")[: limit + 1])


def count_open_pairs(viewer: Viewer, *, batch_id: UUID | None = None) -> int:
    """How many pairs wait for a decision."""
    return _open(viewer, batch_id).count()


def _open(viewer: Viewer, batch_id: UUID | None) -> QuerySet[LeadPair]:
    seen, gone = visible_leads(viewer), list(NO_MAIN_STATES)
    rows = LeadPair.objects.filter(state="open", lead__in=seen.exclude(state__in=gone))
    rows = rows.filter(other__in=seen.exclude(state__in=gone))
    if batch_id is not None:
        rows = rows.filter(Q(lead__batch_id=batch_id) | Q(other__batch_id=batch_id))
    return rows
