"""Giving leads to townships: dispatched, signed for, given back with a reason, given anew (三-1-2②b)."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import DatabaseError
from django.db.models import ProtectedError

from qingshan.commons.people.models import Unit
from qingshan.contexts.leads.models import Dispatch
from qingshan.contexts.leads.public import (
    Lead,
    LeadForm,
    dispatch_lead,
    lead_detail,
    lead_duties,
    receive_lead,
    register_lead,
    return_lead,
)
from qingshan.domain.acts import ActRefused
from qingshan.domain.plan import Channel, load_plan
from tests import cast
from tests.support.making import World


def dispatches(world: World, lead_id: UUID) -> list[Dispatch]:
    """All dispatches of a lead, oldest first."""
    with world.seeing_all():
        return list(Dispatch.objects.filter(lead_id=lead_id).select_related("unit").order_by("id"))


@pytest.mark.clause("三-1-2②b")
def test_out_signed_for_given_back_with_reason_and_given_to_the_right_unit(world: World) -> None:
    lead = world.make_lead()
    world.clock.tick(hours=1)
    world.perform(cast.TOWNSHIP_OFFICER, receive_lead, lead_id=lead.id)
    reason = "实际位于黑水河乡（演示）"
    world.clock.tick(hours=1)
    world.perform(cast.TOWNSHIP_OFFICER, return_lead, lead_id=lead.id, reason=reason)
    assert world.lead(lead.id).state == "returned"
    target = Unit.objects.get(slug=cast.HEISHUIHE)
    world.clock.tick(hours=1)
    world.perform(cast.TASKFORCE_OFFICE, dispatch_lead, lead_id=lead.id, unit_id=target.id, reason="核对无误（演示）")
    first, second = dispatches(world, lead.id)
    assert (first.unit.slug, first.return_reason) == (cast.SUCUN, reason)
    assert (second.unit.slug, second.returned_at) == (cast.HEISHUIHE, None)
    assert world.lead(lead.id).unit_id == target.id
    world.perform(cast.OTHER_TOWNSHIP_OFFICER, receive_lead, lead_id=lead.id)
    with pytest.raises(ActRefused, match="没有这条线索"):
        world.perform(cast.TOWNSHIP_OFFICER, receive_lead, lead_id=lead.id)
    with world.seeing(cast.OTHER_TOWNSHIP_OFFICER) as viewer:
        detail = lead_detail(viewer, lead.id)
        assert detail is not None
        assert [d.return_reason for d in detail.dispatches] == [reason, ""]


@pytest.mark.clause("三-1-2②b")
def test_dispatch_and_receipt_have_their_limits(world: World) -> None:
    in_force = world.in_force()
    received = world.make_lead(state="received")
    dispatched = world.make_lead()
    for lead, limit in ((received, "lead_dispatch"), (dispatched, "lead_receipt")):
        [duty] = lead_duties(lead, in_force, world.clock.now)
        due = in_force.due(limit, lead.state_since)
        assert duty.due_at == due.at == lead.due_at
        assert due.at is not None
        assert due.at > world.clock.now


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_giving_back_needs_a_reason(world: World, reason: str) -> None:
    lead = world.make_lead()
    with pytest.raises(ActRefused) as refused:
        world.perform(cast.TOWNSHIP_OFFICER, return_lead, lead_id=lead.id, reason=reason)
    assert refused.value.code == "reason"
    assert world.lead(lead.id).state == "dispatched"


def test_giving_anew_and_giving_elsewhere_need_a_reason(world: World) -> None:
    returned, fresh = world.make_lead(state="returned"), world.make_lead(state="received")
    other = Unit.objects.get(slug=cast.HEISHUIHE).id
    who = cast.BUREAU_OFFICER
    for lead, unit in ((returned, returned.unit_id), (fresh, other)):
        with pytest.raises(ActRefused) as refused:
            world.perform(who, dispatch_lead, lead_id=lead.id, unit_id=unit, reason=" ")
        assert refused.value.code == "reason"
    given = world.perform(who, dispatch_lead, lead_id=fresh.id, unit_id=fresh.unit_id, reason="")
    assert given.state == "dispatched"


@pytest.mark.parametrize("slug", ["transport", "natural-resources", "county-government"])
def test_only_a_township_level_unit_can_be_given_a_lead(world: World, slug: str) -> None:
    lead, unit = world.make_lead(state="received"), Unit.objects.get(slug=slug)
    with pytest.raises(ActRefused) as refused:
        world.perform(cast.BUREAU_OFFICER, dispatch_lead, lead_id=lead.id, unit_id=unit.id, reason="演示")
    assert refused.value.code == "unit"


# --- single leads ----------------------------------------------------------------------------------------------------


def form(world: World, **changes: object) -> LeadForm:
    """A complete form."""
    lon, lat = world.place_of(cast.SUCUN)
    values: dict[str, object] = {
        "channel": "public-report", "lon": lon, "lat": lat, "place_text": "村南（演示）",
        "description": "夜间有车（演示）", "source_no": "", "discovered_at": world.clock.now - timedelta(hours=2),
    }  # fmt: skip
    return LeadForm(**(values | changes))  # type: ignore[arg-type]


CHANNELS = load_plan(cast.PLAN).channels


@pytest.mark.clause("三-1-2②a", "一-1")
@pytest.mark.parametrize("channel", CHANNELS, ids=[c.slug for c in CHANNELS])
def test_a_lead_of_any_channel_enters_the_same_pool(world: World, channel: Channel) -> None:
    """One of each channel: the same way, the same clock, its own direction, and nobody deletes it."""
    needed = form(world, channel=channel.slug, source_no="来1", origin="演示单位", dated=world.clock.today())
    lead = world.perform(cast.BUREAU_OFFICER, register_lead, form=needed)
    pushed = world.make_lead()
    assert (lead.state, lead.unit.slug) == ("dispatched", cast.SUCUN)
    assert lead.due_at == pushed.due_at
    assert lead.direction == channel.direction
    assert len(dispatches(world, lead.id)) == 1
    world.perform(cast.TOWNSHIP_OFFICER, receive_lead, lead_id=lead.id)
    world.perform(cast.TOWNSHIP_OFFICER, receive_lead, lead_id=pushed.id)
    stands, beside = world.lead(lead.id), world.lead(pushed.id)
    assert (stands.state, stands.due_at) == (beside.state, beside.due_at)
    with world.seeing(cast.BUREAU_LEADER), pytest.raises((DatabaseError, ProtectedError)):
        Lead.objects.filter(id=lead.id).delete()


def test_what_is_missing_is_listed(world: World) -> None:
    empty = form(world, channel="", lon=None, description=" ", discovered_at=None)
    with pytest.raises(ActRefused) as refused:
        world.perform(cast.BUREAU_OFFICER, register_lead, form=empty)
    assert refused.value.code == "incomplete"
    assert len(refused.value.missing) == 4
    late = form(world, discovered_at=world.clock.now + timedelta(minutes=1))
    with pytest.raises(ActRefused) as refused:
        world.perform(cast.BUREAU_OFFICER, register_lead, form=late)
    assert refused.value.missing == ("发现时间晚于现在：请核对日期",)


def test_a_lead_outside_the_county_is_refused_with_where(world: World) -> None:
    with pytest.raises(ActRefused, match="不在本县"):
        world.perform(cast.BUREAU_OFFICER, register_lead, form=form(world, lon=116.4, lat=39.9))


def test_a_number_of_a_channel_is_used_once(world: World) -> None:
    first = world.perform(cast.BUREAU_OFFICER, register_lead, form=form(world, source_no="信1"))
    with pytest.raises(ActRefused, match=first.number):
        world.perform(cast.BUREAU_OFFICER, register_lead, form=form(world, source_no=" 信1 "))
    petition = form(world, source_no="信1", channel="petition", dated=world.clock.today())
    other = world.perform(cast.BUREAU_OFFICER, register_lead, form=petition)
    assert other.id != first.id


@pytest.mark.parametrize("member", [cast.TOWNSHIP_OFFICER, cast.CITY_REVIEWER, cast.COUNTY_LEADER, cast.SYSTEM_ADMIN])
def test_who_may_not_register(world: World, member: cast.Member) -> None:
    with pytest.raises(ActRefused) as refused:
        world.perform(member, register_lead, form=form(world, channel="city-push", source_no="市1"))
    assert refused.value.code == "role"
