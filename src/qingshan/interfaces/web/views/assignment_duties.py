"""What orders ask of the viewer, as lines and counts of the workbench."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from qingshan.commons.assignments.selectors import OnTurn, on_turn, urgent_lines
from qingshan.commons.people.viewer import Viewer
from qingshan.domain.assignment import CLAUSE, LineState
from qingshan.domain.duty import DutyState, duty_state


def duty_lines(viewer: Viewer, now: datetime) -> list[dict[str, Any]]:
    """The viewer's own lines that wait for him, as the workbench shows duties."""
    found = []
    for line in urgent_lines(viewer):
        order = line.assignment
        what = _("签收交办") if line.state == LineState.SENT else _("反馈交办")
        url = reverse("web:assignment_detail", args=[order.id])
        state = duty_state(line.due_at, now)
        found.append(
            {
                "state": state,
                "mine": True,
                "title": f"{what} · {order.number}",
                "url": url,
                "action_url": url,
                "action": _("去办理"),
                "primary": state in (DutyState.OVERDUE, DutyState.TODAY),
                "place": f"{order.title} · {order.issuer_unit.short}",
                "category": "",
                "due": line.due_at,
                "clause": order.clause or CLAUSE,
                "clause_text": "",
                "subject": f"{order.number}/{line.id}",
            }
        )
    return found


def order_stats(viewer: Viewer, now: datetime) -> list[dict[str, Any]]:
    """Counts of what waits, each with the list behind it; kinds of which nothing waits are left out."""
    turn = on_turn(viewer, now)
    url = reverse("web:assignment_list")
    kinds = (
        (_("交办待签收"), turn.to_receive, "?tab=mine&state=sent", _late(turn)),
        (_("交办待反馈"), turn.to_reply, "?tab=mine&state=to_reply", _late(turn)),
        (_("交办待审核"), turn.to_accept, "?tab=issued", _("承办单位已反馈")),
        (_("我交办的逾期"), turn.overdue_issued, "?tab=issued&overdue=1", _("家单位未按时办")),
    )
    return [
        {"label": label, "value": n, "note": note, "url": url + query, "tone": "late" if "overdue" in query else ""}
        for label, n, query, note in kinds
        if n
    ]


def _late(turn: OnTurn) -> str:
    return _("其中逾期 %(n)d 件") % {"n": turn.late} if turn.late else ""
