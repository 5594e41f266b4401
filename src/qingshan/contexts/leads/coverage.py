"""The 100 % screens (全部核查、件件有着落): of some channels, what was received, what became of it, what is open.

三-1-2①c: every pushed lead and patch is verified on site. 三-4-3③: every public report stands in the ledger.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from qingshan.commons.people.viewer import Viewer
from qingshan.contexts.leads.completeness import Proof, prove
from qingshan.contexts.leads.models import Source
from qingshan.contexts.leads.policy import visible_leads
from qingshan.domain.plan_parts import Channel

OPEN_STATES = ("received", "dispatched", "under_verification", "in_review", "returned")
"""A lead in one of these has no result yet; a split one is looked for in its parts."""
SCREENS: Mapping[str, str] = {"onsite": "三-1-2①c", "reports": "三-4-3③"}
"""The screens and their clauses."""
OPEN_CLASSES = ("under_way", "returned")


@dataclass(frozen=True, slots=True, kw_only=True)
class Replies:
    """What is owed to whoever reported: sources with a duty to answer, and what became of it."""

    owed: int
    done: int
    waived: int

    @property
    def open(self) -> int:
        """Answers still to be given."""
        return self.owed - self.done - self.waived


def screen_channels(screen: str, channels: Sequence[Channel]) -> tuple[Channel, ...]:
    """Channels of a screen: pushed ones that need a visit, or those that carry what the public reports."""
    if screen == "onsite":
        return tuple(c for c in channels if c.onsite_required and c.direction == "from_above")
    return tuple(c for c in channels if c.sealed and c.reply_limit)


def prove_screen(screen: str, *, now: datetime, channels: Sequence[Channel], patience: float | None = None) -> Proof:
    """The proof of the screen's channels as of now: received = verified + under way + returned + merged + transferred.

    Raises `JournalBusy`.
    """
    own = screen_channels(screen, channels)
    return prove(now, now=now, channels=own, patience=patience, only=frozenset(c.slug for c in own))


def open_of(classes: Mapping[str, int]) -> int:
    """Leads of a line without a result."""
    return sum(classes.get(name, 0) for name in OPEN_CLASSES)


def reply_totals(viewer: Viewer, channels: Sequence[str]) -> Replies:
    """Answers owed by these channels: merging does not end one (三-4-3③)."""
    rows = Source.objects.filter(channel__in=channels).exclude(reply_state="")
    if not viewer.system:
        rows = rows.filter(lead__in=visible_leads(viewer).values("id"))
    counts = dict(rows.order_by().values_list("reply_state").annotate(n=Count("id")))
    return Replies(owed=sum(counts.values()), done=counts.get("done", 0), waived=counts.get("waived", 0))
