"""The map and the progress overview through the interface: the same figures as the pages, within the scope."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests import cast
from tests.fixtures_api import Caller
from tests.support.making import World
from tests.support.mvt import read_tile

MakeCaller = Callable[..., Caller]
COUNTY = "113.5,37.0,115.5,38.5"


def _ok(response: Any) -> Any:
    assert response.status_code == 200, response.content.decode()
    return response.json()


def test_what_lies_in_a_box_is_what_the_caller_may_see(world: World, caller: MakeCaller) -> None:
    own = world.make_lead(state="in_review", township=cast.SUCUN)
    other = world.make_lead(state="received", township=cast.HEISHUIHE)
    county, township = caller(cast.BUREAU_OFFICER), caller(cast.TOWNSHIP_OFFICER)
    everything = _ok(county.get("/map/leads", {"box": COUNTY}))
    assert {point["id"] for point in everything["points"]} >= {str(own.id), str(other.id)}
    assert [point["id"] for point in _ok(township.get("/map/leads", {"box": COUNTY}))["points"]] == [str(own.id)]
    narrowed = _ok(county.get("/map/leads", {"box": COUNTY, "state": "in_review"}))
    assert [point["id"] for point in narrowed["points"]] == [str(own.id)]
    [point] = [p for p in everything["points"] if p["id"] == str(own.id)]
    around = (
        f"{point['lon'] - 0.001:.6f},{point['lat'] - 0.001:.6f},{point['lon'] + 0.001:.6f},{point['lat'] + 0.001:.6f}"
    )
    assert [p["id"] for p in _ok(county.get("/map/leads", {"box": around}))["points"]] == [str(own.id)]


@pytest.mark.parametrize("box", ["", "1,2,3", "115,38,114,37", "a,b,c,d", "-200,0,10,10", "114,37,114.5,nan"])
def test_a_box_that_is_none_is_refused_by_name(caller: MakeCaller, box: str) -> None:
    answer = caller(cast.BUREAU_OFFICER).get("/map/cases", {"box": box})
    assert answer.status_code == 422
    assert "box" in answer.content.decode()


def test_counts_and_tiles_add_up_to_the_list(world: World, caller: MakeCaller) -> None:
    for state in ("received", "in_review", "in_review"):
        world.make_lead(state=state)
    call = caller(cast.BUREAU_OFFICER)
    counts = {row["state"]: row["count"] for row in _ok(call.get("/map/leads/counts"))["counts"]}
    listed = _ok(call.get("/leads"))["counts"]
    assert counts == {state: n for state, n in listed.items() if n}
    tile = call.get("/map/leads/0/0/0.mvt")
    assert (tile.status_code, tile["Content-Type"]) == (200, "application/vnd.mapbox-vector-tile")
    assert sum(row["n"] for row in read_tile(tile.content)["lead_cells"]) == sum(counts.values())
    assert call.get("/map/leads/3/9/0.mvt").status_code == 404


def test_progress_tells_what_the_page_shows(world: World, caller: MakeCaller) -> None:
    world.make_lead(state="in_review")
    world.make_case(upto="open")
    world.make_case(upto="closed")
    told = _ok(caller(cast.BUREAU_OFFICER).get("/progress"))
    assert {(lane["lane"], lane["count"]) for lane in told["lanes"]} == {
        ("verify", 1), ("rectify", 1), ("consolidate", 1),
    }  # fmt: skip
    assert told["days"][-1]["total"] == 1
    assert [(m["entered"], m["closed"], m["phase"]) for m in told["months"]] == [(2, 1, "during")]
    assert told["gaps"] == []
    stranger = _ok(caller(cast.STRANGER).get("/progress"))
    assert [lane["count"] for lane in stranger["lanes"]] == [0]
