"""The table of gate acts on a case, and that no sequence of acts slips past a gate."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from qingshan.domain.acts import CATALOGUE, ActRefused
from qingshan.domain.case import STEP_STATES, TABLE, CaseState, TrackFacts, allowed_acts, missing_for_acceptance
from qingshan.domain.case import next_state as step
from qingshan.domain.tracks import MACHINES
from tests.support.tables import CASE_ACTS, ROLES

OUTCOMES = ("", "pass", "fail", "confirmed")
ACTS = (*CASE_ACTS, "case.open", "case.track_step", "lead.verify", "")


def verdict_of(state: str, act: str, outcome: str, roles: set[str]) -> str:
    """What the specification says: the target state, or "!" and the code of the refusal."""
    if act not in CASE_ACTS:
        return "!unknown_act"
    sources, targets, who = CASE_ACTS[act]
    if not who & roles:
        return "!role"
    return targets.get(outcome, "!outcome") if state in sources else "!state"


def answer_of(state: str, act: str, outcome: str, roles: set[str]) -> str:
    """What the core says, in the same words."""
    try:
        return step(state=CaseState(state), act=act, outcome=outcome, roles=frozenset(roles)).value
    except ActRefused as refusal:
        return f"!{refusal.code}" if refusal.message else "refused without a word"


@pytest.mark.clause("一-3", "三-1-3②c", "三-3-1①")
@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("role", ROLES)
def test_every_state_and_outcome_is_answered_as_specified(act: str, role: str) -> None:
    for state, outcome in itertools.product(CaseState, OUTCOMES):
        assert answer_of(state.value, act, outcome, {role}) == verdict_of(state.value, act, outcome, {role})


def test_the_table_has_these_acts_and_each_names_its_clause() -> None:
    assert set(TABLE) == set(CASE_ACTS) <= set(CATALOGUE)
    assert all(row.clause for row in TABLE.values())
    assert frozenset({CaseState.OPEN}) == STEP_STATES


@pytest.mark.parametrize("role", ROLES)
def test_the_offered_acts_are_those_that_would_be_accepted(role: str) -> None:
    for state in CaseState:
        accepted = tuple(
            act for act in TABLE if any(not answer_of(state.value, act, o, {role}).startswith("!") for o in OUTCOMES)
        )
        assert allowed_acts(state=state, roles=frozenset({role})) == accepted


class Case(RuleBasedStateMachine):
    """Anybody works stations and gates of one case in any order; acceptance asks for the tracks as the service does."""

    required = ("enforcement", "site_closure", "provincial_entry")

    @initialize()
    def begin(self) -> None:
        self.state = "open"
        self.done: dict[str, set[str]] = {track: set() for track in self.required}
        self.since_open: list[str] = []

    def facts(self) -> tuple[TrackFacts, ...]:
        return tuple(TrackFacts(track=t, label=t, required=True, done=frozenset(done)) for t, done in self.done.items())

    @rule(data=st.data())
    def work_a_station(self, data: st.DataObject) -> None:
        track = data.draw(st.sampled_from(self.required))
        open_now = MACHINES[track].open_stations(self.done[track])
        if self.state == "open" and open_now:
            self.done[track].add(data.draw(st.sampled_from(open_now)))

    @rule()
    def finish_all_stations(self) -> None:
        if self.state == "open":
            self.done = {track: set(MACHINES[track].stations) for track in self.required}

    @rule(act=st.sampled_from(sorted(CASE_ACTS)), outcome=st.sampled_from(OUTCOMES), role=st.sampled_from(ROLES))
    def try_anything(self, act: str, outcome: str, role: str) -> None:
        self.attempt(act, outcome, role)

    @rule(data=st.data())
    def do_something_allowed(self, data: st.DataObject) -> None:
        choices = [
            (act, outcome, role)
            for act, (sources, targets, who) in CASE_ACTS.items()
            if self.state in sources
            for outcome in targets
            for role in sorted(who)
        ]
        self.attempt(*data.draw(st.sampled_from(choices)))

    def attempt(self, act: str, outcome: str, role: str) -> None:
        answer = answer_of(self.state, act, outcome, {role})
        assert answer == verdict_of(self.state, act, outcome, {role})
        if answer.startswith("!") or (act == "case.accept" and missing_for_acceptance(self.facts())):
            return
        self.state = answer
        self.since_open = [] if answer == "open" else [*self.since_open, f"{act}:{outcome}"]
        if act == "case.reopen":
            self.done["enforcement"] = set()

    @invariant()
    def every_gate_before_this_state_was_passed_in_order(self) -> None:
        gates = ["case.accept:", "case.report_city:", "case.city_check:pass", "case.close_out:"]
        reached = ["open", "accepted", "reported", "city_passed", "closed"].index(self.state)
        assert self.since_open == gates[:reached]

    @invariant()
    def beyond_acceptance_every_required_track_is_complete(self) -> None:
        if self.state != "open":
            assert all(set(MACHINES[t].stations) == done for t, done in self.done.items())


Case.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
TestCase = pytest.mark.clause("一-3", "三-1-3②c", "三-3-1②")(Case.TestCase)
