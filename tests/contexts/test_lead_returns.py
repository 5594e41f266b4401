"""Sending a lead back within its time, the bureau's decision on it, and handing a lead to another county."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, TypeVar
from uuid import UUID

import pytest
from django.db.models import Model

from qingshan.commons.files.services import store_file
from qingshan.commons.people.models import Unit
from qingshan.contexts.leads.completeness import prove
from qingshan.contexts.leads.models import Dispatch, JointTask, Source, Transfer
from qingshan.contexts.leads.public import (
    Lead,
    PaperForm,
    ReplyForm,
    TransferForm,
    answer_task,
    ask_units,
    dispatch_lead,
    lead_duties,
    leads_on_turn,
    note_answer,
    note_receipt,
    reply_source,
    return_lead,
    transfer_lead,
)
from qingshan.domain.acts import ActRefused
from qingshan.domain.joint import JointForm
from tests import cast
from tests.contexts.test_lead_likeness import call
from tests.support.making import World

MakeLead = Callable[..., Lead]
T = TypeVar("T", bound=Model)
WHY = "实测在黑水河乡（演示）"


def one(world: World, model: type[T], **which: Any) -> T:
    with world.seeing_all():
        return model._default_manager.get(**which)


def send_back(world: World, lead: Lead, **values: Any) -> Lead:
    return world.perform(cast.TOWNSHIP_OFFICER, return_lead, lead_id=lead.id, reason=WHY, kind="not_in_area", **values)


def again(world: World, lead: Lead, slug: str) -> Lead:
    unit_id = Unit.objects.get(slug=slug).id
    return world.perform(cast.BUREAU_OFFICER, dispatch_lead, lead_id=lead.id, unit_id=unit_id, reason="核对后（演示）")


@pytest.mark.clause("三-1-2②b")
def test_a_lead_is_sent_back_within_two_workdays_and_a_late_return_is_refused_in_words(
    world: World, make_lead: MakeLead
) -> None:
    lead, late = make_lead(), make_lead()
    # Given out on Thursday: until the end of Monday.
    world.clock.now = cast.START.replace(day=5, hour=23, minute=58)
    send_back(world, lead)
    world.clock.now = cast.START.replace(day=6, hour=0, minute=1)
    with pytest.raises(ActRefused) as refusal:
        send_back(world, late)
    assert refusal.value.code == "late"
    assert "2个工作日" in refusal.value.message
    assert "2024-08-0" in refusal.value.message
    assert world.lead(late.id).state == "dispatched"


@pytest.mark.clause("三-1-2②b")
def test_the_bureau_decides_within_its_own_clock_and_repeated_returns_are_counted(
    world: World, make_lead: MakeLead
) -> None:
    lead = make_lead()
    send_back(world, lead)
    row = one(world, Dispatch, lead=lead)
    assert (row.ended, row.return_kind, row.decision) == ("returned", "not_in_area", "")
    assert row.decide_by == world.lead(lead.id).due_at
    assert row.decide_by is not None
    world.clock.now = row.decide_by + timedelta(hours=1)
    with world.seeing(cast.BUREAU_OFFICER) as viewer:
        assert lead.id in {turn.id for turn in leads_on_turn(viewer)}
        duties = lead_duties(world.lead(lead.id), world.in_force(), world.clock.now)
    assert [(duty.slug, duty.state) for duty in duties] == [("lead_redispatch", "overdue")]
    again(world, lead, cast.SUCUN)
    refused = one(world, Dispatch, id=row.id)
    assert (refused.decision, refused.decided_at) == ("refused", world.clock.now)
    send_back(world, lead)
    assert world.lead(lead.id).returns == 2
    again(world, lead, cast.HEISHUIHE)
    with world.seeing_all():
        decided = list(Dispatch.objects.filter(lead=lead).order_by("id").values_list("decision", flat=True))
    assert decided == ["refused", "agreed", ""]


def test_a_return_names_a_known_kind(world: World, make_lead: MakeLead) -> None:
    lead = make_lead()
    with pytest.raises(ActRefused) as refusal:
        world.perform(cast.TOWNSHIP_OFFICER, return_lead, lead_id=lead.id, reason=WHY, kind="whatever")
    assert refusal.value.code == "incomplete"


def letter(world: World, **changes: Any) -> TransferForm:
    values = {
        "number": "元自然资函〔2024〕演1号", "recipient": "演示邻县自然资源和规划局", "reason": "图斑位于邻县（演示）",
        "sent_on": world.clock.today(), "file_id": world.paper(cast.BUREAU_OFFICER),
    }  # fmt: skip
    return TransferForm(**{**values, **changes})


def transfer(world: World, lead: Lead, **changes: Any) -> Transfer:
    form = letter(world, **changes)
    return world.perform(cast.BUREAU_OFFICER, transfer_lead, lead_id=lead.id, form=form)


def test_a_letter_without_number_recipient_day_and_scan_does_not_go_out(world: World, make_lead: MakeLead) -> None:
    lead = make_lead(state="returned")
    with pytest.raises(ActRefused) as refusal:
        transfer(world, lead, number=" ", recipient="", reason="", sent_on=None, file_id=None)
    assert len(refusal.value.missing) == 5
    with pytest.raises(ActRefused) as refusal:
        transfer(world, lead, sent_on=world.clock.today() + timedelta(days=1))
    assert "晚于今天" in refusal.value.missing[0]
    assert world.lead(lead.id).state == "returned"


def workbook(world: World, member: cast.Member) -> UUID:
    """A file of another kind, as it gets in beside orders."""
    with world.seeing(member) as viewer:
        return store_file(
            chunks=[b"<html>"], name="函.html", uploaded_by=viewer.account_id, now=world.clock.now
        ).id  # fmt: skip


def test_only_photos_and_pdf_stand_as_letter_and_as_opinion(world: World, make_lead: MakeLead) -> None:
    lead = make_lead(state="returned")
    with pytest.raises(ActRefused, match="PDF") as refusal:
        transfer(world, lead, file_id=workbook(world, cast.BUREAU_OFFICER))
    assert refusal.value.code == "file"
    assert world.lead(lead.id).state == "returned"
    other = make_lead(state="under_verification")
    with world.seeing_all():
        transport = Unit.objects.get(slug="transport")
    form = JointForm(task="核对运输车辆台账（演示）")
    [task] = world.perform(
        cast.TOWNSHIP_OFFICER, ask_units, lead_id=other.id, unit_ids=[transport.id], form=form
    )  # fmt: skip
    with pytest.raises(ActRefused, match="PDF"):
        world.perform(
            cast.DEPARTMENT_OFFICER, answer_task, task_id=task.id, opinion="没有发现（演示）",
            file_id=workbook(world, cast.DEPARTMENT_OFFICER),
        )  # fmt: skip
    with world.seeing_all():
        assert JointTask.objects.get(id=task.id).state == "asked"


@pytest.mark.clause("三-1-2②b")
def test_a_transferred_lead_has_a_clock_for_its_receipt_and_counts_as_transferred(
    world: World, make_lead: MakeLead
) -> None:
    lead = make_lead(state="returned")
    row = transfer(world, lead)
    after = world.lead(lead.id)
    assert (after.state, after.due_at) == ("transferred", row.receipt_due_at)
    assert one(world, Dispatch, lead=lead).decision == "transferred"
    world.clock.tick(days=20)
    with world.seeing(cast.BUREAU_OFFICER) as viewer:
        assert lead.id in {turn.id for turn in leads_on_turn(viewer)}
        channels = world.in_force().plan.channels
        proof = prove(world.clock.now, now=world.clock.now, channels=channels)
    assert proof.holds
    assert proof.whole.classes["transferred"] == 1
    paper = PaperForm(text="已收（演示）", number="邻〔2024〕演9号", dated=world.clock.today())
    world.perform(cast.BUREAU_OFFICER, note_receipt, lead_id=lead.id, accepted=True, form=paper)
    taken = world.lead(lead.id)
    assert (taken.state, taken.due_at) == ("handed_over", None)
    with world.seeing(cast.BUREAU_OFFICER) as viewer:
        assert lead.id not in {turn.id for turn in leads_on_turn(viewer)}
        proof = prove(world.clock.now, now=world.clock.now, channels=channels)
    assert proof.whole.classes["transferred"] == 1
    with pytest.raises(ActRefused):
        world.perform(cast.BUREAU_OFFICER, note_receipt, lead_id=lead.id, accepted=True, form=paper)


@pytest.mark.clause("三-4-3③")
def test_the_answer_to_whoever_reported_stays_ours_and_runs_from_the_receipt(world: World) -> None:
    report = call(world, *world.place_of(cast.SUCUN))
    source = one(world, Source, lead=report)
    world.perform(cast.TOWNSHIP_OFFICER, return_lead, lead_id=report.id, reason=WHY)
    transfer(world, report)
    form = ReplyForm(final=True, text="已移送（演示）", to_whom="12345平台", replied_at=world.clock.now)
    with pytest.raises(ActRefused):
        world.perform(cast.BUREAU_OFFICER, reply_source, source_id=source.id, form=form)
    paper = PaperForm(text="", dated=world.clock.today())
    world.perform(cast.BUREAU_OFFICER, note_receipt, lead_id=report.id, accepted=True, form=paper)
    owed = one(world, Source, id=source.id)
    assert owed.reply_state == "open"
    assert owed.reply_due_at is not None
    answer = PaperForm(text="邻县查实并立案（演示）", dated=world.clock.today())
    world.perform(cast.BUREAU_OFFICER, note_answer, lead_id=report.id, form=answer)
    with pytest.raises(ActRefused) as refusal:
        world.perform(cast.BUREAU_OFFICER, note_answer, lead_id=report.id, form=answer)
    assert refusal.value.code == "done"
    world.perform(cast.BUREAU_OFFICER, reply_source, source_id=source.id, form=form)
    assert one(world, Source, id=source.id).reply_state == "done"


def test_sent_back_by_the_other_county_the_lead_is_ours_again_and_tasks_have_ended(
    world: World, make_lead: MakeLead
) -> None:
    lead = make_lead(state="under_verification")
    ids = [Unit.objects.get(slug="transport").id]
    world.perform(cast.TOWNSHIP_OFFICER, ask_units, lead_id=lead.id, unit_ids=ids, form=JointForm(task="核车（演示）"))
    transfer(world, lead)
    task = one(world, JointTask, lead=lead)
    assert (task.state, task.closing) == ("ended", "移送演示邻县自然资源和规划局")
    world.clock.tick(days=3)
    early = PaperForm(text="不在我县（演示）", dated=date(2024, 7, 1))
    with pytest.raises(ActRefused) as refusal:
        world.perform(cast.BUREAU_OFFICER, note_receipt, lead_id=lead.id, accepted=False, form=early)
    assert "早于移送日期" in refusal.value.missing[0]
    paper = PaperForm(text="不在我县（演示）", dated=world.clock.today())
    world.perform(cast.BUREAU_OFFICER, note_receipt, lead_id=lead.id, accepted=False, form=paper)
    after = world.lead(lead.id)
    assert after.state == "returned"
    assert after.due_at is not None
    assert after.due_at > world.clock.now
    again(world, lead, cast.SUCUN)
    assert world.lead(lead.id).state == "dispatched"
