"""Campaigns: begin and end, one after the other, each counting its own leads; years without a calendar."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from qingshan.commons.base.calendar_edit import set_day
from qingshan.contexts.campaigns.models import PlanVersion
from qingshan.contexts.campaigns.public import NoCampaign, campaign_in_force, campaigns, load_campaign
from qingshan.contexts.leads.public import Lead, LeadForm, lead_duties, register_lead
from qingshan.domain.plan import load_plan
from qingshan.domain.workdays import UnknownYear
from tests import cast
from tests.support.making import World


def next_campaign(world: World) -> None:
    """A campaign of the next year, loaded beside the first."""
    plan = replace(load_plan(cast.PLAN), code="130132-2025", start=date(2025, 3, 1), end=date(2025, 6, 8))
    with world.seeing_all():
        load_campaign(plan=plan, areas=[], now=world.clock.now, loaded_by="测试")


def register(world: World, found: datetime) -> Lead:
    """A lead found at a moment."""
    lon, lat = world.place_of(cast.SUCUN)
    form = LeadForm(
        channel="public-report", lon=lon, lat=lat, place_text="", description="演示", source_no="", discovered_at=found
    )
    return world.perform(cast.BUREAU_OFFICER, register_lead, form=form)


@pytest.mark.clause("一-4")
def test_each_campaign_counts_its_own_leads(world: World) -> None:
    before = register(world, world.clock.now)
    next_campaign(world)
    world.clock.now = datetime(2025, 3, 10, 9, tzinfo=cast.ZONE)
    late = register(world, datetime(2024, 8, 5, 9, tzinfo=cast.ZONE))
    new = register(world, world.clock.now)
    codes = {campaign.id: campaign.code for campaign in campaigns()}
    assert [codes[lead.campaign_id] for lead in (before, late, new)] == ["130132-2024", "130132-2024", "130132-2025"]
    assert campaign_in_force().code == "130132-2025"


@pytest.mark.clause("一-4")
def test_the_day_of_the_campaign(world: World) -> None:
    in_force = campaign_in_force()
    assert (in_force.start, in_force.end, in_force.days) == (date(2024, 7, 1), date(2024, 10, 8), 100)
    assert [in_force.day_number(day) for day in (date(2024, 6, 30), date(2024, 7, 1), date(2024, 10, 8))] == [0, 1, 100]
    assert in_force.county_code == cast.COUNTY


def test_the_same_plan_again_changes_nothing_and_a_changed_one_is_a_new_version(world: World) -> None:
    plan = load_plan(cast.PLAN)
    with world.seeing_all():
        again = load_campaign(plan=plan, areas=[], now=world.clock.now, loaded_by="测试")
        changed = load_campaign(plan=replace(plan, title="改名"), areas=[], now=world.clock.now, loaded_by="测试")
    assert (again.new, again.version) == (False, 1)
    assert (changed.new, changed.version) == (True, 2)
    assert campaign_in_force().plan.title == "改名"
    assert [v.version for v in PlanVersion.objects.order_by("version")] == [1, 2]


def test_without_a_campaign_it_is_said_what_to_do(world: World) -> None:
    PlanVersion.objects.all().delete()
    with pytest.raises(NoCampaign, match="qingshan plan load"):
        campaign_in_force()


def test_a_year_without_a_calendar_is_announced_never_guessed(world: World) -> None:
    world.clock.now = datetime(2031, 5, 6, 9, tzinfo=cast.ZONE)
    lead = world.make_lead()
    assert lead.due_at is None
    [duty] = lead_duties(lead, world.in_force(), world.clock.now)
    assert duty.due_at is None
    assert any("2031" in line for line in duty.explanation)
    with pytest.raises(UnknownYear):
        world.calendar().is_workday(date(2031, 5, 6))


def test_an_edited_day_counts_at_once(world: World) -> None:
    start = datetime(2024, 8, 1, 9, tzinfo=cast.ZONE)
    before = world.in_force().due("lead_verification", start).at
    assert before is not None
    with world.seeing_all():
        version = set_day(day=date(2024, 8, 2), kind="holiday", name="演示", source="测试")
        again = set_day(day=date(2024, 8, 2), kind="holiday", name="演示二", source="测试")
    after = world.in_force().due("lead_verification", start).at
    assert (version, again) == (2, 3)
    assert after is not None
    assert after > before
    assert after - before in (timedelta(days=1), timedelta(days=3))
