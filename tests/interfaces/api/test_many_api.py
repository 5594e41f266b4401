"""Many matters at once, lists as files, filters, orders and saved views through the interface."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from qingshan.contexts.leads import listing
from tests import cast
from tests.fixtures_api import Caller
from tests.support.making import World

MakeCaller = Callable[..., Caller]


def _ok(response: Any, status: int = 200) -> Any:
    assert response.status_code == status, response.content.decode()
    return response.json()


def test_many_leads_are_received_each_with_its_outcome(world: World, caller: MakeCaller) -> None:
    waiting, done = world.make_lead(state="dispatched"), world.make_lead(state="in_review")
    other = world.make_lead(state="dispatched", township=cast.HEISHUIHE)
    call = caller(cast.TOWNSHIP_OFFICER)
    lost = call.post("/leads/bulk/receive", {"lead_ids": [str(waiting.id), str(other.id)]})
    assert (lost.status_code, lost.json()["code"]) == (404, "not_found")
    job = _ok(call.post("/leads/bulk/receive", {"lead_ids": [str(waiting.id), str(done.id)]}, key="k"), 202)
    assert (job["state"], job["total"], job["refused"]) == ("done", 2, 1)
    items = _ok(call.get(f"/jobs/{job['id']}/items"))["items"]
    assert [(i["subject_id"], i["outcome"], i["matter"]) for i in items] == [
        (str(done.id), "refused", "lead"),
        (str(waiting.id), "done", "lead"),
    ]
    assert items[0]["problem"]
    assert call.get(f"/leads/{waiting.id}").json()["state"] == "under_verification"
    again = call.post("/leads/bulk/receive", {"lead_ids": [str(waiting.id), str(done.id)]}, key="k")
    assert again.json()["id"] == job["id"]


def test_a_whole_view_is_given_to_a_unit(world: World, caller: MakeCaller) -> None:
    lead, call = world.make_lead(state="dispatched"), caller(cast.BUREAU_OFFICER)
    world.make_lead(state="in_review")
    _ok(caller(cast.TOWNSHIP_OFFICER).post(f"/leads/{lead.id}/return", {"reason": "在邻乡（演示）"}))
    unit = next(u for u in call.get("/units").json()["units"] if u["slug"] == cast.HEISHUIHE)
    body = {"view": "state=returned", "unit_id": unit["id"], "reason": "实测在邻乡（演示）"}
    job = _ok(call.post("/leads/bulk/dispatch", body), 202)
    assert (job["total"], job["refused"]) == (1, 0)
    assert call.get(f"/leads/{lead.id}").json()["unit"]["slug"] == cast.HEISHUIHE


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"lead_ids": [], "view": ""},
        {"lead_ids": []},
        {"view": "state=lost"},
        {"view": "colour=red"},
        {"view": "q=a&q=b"},
        {"view": "area_min=viel"},
    ],
)
def test_what_cannot_be_meant_is_refused(caller: MakeCaller, body: dict[str, Any]) -> None:
    assert caller(cast.TOWNSHIP_OFFICER).post("/leads/bulk/receive", body).status_code == 422


def test_cases_are_reported_and_those_not_accepted_are_told(world: World, caller: MakeCaller) -> None:
    ready, early = world.make_case(upto="accepted"), world.make_case(upto="open")
    call = caller(cast.TASKFORCE_OFFICE)
    body = {"case_ids": [str(ready.id), str(early.id)], "number": "演示报2", "reported_on": "2024-08-01"}
    body["reported_on"] = world.clock.today().isoformat()
    job = _ok(call.post("/cases/bulk/report", body), 202)
    assert (job["state"], job["total"], job["refused"]) == ("done", 2, 1)
    assert call.get(f"/cases/{ready.id}").json()["state"] == "reported"
    assert call.get(f"/cases/{early.id}").json()["state"] == "open"


def test_orders_and_filters_are_those_of_the_page(
    world: World, caller: MakeCaller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "PAGE", 2)
    leads = [world.make_lead() for _ in range(3)] + [world.make_lead(state="in_review")]
    call = caller(cast.BUREAU_OFFICER)
    for sort in listing.LEAD_SORTS:
        seen, after = [], ""
        while True:
            page = _ok(call.get("/leads", {"sort": sort, **({"after": after} if after else {})}))
            seen += [row["id"] for row in page["leads"]]
            after = page["next"]
            if not after:
                break
        assert sorted(seen) == sorted(str(lead.id) for lead in leads), sort
    assert [r["state"] for r in call.get("/leads", {"state": "in_review,archived"}).json()["leads"]] == ["in_review"]
    assert call.get("/leads", {"area_min": "99999999"}).json()["leads"] == []
    assert call.get("/leads", {"received_to": "2020-01-01"}).json()["leads"] == []
    assert call.get("/leads", {"ledger": "yes"}).json()["leads"] == []
    for query in (
        {"sort": "beauty"},
        {"sort": ""},
        {"sort": "due,area"},
        {"batch": ","},
        {"sort": "number", "after": str(leads[0].id)},
        {"state": "lost"},
        {"unit": "x"},
    ):
        assert call.get("/leads", query).status_code == 422, query
    case = world.make_case()
    for query in (
        {"sort": "-area"},
        {"subcode": case.subcode},
        {"category": case.category},
        {"village": case.division},
    ):
        assert [row["id"] for row in call.get("/cases", query).json()["cases"]] == [str(case.id)]
    assert call.get("/cases", {"reopened": "1"}).json()["cases"] == []


def test_a_page_of_a_list_costs_the_same_for_many_rows(
    world: World, caller: MakeCaller, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    for _ in range(5):
        world.make_case()
    call = caller(cast.BUREAU_OFFICER)
    for path in ("/leads", "/cases"):
        with django_assert_max_num_queries(20):
            _ok(call.get(path))


def test_views_are_saved_seen_shared_and_deleted(world: World, caller: MakeCaller) -> None:
    lead = world.make_lead(state="in_review")
    call, other = caller(cast.BUREAU_OFFICER), caller(cast.TOWNSHIP_OFFICER)
    form = {"list": "leads", "name": "待审", "query": "state=in_review&sort=-area&cols=number,area&after=x"}
    view = _ok(call.post("/views", form), 201)
    assert (view["query"], view["columns"], view["own"]) == ("state=in_review&sort=-area", "number,area", True)
    found = _ok(call.client.get(f"/api/v1/leads?{view['query']}", headers=call.headers({})))
    assert [row["id"] for row in found["leads"]] == [str(lead.id)]
    assert _ok(call.post("/views", {**form, "shared": True}), 201)["id"] == view["id"]
    assert [v["name"] for v in _ok(caller(cast.BUREAU_LEADER).get("/views", {"list": "leads"}))["views"]] == ["待审"]
    assert _ok(other.get("/views", {"list": "leads"}))["views"] == []
    assert caller(cast.BUREAU_LEADER).post(f"/views/{view['id']}/delete").status_code == 404
    assert call.post("/views", {**form, "query": "colour=red"}).status_code == 422
    assert caller(cast.BUREAU_OFFICER, ["cases:read"]).get("/views", {"list": "leads"}).json()["code"] == "scope"
    _ok(call.post(f"/views/{view['id']}/delete"))
    assert _ok(call.get("/views", {"list": "leads"}))["views"] == []


def test_a_list_becomes_a_file(
    transactional_db: None, world: World, caller: MakeCaller, run_jobs: Callable[[], None]
) -> None:
    lead = world.make_lead()
    call = caller(cast.BUREAU_OFFICER)
    assert call.post("/leads/exports", {"columns": ["colour"]}).status_code == 422
    job = _ok(call.post("/leads/exports", {"format": "csv", "columns": ["number"], "view": "sort=area"}), 202)
    assert call.get(f"/jobs/{job['id']}/file").status_code == 404
    run_jobs()
    assert _ok(call.get(f"/jobs/{job['id']}"))["state"] == "done"
    content = b"".join(call.get(f"/jobs/{job['id']}/file").streaming_content).decode("utf-8-sig")
    assert lead.number in content
