"""Putting a substantiated lead on the ledger over its page."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from qingshan.contexts.cases.public import Case
from qingshan.contexts.leads.public import Lead
from tests import cast
from tests.interfaces.forms_of_cases import opening_form, text_of
from tests.support.making import World

SignIn = Callable[[cast.Member], Client]


@pytest.fixture
def lead(world: World) -> Lead:
    found = world.make_lead(state="substantiated")
    world.clock.tick(hours=1)
    return found


def form_of(lead: Lead) -> str:
    return reverse("web:case_open", args=[lead.id])


def opened(world: World, lead: Lead) -> Case:
    with world.seeing_all():
        return Case.objects.select_related("unit", "supervising_unit").get(lead_id=lead.id)


def count_cases(world: World) -> int:
    with world.seeing_all():
        return Case.objects.count()


@pytest.mark.clause("三-2-0③")
def test_a_complete_form_opens_the_case_and_leads_to_it(sign_in: SignIn, world: World, lead: Lead) -> None:
    client = sign_in(cast.BUREAU_OFFICER)
    done = client.post(form_of(lead), opening_form(world), follow=True)
    case = opened(world, lead)
    assert done.redirect_chain[-1][0] == reverse("web:case_detail", args=[case.id])
    shown = text_of(done)
    assert case.number in shown
    assert "已列入台账" in shown
    assert "设备清走（演示）" in shown
    assert world.entries(case.id)[0].act == "case.open"


@pytest.mark.clause("二-1①", "二-1②", "二-1③", "二-1④")
@pytest.mark.parametrize("code", ["A1", "A2", "A3", "A4"])
def test_each_code_of_unlicensed_mining_can_be_chosen_and_shows_both_sets_of_articles(
    sign_in: SignIn, world: World, lead: Lead, code: str
) -> None:
    client = sign_in(cast.BUREAU_OFFICER)
    plan = world.in_force().plan
    wanted = next(s for s in plan.category("unlicensed").subcodes if s.code == code)
    assert f"{code} {wanted.label}" in text_of(client.get(form_of(lead)))
    shown = text_of(client.post(form_of(lead), opening_form(world, f"unlicensed:{code}"), follow=True))
    case = opened(world, lead)
    assert (case.category, case.subcode) == ("unlicensed", code)
    assert wanted.basis_old in shown
    assert wanted.basis_new in shown


@pytest.mark.clause("二-1②")
def test_a_business_as_cover_is_not_taken_without_its_site(sign_in: SignIn, world: World, lead: Lead) -> None:
    client, fields = sign_in(cast.BUREAU_OFFICER), ("business_name", "business_licence", "business_use")
    for field in fields:
        refused = client.post(form_of(lead), opening_form(world, "unlicensed:A2", **{f"extra_{field}": " "}))
        assert refused.status_code == 422
        assert f"A2 须填{world.in_force().plan.fields[field].label}" in text_of(refused)
        assert count_cases(world) == 0
    assert client.post(form_of(lead), opening_form(world, "unlicensed:A2")).status_code == 302
    assert set(opened(world, lead).extras) == set(fields)


INCOMPLETE: tuple[tuple[dict[str, Any], str], ...] = (
    ({"rectification_mode": ""}, "未选整改方式"),
    ({"responsible_person": ""}, "整改责任人未填"),
    ({"due_on": ""}, "完成时限未填"),
    ({"milestone_on": ["", ""], "milestone_what": ["", ""]}, "时间节点至少一个"),
    ({"milestone_on": ["2024-08-05"], "milestone_what": [""]}, "第 1 个时间节点的日期或内容未填"),
    ({"kind": ""}, "未选类别"),
    ({"kind": "licensed_pit:A1"}, "违法情形"),
)


@pytest.mark.clause("三-2-0③", "一-3")
def test_without_mode_person_date_or_milestone_nothing_is_opened_and_what_was_typed_stays(
    sign_in: SignIn, world: World, lead: Lead
) -> None:
    client = sign_in(cast.BUREAU_OFFICER)
    for changes, missing in INCOMPLETE:
        refused = client.post(form_of(lead), opening_form(world, **changes))
        assert refused.status_code == 422, missing
        shown = text_of(refused)
        assert missing in shown
        assert "演示当事人乙" in shown
        assert count_cases(world) == 0


def test_a_due_date_before_today_is_refused_beside_its_field(sign_in: SignIn, world: World, lead: Lead) -> None:
    yesterday = (world.clock.today() - timedelta(days=1)).isoformat()
    refused = sign_in(cast.BUREAU_OFFICER).post(form_of(lead), opening_form(world, due_on=yesterday))
    assert "完成时限早于今天" in refused.context["form"].errors["due_on"]


def test_a_due_date_that_is_no_date_is_asked_again(sign_in: SignIn, world: World, lead: Lead) -> None:
    refused = sign_in(cast.BUREAU_OFFICER).post(form_of(lead), opening_form(world, due_on="下个月"))
    assert refused.status_code == 422
    assert "“下个月”不是日期" in text_of(refused)
    assert count_cases(world) == 0


def test_dates_are_read_as_people_write_them(sign_in: SignIn, world: World, lead: Lead) -> None:
    sign_in(cast.BUREAU_OFFICER).post(form_of(lead), opening_form(world, due_on="２０２４年8月30日"))
    assert opened(world, lead).due_on.isoformat() == "2024-08-30"


def test_another_row_of_milestones_is_a_button_that_opens_nothing(sign_in: SignIn, world: World, lead: Lead) -> None:
    more = sign_in(cast.BUREAU_OFFICER).post(form_of(lead), opening_form(world) | {"add_row": "1"})
    assert more.status_code == 200
    assert len(more.context["rows"]) == 3
    assert more.context["rows"][0]["what"] == "设备清走（演示）"
    assert count_cases(world) == 0


def test_choosing_a_code_asks_only_for_its_own_fields(sign_in: SignIn, lead: Lead) -> None:
    client = sign_in(cast.BUREAU_OFFICER)
    everything = text_of(client.get(form_of(lead)))
    assert "extra_business_name" in everything
    assert "extra_permit_no" in everything
    headers = {"HX-Request": "true", "HX-Target": "extras"}
    part = text_of(client.get(form_of(lead), {"kind": "licensed_pit:B4"}, headers=headers))
    assert "extra_permit_no" in part
    assert "extra_business_name" not in part


@pytest.mark.clause("三-2-0①")
def test_the_responsible_unit_is_the_township_of_the_place_whoever_opens(sign_in: SignIn, world: World) -> None:
    lead = world.make_lead(state="substantiated", township=cast.HEISHUIHE)
    client = sign_in(cast.BUREAU_LEADER)
    shown = text_of(client.post(form_of(lead), opening_form(world), follow=True))
    case = opened(world, lead)
    assert case.unit.slug == cast.HEISHUIHE
    assert case.unit.name in shown


@pytest.mark.clause("三-2-2⓪")
def test_a_licensed_pit_is_supervised_by_the_bureau(sign_in: SignIn, world: World, lead: Lead) -> None:
    shown = sign_in(cast.BUREAU_OFFICER).post(form_of(lead), opening_form(world, "licensed_pit:B1"), follow=True)
    case = opened(world, lead)
    assert case.supervising_unit.kind == "bureau"
    units = {fact["label"]: fact["value"] for fact in shown.context["facts"]["units"]}
    assert units["监管单位"] == case.supervising_unit.name
    assert units["责任单位"] == case.unit.name


def test_only_the_bureau_opens_cases(sign_in: SignIn, world: World, lead: Lead) -> None:
    for member in (cast.TOWNSHIP_OFFICER, cast.TASKFORCE_OFFICE, cast.CITY_REVIEWER):
        client = sign_in(member)
        assert client.get(form_of(lead)).status_code == 403
        assert client.post(form_of(lead), opening_form(world)).status_code == 403
    assert count_cases(world) == 0


def test_a_lead_beyond_the_border_does_not_exist(sign_in: SignIn, world: World, lead: Lead) -> None:
    assert sign_in(cast.STRANGER).post(form_of(lead), opening_form(world)).status_code == 404


def test_the_second_to_open_is_told_and_led_to_the_case(sign_in: SignIn, world: World, lead: Lead) -> None:
    client = sign_in(cast.BUREAU_OFFICER)
    client.post(form_of(lead), opening_form(world))
    again = sign_in(cast.BUREAU_LEADER).post(form_of(lead), opening_form(world))
    assert again.status_code == 409
    assert "这条线索已列入台账" in text_of(again)
    assert client.get(form_of(lead))["Location"] == reverse("web:case_detail", args=[opened(world, lead).id])


def test_an_unverified_lead_is_not_opened(sign_in: SignIn, world: World) -> None:
    lead = world.make_lead(state="in_review")
    client = sign_in(cast.BUREAU_OFFICER)
    assert "只有查实的线索才能列入台账" in text_of(client.get(form_of(lead)))
    assert client.post(form_of(lead), opening_form(world)).status_code == 409
    assert count_cases(world) == 0
