"""The fixed cast of the tests: who works in the county, and a stranger from the next one.

Everyone is in the database from the start (`tests/support/world.py`), with a sign-in: user name = `member.username`,
password = `cast.PASSWORD`. A test names people, never ids::

    from tests import cast

    def test_something(world):
        world.perform(cast.TOWNSHIP_OFFICER, receive_lead, lead_id=lead.id)
        with world.seeing(cast.STRANGER):
            assert not Lead.objects.exists()

`world` (see `tests/fixtures_cast.py`) holds the settable clock; `make_lead(state=...)` and `make_case(upto=...)` bring
a matter to where the test begins, by the real services. Villages, townships and posts are those of `PLAN`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from qingshan.commons.people.models import Holding, Post, Unit
from qingshan.commons.people.services import appoint, create_account, create_person
from qingshan.commons.places.models import Division

PLAN = Path(__file__).resolve().parents[1] / "plans" / "130132-2024"
ZONE = ZoneInfo("Asia/Shanghai")
PASSWORD = "演示口令-2024-cast"
COUNTY = "130132"
SUCUN, HEISHUIHE, DEVELOPMENT_ZONE = "sucun", "heishuihe", "development-zone"
"""Slugs of the township-level units that the cast works in."""
SUCUN_CODE, HEISHUIHE_CODE = "130132204", "130132208"
NEXT_COUNTY = "130129"
NEXT_TOWNSHIP = "130129100"
SEATED_SINCE = date(2024, 6, 1)
START = datetime(2024, 8, 1, 9, 0, tzinfo=ZONE)
NEVER_OLD = START + timedelta(days=3650)
"""When the cast chose its passwords: no test but that of the age itself meets an aged one."""
"""The clock of every test starts here, a Thursday and a workday."""


class Clock:
    """A clock that stands still until a test moves it; it never goes back by itself."""

    def __init__(self, now: datetime = START) -> None:
        """Start at a zone-aware moment."""
        self.now = now

    def __call__(self) -> datetime:
        """Return the moment it is."""
        return self.now

    def tick(self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0) -> datetime:
        """Go on by so much; returns the new moment."""
        self.now += timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        return self.now

    def today(self) -> date:
        """Local day."""
        return self.now.astimezone(ZONE).date()


CLOCK = Clock()
"""The one clock of the test process; the fixture `clock` sets it back before each test."""


def now() -> datetime:
    """Server clock of test runs (`QINGSHAN_CLOCK`)."""
    return CLOCK.now


@dataclass(frozen=True, slots=True)
class Member:
    """One person of the cast: sign-in, name, the post held, and the role that stands for it in rights tables."""

    username: str
    name: str
    post: str
    role: str


VILLAGE_PATROLLER = Member("village-patroller", "演示·巡一", "v130132204201.village-patroller", "village_patroller")
OTHER_VILLAGE_PATROLLER = Member("other-patroller", "演示·巡二", "v130132204202.village-patroller", "village_patroller")
TOWNSHIP_OFFICER = Member("sucun-officer", "演示·苏甲", "sucun.township-officer", "township_officer")
SECOND_TOWNSHIP_OFFICER = Member("sucun-officer-2", "演示·苏乙", "sucun.township-officer-2", "township_officer")
TOWNSHIP_LEADER = Member("sucun-leader", "演示·苏长", "sucun.township-deputy", "township_leader")
TOWNSHIP_SECRETARY = Member("sucun-secretary", "演示·苏书", "sucun.party-secretary", "township_leader")
OTHER_TOWNSHIP_OFFICER = Member("heishuihe-officer", "演示·黑甲", "heishuihe.township-officer", "township_officer")
OTHER_SECOND_OFFICER = Member("heishuihe-officer-2", "演示·黑乙", "heishuihe.township-officer-2", "township_officer")
ZONE_OFFICER = Member("zone-officer", "演示·开甲", "development-zone.zone-officer", "township_officer")
ZONE_SECOND_OFFICER = Member("zone-officer-2", "演示·开乙", "development-zone.zone-officer-2", "township_officer")
BUREAU_OFFICER = Member("bureau-officer", "演示·局甲", "natural-resources.ledger", "bureau_officer")
ENFORCER = Member("bureau-enforcer", "演示·执甲", "natural-resources.enforcement-1", "bureau_officer")
SECOND_ENFORCER = Member("bureau-enforcer-2", "演示·执乙", "natural-resources.enforcement-2", "bureau_officer")
BUREAU_LEADER = Member("bureau-leader", "演示·局长", "natural-resources.deputy", "bureau_leader")
TASKFORCE_OFFICE = Member("taskforce-office", "演示·专班", "taskforce-office.clerk-1", "taskforce_office")
CITY_REVIEWER = Member("city-reviewer", "演示·市甲", "city-natural-resources.reviewer-1", "city_reviewer")
SECOND_CITY_REVIEWER = Member("city-reviewer-2", "演示·市乙", "city-natural-resources.reviewer-2", "city_reviewer")
PROVINCE_READER = Member("province-reader", "演示·省甲", "province-natural-resources.reader", "province_reader")
COUNTY_LEADER = Member("county-leader", "演示·县长", "county-government.deputy-head", "county_leader")
DEPARTMENT_OFFICER = Member("transport-officer", "演示·交甲", "transport.department-officer", "department_officer")
POLICE_OFFICER = Member("police-officer", "演示·警甲", "police.officer", "police")
HOTLINE_DESK = Member("hotline-desk", "演示·热甲", "natural-resources.hotline", "hotline_desk")
DISCIPLINE = Member("discipline", "演示·纪甲", "discipline.supervisor", "discipline")
AUDIT_ADMIN = Member("audit-admin", "演示·审甲", "government-office.audit-admin", "audit_admin")
RIGHTS_ADMIN = Member("rights-admin", "演示·权甲", "natural-resources.rights-admin", "rights_admin")
SYSTEM_ADMIN = Member("system-admin", "演示·系甲", "natural-resources.system-admin", "system_admin")
STRANGER = Member("stranger", "演示·邻甲", "next-county-bureau.officer", "bureau_officer")
"""Bureau officer of the next county, with an account here: sees nothing of this one."""
FORMER_OFFICER = Member("former-officer", "演示·旧甲", "sucun.township-liaison", "township_officer")
"""His post ended on the last day of July: an account without a post."""

EVERYBODY = (
    VILLAGE_PATROLLER,
    OTHER_VILLAGE_PATROLLER,
    TOWNSHIP_OFFICER,
    SECOND_TOWNSHIP_OFFICER,
    TOWNSHIP_LEADER,
    TOWNSHIP_SECRETARY,
    OTHER_TOWNSHIP_OFFICER,
    OTHER_SECOND_OFFICER,
    ZONE_OFFICER,
    ZONE_SECOND_OFFICER,
    BUREAU_OFFICER,
    ENFORCER,
    SECOND_ENFORCER,
    BUREAU_LEADER,
    TASKFORCE_OFFICE,
    CITY_REVIEWER,
    SECOND_CITY_REVIEWER,
    PROVINCE_READER,
    COUNTY_LEADER,
    DEPARTMENT_OFFICER,
    POLICE_OFFICER,
    HOTLINE_DESK,
    DISCIPLINE,
    AUDIT_ADMIN,
    RIGHTS_ADMIN,
    SYSTEM_ADMIN,
    STRANGER,
)
"""All who hold a post now; `FORMER_OFFICER` holds none."""


def one_of_each(*, unit: bool) -> tuple[Member, ...]:
    """One member of each role, or of each role in each unit: rights know no other difference between people."""
    found: dict[tuple[str, str], Member] = {}
    for member in EVERYBODY:
        found.setdefault((member.role, member.post.partition(".")[0] if unit else ""), member)
    return tuple(found.values())


OFFICERS = {
    SUCUN: (TOWNSHIP_OFFICER, SECOND_TOWNSHIP_OFFICER),
    HEISHUIHE: (OTHER_TOWNSHIP_OFFICER, OTHER_SECOND_OFFICER),
    DEVELOPMENT_ZONE: (ZONE_OFFICER, ZONE_SECOND_OFFICER),
}
"""The two officers of each unit that a visit on site needs."""


def seat() -> None:
    """Give the cast their posts and sign-ins; `sucun.township-head` stays empty, so that one gap shows."""
    _next_county()
    for member in (*EVERYBODY, FORMER_OFFICER):
        person = create_person(name=member.name, demo=True)
        holding = appoint(person_id=person.id, post_id=Post.objects.get(slug=member.post).id, since=SEATED_SINCE)
        if member is FORMER_OFFICER:
            Holding.objects.filter(id=holding.id).update(until=date(2024, 7, 31))
        create_account(username=member.username, password=PASSWORD, person=person, chosen_at=NEVER_OLD)


def _next_county() -> None:
    """A bureau beyond the border; only its division tells it apart."""
    township = Division.objects.create(code=NEXT_TOWNSHIP, name="邻县演示镇", level="township", source="测试")
    bureau = Unit.objects.create(
        slug="next-county-bureau", kind="neighbour", name="邻县自然资源和规划局", short="邻县局", level="department",
        division=township, sort=9000,
    )  # fmt: skip
    Post.objects.create(
        slug="next-county-bureau.officer", unit=bureau, title="执法人员", roles=["bureau_officer"], sort=9000
    )
