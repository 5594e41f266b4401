"""Sources of a lead (线索来源): what a channel needs, what is owed to whoever brought it, what is not typed. Pure.

One lead may have several sources. Each keeps its own number, its day, and its own duty to answer (三-4-3③): that
another source was answered is never an excuse.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime

from qingshan.domain.lead import REGISTER_ROLES
from qingshan.domain.plan_parts import Channel

WAIVE_ROLES = frozenset({"bureau_leader", "taskforce_office"})
"""Who decides that no answer can be given."""
LEAD_CONCLUDED = "lead_concluded"
"""Start event of limits that run from the lead's result."""
_MOBILE = re.compile(r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)")
_IDENTITY = re.compile(r"(?<!\d)\d{17}[\dXx](?!\w)")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceForm:
    """A source as typed: its own number, who sent it, the day on it."""

    channel: str
    source_no: str = ""
    origin: str = ""
    dated: date | None = None


def channels_for(channels: tuple[Channel, ...], roles: frozenset[str]) -> tuple[Channel, ...]:
    """Channels of which these posts may enter single leads, in the order of the plan."""
    return tuple(c for c in channels if "form" in c.doors and may_register(c, roles))


def may_register(channel: Channel, roles: frozenset[str]) -> bool:
    """Whether these posts may enter a lead of this channel."""
    return bool(roles & REGISTER_ROLES) or not roles.isdisjoint(channel.registered_by)


def source_gaps(channel: Channel, form: SourceForm, today: date) -> tuple[str, ...]:
    """What is missing or wrong in a source of this channel; empty = complete."""
    gaps = []
    if "source_no" in channel.needs and not form.source_no.strip():
        gaps.append(f"{channel.label}须填{channel.number_label or '来源编号'}")
    if "origin" in channel.needs and not form.origin.strip():
        gaps.append(f"{channel.label}须填来源单位")
    if "dated" in channel.needs and form.dated is None:
        gaps.append(f"{channel.label}须填来件日期")
    if form.dated is not None and form.dated > today:
        gaps.append("来件日期晚于今天：请核对")
    return tuple(gaps)


def personal_traces(text: str) -> tuple[str, ...]:
    """What looks like a phone or identity number in a text that many read; the desk keeps such things apart."""
    return tuple(found.group() for pattern in (_IDENTITY, _MOBILE) for found in pattern.finditer(text))


def masked(trace: str) -> str:
    """Enough of a number to find it again in a text, no more."""
    return f"{trace[:3]}…{trace[-2:]}"


def privacy_gaps(channel: Channel, texts: tuple[str, ...]) -> tuple[str, ...]:
    """Refusals for a channel whose informants are protected: no phone or identity numbers in texts that others read."""
    if not channel.sealed:
        return ()
    return tuple(
        f"内容里像是有电话或证件号码（{masked(trace)}）：举报人信息由受理岗另行登记，请从这里删去"
        for text in texts
        for trace in personal_traces(text)
    )


def reply_start(start_event: str, *, came_at: datetime, concluded_at: datetime | None) -> datetime | None:
    """When the limit of an answer starts: with the lead's result, or with the coming of the source."""
    return concluded_at if start_event == LEAD_CONCLUDED else came_at
