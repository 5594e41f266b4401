"""Splitting a patch: parts with outlines of their own, and the patch is settled only when all of them are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from qingshan.contexts.leads.models import Source
from qingshan.contexts.leads.public import Lead, receive_lead, separate_lead, split_lead
from qingshan.domain.acts import ActRefused
from tests import cast
from tests.contexts.test_lead_merging import merge
from tests.support.making import World

MakeLead = Callable[..., Lead]
Line = list[tuple[float, float]]


def across(lead: Lead) -> Line:
    """A line from south to north through the middle of the patch."""
    return [(lead.centre.x, lead.centre.y - 0.01), (lead.centre.x, lead.centre.y + 0.01)]


def split(world: World, lead: Lead, lines: list[Line] | None = None) -> list[Lead]:
    return world.perform(
        cast.BUREAU_OFFICER, split_lead, lead_id=lead.id, lines=lines or [across(lead)], reason="一半是工程（演示）"
    )


def work(world: World, part: Lead, verdict: str) -> None:
    """The part's township goes there, the county reviews."""
    world.perform(cast.TOWNSHIP_OFFICER, receive_lead, lead_id=part.id)
    world.clock.tick(hours=2)
    world.verify(world.lead(part.id), verdict)
    world.clock.tick(minutes=5)
    world.review(world.lead(part.id))


@pytest.mark.clause("三-1-2①b")
def test_parts_have_their_own_outline_area_and_unit_and_make_up_the_patch(world: World, make_lead: MakeLead) -> None:
    patch = make_lead(state="under_verification", source_no="TB-9")
    parts = split(world, patch)
    assert [part.number for part in parts] == [f"{patch.number}-1", f"{patch.number}-2"]
    assert [part.source_no for part in parts] == ["TB-9-1", "TB-9-2"]
    kept = world.lead(patch.id)
    assert (kept.state, kept.due_at) == ("split", None)
    assert kept.geom.equals(patch.geom)
    stored = [world.lead(part.id) for part in parts]
    assert sum(float(part.area_m2 or 0) for part in stored) == pytest.approx(float(patch.area_m2 or 0), rel=0.001)
    assert all(part.state == "dispatched" and part.due_at and part.unit.slug == "sucun" for part in stored)
    assert {world.entries(i.id)[-1].act_id for i in (kept, *stored)} == {world.entries(kept.id)[-1].act_id}
    assert all([e.act for e in world.entries(part.id)] == ["lead.split"] for part in stored)


def test_the_patch_is_settled_with_the_last_part_and_opens_again_with_it(world: World, make_lead: MakeLead) -> None:
    patch = make_lead(state="under_verification")
    first, second = split(world, patch)
    work(world, first, "substantiated")
    assert world.lead(patch.id).state == "split"
    work(world, second, "inconclusive")
    assert world.lead(patch.id).state == "split", "an inconclusive part is not settled"
    merge(world, world.lead(second.id), world.lead(first.id))
    assert world.lead(patch.id).state == "split_settled"
    assert world.entries(patch.id)[-1].act == "lead.split_settle"
    world.perform(cast.BUREAU_OFFICER, separate_lead, lead_id=second.id, reason="两回事（演示）")
    assert world.lead(patch.id).state == "split"
    assert world.entries(patch.id)[-1].act == "lead.split_reopen"


@pytest.mark.clause("三-4-3③")
def test_the_answer_owed_on_a_split_patch_is_due_once_its_last_part_is_settled(world: World) -> None:
    patch = world.make_lead(channel="city-push", source_no="市-1", state="under_verification")

    def due() -> tuple[str, datetime | None]:
        with world.seeing_all():
            source = Source.objects.get(lead_id=patch.id)
        return source.reply_state, source.reply_due_at

    first, second = split(world, patch)
    work(world, first, "substantiated")
    assert due() == ("open", None)
    merge(world, world.lead(second.id), world.lead(first.id))
    assert world.lead(patch.id).state == "split_settled"
    state, at = due()
    assert (state, at is not None and at > world.clock.now) == ("open", True)
    world.perform(cast.BUREAU_OFFICER, separate_lead, lead_id=second.id, reason="两回事（演示）")
    assert due() == ("open", None)


@pytest.mark.parametrize("state", ["in_review", "substantiated", "inconclusive"])
def test_what_is_decided_is_not_split(world: World, make_lead: MakeLead, state: str) -> None:
    with pytest.raises(ActRefused, match="不能拆分"):
        split(world, make_lead(state=state))


def test_a_line_that_does_not_cross_is_refused_and_nothing_is_left(world: World, make_lead: MakeLead) -> None:
    patch = make_lead()
    x, y = patch.centre.x, patch.centre.y
    with pytest.raises(ActRefused) as refused:
        split(world, patch, [[(x, y), (x, y + 0.01)]])
    assert "切割线要穿过图斑" in refused.value.missing[0]
    with world.seeing_all():
        assert not Lead.objects.filter(parent_id=patch.id).exists()
    assert world.lead(patch.id).state == "dispatched"


def test_a_second_split_is_told(world: World, make_lead: MakeLead) -> None:
    patch = make_lead()
    parts = split(world, patch)
    with pytest.raises(ActRefused) as told:
        split(world, patch)
    assert told.value.code == "state"
    with pytest.raises(ActRefused, match="子图斑不能再拆分"):
        split(world, world.lead(parts[0].id))


def test_only_the_county_splits(world: World, make_lead: MakeLead) -> None:
    patch = make_lead()
    with pytest.raises(ActRefused):
        world.perform(cast.TOWNSHIP_OFFICER, split_lead, lead_id=patch.id, lines=[across(patch)], reason="试（演示）")
