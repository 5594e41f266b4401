"""Who sees which leads and may do what at any time. Row security says the first a second time, in the database."""

from uuid import UUID

from django.db.models import Q, QuerySet

from qingshan.commons.people.viewer import Viewer
from qingshan.contexts.leads.models import Lead
from qingshan.domain.lead import (
    CORRECT_ROLES,
    FLAG_ACTIVE_ROLES,
    FLAG_ACTIVE_STATES,
    TOWNSHIP,
    VERIFIED_STATES,
    LeadState,
)

DIVISION_END = ":"
"""Sorts after every digit: the end of a range of codes with a common prefix."""


def visible_leads(viewer: Viewer) -> QuerySet[Lead]:
    """Leads in the viewer's scope: by division prefix or by responsible unit; nothing without a scope."""
    if viewer.system:
        return Lead.objects.all()
    scope = Q()
    if viewer.prefix:
        scope |= Q(division__gte=viewer.prefix, division__lt=viewer.prefix + DIVISION_END)
    if viewer.unit_ids:
        scope |= Q(unit_id__in=viewer.unit_ids)
        if not viewer.sees_county:
            scope |= Q(parties__overlap=list(viewer.unit_ids))
    return Lead.objects.filter(scope) if scope else Lead.objects.none()


def lies_in_scope(viewer: Viewer, *, division: str, unit_id: UUID) -> bool:
    """Whether a lead of this place and unit is seen without a part in it."""
    if viewer.system or unit_id in viewer.unit_ids:
        return True
    return viewer.prefix is not None and division.startswith(viewer.prefix)


def is_own_unit(viewer: Viewer, lead: Lead) -> bool:
    """Whether the lead is given to the viewer's unit."""
    return lead.unit_id == viewer.unit_id


def may_flag_active(viewer: Viewer, lead: Lead) -> bool:
    """Whether the viewer may mark the lead as an act in progress now."""
    if lead.active_since is not None or lead.state not in FLAG_ACTIVE_STATES:
        return False
    township_only = not viewer.roles - TOWNSHIP
    return bool(viewer.roles & FLAG_ACTIVE_ROLES) and (not township_only or is_own_unit(viewer, lead))


def may_correct(viewer: Viewer, state: LeadState) -> bool:
    """Whether the viewer may correct texts now; after a verdict a leader has to."""
    if not viewer.roles & CORRECT_ROLES:
        return False
    return state not in VERIFIED_STATES or "bureau_leader" in viewer.roles
