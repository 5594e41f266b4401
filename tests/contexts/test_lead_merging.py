"""Merging leads keeps both, with their numbers and what is owed; it is undone, passed on, and safe for two at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from qingshan.contexts.cases.public import merge_into
from qingshan.contexts.leads.models import Source
from qingshan.contexts.leads.public import (
    Lead,
    flag_active,
    search_leads,
    separate_lead,
    submit_verification,
)
from qingshan.domain.acts import ActRefused
from tests import cast
from tests.contexts.test_lead_likeness import call
from tests.support.making import World

MakeLead = Callable[..., Lead]


def merge(world: World, lead: Lead, main: Lead, **values: object) -> Lead:
    return world.perform(
        cast.BUREAU_OFFICER, merge_into, lead_id=lead.id, into_id=main.id, reason="同一采坑（演示）", **values
    )


@pytest.mark.clause("三-4-3③")
def test_both_numbers_stay_findable_and_nothing_of_the_merged_lead_is_lost(world: World, make_lead: MakeLead) -> None:
    main = make_lead(source_no="TB-1")
    report = call(world, main.centre.x, main.centre.y, source_no="GD-2024-0009")
    merge(world, report, main)
    after = world.lead(report.id)
    assert (after.state, after.merged_into_id, after.merged_from) == ("merged", main.id, "dispatched")
    assert after.due_at is None
    with world.seeing(cast.BUREAU_OFFICER) as viewer:
        assert [one.id for one in search_leads(viewer, report.number, 5)] == [report.id]
        assert [one.id for one in search_leads(viewer, "GD-2024-0009", 5)] == [report.id]
        assert [one.id for one in search_leads(viewer, main.number, 5)] == [main.id]
        assert Source.objects.filter(lead=report, channel="hotline-12345").count() == 1
    said, heard = world.entries(report.id)[-1], world.entries(main.id)[-1]
    assert (said.act, heard.act, said.act_id) == ("lead.merge", "lead.merge", heard.act_id)
    assert f'"merged_into_number":"{main.number}"' in said.payload
    assert report.number in heard.payload


def test_separated_it_goes_on_where_it_stood(world: World, make_lead: MakeLead) -> None:
    main = make_lead()
    report = call(world, main.centre.x, main.centre.y)
    due = world.lead(report.id).due_at
    merge(world, report, main)
    world.clock.tick(hours=3)
    world.perform(cast.BUREAU_OFFICER, separate_lead, lead_id=report.id, reason="两处（演示）")
    after = world.lead(report.id)
    assert (after.state, after.merged_into_id, after.due_at) == ("dispatched", None, due)
    assert world.entries(main.id)[-1].act == "lead.separate"


def test_given_to_another_main_lead_its_followers_go_along(world: World, make_lead: MakeLead) -> None:
    first, second = make_lead(), make_lead(channel="city-push")
    report = call(world, first.centre.x, first.centre.y)
    merge(world, report, first)
    merge(world, first, second)
    assert world.lead(report.id).merged_into_id == second.id
    third = make_lead(channel="smart-monitoring")
    merge(world, report, third, relink_from=second.id)
    assert world.lead(report.id).merged_into_id == third.id
    assert "given_up" in world.entries(second.id)[-1].payload
    world.perform(cast.BUREAU_OFFICER, separate_lead, lead_id=report.id, reason="单独办（演示）")
    assert world.lead(report.id).state == "dispatched"


@pytest.mark.parametrize("state", ["in_review", "substantiated", "archived"])
def test_what_has_been_handed_in_is_not_merged_away(world: World, make_lead: MakeLead, state: str) -> None:
    main, done = make_lead(), make_lead(state=state)
    with pytest.raises(ActRefused, match="反过来"):
        merge(world, done, main)


def test_a_report_after_the_visit_is_looked_at_anew(world: World, make_lead: MakeLead) -> None:
    unfounded = make_lead(state="archived")
    world.clock.tick(days=3)
    report = call(world, unfounded.centre.x, unfounded.centre.y)
    with pytest.raises(ActRefused, match="重新到现场核查"):
        merge(world, report, unfounded)
    before = call(world, unfounded.centre.x, unfounded.centre.y, discovered_at=world.clock.now - timedelta(days=30))
    merge(world, before, unfounded)


def test_a_closed_case_takes_in_nothing_new(world: World, make_case: Callable[..., object]) -> None:
    case = world.make_case(upto="closed")
    lead = world.lead(case.lead_id)
    report = call(world, lead.centre.x, lead.centre.y)
    with pytest.raises(ActRefused, match="已销号"):
        merge(world, report, lead)


def test_an_act_in_progress_is_not_hidden(world: World, make_lead: MakeLead) -> None:
    main = make_lead()
    report = call(world, main.centre.x, main.centre.y)
    world.perform(cast.BUREAU_OFFICER, flag_active, lead_id=report.id, facts="正在装车（演示）")
    with pytest.raises(ActRefused, match="正在实施"):
        merge(world, report, main)


def test_the_second_of_two_is_told(world: World, make_lead: MakeLead) -> None:
    first, second = make_lead(), make_lead(channel="city-push")
    report = call(world, first.centre.x, first.centre.y)
    merge(world, report, first)
    with pytest.raises(ActRefused) as told:
        merge(world, report, second)
    assert told.value.code == "race"
    assert first.number in told.value.message
    with pytest.raises(ActRefused, match="已并入"):
        merge(world, first, report)
    with pytest.raises(ActRefused, match="不能并入自己"):
        merge(world, first, first)


@pytest.mark.clause("三-1-2①c")
def test_a_pushed_patch_merged_into_a_call_still_needs_the_visit_with_photos(world: World, make_lead: MakeLead) -> None:
    patch = make_lead(state="under_verification")
    main = call(world, patch.centre.x, patch.centre.y)
    merge(world, patch, main)
    first = cast.OFFICERS[cast.SUCUN][0]
    from qingshan.contexts.leads.public import receive_lead

    world.perform(first, receive_lead, lead_id=main.id)
    world.clock.tick(hours=2)
    form = world.verification(world.lead(main.id), "unfounded")
    with pytest.raises(ActRefused) as refused:
        world.perform(first, submit_verification, lead_id=main.id, form=form, photos=[])
    assert any("没有现场照片" in line for line in refused.value.missing)


@pytest.mark.parametrize("who", [cast.TOWNSHIP_OFFICER, cast.STRANGER], ids=["township", "stranger"])
def test_only_the_county_merges(world: World, make_lead: MakeLead, who: cast.Member) -> None:
    main = make_lead()
    report = call(world, main.centre.x, main.centre.y)
    with pytest.raises(ActRefused):
        world.perform(who, merge_into, lead_id=report.id, into_id=main.id, reason="试（演示）")
    assert world.lead(report.id).state == "dispatched"
