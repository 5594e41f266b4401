"""Who sees which orders and lines. Row security says the same a second time, in the database."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from qingshan.commons.assignments.models import Assignment, AssignmentLine
from qingshan.commons.people.viewer import Viewer
from qingshan.domain.assignment import Standing

COUNTY_DIGITS = 6
DIVISION_END = ":"
"""Sorts after every digit: the end of a range of codes with a common prefix."""


def standing_of(viewer: Viewer) -> Standing:
    """The viewer as the table of acts sees him."""
    return Standing(roles=viewer.roles, unit_id=viewer.unit_id, post_id=viewer.post_id, system=viewer.system)


def _in_prefix(viewer: Viewer, field: str) -> Q:
    return Q(**{f"{field}__gte": viewer.prefix, f"{field}__lt": f"{viewer.prefix}{DIVISION_END}"})


def visible_lines(viewer: Viewer) -> QuerySet[AssignmentLine]:
    """Lines in the viewer's scope: his own, those of his unit's orders, all lines of an order he leads (牵头)."""
    if viewer.system:
        return AssignmentLine.objects.all()
    scope = Q()
    if viewer.prefix:
        scope |= _in_prefix(viewer, "division") | _in_prefix(viewer, "owner_division")
    if viewer.unit_ids:
        scope |= Q(unit_id__in=viewer.unit_ids) | Q(issuer_unit_id__in=viewer.unit_ids)
        scope |= Q(owner_unit_id__in=viewer.unit_ids)
    return AssignmentLine.objects.filter(scope) if scope else AssignmentLine.objects.none()


def visible_assignments(viewer: Viewer) -> QuerySet[Assignment]:
    """Orders in the viewer's scope: his unit's, those he leads, those of which he sees a line.

    Lines of an order lie in its division, so whoever sees the county need not ask for lines.
    """
    if viewer.system:
        return Assignment.objects.all()
    if viewer.prefix and len(viewer.prefix) <= COUNTY_DIGITS:
        return Assignment.objects.filter(_in_prefix(viewer, "division"))
    scope = Q(issuer_unit_id__in=viewer.unit_ids) if viewer.unit_ids else Q()
    scope |= Q(Exists(visible_lines(viewer).filter(assignment_id=OuterRef("id"))))
    return Assignment.objects.filter(scope)
