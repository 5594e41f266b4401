"""Putting a substantiated lead on the ledger: number, units, mode, person, dates (三-2-0③)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from qingshan.commons.people.selectors import responsible_posts
from qingshan.contexts.cases.models import Track
from qingshan.contexts.cases.public import open_case
from qingshan.contexts.ledgers.public import ledger_as_of
from qingshan.domain.acts import ActRefused
from tests import cast
from tests.support.making import World


@pytest.mark.clause("三-2-0③")
@pytest.mark.parametrize(
    "changes",
    [
        {"rectification_mode": ""},
        {"responsible_person": ""},
        {"due_on": None},
        {"milestones": ()},
        {"category": ""},
        {"subcode": "B1"},
    ],
    ids=lambda changes: next(iter(changes)),
)
@pytest.mark.parametrize("channel", ["province-patch", "public-report"])
def test_without_one_of_its_parts_it_does_not_get_on_the_ledger_whatever_the_channel(
    world: World, channel: str, changes: dict[str, Any]
) -> None:
    lead = world.make_lead(state="under_verification", channel=channel)
    world.verify(lead, "substantiated")
    lead = world.review(lead)
    complete = world.opening()
    with pytest.raises(ActRefused) as refused:
        world.perform(
            cast.BUREAU_OFFICER, open_case, lead_id=lead.id,
            form=replace(complete, opening=replace(complete.opening, **changes)),
        )  # fmt: skip
    assert refused.value.code == "opening"
    assert refused.value.missing
    assert world.open(lead).number == "元采〔2024〕0001", "a refused opening takes no number"


@pytest.mark.clause("三-2-0③")
def test_a_business_site_as_cover_needs_the_site(world: World) -> None:
    lead = world.make_lead(state="substantiated")
    with pytest.raises(ActRefused) as refused:
        world.open(lead, subcode="A2", extras={})
    assert len(refused.value.missing) == 3
    assert world.open(lead, subcode="A2").extras["business_name"] == "演示石材加工点"


@pytest.mark.clause("三-1-3②a")
def test_numbers_are_permanent_and_without_gaps(world: World) -> None:
    numbers = []
    for _ in range(3):
        lead = world.make_lead(state="substantiated")
        with pytest.raises(ActRefused):
            world.open(lead, due_on=None)
        numbers.append(world.open(lead).number)
        world.clock.tick(days=1)
    assert numbers == [f"元采〔2024〕{n:04d}" for n in (1, 2, 3)]
    world.clock.now = world.clock.now.replace(year=2025)
    assert world.make_case().number == "元采〔2025〕0001"


@pytest.mark.clause("三-1-3②a")
@pytest.mark.parametrize(
    "member",
    [cast.TOWNSHIP_OFFICER, cast.TOWNSHIP_LEADER, cast.TASKFORCE_OFFICE, cast.COUNTY_LEADER, cast.CITY_REVIEWER],
)
def test_only_the_bureau_writes_the_ledger(world: World, member: cast.Member) -> None:
    lead = world.make_lead(state="substantiated")
    with pytest.raises(ActRefused) as refused:
        world.perform(member, open_case, lead_id=lead.id, form=world.opening())
    assert refused.value.code == "role"


@pytest.mark.parametrize("state", ["dispatched", "in_review", "county_recheck", "archived", "inconclusive"])
def test_only_a_substantiated_lead_gets_on_the_ledger(world: World, state: str) -> None:
    lead = world.make_lead(state=state)
    with pytest.raises(ActRefused) as refused:
        world.open(lead)
    assert refused.value.code == "state"


def test_a_lead_gets_on_the_ledger_once(world: World) -> None:
    case = world.make_case()
    with pytest.raises(ActRefused) as refused:
        world.open(world.lead(case.lead_id))
    assert refused.value.code == "done"


@pytest.mark.clause("三-2-0①", "四-2-1①")
def test_the_township_of_the_place_is_responsible_whoever_files_the_case(world: World) -> None:
    for slug in (cast.SUCUN, cast.HEISHUIHE, cast.DEVELOPMENT_ZONE):
        case = world.make_case(upto="open", township=slug)
        world.finish(case, "enforcement", "stop_notice", member=cast.ENFORCER)
        world.finish(case, "enforcement", "filed", member=cast.SECOND_ENFORCER)
        stored = world.case(case.id)
        assert stored.unit.slug == slug
        assert f'"unit":"{stored.unit.name}"' in world.entries(case.id)[-1].payload


def test_an_empty_responsible_post_is_a_listed_gap(world: World) -> None:
    case = world.make_case()
    posts = responsible_posts(case.unit_id, world.clock.today())
    assert [(post.duty, post.holder) for post in posts] == [
        ("first_party", cast.TOWNSHIP_SECRETARY.name),
        ("first_government", ""),
        ("specific", cast.TOWNSHIP_LEADER.name),
    ]


def test_each_category_has_its_tracks_and_its_supervisor(world: World) -> None:
    expected = {
        "unlicensed": {"enforcement": True, "site_closure": True, "provincial_entry": True},
        "licensed_pit": {"enforcement": True, "provincial_entry": True},
        "project_cover": {"enforcement": True, "site_closure": False, "provincial_entry": True},
    }
    plan = world.in_force().plan
    for category, tracks in expected.items():
        case = world.make_case(category=category)
        with world.seeing_all():
            assert {t.kind: t.required for t in Track.objects.filter(case=case)} == tracks
        department = next((t.unit for t in plan.project_types if t.code == case.subcode), "")
        assert case.supervising_unit.slug == (department or "natural-resources")


def test_an_unknown_offender_is_said_so(world: World) -> None:
    case = world.open(world.make_lead(state="substantiated"), party="")
    assert (case.offender_known, case.party_ref) == (False, None)
    with world.seeing(cast.BUREAU_OFFICER) as viewer:
        assert ledger_as_of(viewer, world.clock.now, now=world.clock.now).rows


def test_due_dates_of_the_past_are_refused(world: World) -> None:
    lead, yesterday = world.make_lead(state="substantiated"), world.clock.today() - timedelta(days=1)
    with pytest.raises(ActRefused) as refused:
        world.open(lead, due_on=yesterday, milestones=((yesterday, "演示"),))
    assert refused.value.missing == ("完成时限早于今天",)
