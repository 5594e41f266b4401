"""Drafts of calls (来电草稿): kept while somebody types, so that a closed browser loses nothing; his alone."""

from collections.abc import Mapping
from datetime import datetime

from qingshan.commons.people.viewer import Acting, Viewer
from qingshan.contexts.leads.models import CallDraft
from qingshan.domain.acts import ActRefused

LONGEST = 5_000
"""Characters of one field that are kept."""


def save_call_draft(*, content: Mapping[str, str], acting: Acting) -> datetime:
    """Keep what is typed; the newest replaces what was kept. Returns when."""
    account = acting.viewer.account_id
    if account is None:
        raise ActRefused("role", "没有账号，不能保存草稿")
    kept = {name: text[:LONGEST].replace("\x00", "") for name, text in content.items() if text}
    CallDraft.objects.update_or_create(account_id=account, defaults={"content": kept, "saved_at": acting.now()})
    return acting.now()


def drop_call_draft(*, acting: Acting) -> None:
    """The call is registered, or the next one begins: the draft goes."""
    account = acting.viewer.account_id
    if account is not None:
        CallDraft.objects.filter(account_id=account).delete()


def call_draft(viewer: Viewer) -> CallDraft | None:
    """What this person was typing."""
    account = viewer.account_id
    return None if account is None else CallDraft.objects.filter(account_id=account).first()
