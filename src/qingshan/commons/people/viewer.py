"""Who is looking (查看人): unit, post, roles, and the scope that follows from them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from qingshan.commons.base.prepared import Prepared
from qingshan.commons.base.scope import set_scope
from qingshan.commons.people.models import Account, Holding, Person, Post, Unit
from qingshan.commons.places.selectors import county_code

COUNTY_WIDE = frozenset(
    {"bureau_officer", "bureau_leader", "taskforce_office", "county_leader", "discipline", "audit_admin"}
)
CITY_WIDE = frozenset({"city_reviewer"})
PROVINCE_WIDE = frozenset({"province_reader"})
UNIT_WIDE = frozenset(
    {"township_officer", "township_leader", "department_officer", "department_leader", "finance_reviewer"}
    | {"police", "procuratorate", "court"}
)
DESK_WIDE = frozenset({"hotline_desk", "custodian"})
"""They work within a unit without seeing what the unit sees: their scope is their own post."""
VILLAGE_WIDE = frozenset({"village_patroller"})
ADMINISTRATION = frozenset({"system_admin", "rights_admin"})
COUNTY_DIGITS = 6
ADMIN_DIVISION = "admin"
"""Stands where matters have their division: chains of persons and all account data lie there. No division code begins
with letters, so whoever sees matters sees none of it, and who keeps it sees no matter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """A signed-in person acting in one post. ``prefix`` and ``unit_ids`` are the scope of what he sees.

    ``unit_ids`` are units; at a desk (举报受理岗) it is the post, so that colleagues of the unit see nothing of it.
    """

    account_id: UUID | None
    person_id: UUID | None
    name: str
    post_id: UUID | None
    post_title: str
    unit_id: UUID | None
    unit_name: str
    level: str
    roles: frozenset[str]
    prefix: str | None
    unit_ids: tuple[UUID, ...] = ()
    system: bool = False
    substitute_for: str = ""
    posts: tuple[tuple[UUID, str], ...] = field(default=())

    def apply_scope(self) -> None:
        """Set this viewer's scope on the current transaction."""
        set_scope(
            prefix=self.prefix,
            units=self.unit_ids,
            account=self.account_id,
            unit=self.unit_id,
            system=self.system,
        )

    @property
    def sees_county(self) -> bool:
        """Whether the viewer's division holds the whole county."""
        return self.system or (self.prefix is not None and len(self.prefix) <= COUNTY_DIGITS)

    @property
    def party_id(self) -> UUID | None:
        """Under which id a matter that lies elsewhere stays in this viewer's sight."""
        return self.unit_ids[0] if self.unit_ids else self.unit_id

    def has(self, *roles: str) -> bool:
        """Whether one of ``roles`` belongs to the acting post."""
        return not self.roles.isdisjoint(roles)


@dataclass(frozen=True, slots=True, kw_only=True)
class Acting:
    """A person about to act: who, through which door, and the clock of the outermost layer."""

    viewer: Viewer
    clock: Callable[[], datetime]
    acted_at: datetime | None = None
    door: str = "web"

    def now(self) -> datetime:
        """Server time, zone-aware."""
        return self.clock()

    def claimed_at(self) -> datetime:
        """When the act was done as claimed; the server time when nothing was claimed."""
        return self.acted_at or self.clock()


SYSTEM_ROLES = frozenset({"bureau_officer", "taskforce_office"})


def system_viewer(label: str, *, roles: frozenset[str] = SYSTEM_ROLES) -> Viewer:
    """The operator at the server's command line, or a job that works for nobody in particular."""
    return Viewer(
        account_id=None,
        person_id=None,
        name=label,
        post_id=None,
        post_title="系统操作",
        unit_id=None,
        unit_name="本系统",
        level="system",
        roles=roles,
        prefix=None,
        system=True,
    )


def viewer_of(account: Account, *, today: date, post_id: UUID | None = None) -> Viewer | None:
    """The viewer behind ``account`` on ``today`` in the chosen post (else the first); None without a current post."""
    if account.person_id is None:
        return None
    holdings = [_holding(row) for row in _HELD.rows(account.person_id, today)]
    if not holdings:
        return None
    chosen = next((h for h in holdings if h.post_id == post_id), holdings[0])
    return viewer_in(chosen, account.id, tuple((h.post_id, _choice(h)) for h in holdings))


_HELD = Prepared(
    "people_held",
    ["uuid", "date"],
    "SELECT person.id, person.name, absent.id, absent.name, post.id, post.title, post.roles,"
    " unit.id, unit.name, unit.short, unit.level, unit.division_id"
    " FROM people_holding held JOIN people_person person ON person.id = held.person_id"
    " JOIN people_post post ON post.id = held.post_id JOIN people_unit unit ON unit.id = post.unit_id"
    " LEFT JOIN people_person absent ON absent.id = held.stands_in_for_id"
    " WHERE held.person_id = $1 AND held.since <= $2 AND (held.until IS NULL OR held.until >= $2)"
    " ORDER BY held.kind, post.sort, post.slug",
)
"""Every page asks it first."""


def _holding(row: tuple[Any, ...]) -> Holding:
    """A holding with its post, unit and persons, as far as a viewer is made of them."""
    person_id, person, absent_id, absent, post_id, title, roles, unit_id, name, short, level, division = row
    unit = Unit(id=unit_id, name=name, short=short, level=level, division_id=division)
    return Holding(
        person=Person(id=person_id, name=person),
        stands_in_for=Person(id=absent_id, name=absent) if absent_id else None,
        post=Post(id=post_id, title=title, roles=roles, unit=unit),
    )


def _choice(holding: Holding) -> str:
    absent = holding.stands_in_for
    return holding.post.label if absent is None else f"{holding.post.label}，代 {absent.name}"


def post_words(holding: Holding) -> str:
    """The post as its holder is announced: a substitute (代岗) says for whom he acts."""
    absent = holding.stands_in_for
    return holding.post.title if absent is None else f"{holding.post.title}，代 {absent.name}"


def viewer_in(holding: Holding, account_id: UUID | None = None, posts: tuple[tuple[UUID, str], ...] = ()) -> Viewer:
    """Whoever holds a post, as he would look from it."""
    post, unit = holding.post, holding.post.unit
    roles = frozenset(post.roles)
    return Viewer(
        account_id=account_id,
        person_id=holding.person_id,
        name=holding.person.name,
        post_id=post.id,
        post_title=post_words(holding),
        substitute_for=holding.stands_in_for.name if holding.stands_in_for else "",
        unit_id=unit.id,
        unit_name=unit.name,
        level=unit.level,
        roles=roles,
        prefix=_prefix(roles, unit.division_id),
        unit_ids=_parties(roles, unit.id, post.id),
        posts=posts,
    )


def _parties(roles: frozenset[str], unit_id: UUID, post_id: UUID) -> tuple[UUID, ...]:
    """Whose matters are seen: those of the unit, or at a desk those the post itself brought in."""
    if roles & (UNIT_WIDE | VILLAGE_WIDE):
        return (unit_id,)
    return (post_id,) if roles & DESK_WIDE else ()


def _prefix(roles: frozenset[str], division: str | None) -> str | None:
    if roles & ADMINISTRATION:
        return ADMIN_DIVISION
    if roles & COUNTY_WIDE:
        return division[:6] if division else None
    if roles & CITY_WIDE:
        return county_code()[:4]
    if roles & PROVINCE_WIDE:
        return county_code()[:2]
    if roles & VILLAGE_WIDE and division is not None and len(division) == 12:
        return division
    return None
