"""Saving, changing and deleting views of lists. They are a person's own tools, no matter of record: not journaled."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from qingshan.commons.people.viewer import Viewer
from qingshan.commons.savedviews.models import SavedView
from qingshan.domain.acts import ActRefused

MOST = 30
LONGEST_QUERY = 2000
LONGEST_NAME = 40


def save_view(
    *, list_slug: str, name: str, query: str, shared: bool, is_default: bool, viewer: Viewer, now: datetime
) -> SavedView:
    """Save a view under a name; the same name again replaces one's own view of this name.

    Refuses an empty or long name, a query beyond `LONGEST_QUERY`, more than `MOST` views per list.
    """
    account, name = _owner(viewer), _named(name)
    if len(query) > LONGEST_QUERY:
        raise ActRefused("query", "筛选条件太多，保存不下，请减少几项")
    with transaction.atomic():
        own = SavedView.objects.select_for_update().filter(account_id=account, list_slug=list_slug)
        known = {row.name: row for row in own}
        if name not in known and len(known) >= MOST:
            raise ActRefused("too_many", f"每个列表最多保存 {MOST} 个视图，请先删除不用的")
        if is_default:
            own.update(is_default=False)
        values = {"query": query, "unit_id": viewer.unit_id if shared else None, "is_default": is_default}
        row, _ = SavedView.objects.update_or_create(
            account_id=account,
            list_slug=list_slug,
            name=name,
            defaults=values,
            create_defaults={**values, "owner_name": viewer.name, "created_at": now},
        )
    return row


def change_view(*, view_id: UUID, name: str, shared: bool, is_default: bool, viewer: Viewer) -> SavedView:
    """Rename one's own view, share it with the acting unit or take that back, make it the default or not."""
    account, name = _owner(viewer), _named(name)
    try:
        with transaction.atomic():
            row = _own(view_id, account)
            if is_default:
                others = SavedView.objects.filter(account_id=account, list_slug=row.list_slug).exclude(id=row.id)
                others.update(is_default=False)
            row.name, row.is_default, row.unit_id = name, is_default, viewer.unit_id if shared else None
            row.save(update_fields=["name", "is_default", "unit_id"])
    except IntegrityError:
        raise ActRefused("name", f"您已有名为“{name}”的视图，请换一个名称") from None
    return row


def delete_view(*, view_id: UUID, viewer: Viewer) -> str:
    """Delete one's own view; returns its name."""
    with transaction.atomic():
        row = _own(view_id, _owner(viewer))
        row.delete()
    return row.name


def _own(view_id: UUID, account: UUID) -> SavedView:
    row = SavedView.objects.select_for_update().filter(id=view_id, account_id=account).first()
    if row is None:
        raise ActRefused("not_found", "没有这个视图，或它不是您保存的")
    return row


def _owner(viewer: Viewer) -> UUID:
    if viewer.account_id is None:
        raise ActRefused("role", "视图只能由登录的人员保存")
    return viewer.account_id


def _named(name: str) -> str:
    cleaned = " ".join(name.split())
    if not cleaned:
        raise ActRefused("name", "请填写视图名称，例如“苏村逾期”")
    if len(cleaned) > LONGEST_NAME or not cleaned.isprintable():
        raise ActRefused("name", f"视图名称最多 {LONGEST_NAME} 个字，不能含有特殊符号")
    return cleaned
