"""Corrections over their pages: a second act with a reason, the old value stays in the history."""

from collections.abc import Callable

from django.test import Client

from qingshan.contexts.cases.public import Case
from tests import cast
from tests.interfaces.forms_of_cases import address, station, text_of
from tests.support.making import World

SignIn = Callable[[cast.Member], Client]
MakeCase = Callable[..., Case]


def test_a_correction_keeps_the_old_value_in_the_history(sign_in: SignIn, make_case: MakeCase, world: World) -> None:
    case, client = make_case(upto="open"), sign_in(cast.BUREAU_OFFICER)
    form = address("case_correct", case)
    current = client.get(form).context["form"].initial
    refused = client.post(form, {**current, "mineral": "铁矿石", "reason": ""})
    assert refused.status_code == 422
    assert "更正须写明理由" in text_of(refused)
    done = client.post(form, {**current, "mineral": "铁矿石", "reason": "写错（演示）"}, follow=True)
    assert world.case(case.id).mineral == "铁矿石"
    newest = done.context["entries"][0]
    assert newest["correction"]
    assert newest["text"] == "矿种 由“建筑石料用灰岩”改为“铁矿石”；理由：写错（演示）"


def test_a_correction_that_changes_nothing_is_refused(sign_in: SignIn, make_case: MakeCase) -> None:
    client, form = sign_in(cast.BUREAU_OFFICER), address("case_correct", make_case(upto="open"))
    current = client.get(form).context["form"].initial
    assert "没有改动任何内容" in text_of(client.post(form, {**current, "reason": "演示"}))


def test_after_acceptance_only_the_leader_corrects(sign_in: SignIn, make_case: MakeCase, world: World) -> None:
    case = make_case(upto="accepted")
    form = address("case_correct", case)
    assert sign_in(cast.BUREAU_OFFICER).get(form).status_code == 403
    leader = sign_in(cast.BUREAU_LEADER)
    current = leader.get(form).context["form"].initial
    assert leader.post(form, {**current, "mineral": "铁矿石", "reason": "演示"}).status_code == 302
    assert world.case(case.id).mineral == "铁矿石"


def test_a_mistyped_number_of_a_station_is_corrected(sign_in: SignIn, make_case: MakeCase, world: World) -> None:
    case = make_case(upto="tracks")
    form = address("case_correct_station", case, "provincial_entry", "entered")
    client = sign_in(cast.ENFORCER)
    values = {**client.get(form).context["form"].initial, "province_no": "HB-演示-7", "reason": "漏写一位（演示）"}
    assert client.post(form, values).status_code == 302
    shown = text_of(client.get(station(case, "provincial_entry", "entered")))
    assert "HB-演示-7" in shown
    assert "由“演示province_no”改为“HB-演示-7”" in text_of(client.get(address("case_detail", case)))


def test_a_station_that_is_not_done_has_nothing_to_correct(sign_in: SignIn, make_case: MakeCase) -> None:
    form = address("case_correct_station", make_case(upto="open"), "enforcement", "filed")
    assert sign_in(cast.BUREAU_OFFICER).get(form).status_code == 404
