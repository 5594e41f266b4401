"""The table of acts on a lead: every state × act × role × unit × outcome is either allowed or refused by name."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from qingshan.domain.acts import CATALOGUE, ActRefused
from qingshan.domain.lead import TABLE, VERIFIED_STATES, LeadState, allowed_acts, next_state
from tests.support.tables import LEAD_ACTS, REVIEW, ROLES

OUTCOMES = ("", *REVIEW, "confirmed", "overturned", "passed", "accepted", "refused")


def verdict_of(state: str, act: str, outcome: str, roles: set[str], *, own: bool) -> str:
    """What the specification says: the target state, or "!" and the code of the refusal."""
    if act not in LEAD_ACTS:
        return "!unknown_act"
    sources, targets, who, own_only = LEAD_ACTS[act]
    if not who & roles:
        return "!role"
    if own_only and not own:
        return "!unit"
    if state not in sources:
        return "!state"
    return targets.get(outcome, "!outcome")


def answer_of(state: str, act: str, outcome: str, roles: set[str], *, own: bool) -> str:
    """What the core says, in the same words."""
    try:
        return next_state(state=LeadState(state), act=act, outcome=outcome, roles=frozenset(roles), own_unit=own).value
    except ActRefused as refusal:
        return f"!{refusal.code}" if refusal.message else "refused without a word"


@pytest.mark.clause("一-3", "三-1-2②b")
@pytest.mark.parametrize("act", [*LEAD_ACTS, "lead.register", "case.accept", "lead.delete", ""])
@pytest.mark.parametrize("role", ROLES)
def test_every_state_and_outcome_is_answered_as_specified(act: str, role: str) -> None:
    for state, outcome, own in itertools.product(LeadState, OUTCOMES, (True, False)):
        expected = verdict_of(state.value, act, outcome, {role}, own=own)
        assert answer_of(state.value, act, outcome, {role}, own=own) == expected, (state, outcome, own)


def test_a_person_with_several_roles_may_do_what_any_of_them_may() -> None:
    both = {"village_patroller", "bureau_leader"}
    assert answer_of("in_review", "lead.review_approve", "unfounded", both, own=False) == "county_recheck"
    assert answer_of("in_review", "lead.review_approve", "unfounded", set(), own=True) == "!role"


def test_the_table_has_these_acts_and_each_names_its_clause() -> None:
    assert set(TABLE) == set(LEAD_ACTS)
    assert set(TABLE) <= set(CATALOGUE)
    assert all(row.clause for row in TABLE.values())


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("own", [True, False])
def test_the_offered_acts_are_those_that_would_be_accepted(role: str, own: bool) -> None:
    for state in LeadState:
        accepted = tuple(
            act
            for act in TABLE
            if any(not answer_of(state.value, act, o, {role}, own=own).startswith("!") for o in OUTCOMES)
        )
        assert allowed_acts(state=state, roles=frozenset({role}), own_unit=own) == accepted


def test_no_state_is_a_dead_end_but_the_two_ends() -> None:
    left = {source for sources, *_ in LEAD_ACTS.values() for source in sources}
    beside = {"merged", "split", "split_settled", "handed_over"}
    """Left by acts of their own, not by rows of the table: see the tests of merging, splitting, returns."""
    assert {state.value for state in LeadState} - left == {"substantiated", "archived"} | beside


class Lead(RuleBasedStateMachine):
    """Anybody tries anything on one lead; what was passed on the way is remembered apart from the table."""

    def __init__(self) -> None:
        super().__init__()
        self.state = LeadState.RECEIVED
        self.passed: list[str] = []

    @rule(
        act=st.sampled_from(sorted(LEAD_ACTS)),
        outcome=st.sampled_from(OUTCOMES),
        role=st.sampled_from(ROLES),
        own=st.booleans(),
    )
    def try_anything(self, act: str, outcome: str, role: str, own: bool) -> None:
        self.attempt(act, outcome, role, own=own)

    @rule(data=st.data())
    def do_something_allowed(self, data: st.DataObject) -> None:
        choices = [
            (act, outcome, role)
            for act, (sources, targets, who, _) in LEAD_ACTS.items()
            if self.state.value in sources
            for outcome in targets
            for role in sorted(who)
        ]
        if choices:
            self.attempt(*data.draw(st.sampled_from(choices)), own=True)

    def attempt(self, act: str, outcome: str, role: str, *, own: bool) -> None:
        before = self.state
        answer = answer_of(before.value, act, outcome, {role}, own=own)
        assert answer == verdict_of(before.value, act, outcome, {role}, own=own)
        if not answer.startswith("!"):
            self.state = LeadState(answer)
            self.passed.append(f"{act}:{outcome}")

    @invariant()
    def no_verdict_without_visit_and_review(self) -> None:
        if self.state in VERIFIED_STATES:
            visits = [n for n, act in enumerate(self.passed) if act == "lead.verify:"]
            reviews = [n for n, act in enumerate(self.passed) if act.startswith("lead.review_approve")]
            assert visits
            assert reviews
            assert visits[-1] < reviews[-1], "the last visit was reviewed"

    @invariant()
    def nothing_is_archived_without_both_rechecks(self) -> None:
        if self.state is LeadState.ARCHIVED:
            assert self.passed[-2:] == ["lead.county_recheck:confirmed", "lead.city_recheck:confirmed"]

    @precondition(lambda self: self.state in {LeadState.SUBSTANTIATED, LeadState.ARCHIVED})
    @rule(act=st.sampled_from(sorted(LEAD_ACTS)), outcome=st.sampled_from(OUTCOMES))
    def an_end_stays_an_end(self, act: str, outcome: str) -> None:
        assert answer_of(self.state.value, act, outcome, set(ROLES), own=True).startswith("!")


Lead.TestCase.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)
TestLead = pytest.mark.clause("一-3", "三-1-2①c", "三-3-2⑤")(Lead.TestCase)
