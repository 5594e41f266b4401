"""Reading the campaign in force, its plan and its calendar."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from uuid import UUID
from zoneinfo import ZoneInfo

from qingshan.commons.base.calendar import load_calendar
from qingshan.commons.base.prepared import Prepared
from qingshan.contexts.campaigns.models import BasisDocument, Campaign, PlanVersion
from qingshan.domain.duty_rules import DutyRule, rules_for
from qingshan.domain.limits import Due, Pause, due
from qingshan.domain.plan import Plan, plan_from_json
from qingshan.domain.workdays import WorkCalendar


class NoCampaign(LookupError):
    """No campaign is loaded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """The campaign in force with its newest plan."""

    id: UUID
    code: str
    title: str
    county_code: str
    start: date
    end: date
    plan: Plan
    plan_id: UUID
    version: int
    calendar_version: int

    @property
    def calendar(self) -> WorkCalendar:
        """The workday calendar as it stood when the campaign was read."""
        return _calendar(self.calendar_version)

    @property
    def zone(self) -> ZoneInfo:
        """Time zone of the county."""
        return ZoneInfo(self.plan.timezone)

    @property
    def rules(self) -> tuple[DutyRule, ...]:
        """The duty rules with the stations, posts and limits of this plan's tracks."""
        return _rules(self.plan_id)

    def day_number(self, today: date) -> int:
        """Day n of the campaign; less than 1 before it."""
        return (today - self.start).days + 1

    @property
    def days(self) -> int:
        """Length of the campaign in days."""
        return (self.end - self.start).days + 1

    def due(self, limit: str, start: datetime, pauses: Sequence[Pause] = (), *, explain: bool = True) -> Due:
        """When ``limit`` of the plan ends for something that started at ``start``."""
        return due(self.plan.limits[limit], start, self.calendar, pauses, zone=self.zone, explain=explain)


@lru_cache(maxsize=8)
def _plan(version_id: UUID) -> Plan:
    return plan_from_json(PlanVersion.objects.get(id=version_id).content)


@lru_cache(maxsize=8)
def _rules(version_id: UUID) -> tuple[DutyRule, ...]:
    return rules_for(_plan(version_id).track_defs.values())


@lru_cache(maxsize=2)
def _calendar(_version: int) -> WorkCalendar:
    return load_calendar()


_CURRENT = Prepared(
    "campaigns_in_force",
    [],
    'SELECT plan.id, plan.version, c.id, c.code, c.title, c.county_code, c.start, c."end",'
    " (SELECT value FROM base_counter WHERE key = 'calendar')"
    " FROM campaigns_planversion plan JOIN campaigns_campaign c ON c.id = plan.campaign_id"
    " WHERE c.current ORDER BY plan.version DESC LIMIT 1",
)


def campaign_in_force() -> InForce:
    """The current campaign with plan and calendar, in one query; raises `NoCampaign` before one is loaded.

    Plan and calendar are kept by version, and read again only after one was raised. Inside `one_reading` it is read
    once.
    """
    kept = _READ.get()
    if kept is None:
        return _campaign_in_force()
    if not kept:
        kept.append(_campaign_in_force())
    return kept[0]


_READ: ContextVar[list[InForce] | None] = ContextVar("campaign_read", default=None)


@contextmanager
def one_reading() -> Iterator[None]:
    """All that is done inside, a page, goes by one reading of the campaign."""
    token = _READ.set([])
    try:
        yield
    finally:
        _READ.reset(token)


def _campaign_in_force() -> InForce:
    found = _CURRENT.rows()
    if not found:
        raise NoCampaign("尚未载入专项行动方案，请先执行 qingshan plan load")
    version_id, version, campaign_id, code, title, county_code, start, end, calendar_version = found[0]
    return InForce(
        id=campaign_id,
        code=code,
        title=title,
        county_code=county_code,
        start=start,
        end=end,
        plan=_plan(version_id),
        plan_id=version_id,
        version=version,
        calendar_version=calendar_version or 0,
    )


def campaign_for(day: date) -> UUID | None:
    """The campaign whose time holds ``day`` (一-4: a lead counts only in the campaign it falls into)."""
    return (
        Campaign.objects.filter(start__lte=day, end__gte=day).order_by("-current").values_list("id", flat=True).first()
    )


def campaigns() -> list[Campaign]:
    """All campaigns, newest first."""
    return list(Campaign.objects.order_by("-start"))


def basis_documents(campaign_id: UUID) -> list[BasisDocument]:
    """Documents of a campaign with originals, also withdrawn ones, oldest first; every post may read them."""
    return list(BasisDocument.objects.filter(campaign_id=campaign_id).order_by("issued_on", "id"))


def basis_document(document_id: UUID) -> BasisDocument | None:
    """One document."""
    return BasisDocument.objects.filter(id=document_id).first()
