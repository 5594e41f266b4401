"""Opening the scope of whoever looks: shared by all doors, called by the outermost layer only."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from qingshan.commons.base.scope import set_scope
from qingshan.commons.people.models import Account
from qingshan.commons.people.viewer import Viewer, viewer_of


def viewer_at(account: object, *, now: datetime, post_id: UUID | None) -> Viewer | None:
    """The viewer behind an account that may sign in, in the chosen post on the day of ``now``; None without a post."""
    if not isinstance(account, Account) or not account.is_active:
        return None
    return viewer_of(account, today=now.astimezone(timezone.get_current_timezone()).date(), post_id=post_id)


@contextmanager
def opened_to(viewer: Viewer) -> Iterator[None]:
    """One transaction in the viewer's scope."""
    with transaction.atomic():
        viewer.apply_scope()
        yield


@contextmanager
def everything_visible(viewer: Viewer) -> Iterator[None]:
    """Inside a viewer's transaction, see for a moment what row security shows to nobody but the system.

    For pages of administrators on tables that belong to persons; the caller has checked the role.
    """
    set_scope(system=True)
    try:
        yield
    finally:
        viewer.apply_scope()
