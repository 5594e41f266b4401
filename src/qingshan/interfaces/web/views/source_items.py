"""Sources of a lead as its page shows them: number, day, answers, what is still owed, and what the viewer may do."""

from uuid import UUID

from django.utils.translation import gettext as _

from qingshan.commons.people.viewer import Viewer
from qingshan.contexts.campaigns.public import InForce
from qingshan.contexts.leads.public import SourceLine, sources_of
from qingshan.domain.lead import BUREAU, SOURCE_ROLES
from qingshan.domain.plan import Channel
from qingshan.domain.sources import WAIVE_ROLES
from qingshan.interfaces.web.views.lead_filters import channel_text

Context = dict[str, object]
HAND_OVER = frozenset({"department-handover", "police-notice", "county-transfer", "project-check", "mine-check"})
"""Channels in which one unit hands a lead to another."""


def source_items(viewer: Viewer, lead_id: UUID, in_force: InForce) -> list[Context]:
    """Sources of a lead as its page shows them, each with what this viewer may do now."""
    known = {channel.slug: channel for channel in in_force.plan.channels}
    return [_item(viewer, line, known.get(line.source.channel), in_force) for line in sources_of(viewer, lead_id)]


def _item(viewer: Viewer, line: SourceLine, channel: Channel | None, in_force: InForce) -> Context:
    source = line.source
    return {
        "source": source,
        "replies": line.replies,
        "caller": line.caller_kept and not viewer.roles.isdisjoint(SOURCE_ROLES),
        "channel": channel_text(source.channel, in_force) if channel else _("接管旧台账"),
        "direction": channel.direction if channel else "",
        "number_label": (channel.number_label if channel else "") or _("来源编号"),
        "reply_to": channel.reply_to if channel else "",
        "hand_over": source.channel in HAND_OVER,
        "may_reply": source.reply_state == "open" and not viewer.roles.isdisjoint(SOURCE_ROLES),
        "may_waive": source.reply_state == "open" and not viewer.roles.isdisjoint(WAIVE_ROLES),
        "may_enter": source.platform_state == "open" and not viewer.roles.isdisjoint(SOURCE_ROLES),
        "may_sign": source.channel in HAND_OVER and source.seen_at is None and not viewer.roles.isdisjoint(BUREAU),
    }
