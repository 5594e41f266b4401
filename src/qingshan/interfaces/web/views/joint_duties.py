"""Opinions that the viewer's unit owes on leads of others, as lines of the workbench (协办)."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from qingshan.commons.people.viewer import Viewer
from qingshan.contexts.leads.public import JointTask, open_tasks_of
from qingshan.domain.duty import DutyState, duty_state
from qingshan.domain.joint import ASSIST_ROLES

MOST = 40


def joint_lines(viewer: Viewer, now: datetime) -> list[dict[str, Any]]:
    """Open tasks of the viewer's unit, the most urgent first; nothing for posts that answer for none."""
    if viewer.roles.isdisjoint(ASSIST_ROLES):
        return []
    return [_line(task, now) for task in open_tasks_of(viewer, MOST)]


def _line(task: JointTask, now: datetime) -> dict[str, Any]:
    state = duty_state(task.due_at, now)
    return {
        "state": state,
        "mine": True,
        "title": _("出具协办意见") + f" · {task.lead.number}",
        "url": reverse("web:lead_detail", args=[task.lead_id]),
        "action_url": reverse("web:joint_answer", args=[task.id]),
        "action": _("去办理"),
        "primary": state in (DutyState.OVERDUE, DutyState.TODAY),
        "place": f"{task.task[:60]} · {task.lead.title}",
        "category": "",
        "due": task.due_at,
        "clause": "三-4-3⑤",
        "clause_text": "",
        "subject": f"{task.id}/joint",
    }
