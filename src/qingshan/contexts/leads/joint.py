"""Reading joint handling and transfers (联办、移送): of one lead, and what a unit still owes."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from qingshan.commons.base.paging import Key, KeyPage, Sort, page_by_key
from qingshan.commons.people.models import Unit
from qingshan.commons.people.viewer import Viewer
from qingshan.commons.places.selectors import county_code
from qingshan.contexts.leads.models import JointTask, Lead, Transfer
from qingshan.contexts.leads.policy import visible_leads
from qingshan.domain.joint import ASSIST_LEVELS, OPEN_TASKS

PAGE = 50
_OPEN = [state.value for state in OPEN_TASKS]
JOINT_SORT = Sort(field="due_at", descending=False)
JOINT_DESKS: dict[str, Q] = {
    "open": Q(state__in=_OPEN),
    "returned": Q(state="returned"),
    "answered": Q(state="answered"),
    "closed": Q(state__in=["waived", "ended"]),
}
"""Lists of tasks by where they stand."""


def joint_tasks_of(viewer: Viewer, lead_id: UUID) -> list[JointTask]:
    """Tasks of a lead in scope, the first one first."""
    rows = JointTask.objects.filter(lead__in=visible_leads(viewer).filter(id=lead_id))
    return list(rows.select_related("unit", "file", "cited_in").order_by("id"))


def joint_task_by_id(viewer: Viewer, task_id: UUID) -> JointTask | None:
    """One task with its lead, if the lead is in scope."""
    rows = JointTask.objects.filter(id=task_id, lead__in=visible_leads(viewer))
    return rows.select_related("unit", "file", "lead__unit", "cited_in").first()


def transfers_of(viewer: Viewer, lead_id: UUID) -> list[Transfer]:
    """Transfers of a lead in scope, the latest first."""
    rows = Transfer.objects.filter(lead__in=visible_leads(viewer).filter(id=lead_id))
    return list(rows.select_related("file", "receipt_file", "answer_file").order_by("-id"))


def open_tasks_of(viewer: Viewer, limit: int) -> list[JointTask]:
    """Opinions that the viewer's unit owes, the most urgent first."""
    if viewer.unit_id is None:
        return []
    rows = JointTask.objects.filter(unit_id=viewer.unit_id, state__in=_OPEN)
    return list(rows.select_related("lead").defer("lead__geom", "lead__attributes").order_by("due_at", "id")[:limit])


@dataclass(frozen=True, slots=True, kw_only=True)
class JointFilter:
    """Which tasks: a desk, one assisting unit, only late ones, only those of the viewer's own unit."""

    desk: str = "open"
    unit_id: UUID | None = None
    overdue: bool = False
    own: bool = False


def joint_rows(
    viewer: Viewer, wanted: JointFilter, now: datetime, *, after: Key | None = None, before: Key | None = None
) -> KeyPage[JointTask]:
    """One page of tasks, the most urgent first."""
    rows = _filtered(viewer, wanted, now).filter(JOINT_DESKS[wanted.desk]).select_related("unit", "lead__unit")
    rows = rows.defer("lead__geom", "lead__attributes")
    return page_by_key(rows, JOINT_SORT, size=PAGE, after=after, before=before)


def joint_counts(viewer: Viewer, wanted: JointFilter, now: datetime) -> dict[str, int]:
    """Tasks of each desk under the same filter."""
    counts = {desk: Count("id", filter=where) for desk, where in JOINT_DESKS.items()}
    return _filtered(viewer, wanted, now).aggregate(**counts)


def _filtered(viewer: Viewer, wanted: JointFilter, now: datetime) -> QuerySet[JointTask]:
    rows = JointTask.objects.all()
    if not viewer.system:
        rows = rows.filter(lead__in=visible_leads(viewer).values("id"))
    if wanted.own:
        rows = rows.filter(unit_id=viewer.unit_id) if viewer.unit_id else rows.none()
    if wanted.unit_id:
        rows = rows.filter(unit_id=wanted.unit_id)
    if wanted.overdue:
        rows = rows.filter(due_at__lt=now, state__in=_OPEN)
    return rows


def units_to_ask(lead: Lead) -> list[Unit]:
    """Units that can assist: townships and county bodies, and the villages of the lead's township."""
    county, township = county_code(), lead.division[:9]
    rows = Unit.objects.filter(level__in=ASSIST_LEVELS).exclude(id=lead.unit_id)
    near = Q(level="village", division__code__startswith=township)
    own = ~Q(level="village") & (Q(division__isnull=True) | Q(division__code__startswith=county))
    return list(rows.filter(near | own).order_by("sort", "name"))
