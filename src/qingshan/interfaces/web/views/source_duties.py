"""What is owed to those who brought leads, as lines of the workbench of whoever keeps the sources."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from qingshan.commons.people.viewer import Viewer
from qingshan.contexts.campaigns.public import InForce
from qingshan.contexts.leads.public import Source, urgent_sources
from qingshan.domain.duty import DutyState, duty_state
from qingshan.domain.lead import SOURCE_ROLES
from qingshan.interfaces.web.views.lead_filters import channel_text

MOST = 40


def source_lines(viewer: Viewer, in_force: InForce, now: datetime) -> list[dict[str, Any]]:
    """Answers and numbers whose limit runs, the most urgent first; nothing for other posts."""
    if viewer.roles.isdisjoint(SOURCE_ROLES):
        return []
    found = []
    for source in urgent_sources(viewer, MOST):
        if source.reply_state == "open" and source.reply_due_at is not None:
            found.append(_line(source, "reply", in_force, now))
        if source.platform_state == "open":
            found.append(_line(source, "platform", in_force, now))
    return found


def _line(source: Source, desk: str, in_force: InForce, now: datetime) -> dict[str, Any]:
    due = source.reply_due_at if desk == "reply" else source.platform_due_at
    state = duty_state(due, now)
    what = _("答复来源") if desk == "reply" else _("录入信访信息系统")
    channel = channel_text(source.channel, in_force)
    return {
        "state": state,
        "mine": True,
        "title": f"{what} · {source.lead.number}",
        "url": reverse("web:lead_detail", args=[source.lead_id]),
        "action_url": reverse(f"web:source_{desk}", args=[source.id]),
        "action": _("去办理"),
        "primary": state in (DutyState.OVERDUE, DutyState.TODAY),
        "place": f"{channel} {source.number} · {source.lead.title}",
        "category": "",
        "due": due,
        "clause": "三-4-3③" if desk == "reply" else "三-4-3④",
        "clause_text": "",
        "subject": f"{source.id}/{desk}",
    }
