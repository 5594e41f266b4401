"""Progress overview: lanes, clearing count, broken chains and trend as the page shows them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlparse

import pytest
from django.test import Client

from qingshan.commons.people.models import Holding, Unit
from qingshan.contexts.cases.public import Case
from qingshan.contexts.leads.public import Lead
from tests import cast
from tests.cast import Clock, Member
from tests.support.making import World

SignIn = Callable[[Member], Client]
pytestmark = pytest.mark.django_db


def _shown(client: Client) -> dict[str, Any]:
    response = client.get("/progress/")
    assert response.status_code == 200
    return {name: response.context[name] for name in ("lanes", "rows", "days", "gaps", "gap_total")}


def _lane(shown: dict[str, Any], place: int) -> dict[str, Any]:
    lane: dict[str, Any] = shown["lanes"][place]
    return lane


@pytest.mark.clause("三-0-2")
def test_a_matter_stands_in_its_lane_and_the_lanes_run_side_by_side(
    make_lead: Callable[..., Lead], make_case: Callable[..., Case], sign_in: SignIn
) -> None:
    make_lead(state="in_review")
    for upto in ("open", "reported", "closed"):
        make_case(upto=upto)
    shown = _shown(sign_in(cast.BUREAU_OFFICER))
    assert [lane["total"] for lane in shown["lanes"]] == [1, 1, 1, 1]
    for place, state in ((1, "open"), (2, "accepted,reported,city_passed"), (3, "closed,closed_before")):
        lane = _lane(shown, place)
        assert parse_qs(urlparse(lane["url"]).query)["state"] == [state]
        assert sum(part["count"] for part in lane["parts"]) == lane["total"]


@pytest.mark.clause("一-9")
def test_the_open_count_follows_the_close_out_and_keeps_both_days(
    world: World, clock: Clock, make_case: Callable[..., Case], sign_in: SignIn
) -> None:
    make_case(upto="open")
    second = make_case(upto="city_passed")
    client = sign_in(cast.BUREAU_OFFICER)
    clock.tick(hours=48)
    before = _shown(client)
    assert [before["rows"][-1][name] for name in ("entered", "closed", "open", "zero")] == [2, 0, 2, 0]
    yesterday = clock.now.date()
    clock.tick(hours=24)
    world.close(second)
    after = _shown(client)
    assert [after["rows"][-1][name] for name in ("entered", "closed", "open")] == [2, 1, 1]
    assert [day.total for day in after["days"] if day.day in (yesterday, clock.now.date())] == [1, 2]


@pytest.mark.clause("一-6")
def test_a_category_shows_how_many_stand_open_and_how_many_came_back(
    make_case: Callable[..., Case], sign_in: SignIn
) -> None:
    for upto, category in (
        ("open", "unlicensed"),
        ("closed", "unlicensed"),
        ("reopened", "unlicensed"),
        ("open", "licensed_pit"),
    ):
        make_case(upto=upto, category=category)
    rows = {row["slug"]: row for row in _shown(sign_in(cast.BUREAU_OFFICER))["rows"]}
    assert [rows["unlicensed"][name] for name in ("entered", "open", "reopened")] == [3, 2, 1]
    assert [rows["licensed_pit"][name] for name in ("entered", "open", "reopened")] == [1, 1, 0]


@pytest.mark.clause("三-1-3①d")
def test_a_matter_without_a_next_step_or_without_somebody_for_it_is_a_broken_chain(
    world: World, make_lead: Callable[..., Lead], sign_in: SignIn
) -> None:
    lead = make_lead(state="under_verification", township=cast.HEISHUIHE)
    client = sign_in(cast.BUREAU_OFFICER)
    assert _shown(client)["gap_total"] == 0
    with world.seeing_all():
        Lead.objects.filter(id=lead.id).update(due_at=None)
    shown = _shown(client)
    assert [(gap["state"], gap["count"]) for gap in shown["gaps"]] == [("under_verification", 1)]
    with world.seeing_all():
        unit = Unit.objects.get(id=lead.unit_id)
        Holding.objects.filter(post__unit=unit, until__isnull=True).update(until=date(2024, 7, 20))
    gaps = [gap for gap in _shown(client)["gaps"] if gap["remedy_url"]]
    assert [(gap["unit"], gap["count"]) for gap in gaps] == [(unit.short, 1)]
    assert "实地核查" in gaps[0]["why"]
    assert client.get(gaps[0]["remedy_url"]).status_code == 200


def test_a_township_counts_its_own_matters_alone(make_case: Callable[..., Case], sign_in: SignIn) -> None:
    make_case(upto="open", township=cast.HEISHUIHE)
    shown = [_shown(sign_in(member)) for member in (cast.OTHER_TOWNSHIP_OFFICER, cast.TOWNSHIP_OFFICER)]
    assert [one["rows"][-1]["entered"] for one in shown] == [1, 0]
    assert [_lane(one, 1)["total"] for one in shown] == [1, 0]
