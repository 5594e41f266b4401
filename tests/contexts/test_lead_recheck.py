"""Every lead found unfounded is re-checked on site, by the county and by the city, all of them (三-3-2⑤, 四-2-2③b)."""

from __future__ import annotations

import pytest

from qingshan.contexts.leads.models import Recheck
from qingshan.contexts.leads.public import RecheckForm, recheck_lead, recheck_progress
from qingshan.domain.acts import ActRefused
from tests import cast
from tests.support.making import World


@pytest.mark.clause("三-3-2⑤")
def test_ten_unfounded_leads_make_ten_rechecks_by_the_city(world: World) -> None:
    leads = [world.make_lead(state="city_recheck") for _ in range(10)]
    with world.seeing(cast.CITY_REVIEWER) as viewer:
        assert recheck_progress(viewer, "city") == (0, 10)
    for number, lead in enumerate(leads, start=1):
        world.recheck(lead, "city")
        with world.seeing(cast.CITY_REVIEWER) as viewer:
            assert recheck_progress(viewer, "city") == (number, 10)
    assert all(world.lead(lead.id).state == "archived" for lead in leads)


@pytest.mark.clause("三-3-2⑤")
@pytest.mark.parametrize(("level", "state"), [("county", "county_recheck"), ("city", "city_recheck")])
def test_a_recheck_from_the_desk_is_refused(world: World, level: str, state: str) -> None:
    lead = world.make_lead(state=state)
    who = cast.ENFORCER if level == "county" else cast.CITY_REVIEWER
    form = RecheckForm(outcome="confirmed", persons=(who.name,), visited_at=None, lon=None, lat=None, finding=" ")
    with pytest.raises(ActRefused) as refused:
        world.perform(who, recheck_lead, lead_id=lead.id, level=level, form=form, photos=[])
    assert refused.value.code == "incomplete"
    assert len(refused.value.missing) == 5
    assert any("不接受桌面结论" in text for text in refused.value.missing)
    assert world.lead(lead.id).state == state


def test_a_recheck_needs_two_persons(world: World) -> None:
    lead = world.make_lead(state="county_recheck")
    with pytest.raises(ActRefused) as refused:
        world.recheck(lead, "county", persons=("演示甲", " 演示甲"))
    assert refused.value.missing == ("复核人不足 2 名",)


@pytest.mark.parametrize(("level", "state"), [("county", "county_recheck"), ("city", "city_recheck")])
def test_an_overturned_lead_becomes_substantiated_and_can_be_put_on_the_ledger(
    world: World, level: str, state: str
) -> None:
    lead = world.make_lead(state=state)
    overturned = world.recheck(lead, level, "overturned")
    assert (overturned.state, overturned.verdict, overturned.unfounded_reason) == ("substantiated", "substantiated", "")
    assert world.open(overturned).lead_id == lead.id


def test_the_rechecks_are_kept_with_persons_place_and_distance(world: World) -> None:
    lead = world.make_lead(state="archived")
    with world.seeing_all():
        county, city = Recheck.objects.filter(lead=lead).order_by("id")
    assert (county.level, city.level) == ("county", "city")
    assert county.persons == [cast.ENFORCER.name, cast.SECOND_ENFORCER.name]
    assert city.persons == [cast.CITY_REVIEWER.name, cast.SECOND_CITY_REVIEWER.name]
    assert city.distance_m < 1


def test_the_city_cannot_go_before_the_county_nor_the_county_for_the_city(world: World) -> None:
    lead = world.make_lead(state="county_recheck")
    with pytest.raises(ActRefused) as refused:
        world.recheck(lead, "city")
    assert refused.value.code == "state"
    later = world.make_lead(state="city_recheck")
    with pytest.raises(ActRefused) as refused:
        world.recheck(later, "city", member=cast.BUREAU_LEADER)
    assert refused.value.code == "role"
