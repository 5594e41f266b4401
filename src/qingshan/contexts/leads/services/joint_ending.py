"""Ending what assisting units owe when the lead goes another way (协办终止): merged, split, transferred, theirs."""

from typing import Any

from qingshan.commons.journal.services import actor_text
from qingshan.commons.people.models import Unit
from qingshan.commons.people.viewer import Acting
from qingshan.contexts.leads.models import JointTask, Lead
from qingshan.domain.joint import UNSETTLED_TASKS

_UNSETTLED = [state.value for state in UNSETTLED_TASKS]


def end_joint_tasks(lead: Lead, acting: Acting, why: str, *, unit: Unit | None = None) -> dict[str, Any]:
    """Nobody (or not ``unit``) owes an opinion on ``lead`` any more; returns what the act's entry tells of it."""
    rows = JointTask.objects.filter(lead=lead, state__in=_UNSETTLED).select_related("unit").order_by("id")
    tasks = list(rows if unit is None else rows.filter(unit=unit))
    if not tasks:
        return {}
    JointTask.objects.filter(id__in=[task.id for task in tasks]).update(
        state="ended", closing=why, closed_at=acting.now(), closed_by=actor_text(acting)
    )
    return {"joint_ended": {"units": [task.unit.name for task in tasks], "reason": why}}
