"""Several units handle one lead: the lead unit concludes, assisting units say what they know, nobody else sees it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from qingshan.commons.people.models import Post, Unit
from qingshan.commons.search.matching import matching
from qingshan.contexts.leads.mapping import LeadMapFilter
from qingshan.contexts.leads.models import JointTask, Verification
from qingshan.contexts.leads.public import (
    Lead,
    answer_task,
    ask_units,
    change_lead_unit,
    lead_map_counts,
    leads_in_view,
    open_tasks_of,
    receive_task,
    return_task,
    search_leads,
    visible_leads,
    waive_task,
)
from qingshan.domain.acts import ActRefused
from qingshan.domain.joint import JointForm
from tests import cast
from tests.support.making import World

MakeLead = Callable[..., Lead]
TASK = JointForm(task="核对运输车辆台账（演示）")


def unit(slug: str) -> Unit:
    return Unit.objects.get(slug=slug)


def ask(world: World, lead: Lead, *slugs: str, by: cast.Member = cast.TOWNSHIP_OFFICER) -> list[JointTask]:
    ids = [unit(slug).id for slug in slugs]
    return world.perform(by, ask_units, lead_id=lead.id, unit_ids=ids, form=TASK)


def tasks_of(world: World, lead: Lead) -> dict[str, JointTask]:
    with world.seeing_all():
        rows = JointTask.objects.filter(lead=lead).select_related("unit").order_by("id")
        return {task.unit.slug: task for task in rows}


def sees(world: World, member: cast.Member, lead: Lead) -> bool:
    """By the list, by row security alone, by the search, by the counts of the map and the map's list: all or none."""
    box = (lead.centre.x - 0.01, lead.centre.y - 0.01, lead.centre.x + 0.01, lead.centre.y + 0.01)
    with world.seeing(member) as viewer:
        answers = {
            visible_leads(viewer).filter(id=lead.id).exists(),
            Lead.objects.filter(id=lead.id).exists(),
            matching(Lead.objects.filter(id=lead.id), lead.number).exists(),
            lead.id in {one.id for one in search_leads(viewer, lead.number, 5)},
            sum(lead_map_counts(viewer, LeadMapFilter()).values()) > 0,
            lead.id in {one.id for one in leads_in_view(viewer, LeadMapFilter(), box)},
        }
    assert len(answers) == 1
    return answers.pop()


@pytest.mark.clause("三-4-3⑤")
def test_village_township_and_county_unit_see_the_lead_once_asked_and_nobody_else(
    world: World, make_lead: MakeLead
) -> None:
    lead = make_lead(state="under_verification")
    asked = (cast.OTHER_TOWNSHIP_OFFICER, cast.DEPARTMENT_OFFICER, cast.POLICE_OFFICER)
    assert not any(sees(world, member, lead) for member in asked)
    ask(world, lead, cast.HEISHUIHE, "transport")
    assert sees(world, cast.OTHER_TOWNSHIP_OFFICER, lead)
    assert sees(world, cast.DEPARTMENT_OFFICER, lead)
    assert not sees(world, cast.POLICE_OFFICER, lead)
    assert not sees(world, cast.ZONE_OFFICER, lead)
    assert not sees(world, cast.STRANGER, lead)
    with world.seeing(cast.POLICE_OFFICER):
        assert not JointTask.objects.exists()
    with world.seeing(cast.DEPARTMENT_OFFICER) as viewer:
        assert [task.lead_id for task in open_tasks_of(viewer, 9)] == [lead.id]


@pytest.mark.clause("三-4-3⑤")
def test_a_village_of_another_place_assists(world: World, make_lead: MakeLead) -> None:
    lead = make_lead(state="under_verification", township=cast.HEISHUIHE)
    village = Post.objects.get(slug=cast.VILLAGE_PATROLLER.post).unit
    assert not sees(world, cast.VILLAGE_PATROLLER, lead)
    world.perform(cast.BUREAU_OFFICER, ask_units, lead_id=lead.id, unit_ids=[village.id], form=TASK)
    assert sees(world, cast.VILLAGE_PATROLLER, lead)
    assert not sees(world, cast.OTHER_VILLAGE_PATROLLER, lead)
    (task,) = tasks_of(world, lead).values()
    world.perform(cast.VILLAGE_PATROLLER, answer_task, task_id=task.id, opinion="夜间有车进出（演示）")
    assert [task.state for task in tasks_of(world, lead).values()] == ["answered"]


@pytest.mark.clause("三-4-3⑤")
def test_the_lead_unit_cannot_conclude_before_every_opinion_is_in_or_waived_and_the_result_cites_them(
    world: World, make_lead: MakeLead
) -> None:
    lead = make_lead(state="under_verification")
    asked = {task.unit.slug: task for task in ask(world, lead, cast.HEISHUIHE, "transport", "police")}
    one, two, three = asked[cast.HEISHUIHE], asked["transport"], asked["police"]
    with pytest.raises(ActRefused) as refusal:
        world.verify(world.lead(lead.id), "substantiated")
    assert len(refusal.value.missing) == 3
    assert all(line.startswith("协办意见未齐") for line in refusal.value.missing)
    world.perform(cast.OTHER_TOWNSHIP_OFFICER, receive_task, task_id=one.id)
    world.perform(cast.OTHER_TOWNSHIP_OFFICER, answer_task, task_id=one.id, opinion="未见外运（演示）")
    world.perform(cast.DEPARTMENT_OFFICER, return_task, task_id=two.id, reason="由公安核对（演示）")
    with pytest.raises(ActRefused) as refusal:
        world.verify(world.lead(lead.id), "substantiated")
    assert any("已退回协办" in line for line in refusal.value.missing)
    world.perform(cast.TOWNSHIP_OFFICER, waive_task, task_id=two.id, reason="同意其说明（演示）")
    world.perform(cast.TOWNSHIP_LEADER, waive_task, task_id=three.id, reason="车辆已查清（演示）")
    world.verify(world.lead(lead.id), "substantiated")
    with world.seeing_all():
        visit = Verification.objects.get(lead=lead)
    assert {task.cited_in_id for task in tasks_of(world, lead).values()} == {visit.id}
    said = world.entries(lead.id)[-1]
    assert said.act == "lead.verify"
    assert "未见外运（演示）" in said.payload
    assert "免予协办：车辆已查清（演示）" in said.payload
    acts = [entry.act for entry in world.entries(lead.id)]
    assert acts.count("lead.joint_waive") == 2
    assert {"lead.joint_ask", "lead.joint_receive", "lead.joint_answer", "lead.joint_return"} <= set(acts)


def test_only_the_asked_unit_answers_and_only_the_lead_unit_or_the_bureau_asks(
    world: World, make_lead: MakeLead
) -> None:
    lead = make_lead(state="under_verification")
    (task,) = ask(world, lead, cast.HEISHUIHE)
    for member, code in ((cast.TOWNSHIP_OFFICER, "unit"), (cast.POLICE_OFFICER, "not_found")):
        with pytest.raises(ActRefused) as refusal:
            world.perform(member, answer_task, task_id=task.id, opinion="代答（演示）")
        assert refusal.value.code == code
    with pytest.raises(ActRefused) as refusal:
        ask(world, lead, "transport", by=cast.OTHER_TOWNSHIP_OFFICER)
    assert refusal.value.code == "role"
    with pytest.raises(ActRefused) as refusal:
        ask(world, lead, cast.SUCUN)
    assert refusal.value.code == "unit"
    with pytest.raises(ActRefused) as refusal:
        ask(world, lead, cast.HEISHUIHE)
    assert refusal.value.code == "done"
    with pytest.raises(ActRefused) as refusal:
        ask(world, lead, "next-county-bureau")
    assert refusal.value.code == "unit"


def test_a_task_is_sent_back_in_time_only_and_the_due_moment_is_the_plans(world: World, make_lead: MakeLead) -> None:
    lead = make_lead(state="under_verification")
    (task,) = ask(world, lead, "transport")
    assert task.return_by is not None
    assert task.return_by < task.due_at
    world.clock.now = task.return_by + timedelta(seconds=1)
    with pytest.raises(ActRefused) as refusal:
        world.perform(cast.DEPARTMENT_OFFICER, return_task, task_id=task.id, reason="不归我管（演示）")
    assert refusal.value.code == "late"
    assert "退回期限已过" in refusal.value.message


def test_a_unit_that_sent_its_task_back_is_asked_again(world: World, make_lead: MakeLead) -> None:
    lead = make_lead(state="under_verification")
    (task,) = ask(world, lead, "transport")
    world.perform(cast.DEPARTMENT_OFFICER, return_task, task_id=task.id, reason="不归我管（演示）")
    (again,) = ask(world, lead, "transport")
    with world.seeing_all():
        assert JointTask.objects.get(id=task.id).state == "ended"
    assert again.state == "asked"


@pytest.mark.clause("三-4-3⑤")
def test_another_lead_unit_is_journaled_and_takes_over_the_assisting_ones(world: World, make_lead: MakeLead) -> None:
    lead = make_lead(state="under_verification")
    ask(world, lead, cast.HEISHUIHE, "transport")
    other = unit(cast.HEISHUIHE)
    with pytest.raises(ActRefused):
        world.perform(cast.BUREAU_OFFICER, change_lead_unit, lead_id=lead.id, unit_id=other.id, reason=" ")
    world.clock.tick(days=5)
    world.perform(cast.BUREAU_OFFICER, change_lead_unit, lead_id=lead.id, unit_id=other.id, reason="跨界（演示）")
    after = world.lead(lead.id)
    assert (after.state, after.unit_id) == ("dispatched", other.id)
    assert after.due_at is not None
    assert after.due_at > world.clock.now
    states = {slug: task.state for slug, task in tasks_of(world, lead).items()}
    assert states == {cast.HEISHUIHE: "ended", "transport": "asked"}
    acts = [entry.act for entry in world.entries(lead.id)]
    assert acts[-1] == "lead.change_unit"
    assert "joint_ended" in world.entries(lead.id)[-1].payload
    assert sees(world, cast.DEPARTMENT_OFFICER, lead)


def test_what_is_asked_holds_no_phone_number(world: World, make_lead: MakeLead) -> None:
    lead = make_lead(state="under_verification")
    form = JointForm(task="请联系 13912345678")
    with pytest.raises(ActRefused) as refusal:
        world.perform(cast.TOWNSHIP_OFFICER, ask_units, lead_id=lead.id, unit_ids=[unit("transport").id], form=form)
    assert "139" in refusal.value.missing[0]
    assert "13912345678" not in refusal.value.missing[0]
