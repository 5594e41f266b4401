"""The one text form of a payload, and the hash over it."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qingshan.domain.journal import GENESIS, NotCanonical, canonical, entry_hash

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=12,
)
PAYLOADS = st.dictionaries(st.text(max_size=4), VALUES, max_size=4)


def test_the_form_is_sorted_tight_and_readable() -> None:
    assert (
        canonical({"b": [1, True, None], "a": {"乙": "山", "甲": ""}}) == '{"a":{"乙":"山","甲":""},"b":[1,true,null]}'
    )


@given(PAYLOADS)
def test_order_of_keys_does_not_matter_and_reading_back_gives_the_same_text(payload: dict[str, object]) -> None:
    text = canonical(payload)
    assert canonical(dict(reversed(list(payload.items())))) == text
    assert canonical(json.loads(text)) == text


@pytest.mark.parametrize("value", [1.0, float("nan"), Decimal("1.5"), {1, 2}, b"x", date(2024, 8, 1), object()])
@pytest.mark.parametrize("wrap", [lambda v: v, lambda v: [v], lambda v: {"x": [0, v]}, lambda v: ({"y": v},)])
def test_what_has_no_single_text_is_refused_with_its_place(value: object, wrap: object) -> None:
    with pytest.raises(NotCanonical, match=r"^\$\.top"):
        canonical({"top": wrap(value)})  # type: ignore[operator]


def test_keys_are_texts() -> None:
    with pytest.raises(NotCanonical, match="键必须是文字"):
        canonical({"a": {1: "x"}})


def test_true_is_not_one() -> None:
    assert canonical({"a": True}) != canonical({"a": 1})


def test_the_hash_is_sha256_over_the_previous_hash_a_line_feed_and_the_payload() -> None:
    payload = '{"a":"山"}'
    expected = hashlib.sha256(b"0" * 64 + b"\n" + '{"a":"山"}'.encode()).hexdigest()
    assert entry_hash(GENESIS, payload) == expected


@given(st.text(max_size=8), st.text(max_size=8))
def test_another_payload_or_another_predecessor_gives_another_hash(one: str, other: str) -> None:
    first = entry_hash(GENESIS, one)
    assert (entry_hash(GENESIS, other) == first) == (one == other)
    assert entry_hash(first, one) != first
