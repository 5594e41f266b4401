"""Who sees which cases and the names in them. Row security says the first a second time, in the database."""

from django.db.models import Q, QuerySet

from qingshan.commons.people.viewer import Viewer
from qingshan.contexts.cases.models import Case
from qingshan.domain.lead import BUREAU, TOWNSHIP

DIVISION_END = ":"


def visible_cases(viewer: Viewer) -> QuerySet[Case]:
    """Cases in the viewer's scope: by division prefix, responsible or supervising unit; nothing without a scope."""
    if viewer.system:
        return Case.objects.all()
    scope = Q()
    if viewer.prefix:
        scope |= Q(division__gte=viewer.prefix, division__lt=viewer.prefix + DIVISION_END)
    if viewer.unit_ids:
        scope |= Q(unit_id__in=viewer.unit_ids) | Q(supervising_unit_id__in=viewer.unit_ids)
    return Case.objects.filter(scope) if scope else Case.objects.none()


def rows_with_readable_persons(viewer: Viewer, rows: QuerySet[Case]) -> QuerySet[Case] | None:
    """Those of ``rows`` whose persons the viewer may read (see `may_read_persons`); None for none at all."""
    if viewer.roles & BUREAU:
        return rows
    return rows.filter(unit_id=viewer.unit_id) if viewer.has(*TOWNSHIP) and viewer.unit_id else None


def may_read_persons(viewer: Viewer, case: Case) -> bool:
    """The bureau, the task-force office and the responsible township work the case; everybody else reads no names."""
    return bool(viewer.roles & BUREAU) or (viewer.has(*TOWNSHIP) and viewer.unit_id == case.unit_id)
