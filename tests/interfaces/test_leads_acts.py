"""Acts on a lead over its pages: the right person, the wrong post, another township, refusals, races."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse

from qingshan.contexts.leads.public import Lead, receive_lead
from qingshan.domain.lead import TABLE
from qingshan.interfaces.web.views import lead_acts
from tests import cast
from tests.interfaces.forms_of_leads import fields_of_the_question
from tests.support.making import World

SignIn = Callable[[cast.Member], Client]
MakeLead = Callable[..., Lead]


def address(name: str, lead: Lead, *more: str) -> str:
    return reverse(f"web:{name}", args=[lead.id, *more])


def acts_of(world: World, lead_id: UUID) -> list[str]:
    return [entry.act for entry in world.entries(lead_id)]


# --- dispatch, receipt, return ---------------------------------------------------------------------------------------


@pytest.mark.clause("三-1-2②b")
def test_the_bureau_dispatches_to_the_township_of_the_place(sign_in: SignIn, make_lead: MakeLead, world: World) -> None:
    lead = make_lead(state="received")
    client, form = sign_in(cast.BUREAU_OFFICER), address("lead_dispatch", lead)
    assert client.get(form).context["fields"]["unit"]["value"] == str(lead.unit_id)
    response = client.post(form, {"unit": str(lead.unit_id), "reason": ""})
    assert response.status_code == 302
    assert response["Location"] == address("lead_detail", lead)
    assert world.lead(lead.id).state == "dispatched"


def test_another_unit_needs_a_reason_and_keeps_what_was_typed(
    sign_in: SignIn, make_lead: MakeLead, world: World
) -> None:
    lead, other = make_lead(state="received"), make_lead(township=cast.HEISHUIHE)
    client, form = sign_in(cast.BUREAU_OFFICER), address("lead_dispatch", lead)
    refused = client.post(form, {"unit": str(other.unit_id), "reason": " "})
    assert refused.status_code == 422
    assert "改派到所在地以外的单位须写明理由" in refused.content.decode()
    assert refused.context["fields"]["unit"]["value"] == str(other.unit_id)
    assert world.lead(lead.id).state == "received"
    assert client.post(form, {"unit": str(other.unit_id), "reason": "实测位于黑水河（演示）"}).status_code == 302
    assert world.lead(lead.id).unit_id == other.unit_id


@pytest.mark.clause("三-1-2②b")
def test_the_township_signs_for_a_lead(sign_in: SignIn, make_lead: MakeLead, world: World) -> None:
    lead = make_lead()
    client = sign_in(cast.TOWNSHIP_OFFICER)
    assert client.post(address("lead_receive", lead)).status_code == 302
    shown = client.get(address("lead_detail", lead)).content.decode()
    assert world.lead(lead.id).state == "under_verification"
    assert f"{cast.TOWNSHIP_OFFICER.name}（" in shown
    assert address("lead_verify", lead) in shown


def test_the_same_act_done_twice_at_once_is_told_not_broken(
    sign_in: SignIn, make_lead: MakeLead, monkeypatch: pytest.MonkeyPatch
) -> None:
    def met(**_: object) -> None:
        raise IntegrityError("duplicate key")

    monkeypatch.setattr(lead_acts, "receive_lead", met)
    answer = sign_in(cast.TOWNSHIP_OFFICER).post(reverse("web:lead_receive", args=[make_lead().id]))
    assert answer.status_code == 409
    assert "刷新后再看" in answer.content.decode()


def test_a_receipt_is_posted_never_fetched(sign_in: SignIn, make_lead: MakeLead) -> None:
    lead = make_lead()
    answer = sign_in(cast.TOWNSHIP_OFFICER).get(address("lead_receive", lead), follow=True)
    assert answer.redirect_chain == [(address("lead_detail", lead), 302)]
    assert "没有办成任何事" in answer.content.decode()
    assert answer.context["lead"].state == "dispatched"


@pytest.mark.clause("三-1-2②b")
def test_a_lead_sent_back_with_its_reason_is_dispatched_anew(
    sign_in: SignIn, make_lead: MakeLead, world: World
) -> None:
    lead = make_lead()
    township, form = sign_in(cast.TOWNSHIP_OFFICER), address("lead_return", lead)
    assert township.get(form).status_code == 200
    refused = township.post(form, {"reason": ""})
    assert refused.status_code == 422
    assert "退回须写明理由" in refused.content.decode()
    reason = "位于黑水河乡北庄村（演示）"
    untold = township.post(form, {"reason": reason})
    assert "退回原因未选" in untold.content.decode()
    assert township.post(form, {"reason": reason, "kind": "not_in_area"}).status_code == 302
    bureau = sign_in(cast.BUREAU_OFFICER)
    assert reason in bureau.get(address("lead_dispatch", lead)).content.decode()
    body = {"unit": str(lead.unit_id), "reason": "经核确在苏村（演示）"}
    assert bureau.post(address("lead_dispatch", lead), body).status_code == 302
    assert acts_of(world, lead.id) == ["lead.register", "lead.return", "lead.dispatch"]
    shown = bureau.get(address("lead_detail", lead)).content.decode()
    assert reason in shown


@pytest.mark.clause("三-1-2②b")
def test_many_leads_are_signed_for_at_once_and_each_tells_its_outcome(
    sign_in: SignIn, make_lead: MakeLead, world: World
) -> None:
    fresh, late, foreign = make_lead(), make_lead(state="under_verification"), make_lead(township=cast.HEISHUIHE)
    client = sign_in(cast.TOWNSHIP_OFFICER)
    listed = client.get(reverse("web:lead_list"))
    assert [row["lead"].id for row in listed.context["rows"] if row["pick"]] == [fresh.id]
    picked = [str(fresh.id), str(late.id), str(foreign.id), str(fresh.id), "nonsense"]
    bulk = reverse("web:lead_bulk", args=["receive"])
    answer = client.post(bulk, {"id": picked}, follow=True)
    assert answer.context["counts"] == {"refused": 1, "waiting": 0, "done": 1}
    assert [row["item"].label for row in answer.context["rows"]] == [late.number, fresh.number]
    assert "状态已变化" in answer.context["rows"][0]["item"].problem
    assert foreign.number not in answer.content.decode()
    assert [world.lead(lead.id).state for lead in (fresh, late, foreign)] == [
        "under_verification",
        "under_verification",
        "dispatched",
    ]
    assert acts_of(world, fresh.id) == ["lead.register", "lead.receive"]
    assert "没有选中线索" in client.post(bulk, follow=True).content.decode()
    refused = sign_in(cast.BUREAU_OFFICER).post(bulk, {"id": picked}, follow=True)
    assert "不能这样批量办理" in refused.content.decode()
    assert sign_in(cast.CITY_REVIEWER).post(bulk, {"id": picked}).status_code == 403


def test_all_of_a_view_is_shown_before_it_is_signed_for_and_asked_again_when_it_changed(
    sign_in: SignIn, make_lead: MakeLead, world: World
) -> None:
    first, second = make_lead(), make_lead()
    client, bulk = sign_in(cast.TOWNSHIP_OFFICER), reverse("web:lead_bulk", args=["receive"])
    question = client.post(bulk, {"all": "1", "view": "state=dispatched"})
    assert question.status_code == 200
    assert "签收这 2 条" in question.content.decode()
    assert world.lead(first.id).state == "dispatched"
    fields = fields_of_the_question(question)
    third = make_lead()
    again = client.post(bulk, fields)
    assert again.status_code == 409
    assert "您核对时是 2 项，现在是 3 项" in again.content.decode()
    assert [world.lead(lead.id).state for lead in (first, second, third)] == ["dispatched"] * 3
    # As many as before, but not the same.
    fields = fields_of_the_question(again)
    world.perform(cast.TOWNSHIP_OFFICER, receive_lead, lead_id=third.id)
    make_lead()
    assert client.post(bulk, fields).status_code == 409
    assert client.post(bulk, {"all": "1", "view": "state=dispatched", "confirmed": "1"}).status_code == 409
    done = client.post(bulk, fields_of_the_question(client.post(bulk, {"all": "1", "view": "state=dispatched"})))
    assert done.status_code == 302
    assert [world.lead(lead.id).state for lead in (first, second)] == ["under_verification"] * 2


def test_a_view_that_emptied_while_it_was_confirmed_says_so(sign_in: SignIn, make_lead: MakeLead, world: World) -> None:
    lead = make_lead()
    client, bulk = sign_in(cast.TOWNSHIP_OFFICER), reverse("web:lead_bulk", args=["receive"])
    fields = fields_of_the_question(client.post(bulk, {"all": "1", "view": "state=dispatched"}))
    world.perform(cast.TOWNSHIP_OFFICER, receive_lead, lead_id=lead.id)
    answer = client.post(bulk, fields)
    assert answer.status_code == 409
    assert "现在是 0 项" in answer.content.decode()
    assert "签收这" not in answer.content.decode()


# --- review ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verdict", "state"),
    [("substantiated", "substantiated"), ("unfounded", "county_recheck"), ("inconclusive", "inconclusive")],
)
def test_a_passed_review_makes_the_verdict_stand(
    sign_in: SignIn, make_lead: MakeLead, world: World, verdict: str, state: str
) -> None:
    lead = make_lead(state="in_review", verdict=verdict)
    response = sign_in(cast.BUREAU_OFFICER).post(address("lead_review", lead), {"decision": "approve", "opinion": ""})
    assert response.status_code == 302
    assert world.lead(lead.id).state == state


def test_a_review_gives_back_only_with_an_opinion(sign_in: SignIn, make_lead: MakeLead, world: World) -> None:
    lead = make_lead(state="in_review")
    client, form = sign_in(cast.BUREAU_OFFICER), address("lead_review", lead)
    refused = client.post(form, {"decision": "reject", "opinion": ""})
    assert refused.status_code == 422
    assert "退回须写明哪里不清楚" in refused.content.decode()
    assert client.post(form, {"decision": "reject", "opinion": "缺近景照片（演示）"}).status_code == 302
    assert world.lead(lead.id).state == "under_verification"
    again = sign_in(cast.TOWNSHIP_OFFICER).get(address("lead_verify", lead)).content.decode()
    assert "缺近景照片（演示）" in again


def test_the_reviewer_sees_doubts_before_the_facts(sign_in: SignIn, make_lead: MakeLead, world: World) -> None:
    lead = make_lead(state="under_verification")
    world.verify(lead, "substantiated", lat=lead.centre.y + 0.02)
    page = sign_in(cast.BUREAU_OFFICER).get(address("lead_review", lead))
    points = page.context["points"]
    assert points[0]["doubt"]
    assert any("核查位置距图斑" in str(point["text"]) and point["doubt"] for point in points)
    assert any("方向照片" in str(point["text"]) for point in points)
    assert points[-1]["doubt"] is False


# --- an act in progress, corrections, taking up again ----------------------------------------------------------------


@pytest.mark.clause("二-1⑤")
def test_an_act_in_progress_drafts_the_stop_notice(sign_in: SignIn, make_lead: MakeLead, world: World) -> None:
    lead = make_lead()
    client, form = sign_in(cast.TOWNSHIP_OFFICER), address("lead_flag_active", lead)
    assert "8月2日 09:00 前到场制止" in client.get(form).content.decode()
    assert client.post(form, {"facts": ""}).status_code == 422
    assert client.get(address("lead_stop_notice", lead)).status_code == 404
    assert client.post(form, {"facts": "两台挖掘机正在采挖（演示）"}).status_code == 302
    draft = client.get(address("lead_stop_notice", lead)).content.decode()
    assert "两台挖掘机正在采挖（演示）" in draft
    assert "责令停止违法行为通知书" in draft
    assert address("lead_stop_notice", lead) in client.get(address("lead_detail", lead)).content.decode()
    assert client.get(form).status_code == 409
    assert client.post(form, {"facts": "再标一次"}).status_code == 409


def test_a_correction_keeps_the_old_text_in_the_history(sign_in: SignIn, make_lead: MakeLead, world: World) -> None:
    lead = make_lead(source_no="WRONG-1")
    client, form = sign_in(cast.BUREAU_OFFICER), address("lead_correct", lead)
    typed = {"source_no": "RIGHT-1", "place_text": "村北河滩（演示）", "description": "", "reason": ""}
    refused = client.post(form, typed)
    assert refused.status_code == 422
    assert "更正须写明理由" in refused.content.decode()
    assert "村北河滩（演示）" in refused.content.decode()
    assert client.post(form, typed | {"reason": "抄录有误（演示）"}).status_code == 302
    shown = client.get(address("lead_detail", lead)).content.decode()
    assert "来源编号由“WRONG-1”更正为“RIGHT-1”" in shown
    assert world.lead(lead.id).source_no == "RIGHT-1"


def test_after_a_verdict_the_leader_corrects(sign_in: SignIn, make_lead: MakeLead) -> None:
    lead = make_lead(state="substantiated")
    assert sign_in(cast.BUREAU_OFFICER).get(address("lead_correct", lead)).status_code == 409
    assert sign_in(cast.BUREAU_LEADER).get(address("lead_correct", lead)).status_code == 200


def test_an_inconclusive_lead_is_taken_up_again(sign_in: SignIn, make_lead: MakeLead, world: World) -> None:
    lead = make_lead(state="inconclusive")
    client, form = sign_in(cast.TOWNSHIP_OFFICER), address("lead_resume", lead)
    assert "前期影像（演示）" in client.get(form).content.decode()
    assert client.post(form, {"note": ""}).status_code == 302
    assert world.lead(lead.id).state == "under_verification"


# --- who may not, and who is too late --------------------------------------------------------------------------------

PAGES: list[tuple[str, str, str, dict[str, str]]] = [
    ("lead_dispatch", "lead.dispatch", "received", {"reason": "演示"}),
    ("lead_receive", "lead.receive", "dispatched", {}),
    ("lead_return", "lead.return", "dispatched", {"reason": "演示", "kind": "other"}),
    ("lead_verify", "lead.verify", "under_verification", {}),
    ("lead_review", "lead.review_approve", "in_review", {"decision": "approve"}),
    ("lead_resume", "lead.resume", "inconclusive", {}),
]
ROLE_PLAYERS = (cast.VILLAGE_PATROLLER, cast.TOWNSHIP_OFFICER, cast.TASKFORCE_OFFICE, cast.COUNTY_LEADER)


@pytest.mark.parametrize(("name", "act", "state", "body"), PAGES)
def test_only_the_posts_of_the_table_may(
    sign_in: SignIn, make_lead: MakeLead, world: World, name: str, act: str, state: str, body: dict[str, str]
) -> None:
    lead = make_lead(state=state)
    for member in ROLE_PLAYERS:
        if member.role in TABLE[act].roles:
            continue
        assert sign_in(member).post(address(name, lead), body).status_code == 403, member.username
    assert world.lead(lead.id).state == state


@pytest.mark.parametrize(("name", "act", "state", "body"), PAGES)
def test_outside_the_scope_there_is_no_such_lead(
    sign_in: SignIn, make_lead: MakeLead, world: World, name: str, act: str, state: str, body: dict[str, str]
) -> None:
    lead = make_lead(state=state)
    outsider = cast.OTHER_TOWNSHIP_OFFICER if "township_officer" in TABLE[act].roles else cast.STRANGER
    client = sign_in(outsider)
    assert client.post(address(name, lead), body).status_code == 404
    assert client.get(address("lead_detail", lead)).status_code == 404
    assert client.get(address("lead_geometry", lead)).status_code == 404
    assert world.lead(lead.id).state == state


@pytest.mark.parametrize(("name", "act", "state", "body"), PAGES)
def test_a_form_that_no_longer_fits_says_where_the_lead_stands(
    sign_in: SignIn, make_lead: MakeLead, name: str, act: str, state: str, body: dict[str, str]
) -> None:
    lead = make_lead(state="archived")
    member = cast.TOWNSHIP_OFFICER if "township_officer" in TABLE[act].roles else cast.BUREAU_LEADER
    client = sign_in(member)
    if name != "lead_receive":
        early = client.get(address(name, lead))
        assert early.status_code == 409
        assert "已归档" in early.content.decode()
    late = client.post(address(name, lead), body)
    assert late.status_code == 409
    assert "别人已先办理" in late.content.decode()


def test_of_two_who_act_at_once_the_second_is_told_and_keeps_his_text(
    sign_in: SignIn, make_lead: MakeLead, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead = make_lead()

    def quicker(*_values: Any) -> None:
        """Somebody else moves the lead after this act has read it and before it writes."""
        Lead.objects.filter(id=lead.id).update(state="under_verification", state_since=world.clock.tick(seconds=1))

    monkeypatch.setattr("qingshan.contexts.leads.services.acting.next_due", quicker)
    late = sign_in(cast.TOWNSHIP_OFFICER).post(
        address("lead_return", lead), {"reason": "位置不对（演示）", "kind": "other"}
    )
    text = late.content.decode()
    assert late.status_code == 409
    assert "别人已先办理" in text
    assert "位置不对（演示）" in text
    assert acts_of(world, lead.id) == ["lead.register"]


@pytest.mark.parametrize("member", [cast.BUREAU_OFFICER, cast.TOWNSHIP_OFFICER, cast.COUNTY_LEADER])
def test_the_page_offers_exactly_what_the_post_may_do_next(
    sign_in: SignIn, make_lead: MakeLead, member: cast.Member
) -> None:
    lead = make_lead()
    page = sign_in(member).get(address("lead_detail", lead))
    primary = page.context["primary"]
    expected: dict[str, tuple[str | None, list[str]]] = {
        "bureau_officer": (
            None,
            [
                "lead.flag_active",
                "lead.change_unit",
                "lead.transfer_out",
                "lead.merge",
                "lead.split",
                "lead.correct",
            ],
        ),
        "township_officer": ("lead.receive", ["lead.return", "lead.flag_active"]),
        "county_leader": (None, []),
    }
    others = [act["name"] for act in page.context["others"]]
    assert (primary["name"] if primary else None, others) == expected[member.role]
    if primary is None:
        assert "等苏村乡人民政府签收" in page.content.decode()
