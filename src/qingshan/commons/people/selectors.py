"""Reading units, posts and their holders."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q

from qingshan.commons.people.models import Holding, Post, Unit


def units() -> list[Unit]:
    """All units in the order of the plan."""
    return list(Unit.objects.select_related("division", "parent").order_by("sort", "slug"))


def unit_by_id(unit_id: UUID) -> Unit | None:
    """One unit, or None."""
    return Unit.objects.filter(id=unit_id).first()


def unit_by_slug(slug: str) -> Unit | None:
    """One unit by its slug in the plan, or None."""
    return Unit.objects.filter(slug=slug).first()


def units_of_kind(kind: str) -> list[Unit]:
    """Units of one kind in the order of the plan."""
    return list(Unit.objects.filter(kind=kind).order_by("sort"))


def township_level_units() -> list[Unit]:
    """Units that can be responsible for a place: townships and the development zone."""
    return list(Unit.objects.filter(level="township").order_by("sort"))


@dataclass(frozen=True, slots=True, kw_only=True)
class PostLine:
    """A post and who holds it on a day; ``holder`` "" is a gap."""

    post: Post
    holder: str


def posts_of(unit_ids: Iterable[UUID], today: date) -> list[PostLine]:
    """Posts of units with their holders on ``today``."""
    posts = list(Post.objects.filter(unit_id__in=list(unit_ids)).select_related("unit").order_by("sort"))
    holders = current_holders([p.id for p in posts], today)
    return [PostLine(post=p, holder=holders.get(p.id, "")) for p in posts]


def units_found(text: str, limit: int) -> list[Unit]:
    """Units whose name holds ``text``, in the order of the plan."""
    return list(
        Unit.objects.filter(Q(name__icontains=text) | Q(short__icontains=text)).order_by("sort", "slug")[:limit]
    )


def posts_found(text: str, limit: int, today: date) -> list[PostLine]:
    """Posts whose title holds ``text``, or whose holder's name does on ``today``."""
    held = Holding.objects.filter(person__name__icontains=text, since__lte=today)
    posts = (
        Post.objects.filter(
            Q(title__icontains=text)
            | Q(id__in=held.filter(Q(until__isnull=True) | Q(until__gte=today)).values("post_id"))
        )
        .select_related("unit")
        .order_by("unit__sort", "sort")[:limit]
    )
    holders = current_holders([p.id for p in posts], today)
    return [PostLine(post=p, holder=holders.get(p.id, "")) for p in posts]


def current_holders(post_ids: Iterable[UUID], today: date) -> dict[UUID, str]:
    """Names of the holders by post."""
    rows = (
        Holding.objects.filter(post_id__in=list(post_ids), since__lte=today)
        .filter(Q(until__isnull=True) | Q(until__gte=today))
        .select_related("person")
        .order_by("since")
    )
    return {row.post_id: row.person.name for row in rows}


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponsiblePost:
    """One of a township's responsible posts (四-2-1②); an empty holder is a listed gap."""

    duty: str
    title: str
    holder: str


def responsible_posts(unit_id: UUID, today: date) -> list[ResponsiblePost]:
    """The responsible posts of a township-level unit: two first responsible ones and the one in charge."""
    posts = list(Post.objects.filter(unit_id=unit_id).exclude(duty="").order_by("sort"))
    holders = current_holders([p.id for p in posts], today)
    return [ResponsiblePost(duty=p.duty, title=p.title, holder=holders.get(p.id, "")) for p in posts]
