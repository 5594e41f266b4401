"""What is owed to whoever brought a lead, and by when (答复时限、信访平台录入时限)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import Q

from qingshan.contexts.campaigns.public import InForce
from qingshan.contexts.leads.models import Lead, Source
from qingshan.domain.lead import CONCLUDED_STATES
from qingshan.domain.plan import Channel
from qingshan.domain.sources import reply_start

RESULTS = ("lead.review_approve", "lead.transfer_receipt")
"""Acts with which a lead comes to a result."""
SOME = 2000
_DUTIES = ("reply_state", "reply_due_at", "platform_state", "platform_due_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceDuties:
    """Duties of one source as its columns: an answer, a number of the petition platform."""

    reply_state: str
    reply_due_at: datetime | None
    platform_state: str
    platform_due_at: datetime | None

    def columns(self) -> dict[str, Any]:
        """The four columns of `Source`."""
        return {
            "reply_state": self.reply_state,
            "reply_due_at": self.reply_due_at,
            "platform_state": self.platform_state,
            "platform_due_at": self.platform_due_at,
        }


def duties_of_source(
    channel: Channel, in_force: InForce, *, came_at: datetime, concluded_at: datetime | None = None
) -> SourceDuties:
    """What a source of this channel is owed from the moment it came."""
    due = in_force.due(channel.platform_limit, came_at, explain=False).at if channel.platform_limit else None
    return SourceDuties(
        reply_state="open" if channel.reply_limit else "",
        reply_due_at=reply_due(channel, in_force, came_at=came_at, concluded_at=concluded_at),
        platform_state="open" if channel.platform_limit else "",
        platform_due_at=due,
    )


def reply_due(
    channel: Channel, in_force: InForce, *, came_at: datetime, concluded_at: datetime | None
) -> datetime | None:
    """When the answer is due; None while its limit does not run, or where none is owed."""
    if not channel.reply_limit:
        return None
    event = in_force.plan.limits[channel.reply_limit].start_event
    start = reply_start(event, came_at=came_at, concluded_at=concluded_at)
    return None if start is None else in_force.due(channel.reply_limit, start, explain=False).at


def concluded_at(lead: Lead) -> datetime | None:
    """When there was a result that can be told; None while there is none. A merged lead shares its main lead's."""
    main = lead.merged_into
    if main is not None:
        return concluded_at(main)
    if lead.state not in CONCLUDED_STATES:
        return None
    events: Mapping[str, str] = lead.events
    moments = [datetime.fromisoformat(events[act]) for act in RESULTS if act in events]
    return max(moments, default=lead.state_since)


def settle_replies(lead: Lead, in_force: InForce) -> None:
    """Work out anew when the open answers of a lead, and of those merged into it, are due: there is a result."""
    known = {channel.slug: channel for channel in in_force.plan.channels}
    result = concluded_at(lead)
    rows = Source.objects.filter(Q(lead=lead) | Q(lead__merged_into=lead), reply_state="open")
    for source in rows.select_related("lead"):
        channel = known.get(source.channel)
        if channel is None:
            continue
        due = reply_due(channel, in_force, came_at=source.came_at or source.lead.received_at, concluded_at=result)
        Source.objects.filter(id=source.id).update(reply_due_at=due)


@transaction.atomic
def settle_all_sources(in_force: InForce) -> int:
    """After a plan was loaded: sources of channels that now owe something get their duty, open ones their due moment.

    Each source is locked while it is worked out anew: an answer recorded meanwhile waits, and is never opened again.
    Leads taken over from an old ledger owe nothing here. Returns how many sources were looked at.
    """
    looked_at = 0
    for channel in in_force.plan.channels:
        if not (channel.reply_limit or channel.platform_limit):
            continue
        rows = Source.objects.filter(channel=channel.slug, lead__taken_over={}).select_related("lead__merged_into")
        locked = rows.select_for_update(of=("self",)).defer("lead__geom", "lead__attributes").order_by("id")
        for some in _by(locked.iterator(chunk_size=SOME)):
            for source in some:
                _settle(source, channel, in_force)
            Source.objects.bulk_update(some, _DUTIES)
            looked_at += len(some)
    return looked_at


def _settle(source: Source, channel: Channel, in_force: InForce) -> None:
    """Put the duties of the plan in force into the columns of a source, where they are not done yet."""
    duties = duties_of_source(
        channel,
        in_force,
        came_at=source.came_at or source.lead.received_at,
        concluded_at=concluded_at(source.lead),
    )
    if source.reply_state in ("", "open"):
        source.reply_state, source.reply_due_at = duties.reply_state, duties.reply_due_at
    if source.platform_state in ("", "open"):
        source.platform_state, source.platform_due_at = duties.platform_state, duties.platform_due_at


def _by(sources: Iterable[Source]) -> Iterator[list[Source]]:
    """The sources, some at a time."""
    rest = iter(sources)
    while some := list(islice(rest, SOME)):
        yield some
