"""Leads that look alike are suggested with why, within scope, and a decision is remembered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import shapely
from django.db import connection
from django.test.utils import CaptureQueriesContext

from qingshan.contexts.leads.models import LeadPair, PairSweep
from qingshan.contexts.leads.public import (
    Lead,
    LeadForm,
    Probe,
    find_alike,
    open_pairs,
    probe_of,
    register_lead,
    related_leads,
    tell_apart,
)
from qingshan.contexts.leads.services.pairing import find_pairs
from tests import cast
from tests.support.making import World

METRE = 1 / 111_000
MakeLead = Callable[..., Lead]


def call(world: World, lon: float, lat: float, **values: Any) -> Lead:
    """A call to the hotline."""
    form: dict[str, Any] = {
        "channel": "hotline-12345", "lon": lon, "lat": lat, "place_text": "", "source_no": "",
        "description": "夜里有挖掘机装车", "discovered_at": world.clock.now,
    }  # fmt: skip
    return world.perform(cast.BUREAU_OFFICER, register_lead, form=LeadForm(**(form | values)))


def test_a_call_beside_a_patch_is_suggested_with_distance_and_time(world: World, make_lead: MakeLead) -> None:
    patch = make_lead()
    world.clock.tick(days=12)
    new = call(world, patch.centre.x, patch.centre.y + 80 * METRE)
    with world.seeing(cast.BUREAU_OFFICER) as viewer:
        [one] = find_alike(viewer, probe_of(new), world.in_force())
    assert one.lead.id == patch.id
    assert one.metres is not None
    assert 0 < one.metres < 80
    assert one.why == f"相距 {one.metres} 米，早 12 天"


def test_what_is_far_away_is_not_suggested(world: World, make_lead: MakeLead) -> None:
    patch = make_lead()
    new = call(world, patch.centre.x, patch.centre.y + 600 * METRE)
    with world.seeing(cast.BUREAU_OFFICER) as viewer:
        assert find_alike(viewer, probe_of(new), world.in_force()) == []


def test_an_overlapping_patch_of_another_file_says_how_much(world: World, make_lead: MakeLead) -> None:
    first = make_lead()
    x, y = world.place_of(cast.SUCUN)
    second = make_lead(at=(x + 5 * METRE, y), channel="city-push")
    with world.seeing(cast.BUREAU_OFFICER) as viewer:
        [one] = find_alike(viewer, probe_of(second), world.in_force())
    assert one.lead.id == first.id
    assert "重叠" in one.why
    assert "同一天" in one.why


def test_the_same_own_number_is_found_anywhere(world: World, make_lead: MakeLead) -> None:
    patch = make_lead(source_no="ZX-2024-77")
    other = make_lead(township=cast.HEISHUIHE, channel="city-push", source_no="ZX-2024-77")
    with world.seeing(cast.BUREAU_OFFICER) as viewer:
        [one] = find_alike(viewer, probe_of(other), world.in_force())
    assert one.lead.id == patch.id
    assert one.reasons[0] == "来源编号相同（ZX-2024-77）"


def test_words_are_compared_while_the_caller_still_talks(world: World) -> None:
    x, y = world.place_of(cast.SUCUN)
    known = call(world, x, y, description="村北山坡上有三台挖掘机夜间采石装车")
    probe = Probe(
        geometry=None,
        moment=world.clock.now,
        precise=False,
        words="村北山坡有挖掘机夜间采石装车",
        division=known.division,
    )
    with world.seeing(cast.BUREAU_OFFICER) as viewer:
        [one] = find_alike(viewer, probe, world.in_force())
        assert one.lead.id == known.id
        assert one.reasons[0].startswith("文字相近")
        assert find_alike(viewer, replace(probe, words="河边抽沙船只作业冲洗砂石料场"), world.in_force()) == []


def test_nobody_is_shown_what_he_may_not_see(world: World, make_lead: MakeLead) -> None:
    patch = make_lead()
    probe = Probe(geometry=shapely.Point(patch.centre.x, patch.centre.y), moment=world.clock.now)
    with world.seeing(cast.OTHER_TOWNSHIP_OFFICER) as viewer:
        assert find_alike(viewer, probe, world.in_force()) == []
    with world.seeing(cast.STRANGER) as viewer:
        assert find_alike(viewer, probe, world.in_force()) == []


def test_few_queries_however_many_leads(world: World, make_lead: MakeLead) -> None:
    patch = make_lead()
    for _ in range(3):
        call(world, patch.centre.x, patch.centre.y)
    with (
        world.seeing(cast.BUREAU_OFFICER) as viewer,
        CaptureQueriesContext(
            connection,
        ) as asked,
    ):
        in_force = world.in_force()
        find_alike(viewer, probe_of(patch), in_force)
    assert len([q for q in asked if "leads_lead" in q["sql"]]) <= 4


def swept(world: World) -> datetime:
    world.clock.tick(minutes=10)
    find_pairs(world.clock.now)
    return world.clock.now


def test_the_search_keeps_each_pair_once_and_goes_on_where_it_stopped(world: World, make_lead: MakeLead) -> None:
    patch = make_lead()
    new = call(world, patch.centre.x, patch.centre.y)
    swept(world)
    swept(world)
    with world.seeing_all():
        mine = LeadPair.objects.filter(lead_id__in=[patch.id, new.id], other_id__in=[patch.id, new.id])
        [pair] = mine
        assert {pair.lead_id, pair.other_id} == {patch.id, new.id}
        assert pair.score >= 60
        assert PairSweep.objects.count() == 1
    with world.seeing(cast.OTHER_TOWNSHIP_OFFICER) as viewer:
        assert [p for p in open_pairs(viewer) if p.id == pair.id] == []


def test_told_apart_is_remembered(world: World, make_lead: MakeLead) -> None:
    patch = make_lead()
    new = call(world, patch.centre.x, patch.centre.y)
    swept(world)
    world.perform(cast.BUREAU_OFFICER, tell_apart, lead_id=new.id, other_id=patch.id, reason="隔着一道山梁（演示）")
    swept(world)
    with world.seeing(cast.BUREAU_OFFICER) as viewer:
        assert related_leads(viewer, world.lead(new.id), world.in_force()).alike == []
        assert all({p.lead_id, p.other_id} != {patch.id, new.id} for p in open_pairs(viewer))
    assert [e.act for e in world.entries(patch.id)][-1] == "lead.distinct"
    assert [e.act for e in world.entries(new.id)][-1] == "lead.distinct"


def test_a_search_stops_when_its_time_is_over(world: World, make_lead: MakeLead) -> None:
    make_lead()
    world.clock.tick(minutes=10)
    assert find_pairs(world.clock.now, go_on=lambda: False) == (0, 0)
    assert find_pairs(world.clock.now)[0] == 1, "the next one takes it up"
