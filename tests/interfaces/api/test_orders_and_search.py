"""Orders and search through the interface."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests import cast
from tests.fixtures_api import Caller
from tests.support.making import World

MakeCaller = Callable[..., Caller]


def _ok(response: Any, status: int = 200) -> Any:
    assert response.status_code == status, response.content.decode()
    return response.json()


def _order(world: World, call: Caller, **changes: Any) -> Any:
    units = {u["slug"]: u["id"] for u in _ok(call.get("/units"))["units"]}
    content = {
        "kind": "order",
        "title": "排查旧采坑（演示）",
        "text": "请逐村排查旧采坑并反馈（演示）",
        "unit_ids": [units[cast.SUCUN], units[cast.HEISHUIHE]],
        "due_at": (world.clock.now + timedelta(days=5)).isoformat(),
    }
    return call.post("/assignments", {**content, **changes}, key="order-1")


@pytest.mark.clause("四-2-0①")
def test_an_order_from_giving_to_done(world: World, caller: MakeCaller) -> None:
    office, township = caller(cast.TASKFORCE_OFFICE), caller(cast.TOWNSHIP_OFFICER)
    order = _ok(_order(world, office), 201)
    assert _ok(_order(world, office), 201)["id"] == order["id"]
    assert (order["state"], order["lines_total"]) == ("open", 2)
    [row] = _ok(township.get("/assignment-lines"))["lines"]
    assert row["assignment"]["number"] == order["number"]
    path = f"/assignment-lines/{row['id']}"
    assert _ok(township.post(f"{path}/receive"))["state"] == "received"
    assert township.post(f"{path}/reply", {"text": " "}).status_code == 422
    replied = _ok(township.post(f"{path}/reply", {"text": "已排查，未发现（演示）"}))
    assert replied["replies"][0]["round"] == 1
    steer = f"/assignments/{order['id']}/steer"
    assert township.post(steer, {"act": "accept", "line_ids": [row["id"]]}).status_code == 403
    _ok(office.post(steer, {"act": "send_back", "line_ids": [row["id"]], "text": "请写明村名（演示）"}))
    _ok(township.post(f"{path}/reply", {"text": "北苏村无（演示）"}))
    done = _ok(office.post(steer, {"act": "accept", "line_ids": [row["id"]], "text": "同意"}))
    assert done["lines_done"] == 1
    other = next(line for line in done["lines"] if line["id"] != row["id"])
    later = (world.clock.now + timedelta(days=9)).isoformat()
    _ok(office.post(steer, {"act": "extend", "line_ids": [other["id"]], "due_at": later, "text": "雨天（演示）"}))
    _ok(office.post(steer, {"act": "remind", "line_ids": [other["id"]]}))
    ended = _ok(office.post(steer, {"act": "withdraw", "line_ids": [other["id"]], "text": "不需要了（演示）"}))
    assert ended["state"] == "done"
    acts = [e["act"] for e in _ok(office.get(f"/assignments/{order['id']}/entries"))["entries"]]
    assert "assignment.issue" in acts


def test_a_stranger_and_another_township_see_nothing(world: World, caller: MakeCaller) -> None:
    office = caller(cast.TASKFORCE_OFFICE)
    units = {u["slug"]: u["id"] for u in _ok(office.get("/units"))["units"]}
    order = _ok(_order(world, office, unit_ids=[units[cast.SUCUN]]), 201)
    line = order["lines"][0]["id"]
    for member in (cast.STRANGER, cast.OTHER_TOWNSHIP_OFFICER):
        call = caller(member)
        assert _ok(call.get("/assignment-lines"))["lines"] == []
        assert call.get(f"/assignments/{order['id']}").status_code == 404
        assert call.get(f"/assignment-lines/{line}").status_code == 404
        assert call.post(f"/assignment-lines/{line}/receive").status_code == 404


def test_search_finds_what_is_in_scope(world: World, caller: MakeCaller) -> None:
    case = world.make_case()
    hits = _ok(caller(cast.BUREAU_OFFICER).get("/search", {"q": case.number}))["hits"]
    assert [(h["kind"], h["key"]) for h in hits if h["kind"] == "case"] == [("case", str(case.id))]
    narrow = caller(cast.BUREAU_OFFICER, ["leads:read"])
    assert all(h["kind"] != "case" for h in _ok(narrow.get("/search", {"q": case.number}))["hits"])
    lead = world.lead(case.lead_id)
    assert _ok(caller(cast.STRANGER).get("/search", {"q": lead.number}))["hits"] == []
    assert _ok(caller(cast.OTHER_TOWNSHIP_OFFICER).get("/search", {"q": lead.number}))["hits"] == []
    assert caller(cast.BUREAU_OFFICER).get("/search", {"q": "！！"}).status_code == 422
