"""Joint handling (三级联办) and returns: who assists a lead, what he owes, why a lead may be sent back. Pure.

The lead unit (牵头) is the unit the lead is given to; assisting units (协办) of any level hand in an opinion; the lead
unit's verification is the one result and cites them (三-4-3⑤).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from qingshan.domain.lead import BUREAU, TOWNSHIP, LeadState


class TaskState(StrEnum):
    """States of an assisting unit's task (协办任务)."""

    ASKED = "asked"
    RECEIVED = "received"
    ANSWERED = "answered"
    RETURNED = "returned"
    WAIVED = "waived"
    ENDED = "ended"


OPEN_TASKS = frozenset({TaskState.ASKED, TaskState.RECEIVED})
"""The assisting unit is on turn."""
UNSETTLED_TASKS = OPEN_TASKS | {TaskState.RETURNED}
"""The lead unit cannot conclude: an opinion is missing and nobody has said why that may be."""
JOINT_STATES = frozenset({LeadState.DISPATCHED, LeadState.UNDER_VERIFICATION, LeadState.INCONCLUSIVE})
"""A lead in one of these can be handled jointly."""
ASK_ROLES = BUREAU | TOWNSHIP
ASSIST_ROLES = (
    BUREAU | TOWNSHIP | {"village_patroller", "department_officer", "department_leader", "police", "hotline_desk"}
)
"""Roles that answer for their unit when it assists."""
ASSIST_LEVELS = frozenset({"village", "township", "department", "county"})
"""Levels of units that can be asked: 村、乡、县."""
RETURN_WINDOW, RETURN_TASK_WINDOW, OPINION_LIMIT = "lead_return_window", "joint_return", "joint_opinion"
"""Limits of the plan: sending back a lead, sending back a task, handing in an opinion."""

RETURN_KINDS: Mapping[str, str] = {
    "not_in_area": "不在本单位辖区",
    "other_unit": "应由其他单位办理",
    "outside_county": "位于外县",
    "no_place": "位置不明，无法到场",
    "other": "其他",
}
"""Why a lead is sent back (退回原因)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JointForm:
    """A request to assist as typed (协办要求): what is asked, by when; empty: the plan's limit."""

    task: str
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """An opinion that is missing: of whom, in which state, by when."""

    unit: str
    state: str
    due: str


def missing_opinions(owed: tuple[Owed, ...]) -> tuple[str, ...]:
    """What keeps the lead unit from concluding, one line per unit."""
    return tuple(_line(one) for one in owed)


def _line(one: Owed) -> str:
    if one.state == TaskState.RETURNED:
        return f"协办意见未齐：{one.unit}已退回协办，请另请单位协办，或写明理由免予协办"
    return f"协办意见未齐：{one.unit}尚未出具意见（{one.due}到期），请等其意见，或写明理由免予协办"
