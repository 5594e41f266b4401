"""Joint handling as a lead's page shows it: tasks of assisting units, and what the viewer may do with each."""

from qingshan.commons.people.viewer import Viewer
from qingshan.contexts.leads.public import JointTask, Lead, joint_tasks_of, may_steer
from qingshan.domain.joint import ASSIST_ROLES, JOINT_STATES, OPEN_TASKS, UNSETTLED_TASKS
from qingshan.interfaces.web.acting import acting_of
from qingshan.interfaces.web.middleware import OfficeRequest

Context = dict[str, object]


def joint_context(request: OfficeRequest, lead: Lead) -> Context:
    """The part of a lead's page on joint handling: tasks, and what this viewer may do with each."""
    steers = may_steer(acting_of(request), lead)
    # Whoever was asked has a part in the lead: without such units there is nothing to ask for.
    tasks = joint_tasks_of(request.viewer, lead.id) if lead.parties else []
    return {
        "tasks": [_item(request, task, steers=steers) for task in tasks],
        "may_ask": steers and lead.state in JOINT_STATES,
    }


def _item(request: OfficeRequest, task: JointTask, *, steers: bool) -> Context:
    mine = is_mine(request.viewer, task)
    return {
        "task": task,
        "open": task.state in OPEN_TASKS,
        "mine": mine,
        "may_receive": mine and task.state == "asked",
        "may_return": mine and (task.return_by is None or request.now <= task.return_by),
        "may_waive": steers and task.state in UNSETTLED_TASKS,
    }


def is_mine(viewer: Viewer, task: JointTask) -> bool:
    """Whether the task is open and of the viewer's own unit."""
    own = task.unit_id == viewer.unit_id and not viewer.roles.isdisjoint(ASSIST_ROLES)
    return own and task.state in OPEN_TASKS
