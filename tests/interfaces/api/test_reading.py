"""Reading through the interface: what is in scope, by key, with tags; nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests import cast
from tests.fixtures_api import Caller
from tests.support.making import World

MakeCaller = Callable[..., Caller]


def test_a_lead_with_its_records(world: World, caller: MakeCaller) -> None:
    lead = world.make_lead(state="in_review")
    found = caller(cast.BUREAU_LEADER).get(f"/leads/{lead.id}").json()
    assert (found["number"], found["state"]) == (lead.number, "in_review")
    assert found["verifications"][0]["persons"] == [m.name for m in cast.OFFICERS[cast.SUCUN]]
    assert len(found["photos"]) == 2
    assert {"lead.review_approve", "lead.review_reject"} <= set(found["acts"])


def test_lists_go_by_key_and_hold_each_lead_once(
    world: World, caller: MakeCaller, monkeypatch: pytest.MonkeyPatch
) -> None:
    from qingshan.contexts.leads import listing

    monkeypatch.setattr(listing, "PAGE", 2)
    leads = [world.make_lead() for _ in range(5)]
    call, seen, before = caller(cast.BUREAU_OFFICER), [], None
    while True:
        page = call.get("/leads", {"after": before} if before else {}).json()
        seen += [row["id"] for row in page["leads"]]
        before = page["next"]
        if before is None:
            break
    assert seen == [str(lead.id) for lead in reversed(leads)]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"state": "in_review"}, 1),
        ({"state": "dispatched"}, 1),
        ({"channel": "province-patch"}, 2),
        ({"channel": "no-such"}, 0),
        ({"direction": "from_above"}, 2),
        ({"overdue": "true"}, 0),
        ({"overdue": "false"}, 2),
    ],
)
def test_filters(world: World, caller: MakeCaller, query: dict[str, str], found: int) -> None:
    world.make_lead(state="dispatched", township=cast.HEISHUIHE)
    world.make_lead(state="in_review")
    answer = caller(cast.BUREAU_OFFICER).get("/leads", query).json()
    assert len(answer["leads"]) == found


def test_filters_by_unit_batch_and_text(world: World, caller: MakeCaller) -> None:
    one, other = world.make_lead(source_no="寻找甲号"), world.make_lead(township=cast.HEISHUIHE)
    call = caller(cast.BUREAU_OFFICER)
    for query in ({"unit": str(one.unit_id)}, {"batch": str(one.batch_id)}, {"q": "寻找甲"}):
        assert [row["id"] for row in call.get("/leads", query).json()["leads"]] == [str(one.id)]
    assert call.get("/leads", {"unit": str(other.unit_id)}).json()["leads"][0]["id"] == str(other.id)


def test_another_township_sees_nothing_of_it(world: World, caller: MakeCaller) -> None:
    case = world.make_case()
    for member in (cast.OTHER_TOWNSHIP_OFFICER, cast.STRANGER):
        call = caller(member)
        assert call.get("/leads").json()["leads"] == []
        assert call.get("/cases").json()["cases"] == []
        assert call.get("/journal").json()["entries"] == []
        for path in (f"/leads/{case.lead_id}", f"/cases/{case.id}"):
            for rest in ("", "/entries", "/geometry"):
                response = call.get(path + rest)
                assert response.status_code == 404
                assert response.json()["code"] == "not_found"


def test_a_case_with_tracks_and_what_it_lacks(world: World, caller: MakeCaller) -> None:
    case = world.make_case(upto="open")
    found = caller(cast.BUREAU_LEADER).get(f"/cases/{case.id}").json()
    assert found["number"] == case.number
    assert found["missing_for_acceptance"]
    assert {t["kind"] for t in found["track_details"]} == {t["kind"] for t in found["tracks"]}
    assert found["responsible"] == cast.TOWNSHIP_LEADER.name
    assert found["acts"] == ["case.accept"]


def test_names_of_persons_are_for_who_works_the_case(world: World, caller: MakeCaller) -> None:
    case = world.make_case(upto="tracks")
    for member, sees in ((cast.TOWNSHIP_OFFICER, True), (cast.COUNTY_LEADER, False), (cast.CITY_REVIEWER, False)):
        response = caller(member).get(f"/cases/{case.id}")
        assert (response.json()["party"] is not None) is sees
        assert ("演示当事人" in response.content.decode()) is sees
        assert "演示当事人" not in caller(member).get(f"/cases/{case.id}/entries").content.decode()


def test_a_tag_names_one_state(world: World, caller: MakeCaller) -> None:
    lead = world.make_lead(state="dispatched")
    call = caller(cast.TOWNSHIP_OFFICER)
    first = call.get(f"/leads/{lead.id}")
    tag = first.headers["ETag"]
    again = call.get(f"/leads/{lead.id}", If_None_Match=tag)
    assert (again.status_code, again.content) == (304, b"")
    assert call.get(f"/leads/{lead.id}", If_None_Match=f'"other", W/{tag}').status_code == 304
    from qingshan.contexts.leads.public import receive_lead

    world.perform(cast.TOWNSHIP_OFFICER, receive_lead, lead_id=lead.id)
    changed = call.get(f"/leads/{lead.id}", If_None_Match=tag)
    assert changed.status_code == 200
    assert changed.headers["ETag"] != tag


def test_entries_and_geometry(world: World, caller: MakeCaller) -> None:
    lead = world.make_lead(state="in_review")
    call = caller(cast.BUREAU_OFFICER)
    acts = [entry["act"] for entry in call.get(f"/leads/{lead.id}/entries").json()["entries"]]
    assert acts == ["lead.verify", "lead.receive", "lead.register"]
    kinds = [f["properties"]["kind"] for f in call.get(f"/leads/{lead.id}/geometry").json()["features"]]
    assert kinds == ["patch", "visit", "photo", "photo"]


def test_units_plan_jobs_seals(world: World, caller: MakeCaller) -> None:
    call = caller(cast.TOWNSHIP_OFFICER)
    assert any(u["slug"] == cast.SUCUN for u in call.get("/units").json()["units"])
    posts = call.get(f"/units/{cast.SUCUN}").json()["posts"]
    assert any(p["holder"] == cast.TOWNSHIP_OFFICER.name for p in posts)
    plan = call.get("/plan").json()
    assert plan["county_code"] == cast.COUNTY
    assert [c["slug"] for c in plan["categories"]]
    assert call.get("/jobs").json() == {"jobs": [], "next": None}
    assert call.get("/journal/seals").json() == {"seals": []}
    assert call.get("/units/no-such").status_code == 404


@pytest.mark.parametrize(
    ("path", "query", "field"),
    [
        ("/leads", {"state": "nonsense"}, "state"),
        ("/leads", {"unit": "1"}, "unit"),
        ("/leads", {"area_min": "viel"}, "area_min"),
        ("/leads", {"after": "x"}, "after"),
        ("/leads", {"overdue": "yes"}, "overdue"),
        ("/leads", {"q": "长" * 121}, "q"),
        ("/leads", {"q": "a\x00b"}, "q"),
        ("/leads", {"page": "2"}, "page"),
        ("/leads", {"state": ["received", "archived"]}, "state"),
        ("/cases", {"state": "received"}, "state"),
        ("/journal", {"act": "lead.eat"}, "act"),
    ],
)
def test_wrong_parameters_are_named(caller: MakeCaller, path: str, query: dict[str, Any], field: str) -> None:
    response = caller(cast.BUREAU_OFFICER).get(path, query)
    assert response.status_code == 422
    told = response.json()
    assert [(e["where"], e["field"]) for e in told["errors"]] == [("query", field)]
    assert told["detail"].startswith(field)


def test_unknown_addresses_and_methods_are_problems(caller: MakeCaller) -> None:
    call = caller(cast.BUREAU_OFFICER)
    for path in ("/nothing", "/leads/", "/leads/not-a-uuid"):
        response = call.get(path)
        assert (response.status_code, response.json()["code"]) == (404, "no_address")
    response = call.post("/me", {})
    assert (response.status_code, response.json()["code"]) == (405, "method")
    assert response.headers["Allow"] == "GET"
    assert call.client.head("/api/v1/me", headers=call.headers({})).content == b""
