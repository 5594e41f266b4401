"""Joint handling, transfers, pairs, splits, the proof and the exchange for programs: as the pages do them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from qingshan.commons.people.models import Unit
from tests import cast
from tests.contexts.test_lead_likeness import call as report_of
from tests.fixtures_api import Caller
from tests.support.making import World

Sign = Callable[..., Caller]


@pytest.mark.clause("三-4-3⑤")
def test_units_assist_and_the_result_waits_for_them(world: World, caller: Sign) -> None:
    lead = world.make_lead(state="under_verification")
    path = f"/leads/{lead.id}/joint"
    unit = Unit.objects.get(slug="transport")
    town, helper, other = caller(cast.TOWNSHIP_OFFICER), caller(cast.DEPARTMENT_OFFICER), caller(cast.ZONE_OFFICER)
    assert helper.get(f"/leads/{lead.id}").status_code == 404
    asked = town.post(path, {"unit_ids": [str(unit.id)], "task": "核对车辆（演示）"})
    assert asked.status_code == 200
    [task] = asked.json()["tasks"]
    assert (task["state"], task["unit"]["slug"]) == ("asked", "transport")
    assert town.post(path, {"unit_ids": [str(unit.id)], "task": "再问（演示）"}).status_code == 409
    assert helper.get(f"/leads/{lead.id}").status_code == 200
    assert other.get(path).status_code == 404
    assert [one["id"] for one in helper.get("/joint-tasks", {"own": "true"}).json()["tasks"]] == [task["id"]]
    assert other.get("/joint-tasks").json()["tasks"] == []
    assert town.post(f"{path}/{task['id']}/answer", {"opinion": "代答（演示）"}).status_code == 403
    assert helper.post(f"{path}/{task['id']}/receive", None).status_code == 200
    done = helper.post(f"{path}/{task['id']}/answer", {"opinion": "未见外运（演示）"})
    assert done.json()["tasks"][0]["state"] == "answered"
    assert helper.post(f"{path}/{task['id']}/answer", {"opinion": "又（演示）"}).status_code == 409


def test_a_lead_goes_to_another_county_and_its_receipt_comes_back(world: World, caller: Sign) -> None:
    lead, office = world.make_lead(), caller(cast.BUREAU_OFFICER)
    path = f"/leads/{lead.id}/transfers"
    letter = {
        "number": "函1（演示）", "recipient": "演示邻县局", "reason": "在邻县（演示）",
        "sent_on": world.clock.today().isoformat(), "file_id": str(world.paper(cast.BUREAU_OFFICER)),
    }  # fmt: skip
    assert office.post(path, {**letter, "number": " "}).status_code == 422
    sent = office.post(path, letter)
    assert sent.status_code == 200, sent.content.decode()
    assert sent.json()["transfers"][0]["receipt"] == ""
    assert office.post(path, letter).status_code == 409
    receipt = {"accepted": True, "dated": world.clock.today().isoformat()}
    assert office.post(f"{path}/receipt", receipt).json()["transfers"][0]["receipt"] == "accepted"
    assert office.get(f"/leads/{lead.id}").json()["state"] == "handed_over"
    answer = {"text": "查实（演示）", "dated": world.clock.today().isoformat()}
    assert office.post(f"{path}/answer", answer).status_code == 200
    proof = office.get("/completeness").json()
    assert proof["holds"]
    assert proof["whole"]["classes"]["transferred"] == 1
    rows = office.get("/completeness/rows", {"cls": "transferred"}).json()["rows"]
    assert [row["number"] for row in rows] == [lead.number]


def test_leads_are_merged_separated_and_told_apart(world: World, caller: Sign) -> None:
    main = world.make_lead()
    report = report_of(world, main.centre.x, main.centre.y)
    office = caller(cast.BUREAU_OFFICER)
    alike = office.get(f"/leads/{report.id}/related").json()["alike"]
    assert main.number in {one["lead"]["number"] for one in alike}
    body = {"into_id": str(main.id), "reason": "同一处（演示）"}
    tag = office.get(f"/leads/{report.id}").headers["ETag"]
    path = f"/leads/{report.id}/merge"
    merged = office.post(path, body, if_match=tag)
    assert merged.status_code == 200, merged.content.decode()
    assert merged.json()["state"] == "merged"
    assert office.post(path, body, if_match=tag).status_code == 412
    assert office.get(f"/leads/{main.id}/related").json()["merged"][0]["number"] == report.number
    back = office.post(f"/leads/{report.id}/separate", {"reason": "两处（演示）"})
    assert back.json()["state"] == "dispatched"
    apart = {"other_id": str(main.id), "reason": "两处（演示）"}
    assert office.post(f"/leads/{report.id}/distinct", apart).status_code == 409
    assert office.get("/lead-pairs").json()["total"] == 0


def test_a_patch_is_cut_into_parts(world: World, caller: Sign) -> None:
    lead, office = world.make_lead(), caller(cast.BUREAU_OFFICER)
    x, (low, high) = lead.centre.x, (lead.geom.extent[1] - 0.01, lead.geom.extent[3] + 0.01)
    beside = [[{"lon": 1.0, "lat": 1.0}, {"lon": 1.1, "lat": 1.1}]]
    path = f"/leads/{lead.id}/split"
    assert office.post(path, {"lines": beside, "reason": "两户（演示）"}).status_code == 422
    through = [[{"lon": x, "lat": low}, {"lon": x, "lat": high}]]
    parts = office.post(path, {"lines": through, "reason": "两户（演示）"})
    assert parts.status_code == 200, parts.content.decode()
    assert len(parts.json()["parts"]) == 2
    assert office.get(f"/leads/{lead.id}").json()["state"] == "split"


def test_the_bureau_names_another_lead_unit_once(world: World, caller: Sign) -> None:
    lead, office = world.make_lead(state="under_verification"), caller(cast.BUREAU_OFFICER)
    unit = Unit.objects.get(slug=cast.HEISHUIHE)
    body = {"unit_id": str(unit.id), "reason": "跨界（演示）"}
    first = office.post(f"/leads/{lead.id}/change-unit", body, key="k1")
    assert first.json()["unit"]["slug"] == cast.HEISHUIHE
    again = office.post(f"/leads/{lead.id}/change-unit", body, key="k1")
    assert again.headers["Idempotency-Replayed"] == "true"
    assert [entry.act for entry in world.entries(lead.id)].count("lead.change_unit") == 1
    assert caller(cast.TOWNSHIP_OFFICER).post(f"/leads/{lead.id}/change-unit", body).status_code == 403


def test_what_cannot_be_exchanged_is_told(world: World, caller: Sign) -> None:
    office = caller(cast.BUREAU_OFFICER)
    refused = office.post("/exchange/exports", {"system": "petition"})
    assert refused.status_code == 422
    assert "还没有启用" in refused.json()["detail"]
    assert office.post("/exchange/exports", {"system": "other"}).status_code == 422
    assert office.get("/exchange/sheets").json()["sheets"] == []
    assert caller(cast.TOWNSHIP_OFFICER).get("/exchange/sheets").status_code == 403
