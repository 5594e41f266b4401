"""Writing people: units and posts from the plan, persons, holdings, accounts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from qingshan.commons.people.models import Account, Holding, Person, Post, Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitInput:
    """A unit as the plan has it; ``parent`` is a slug of a unit that stands earlier in the list."""

    slug: str
    kind: str
    name: str
    short: str
    level: str
    division: str | None
    parent: str | None
    reports: bool
    counts_as_township: bool
    clause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PostInput:
    """A post as the plan has it."""

    slug: str
    unit: str
    title: str
    roles: tuple[str, ...]
    duty: str
    liaison: bool
    clause: str


def store_units(*, units: Sequence[UnitInput], posts: Sequence[PostInput]) -> None:
    """Create or update units and posts by slug. Holdings stay; a unit or post that is gone stays readable."""
    with transaction.atomic():
        ids: dict[str, UUID] = {}
        for sort, unit in enumerate(units):
            row, _ = Unit.objects.update_or_create(
                slug=unit.slug,
                defaults={
                    "kind": unit.kind,
                    "name": unit.name,
                    "short": unit.short,
                    "level": unit.level,
                    "division_id": unit.division,
                    "parent_id": ids.get(unit.parent or ""),
                    "reports": unit.reports,
                    "counts_as_township": unit.counts_as_township,
                    "clause": unit.clause,
                    "sort": sort,
                },
            )
            ids[unit.slug] = row.id
        for sort, post in enumerate(posts):
            Post.objects.update_or_create(
                slug=post.slug,
                defaults={
                    "unit_id": ids[post.unit],
                    "title": post.title,
                    "roles": list(post.roles),
                    "duty": post.duty,
                    "liaison": post.liaison,
                    "clause": post.clause,
                    "sort": sort,
                },
            )


def appoint(*, person_id: UUID, post_id: UUID, since: date) -> Holding:
    """A person takes up a post."""
    return Holding.objects.create(person_id=person_id, post_id=post_id, since=since)


def create_person(*, name: str, demo: bool) -> Person:
    """Register a person."""
    return Person.objects.create(name=name, demo=demo)


def create_account(
    *, username: str, password: str | None, person: Person | None, chosen_at: datetime | None
) -> Account:
    """Create a sign-in; ``chosen_at``: when the password was chosen, None: it must be changed at the first sign-in."""
    return Account.objects.create_account(username=username, password=password, person=person, chosen_at=chosen_at)
