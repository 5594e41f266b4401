"""The gates over their pages: acceptance, report to the city, city check, close-out, reopening."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from qingshan.contexts.cases.public import Case, CityReport, TrackStep
from qingshan.domain.acts import ActRefused
from qingshan.domain.case import CaseState
from tests import cast
from tests.interfaces.forms_of_cases import acceptance_form, address, city_form, text_of
from tests.interfaces.forms_of_leads import fields_of_the_question
from tests.support.making import World

SignIn = Callable[[cast.Member], Client]
MakeCase = Callable[..., Case]
QUESTIONS = ("facts_clear", "law_correct", "handled", "referred")
REPORT = {"number": "演示报〔2024〕9号", "reported_on": "2024-08-01"}


def acts(world: World, case: Case) -> list[str]:
    return [entry.act for entry in world.entries(case.id)]


# --- county acceptance -----------------------------------------------------------------------------------------------


@pytest.mark.clause("三-3-1①")
def test_the_leader_accepts_with_members_opinion_date_and_photo(
    sign_in: SignIn, make_case: MakeCase, world: World
) -> None:
    case = make_case(upto="tracks")
    client = sign_in(cast.BUREAU_LEADER)
    done = client.post(address("case_accept", case), acceptance_form(world, case), follow=True)
    assert world.case(case.id).state == CaseState.ACCEPTED
    [record] = done.context["records"]
    values = {fact["label"]: fact["value"] for fact in record["facts"]}
    assert values["验收组成员"] == f"{cast.BUREAU_LEADER.name}、{cast.ENFORCER.name}"
    assert values["验收意见"] == "同意验收（演示）"
    assert [g.title for g in done.context["groups"]].count("县级验收") == 1


INCOMPLETE: tuple[tuple[dict[str, Any], str], ...] = (
    ({"members": cast.BUREAU_LEADER.name}, "验收组成员不足"),
    ({"opinion": " "}, "验收意见未填"),
    ({"accepted_on": ""}, "验收日期未填"),
    ({"accepted_on": "2024-12-01"}, "验收日期晚于今天"),
    ({"photos": None}, "没有验收现场照片"),
)


@pytest.mark.clause("三-3-1①", "一-3")
def test_an_incomplete_acceptance_says_what_is_missing(sign_in: SignIn, make_case: MakeCase, world: World) -> None:
    case, client = make_case(upto="tracks"), sign_in(cast.BUREAU_LEADER)
    for changes, missing in INCOMPLETE:
        refused = client.post(address("case_accept", case), acceptance_form(world, case, **changes))
        assert refused.status_code == 422
        [said] = refused.context["refusal"].missing
        assert said.startswith(missing)
        assert said in text_of(refused)
        assert world.case(case.id).state == CaseState.OPEN


@pytest.mark.clause("三-2-1②a", "一-3")
def test_with_one_point_of_closure_open_acceptance_is_refused_and_names_it(
    sign_in: SignIn, make_case: MakeCase, world: World
) -> None:
    case = make_case(upto="open")
    for track, stations in (
        ("enforcement", ("stop_notice", "filed", "investigated", "decided", "executed")),
        ("provincial_entry", ("entered",)),
        ("site_closure", ("people_gone", "equipment_gone", "buildings_gone")),
    ):
        for slug in stations:
            world.finish(case, track, slug)
    client = sign_in(cast.BUREAU_LEADER)
    gate = client.get(address("case_detail", case)).context["cells"][1]
    assert gate["lines"] == ("现场取缔（三不留一毁闭）：毁闭井巷或坑口",)
    refused = client.post(address("case_accept", case), acceptance_form(world, case))
    assert refused.status_code == 422
    assert "现场取缔（三不留一毁闭）：毁闭井巷或坑口" in text_of(refused)
    world.finish(case, "site_closure", "workings_sealed")
    assert client.post(address("case_accept", case), acceptance_form(world, case)).status_code == 302


def test_nobody_but_the_leader_accepts(sign_in: SignIn, make_case: MakeCase, world: World) -> None:
    case = make_case(upto="tracks")
    for member in (cast.BUREAU_OFFICER, cast.TOWNSHIP_LEADER, cast.CITY_REVIEWER, cast.COUNTY_LEADER):
        assert sign_in(member).post(address("case_accept", case), acceptance_form(world, case)).status_code == 403
    assert world.case(case.id).state == CaseState.OPEN


def test_two_who_accept_at_once_one_wins(
    sign_in: SignIn, make_case: MakeCase, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from qingshan.contexts.cases.services import gates

    case, check = make_case(upto="tracks"), gates.check_acceptance

    def meanwhile(*facts: Any, **more: Any) -> None:
        check(*facts, **more)
        Case.objects.filter(id=case.id).update(state_since=world.clock.tick(minutes=1))

    monkeypatch.setattr(gates, "check_acceptance", meanwhile)
    late = sign_in(cast.BUREAU_LEADER).post(address("case_accept", case), acceptance_form(world, case))
    assert late.status_code == 409
    assert "刚被他人办理" in text_of(late)
    assert "case.accept" not in acts(world, case)


# --- report to the city ----------------------------------------------------------------------------------------------


@pytest.mark.clause("三-3-1②")
def test_several_cases_are_reported_in_one_act_with_number_and_date(
    sign_in: SignIn, make_case: MakeCase, world: World
) -> None:
    first, second, third = (make_case(upto="accepted") for _ in range(3))
    client, form = sign_in(cast.TASKFORCE_OFFICE), reverse("web:case_report_city")
    listed = client.get(form, {"case": str(first.id)})
    assert {row["case"].id: row["chosen"] for row in listed.context["rows"]} == {
        first.id: True, second.id: False, third.id: False,
    }  # fmt: skip
    done = client.post(form, {"case": [str(first.id), str(second.id)], **REPORT})
    assert done.status_code == 302
    states = [world.case(case.id).state for case in (first, second, third)]
    assert states == [CaseState.REPORTED, CaseState.REPORTED, CaseState.ACCEPTED]
    with world.seeing_all():
        report = CityReport.objects.get()
    assert (report.number, report.reported_on.isoformat()) == (REPORT["number"], REPORT["reported_on"])
    ids = {world.entries(case.id)[-1].act_id for case in (first, second)}
    assert ids == {report.act_id}


@pytest.mark.clause("三-3-1②")
def test_a_report_without_number_or_date_is_refused(sign_in: SignIn, make_case: MakeCase, world: World) -> None:
    case, client = make_case(upto="accepted"), sign_in(cast.BUREAU_OFFICER)
    for number, day in (("", "2024-08-01"), ("演示报1号", "")):
        values = {"case": [str(case.id)], "number": number, "reported_on": day}
        refused = client.post(reverse("web:case_report_city"), values)
        assert refused.status_code == 422
        assert "上报文号和日期须填" in text_of(refused)
        assert refused.context["rows"][0]["chosen"]
        assert refused.context["form"]["number"].value() == number
        assert world.case(case.id).state == CaseState.ACCEPTED


def test_a_view_that_changed_while_it_was_confirmed_is_asked_again(
    sign_in: SignIn, make_case: MakeCase, world: World
) -> None:
    first = make_case(upto="accepted")
    client, bulk = sign_in(cast.BUREAU_OFFICER), reverse("web:case_bulk_report")
    question = client.post(bulk, {"all": "1", "view": "state=accepted"})
    second = make_case(upto="accepted")
    again = client.post(bulk, {**fields_of_the_question(question), **REPORT})
    assert again.status_code == 409
    assert "您核对时是 1 项，现在是 2 项" in text_of(again)
    assert [world.case(case.id).state for case in (first, second)] == ["accepted"] * 2
    assert client.post(bulk, {**fields_of_the_question(again), **REPORT}).status_code == 302
    assert [world.case(case.id).state for case in (first, second)] == ["reported"] * 2


def test_a_report_of_nothing_is_refused(sign_in: SignIn, make_case: MakeCase) -> None:
    make_case(upto="accepted")
    refused = sign_in(cast.BUREAU_OFFICER).post(reverse("web:case_report_city"), REPORT)
    assert refused.status_code == 422
    assert "请至少选择一个已验收的问题" in text_of(refused)


def test_one_case_not_yet_accepted_stops_the_whole_report(sign_in: SignIn, make_case: MakeCase, world: World) -> None:
    ready, unready = make_case(upto="accepted"), make_case(upto="tracks")
    values = {"case": [str(ready.id), str(unready.id)], **REPORT}
    assert sign_in(cast.BUREAU_OFFICER).post(reverse("web:case_report_city"), values).status_code == 409
    assert world.case(ready.id).state == CaseState.ACCEPTED


def test_townships_do_not_report_to_the_city(sign_in: SignIn) -> None:
    assert sign_in(cast.TOWNSHIP_LEADER).get(reverse("web:case_report_city")).status_code == 403


# --- city check ------------------------------------------------------------------------------------------------------


@pytest.mark.clause("三-3-2⓪")
def test_the_city_checks_with_an_account_of_its_own(sign_in: SignIn, make_case: MakeCase, world: World) -> None:
    case = make_case(upto="reported")
    client = sign_in(cast.CITY_REVIEWER)
    assert client.get(address("case_city_check", case)).status_code == 200
    assert client.post(address("case_city_check", case), city_form(world)).status_code == 302
    assert world.case(case.id).state == CaseState.CITY_PASSED
    last = world.entries(case.id)[-1]
    assert last.act == "case.city_check"
    assert last.actor.startswith(cast.CITY_REVIEWER.name)


@pytest.mark.clause("三-3-2①", "三-3-2②", "三-3-2③", "三-3-2④")
def test_each_question_must_be_answered(sign_in: SignIn, make_case: MakeCase, world: World) -> None:
    case, client = make_case(upto="reported"), sign_in(cast.CITY_REVIEWER)
    labels = {i.slug: i.label for i in world.in_force().plan.checklists["city_check"].items}
    assert set(labels) == set(QUESTIONS)
    for question, label in labels.items():
        form = {name: value for name, value in city_form(world).items() if name != f"answer_{question}"}
        refused = client.post(address("case_city_check", case), form)
        assert refused.status_code == 422
        assert refused.context["refusal"].missing == (f"“{label}”未作答",)
        assert refused.context["form"].errors == {f"answer_{question}": [f"“{label}”未作答"]}
        assert world.case(case.id).state == CaseState.REPORTED


@pytest.mark.clause("三-3-2①", "三-3-2②", "三-3-2③", "三-3-2④")
@pytest.mark.parametrize("question", QUESTIONS)
def test_one_no_needs_its_reason_and_sends_the_case_back(
    sign_in: SignIn, make_case: MakeCase, world: World, question: str
) -> None:
    case, client = make_case(upto="reported"), sign_in(cast.CITY_REVIEWER)
    bare = client.post(address("case_city_check", case), city_form(world, **{question: ""}))
    assert bare.status_code == 422
    assert "须写明原因" in text_of(bare)
    done = client.post(
        address("case_city_check", case), city_form(world, **{question: "证据不足（演示）"}), follow=True
    )
    assert world.case(case.id).state == CaseState.OPEN
    gate = done.context["cells"][2]
    assert gate["state"] == "refused"
    assert "证据不足（演示）" in gate["lines"][0]


@pytest.mark.clause("三-3-2②", "三-3-2③")
def test_the_questions_stand_beside_what_they_are_answered_from(
    sign_in: SignIn, make_case: MakeCase, world: World
) -> None:
    case = make_case(upto="reported")
    shown = sign_in(cast.CITY_REVIEWER).get(address("case_city_check", case))
    beside = {row["slug"]: row["material"] for row in shown.context["rows"]}
    code = next(s for s in world.in_force().plan.category(case.category).subcodes if s.code == case.subcode)
    articles = [fact["value"] for fact in beside["law_correct"].facts]
    assert code.basis_old in articles
    assert code.basis_new in articles
    handled = {fact["label"]: fact["value"] for fact in beside["handled"].facts}
    assert handled["实缴金额（元）"] == "50000"
    assert handled["毁闭井巷或坑口"] == "已确认"
    assert len(beside["handled"].photos) == 4


@pytest.mark.clause("三-3-2⓪")
def test_nobody_else_answers_for_the_city(sign_in: SignIn, make_case: MakeCase, world: World) -> None:
    case = make_case(upto="reported")
    for member in (cast.BUREAU_LEADER, cast.TASKFORCE_OFFICE, cast.PROVINCE_READER):
        assert sign_in(member).post(address("case_city_check", case), city_form(world)).status_code == 403
    assert world.case(case.id).state == CaseState.REPORTED


# --- close-out and reopening -----------------------------------------------------------------------------------------


@pytest.mark.clause("三-1-3②c")
def test_closing_out_says_what_it_means_and_gives_the_number(
    sign_in: SignIn, make_case: MakeCase, world: World
) -> None:
    case, client = make_case(upto="city_passed"), sign_in(cast.BUREAU_OFFICER)
    asked = text_of(client.get(address("case_close_out", case)))
    assert "不能撤回" in asked
    assert "同意验收（演示）" in asked
    assert world.case(case.id).state == CaseState.CITY_PASSED
    shown = text_of(client.post(address("case_close_out", case), follow=True))
    closed = world.case(case.id)
    assert closed.state == CaseState.CLOSED
    assert closed.close_out_number
    assert closed.close_out_number in shown


@pytest.mark.clause("三-1-3②c", "三-3-1①", "一-3")
@pytest.mark.parametrize("stop", ["open", "tracks", "accepted", "reported"])
def test_no_gate_is_skipped_on_the_way_to_close_out(
    sign_in: SignIn, make_case: MakeCase, world: World, stop: str
) -> None:
    case = make_case(upto=stop)
    state = world.case(case.id).state
    refused = sign_in(cast.BUREAU_OFFICER).post(address("case_close_out", case))
    assert refused.status_code == 409
    if state != CaseState.REPORTED:
        assert sign_in(cast.CITY_REVIEWER).post(address("case_city_check", case), city_form(world)).status_code == 409
    assert world.case(case.id).state == state
    assert world.case(case.id).close_out_number == ""


@pytest.mark.clause("三-1-3②c")
def test_reopening_needs_a_reason_and_keeps_the_former_record(
    sign_in: SignIn, make_case: MakeCase, world: World
) -> None:
    case, client = make_case(upto="closed"), sign_in(cast.BUREAU_LEADER)
    number, form = world.case(case.id).close_out_number, address("case_reopen", case)
    refused = client.post(form, {"reason": " ", "tracks": ["site_closure"]})
    assert refused.status_code == 422
    assert "重新打开须写明理由" in text_of(refused)
    assert refused.context["form"]["tracks"].value() == ["site_closure"]
    assert client.post(form, {"reason": "夜间又有采挖（演示）"}).status_code == 422
    done = client.post(form, {"reason": "夜间又有采挖（演示）", "tracks": ["site_closure"]}, follow=True)
    reopened = world.case(case.id)
    assert (reopened.state, reopened.close_out_number, reopened.reopened) == (CaseState.OPEN, "", 1)
    titles = [record["title"] for record in done.context["records"]]
    assert titles == ["县级验收", "上报市局", "市级核查", "销号", "重新打开"]
    shown = text_of(done)
    assert f"{number}（已失效）" in shown
    assert "夜间又有采挖（演示）" in shown
    with world.seeing_all():
        voided = TrackStep.objects.filter(track__case=case, void=True).count()
    assert voided == 4


def test_only_the_leader_reopens(sign_in: SignIn, make_case: MakeCase, world: World) -> None:
    case = make_case(upto="closed")
    values = {"reason": "演示", "tracks": ["enforcement"]}
    assert sign_in(cast.BUREAU_OFFICER).post(address("case_reopen", case), values).status_code == 403
    assert world.case(case.id).state == CaseState.CLOSED


def test_a_case_out_of_scope_does_not_exist(sign_in: SignIn, make_case: MakeCase) -> None:
    case = make_case(upto="tracks")
    for name, member in (
        ("case_close_out", cast.STRANGER),
        ("case_correct", cast.STRANGER),
        ("case_detail", cast.OTHER_TOWNSHIP_OFFICER),
        ("case_detail", cast.OTHER_VILLAGE_PATROLLER),
        ("case_detail", cast.DEPARTMENT_OFFICER),
    ):
        assert sign_in(member).get(address(name, case)).status_code == 404, (name, member.username)


def test_a_post_refused_by_the_service_is_answered_with_403(
    sign_in: SignIn, make_case: MakeCase, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from qingshan.interfaces.web.views import case_acts

    def refuse(**_values: Any) -> None:
        raise ActRefused("role", "您的职务不能办理此事")

    case = make_case(upto="city_passed")
    monkeypatch.setattr(case_acts, "close_out", refuse)
    assert sign_in(cast.BUREAU_OFFICER).post(address("case_close_out", case)).status_code == 403
    assert world.case(case.id).state == CaseState.CITY_PASSED
