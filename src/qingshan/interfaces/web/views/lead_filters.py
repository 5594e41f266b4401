"""Words of the list of leads: channels as the plan names them, in English the translated ones."""

from datetime import datetime

from qingshan.contexts.campaigns.public import InForce
from qingshan.interfaces.web import labels
from qingshan.interfaces.web.acting import read_uuid
from qingshan.interfaces.web.formats import is_chinese

Options = list[tuple[str, str]]
__all__ = ["Options", "channel_options", "channel_text", "is_late", "read_uuid"]


def channel_text(slug: str, in_force: InForce) -> str:
    """Word for a channel: the plan's own, in English the translated one."""
    words = {c.slug: c.label for c in in_force.plan.channels}
    if is_chinese() and slug in words:
        return words[slug]
    return str(labels.CHANNELS.get(slug) or words.get(slug, slug))


def channel_options(in_force: InForce) -> Options:
    """Channels of the plan to choose from."""
    return [(c.slug, channel_text(c.slug, in_force)) for c in in_force.plan.channels]


def is_late(due_at: datetime | None, now: datetime) -> bool:
    """Whether a stored due date has passed."""
    return due_at is not None and due_at < now
