"""The world that tests begin in: a county with its cast, and matters brought to any state."""

from __future__ import annotations

import pytest

from qingshan.commons.people.models import Account
from qingshan.commons.people.viewer import viewer_of
from qingshan.contexts.leads.public import Lead
from tests import cast
from tests.support.making import CASE_STOPS, LEAD_STATES, World


def test_everybody_has_a_post_but_the_former_officer(world: World) -> None:
    assert all(world.viewer(member).has(member.role) for member in cast.EVERYBODY)
    former = Account.objects.get(username=cast.FORMER_OFFICER.username)
    assert viewer_of(former, today=world.clock.today()) is None


@pytest.mark.parametrize("state", LEAD_STATES)
def test_a_lead_is_made_in_any_state(world: World, state: str) -> None:
    assert world.make_lead(state=state).state == state


@pytest.mark.parametrize("stop", CASE_STOPS)
def test_a_case_is_worked_up_to_any_stop(world: World, stop: str) -> None:
    expected = {"tracks": "open", "reopened": "open"}.get(stop, stop)
    assert world.make_case(upto=stop).state == expected


def test_a_stranger_of_the_next_county_sees_nothing(world: World) -> None:
    lead = world.make_lead()
    with world.seeing(cast.STRANGER):
        assert not Lead.objects.exists()
    with world.seeing(cast.BUREAU_OFFICER):
        assert Lead.objects.get().id == lead.id
