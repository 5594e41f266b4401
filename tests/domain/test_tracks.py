"""How tracks move: enforcement one station after the other, the four points of a closure in any order."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qingshan.domain.acts import ActRefused
from qingshan.domain.tracks import MACHINES, StationNeeds, StationWork, check_step, machine_of

LINE = ("stop_notice", "filed", "investigated", "decided", "executed")
POINTS = ("people_gone", "equipment_gone", "buildings_gone", "workings_sealed")
NEEDS = StationNeeds(slug="filed", label="立案", fields=(("no", "文号"),), photos=1, files=2, role="bureau_officer")
WORK = StationWork(fields={"no": "1号"}, photos=1, files=2)
OFFICER = frozenset({"bureau_officer"})


def test_these_tracks_have_these_stations() -> None:
    assert {name: machine.stations for name, machine in MACHINES.items()} == {
        "enforcement": LINE,
        "site_closure": POINTS,
        "provincial_entry": ("entered",),
    }
    with pytest.raises(KeyError):
        machine_of("magic")


@given(st.permutations(LINE))
def test_enforcement_goes_station_by_station(order: list[str]) -> None:
    machine, done = MACHINES["enforcement"], set[str]()
    for station in order:
        if station in machine.open_stations(done):
            assert station == LINE[len(done)]
            done.add(station)
    assert machine.open_stations(done) == LINE[len(done) : len(done) + 1]
    assert machine.is_complete(done) == (len(done) == 5)


@pytest.mark.clause("三-2-1②a")
@pytest.mark.parametrize("order", list(itertools.permutations(POINTS)))
def test_the_four_points_are_finished_in_any_order_and_only_all_four_complete_it(order: tuple[str, ...]) -> None:
    machine = MACHINES["site_closure"]
    for number in range(4):
        done = set(order[:number])
        assert set(machine.open_stations(done)) == set(POINTS) - done
        assert not machine.is_complete(done)
    assert machine.is_complete(set(order))


def refusal(
    needs: StationNeeds = NEEDS,
    work: StationWork = WORK,
    done: frozenset[str] = frozenset({"stop_notice"}),
    roles: frozenset[str] = OFFICER,
) -> ActRefused | None:
    """How a step is refused."""
    try:
        check_step(MACHINES["enforcement"], done, needs, work, roles)
    except ActRefused as refused:
        return refused
    return None


def test_a_complete_step_is_taken() -> None:
    assert refusal() is None
    assert refusal(work=StationWork(fields={"no": "1", "more": "x"}, photos=9, files=9)) is None


@pytest.mark.clause("一-3")
def test_a_step_out_of_turn_is_refused_with_what_comes_first() -> None:
    refused = refusal(needs=replace(NEEDS, slug="decided"), done=frozenset({"stop_notice"}))
    assert refused is not None
    assert (refused.code, refused.missing) == ("order", ("filed", "investigated"))


def test_a_finished_station_is_not_finished_again() -> None:
    refused = refusal(done=frozenset({"stop_notice", "filed"}))
    assert refused is not None
    assert refused.code == "done"
    assert "更正" in refused.message


def test_a_station_of_another_track_is_out_of_turn() -> None:
    refused = refusal(needs=replace(NEEDS, slug="people_gone"))
    assert refused is not None
    assert refused.code == "order"


@pytest.mark.clause("一-3")
@pytest.mark.parametrize("roles", [frozenset(), frozenset({"bureau_leader"}), frozenset({"township_officer"})])
def test_only_the_post_of_the_plan_finishes_a_station(roles: frozenset[str]) -> None:
    refused = refusal(roles=roles)
    assert refused is not None
    assert refused.code == "role"


@pytest.mark.parametrize(
    ("work", "missing"),
    [
        (StationWork(fields={}, photos=1, files=2), ("文号未填",)),
        (StationWork(fields={"no": " "}, photos=1, files=2), ("文号未填",)),
        (StationWork(fields={"no": "1"}, photos=0, files=2), ("还缺照片 1 张（重复的、本问题已用过的照片不算）",)),
        (StationWork(fields={"no": "1"}, photos=1, files=0), ("还缺文件 2 份",)),
        (
            StationWork(fields={}, photos=0, files=1),
            ("文号未填", "还缺照片 1 张（重复的、本问题已用过的照片不算）", "还缺文件 1 份"),
        ),
    ],
)
def test_a_step_without_its_evidence_is_refused_with_a_list(work: StationWork, missing: tuple[str, ...]) -> None:
    refused = refusal(work=work)
    assert refused is not None
    assert (refused.code, refused.missing) == ("evidence", missing)


def test_how_many_are_missing_is_counted() -> None:
    refused = refusal(needs=replace(NEEDS, photos=4, files=5), work=StationWork(fields={"no": "1"}, photos=1, files=2))
    assert refused is not None
    assert [text[:8] for text in refused.missing] == ["还缺照片 3 张", "还缺文件 3 份"]
