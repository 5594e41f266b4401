"""Who sees which leads. Row security says the same a second time, in the database."""

from django.db.models import Q, QuerySet

from qingshan.commons.people.viewer import Viewer
from qingshan.contexts.leads.models import Lead

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
    return Lead.objects.filter(scope) if scope else Lead.objects.none()


def is_own_unit(viewer: Viewer, lead: Lead) -> bool:
    """Whether the lead is given to the viewer's unit."""
    return lead.unit_id == viewer.unit_id
