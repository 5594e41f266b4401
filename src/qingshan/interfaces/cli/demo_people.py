"""Invented people of the demonstration (演示人员): every name begins with 演示, every password is random."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import product
from pathlib import Path

from qingshan.commons.people.models import Account, Holding, Post
from qingshan.commons.people.services import appoint, create_account, create_person

VACANT = frozenset({"beichu.township-deputy", "zhaotong.township-head"})
"""Posts left empty on purpose, so that the demonstration shows gaps."""
_FIRST = "云石松溪岭桥川禾青远晴朗山泉原野星月竹梅"
_SECOND = "溪桥林原峰岩川湾坡台岭泉田塘沟洼垣埝岗坪"
VILLAGES_WITH_PEOPLE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoAccount:
    """One sign-in of the demonstration."""

    role: str
    username: str
    password: str


ACCOUNTS: tuple[tuple[str, str, str], ...] = (
    ("bureau_officer", "bureau-officer", "natural-resources.ledger"),
    ("bureau_officer", "bureau-enforcement", "natural-resources.enforcement-1"),
    ("bureau_leader", "bureau-leader", "natural-resources.deputy"),
    ("taskforce_office", "taskforce-office", "taskforce-office.clerk-1"),
    ("township_officer", "sucun-officer", "sucun.township-officer"),
    ("township_officer", "heishuihe-officer", "heishuihe.township-officer"),
    ("township_leader", "sucun-leader", "sucun.township-deputy"),
    ("city_reviewer", "city-reviewer", "city-natural-resources.reviewer-1"),
    ("county_leader", "county-leader", "county-government.deputy-head"),
    ("department_officer", "transport-officer", "transport.department-officer"),
    ("discipline", "discipline-supervisor", "discipline.supervisor"),
    ("audit_admin", "audit-admin", "government-office.audit-admin"),
    ("system_admin", "system-admin", "natural-resources.system-admin"),
    ("rights_admin", "rights-admin", "natural-resources.rights-admin"),
    ("police", "police-officer", "police.officer"),
    ("hotline_desk", "hotline-desk", "data-services.hotline-12345"),
)


def _names() -> Iterator[str]:
    for first, second in product(_FIRST, _SECOND):
        if first != second:
            yield f"演示·{first}{second}"
    number = 1
    while True:
        yield f"演示·村民{number:03d}"
        number += 1


def seat_people(*, since: date) -> int:
    """Give every post an invented holder, but for the vacant ones and most villages. Returns how many were seated."""
    names = _names()
    taken = set(Holding.objects.values_list("post_id", flat=True))
    villages: dict[str, int] = {}
    seated = 0
    for post in Post.objects.select_related("unit").order_by("sort"):
        name = next(names)
        if post.id in taken or post.slug in VACANT or _skipped(post, villages):
            continue
        appoint(person_id=create_person(name=name, demo=True).id, post_id=post.id, since=since)
        seated += 1
    return seated


def _skipped(post: Post, villages: dict[str, int]) -> bool:
    """Villages: only the first few of each township have people, so that gaps show."""
    if post.unit.level != "village":
        return False
    township = str(post.unit.division_id)[:9]
    villages[township] = villages.get(township, 0) + 1
    return villages[township] > 2 * VILLAGES_WITH_PEOPLE


def make_accounts(*, now: datetime) -> list[DemoAccount]:
    """Create the sign-ins with random passwords chosen ``now``; one that exists gets a new password."""
    village = Post.objects.filter(slug__contains="village-patroller", unit__division__code__startswith="130132204")
    wanted = [*ACCOUNTS]
    first = village.order_by("sort").first()
    if first is not None:
        wanted.append(("village_patroller", "village-patroller", first.slug))
    return [made for made in (_account(*one, now) for one in wanted) if made is not None]


def _account(role: str, username: str, post_slug: str, now: datetime) -> DemoAccount | None:
    holding = Holding.objects.filter(post__slug=post_slug, until__isnull=True).select_related("person").first()
    if holding is None:
        return None
    password = secrets.token_urlsafe(9)
    account = Account.objects.filter(username=username).first()
    if account is None:
        create_account(username=username, password=password, person=holding.person, chosen_at=now)
    else:
        account.set_password(password)
        account.password_changed_at = now
        account.save(update_fields=["password", "password_changed_at"])
    return DemoAccount(role=role, username=username, password=password)


def write_accounts(accounts: list[DemoAccount], path: Path) -> None:
    """Write ``role<TAB>user<TAB>password`` lines, readable by the owner only."""
    path.touch(mode=0o600, exist_ok=True)
    path.chmod(0o600)
    path.write_text("".join(f"{a.role}\t{a.username}\t{a.password}\n" for a in accounts), encoding="utf-8")
