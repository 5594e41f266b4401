"""Classes of the completeness proof: every state stands in exactly one."""

from __future__ import annotations

from collections import Counter

import pytest

from qingshan.domain.completeness import CLASS_OF, CLASS_WORDS, CLASSES, UNKNOWN_STATES, Sum, total
from qingshan.domain.lead import VERIFIED_STATES as VERIFIED_BY_TABLE
from qingshan.domain.lead import LeadState


@pytest.mark.clause("三-1-3①b")
def test_every_state_stands_in_exactly_one_class() -> None:
    assert not UNKNOWN_STATES
    named = Counter(state for states in CLASSES.values() for state in states)
    assert set(named.values()) == {1}
    assert set(CLASSES) == set(CLASS_WORDS)


def test_what_the_table_calls_verified_is_verified_here() -> None:
    verified = {"substantiated", "unfounded", "inconclusive"}
    assert {CLASS_OF[state] for state in VERIFIED_BY_TABLE} == verified
    assert {state for state in LeadState if CLASS_OF[state] in verified} == set(VERIFIED_BY_TABLE)


def test_a_line_adds_up_or_says_by_how_much_not() -> None:
    line = Sum(received=7, classes={"substantiated": 2, "under_way": 3, "merged": 1})
    assert (line.verified, line.accounted, line.gap, line.holds) == (2, 6, 1, False)
    other = Sum(received=1, classes={"returned": 2})
    assert other.gap == -1
    both = total({"a": line, "b": other})
    assert both.holds, "in the total two gaps hide each other: that is why each line is asked"
