"""Acts on persons in the journal: a chain per person, in the administrators' own division (ADMIN_DIVISION)."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from qingshan.commons.journal.services import ActReceipt, MatterChange, record_act
from qingshan.commons.people.models import Account, Holding, Person
from qingshan.commons.people.selectors import holdings_of
from qingshan.commons.people.viewer import ADMIN_DIVISION, Acting
from qingshan.domain.acts import ActRefused, MatterKind
from qingshan.domain.posts import ADMINISTRATORS

Details = Mapping[str, Any]


def lock_persons(ids: Iterable[UUID]) -> dict[UUID, Person]:
    """Lock persons in the order of their ids; whoever appoints the same person at the same time waits here."""
    wanted = set(ids)
    found = {p.id: p for p in Person.objects.select_for_update().filter(id__in=wanted).order_by("id")}
    if len(found) != len(wanted):
        raise ActRefused("person", "没有这个人员，请重新选择")
    return found


def record_on_persons(
    *,
    act: str,
    acting: Acting,
    details: Mapping[UUID, Details],
    personal: Mapping[UUID, Mapping[str, str]] | None = None,
) -> ActReceipt:
    """One entry per person, showing his account and posts as the act left them. Inside `act_transaction`."""
    persons = {p.id: p for p in Person.objects.filter(id__in=details)}
    accounts = {a.person_id: a for a in Account.objects.filter(person_id__in=details)}
    posts: dict[UUID, list[dict[str, str]]] = {person_id: [] for person_id in details}
    rows = Holding.objects.filter(person_id__in=details).select_related("post__unit", "stands_in_for")
    for row in rows.order_by("since", "id"):
        posts[row.person_id].append(_holding(row))
    changes = [
        MatterChange(
            kind=MatterKind.PERSON.value,
            matter_id=person_id,
            number=persons[person_id].name,
            division=ADMIN_DIVISION,
            unit_id=None,
            ledger=_ledger(persons[person_id], accounts.get(person_id), posts[person_id]),
            details=said,
            personal=(personal or {}).get(person_id, {}),
        )
        for person_id, said in details.items()
    ]
    return record_act(act=act, acting=acting, changes=changes)


def _ledger(person: Person, account: Account | None, posts: list[dict[str, str]]) -> dict[str, Any]:
    return {
        "name": person.name,
        "username": account.username if account else "",
        "active": bool(account and account.is_active),
        "posts": posts,
    }


def _holding(row: Holding) -> dict[str, str]:
    return {
        "post": row.post.slug,
        "kind": row.kind,
        "for": row.stands_in_for.name if row.stands_in_for else "",
        "since": row.since.isoformat(),
        "until": row.until.isoformat() if row.until else "",
    }


def local_day(moment: datetime) -> date:
    """The day of a moment where the county lies."""
    return moment.astimezone(timezone.get_current_timezone()).date()


def post_text(holding_or_post: Any) -> str:
    """Unit and title of a post, for entries and messages."""
    post = getattr(holding_or_post, "post", holding_or_post)
    return str(post.label)


def is_administrator(account: Account, acting: Acting) -> bool:
    """Whether the person of an account holds, or will hold, a post of an administrator (管理人员)."""
    held = holdings_of(account.person_id, after=local_day(acting.now())) if account.person_id else []
    return any(set(row.post.roles) & ADMINISTRATORS for row in held)


def leave_administrators(account: Account, acting: Acting, *, command: str) -> None:
    """Refuse an act on another administrator's account: no administrator shuts another out, or lets him in, alone.

    The operator of the server does it, by ``command`` of the command line.
    """
    if acting.viewer.system or account.id == acting.viewer.account_id or not is_administrator(account, acting):
        return
    told = f"{account.username}：管理人员的账号由服务器操作员办理（qingshan accounts {command}）"
    raise ActRefused("administrator", told)


def require(acting: Acting, *roles: str) -> None:
    """Refuse whoever acts without one of these roles; the command line may do everything."""
    if not acting.viewer.system and not acting.viewer.has(*roles):
        raise ActRefused("role", "您的职务不能办理这一项")
