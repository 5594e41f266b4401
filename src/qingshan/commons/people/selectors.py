"""Reading units, posts and their holders."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from qingshan.commons.people.models import Holding, Person, Post, Unit


def units() -> list[Unit]:
    """All units in the order of the plan."""
    return list(Unit.objects.select_related("division", "parent").order_by("sort", "slug"))


def full_name(unit: Unit) -> str:
    """A unit's name with its township before it where it is a village: villages of two townships share names."""
    return f"{unit.parent.short}{unit.name}" if unit.level == "village" and unit.parent else unit.name


def in_plan_order(names: Iterable[str]) -> list[str]:
    """Names of units, short or in full, in the order of the plan (that of their codes); unknown ones last."""
    places: dict[str, int] = {}
    for number, row in enumerate(
        Unit.objects.exclude(level="village").order_by("sort", "slug").values("short", "name")
    ):
        places |= {row["short"]: number, row["name"]: number}
    return sorted(set(names), key=lambda name: (places.get(name, len(places)), name))


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
    """A post and who holds it on a day; ``holder`` "" is a gap, ``substitute`` (代岗) acts beside him."""

    post: Post
    holder: str
    holder_id: UUID | None = None
    substitute: str = ""


def posts_of(unit_ids: Iterable[UUID], today: date) -> list[PostLine]:
    """Posts of units with their holders on ``today``."""
    posts = list(Post.objects.filter(unit_id__in=list(unit_ids)).select_related("unit").order_by("sort"))
    found: dict[UUID, dict[str, Holding]] = {}
    for row in holdings_on([p.id for p in posts], today):
        found.setdefault(row.post_id, {})[row.kind] = row
    return [_post_line(post, found.get(post.id, {})) for post in posts]


def _post_line(post: Post, held: dict[str, Holding]) -> PostLine:
    holder, substitute = held.get("holder"), held.get("substitute")
    return PostLine(
        post=post,
        holder=holder.person.name if holder else "",
        holder_id=holder.person_id if holder else None,
        substitute=substitute.person.name if substitute else "",
    )


def holdings_on(post_ids: Iterable[UUID], today: date) -> list[Holding]:
    """Holders and substitutes of posts on a day, the earlier appointed first."""
    return list(
        Holding.objects.filter(post_id__in=list(post_ids), since__lte=today)
        .filter(Q(until__isnull=True) | Q(until__gte=today))
        .select_related("person", "stands_in_for")
        .order_by("since", "id")
    )


def units_found(text: str, limit: int) -> list[Unit]:
    """Units whose name holds ``text``, in the order of the plan."""
    return list(
        Unit.objects.filter(Q(name__icontains=text) | Q(short__icontains=text))
        .select_related("parent")
        .order_by("sort", "slug")[:limit]
    )


def posts_found(text: str, limit: int, today: date) -> list[PostLine]:
    """Posts whose title holds ``text``, or whose holder's name does on ``today``."""
    held = Holding.objects.filter(person__name__icontains=text, since__lte=today)
    posts = (
        Post.objects.filter(
            Q(title__icontains=text)
            | Q(id__in=held.filter(Q(until__isnull=True) | Q(until__gte=today)).values("post_id"))
        )
        .select_related("unit__parent")
        .order_by("unit__sort", "sort")[:limit]
    )
    holders = current_holders([p.id for p in posts], today)
    return [PostLine(post=p, holder=holders.get(p.id, "")) for p in posts]


def current_holders(post_ids: Iterable[UUID], today: date) -> dict[UUID, str]:
    """Names of the holders by post; substitutes are no holders."""
    return {row.post_id: row.person.name for row in holdings_on(post_ids, today) if row.kind == "holder"}


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


def holdings_ending(since: date, until: date, limit: int = 50) -> list[Holding]:
    """Posts and substitutions whose last day lies between the two, the next to end first."""
    rows = Holding.objects.filter(until__gte=since, until__lte=until)
    return list(rows.select_related("person", "post__unit", "stands_in_for").order_by("until", "id")[:limit])


def vacant_posts(today: date, *, limit: int) -> tuple[list[Post], int]:
    """Posts of offices without a holder, the responsible ones first, and how many there are (职务空缺)."""
    held = holders_of_day(today).filter(post=OuterRef("pk"))
    rows = Post.objects.exclude(unit__level="village").filter(~Exists(held)).select_related("unit")
    return list(rows.order_by(F("duty").desc(), "unit__sort", "sort")[:limit]), rows.count()


def holders_of_day(today: date) -> QuerySet[Holding]:
    """Who holds a post on a day, substitutes left out."""
    rows = Holding.objects.filter(kind="holder", since__lte=today)
    return rows.filter(Q(until__isnull=True) | Q(until__gte=today))


def post_by_id(post_id: UUID) -> Post | None:
    """One post with its unit, or None."""
    return Post.objects.select_related("unit").filter(id=post_id).first()


def person_by_id(person_id: UUID) -> Person | None:
    """One person, or None."""
    return Person.objects.filter(id=person_id).first()


def history_of_post(post_id: UUID) -> list[Holding]:
    """Everybody who held or stood in a post, newest first (任职沿革)."""
    rows = Holding.objects.filter(post_id=post_id).select_related("person", "stands_in_for")
    return list(rows.order_by("-since", "-id"))


def holdings_of(person_id: UUID, *, after: date | None = None) -> list[Holding]:
    """A person's posts, newest first; ``after``: only those that have a day on or after it."""
    rows = Holding.objects.filter(person_id=person_id).select_related("post__unit", "person", "stands_in_for")
    if after is not None:
        rows = rows.filter(Q(until__isnull=True) | Q(until__gte=after))
    return list(rows.order_by("-since", "-id"))


def holding_by_id(holding_id: UUID) -> Holding | None:
    """One line of somebody's posts, or None."""
    return Holding.objects.select_related("post__unit", "person", "stands_in_for").filter(id=holding_id).first()


def all_persons() -> list[Person]:
    """Every person by name; a county has some hundreds."""
    return list(Person.objects.order_by("name", "id"))


def all_posts() -> list[Post]:
    """Every post with its unit, in the order of the plan."""
    return list(Post.objects.select_related("unit").order_by("unit__sort", "sort", "slug"))


def everybody_seated(today: date) -> list[Holding]:
    """All holders of a day with their posts and units."""
    return list(holders_of_day(today).select_related("post__unit", "person").order_by("post__sort", "post__slug"))
