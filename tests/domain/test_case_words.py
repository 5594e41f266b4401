"""Every state of a case has one word, and tables for people use it."""

from types import SimpleNamespace

from qingshan.contexts.ledgers.fields import DIRECTION_LABELS, FIELDS
from qingshan.domain.case import CASE_WORDS, CLOSED_STATES, CaseState
from qingshan.domain.plan import load_plan
from tests.cast import PLAN


def test_each_state_has_its_word() -> None:
    assert set(CASE_WORDS) == set(CaseState)
    assert len(set(CASE_WORDS.values())) == len(CASE_WORDS)


def test_directions_are_those_of_the_plan() -> None:
    assert {channel.direction for channel in load_plan(PLAN).channels} == set(DIRECTION_LABELS)


def test_closed_before_the_take_over_is_closed() -> None:
    assert {"closed", "closed_before"} == set(CLOSED_STATES)
    is_closed = next(f for f in FIELDS if f.key == "is_closed")
    for state, said in (("open", "no"), ("closed", "yes"), ("closed_before", "yes")):
        assert is_closed.value(SimpleNamespace(case={"state": state})) == said
