"""Reading the campaign in force, its plan and its calendar."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Subquery

from qingshan.commons.base.calendar import load_calendar
from qingshan.commons.base.models import Counter
from qingshan.contexts.campaigns.models import Campaign, PlanVersion
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


def campaign_in_force() -> InForce:
    """The current campaign with plan and calendar, in one query; raises `NoCampaign` before one is loaded.

    Plan and calendar are kept by version, and read again only after one was raised.
    """
    calendar = Counter.objects.filter(key="calendar").values("value")[:1]
    row = (
        PlanVersion.objects.filter(campaign__current=True)
        .annotate(calendar=Subquery(calendar))
        .order_by("-version")
        .values_list(
            "id",
            "version",
            "campaign_id",
            "campaign__code",
            "campaign__title",
            "campaign__county_code",
            "campaign__start",
            "campaign__end",
            "calendar",
        )
        .first()
    )
    if row is None:
        raise NoCampaign("尚未载入专项行动方案，请先执行 qingshan plan load")
    version_id, version, campaign_id, code, title, county_code, start, end, calendar_version = row
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
