"""Reading accounts, for the administrators' pages: by key, with search and filters. Callers are checked by role."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from qingshan.commons.accounts.models import Roster, RosterRow
from qingshan.commons.people.models import Account, Holding
from qingshan.commons.people.selectors import holders_of_day
from qingshan.domain.posts import ADMINISTRATORS

FILTERS = ("no_post", "never", "expired", "stopped", "locked", "no_password")


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLine:
    """An account with its person's posts of the day."""

    account: Account
    posts: tuple[Holding, ...]


def administrators_among(account_ids: Iterable[UUID], *, today: date) -> set[UUID]:
    """Accounts of persons who hold, or will hold, an administrator's post: the operator keeps these."""
    persons = dict(Account.objects.filter(id__in=list(account_ids)).values_list("person_id", "id"))
    rows = Holding.objects.filter(person_id__in=list(persons))
    rows = rows.filter(Q(until__isnull=True) | Q(until__gte=today)).select_related("post")
    return {persons[row.person_id] for row in rows if set(row.post.roles) & ADMINISTRATORS}


def _held(today: date) -> QuerySet[Holding]:
    rows = Holding.objects.filter(since__lte=today)
    return rows.filter(Q(until__isnull=True) | Q(until__gte=today))


def accounts(
    *,
    text: str = "",
    only: str = "",
    unit_id: UUID | None = None,
    after: str = "",
    now: datetime,
    today: date,
    days: int,
    locked: Iterable[str] = (),
    limit: int = 50,
) -> list[AccountLine]:
    """Accounts by user name, ``after`` this one. ``text`` is part of user name or person's name; ``only`` a filter.

    ``days``: age at which passwords end; ``locked``: user names locked now.
    """
    rows = Account.objects.select_related("person").order_by("username")
    if after:
        rows = rows.filter(username__gt=after)
    if text:
        rows = rows.filter(Q(username__icontains=text) | Q(person__name__contains=text))
    if unit_id is not None:
        rows = rows.filter(Exists(_held(today).filter(person=OuterRef("person"), post__unit_id=unit_id)))
    found = list(_narrowed(rows, only, now=now, today=today, days=days, locked=locked)[:limit])
    posts: dict[UUID, list[Holding]] = {}
    held = _held(today).filter(person_id__in=[a.person_id for a in found if a.person_id])
    for row in held.select_related("post__unit", "stands_in_for").order_by("kind", "post__sort"):
        posts.setdefault(row.person_id, []).append(row)
    return [AccountLine(account=a, posts=tuple(posts.get(a.person_id, ()) if a.person_id else ())) for a in found]


def _narrowed(
    rows: QuerySet[Account], only: str, *, now: datetime, today: date, days: int, locked: Iterable[str]
) -> QuerySet[Account]:
    conditions = _conditions(now=now, today=today, days=days, locked=locked)
    return rows.filter(conditions[only]) if only in conditions else rows


def _conditions(*, now: datetime, today: date, days: int, locked: Iterable[str]) -> dict[str, Any]:
    aged = Q(password_changed_at__lte=now - timedelta(days=days)) if days else Q(pk__in=())
    return {
        "no_post": ~Exists(_held(today).filter(person=OuterRef("person"))),
        "never": Q(last_login=None),
        "expired": aged | Q(must_change=True, first_until__lt=now),
        "stopped": Q(is_active=False),
        "locked": Q(username__in=list(locked)),
        "no_password": Q(("password__startswith", UNUSABLE_PASSWORD_PREFIX)),
    }


def account_counts(*, now: datetime, today: date, days: int, locked: Iterable[str]) -> dict[str, int]:
    """How many accounts in use each filter finds; those that were stopped only under their own; one query."""
    conditions = _conditions(now=now, today=today, days=days, locked=locked)
    in_use = Q(is_active=True)
    counted = {f"n_{name}": Count("pk", filter=one & in_use) for name, one in conditions.items() if name != "stopped"}
    found = Account.objects.aggregate(**counted, n_stopped=Count("pk", filter=conditions["stopped"]))
    return {name: found[f"n_{name}"] for name in FILTERS}


def seated_without_account(today: date, *, limit: int) -> tuple[list[Holding], int]:
    """Holders of posts with a role in the system who have no account, in the order of the plan, and how many."""
    rows = holders_of_day(today).exclude(post__roles=[])
    rows = rows.filter(~Exists(Account.objects.filter(person=OuterRef("person"))))
    ordered = rows.select_related("person", "post__unit").order_by("post__unit__sort", "post__sort", "id")
    return list(ordered[:limit]), rows.count()


def account_by_id(account_id: UUID) -> Account | None:
    """One account with its person, or None."""
    return Account.objects.select_related("person").filter(id=account_id).first()


def account_of(person_id: UUID) -> Account | None:
    """The account of a person, or None."""
    return Account.objects.filter(person_id=person_id).first()


def rosters(*, before: UUID | None = None, limit: int = 50) -> list[Roster]:
    """Rosters, newest first, by key; in the administrators' scope."""
    rows = Roster.objects.order_by("-id")
    return list((rows.filter(id__lt=before) if before else rows)[:limit])


def roster_by_id(roster_id: UUID) -> Roster | None:
    """One roster, or None outside the scope."""
    return Roster.objects.filter(id=roster_id).first()


def roster_rows(roster_id: UUID) -> list[RosterRow]:
    """All rows of a roster in the order of its file."""
    rows = RosterRow.objects.filter(roster_id=roster_id).select_related("unit", "post", "account")
    return list(rows.order_by("number"))
