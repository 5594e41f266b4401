"""Merkle roots and the chaining of seals."""

from __future__ import annotations

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from qingshan.domain.journal import GENESIS, merkle_root, seal_root

LEAVES = st.lists(st.text("0123456789abcdef", min_size=1, max_size=8), max_size=12)


def leaf(text: str) -> bytes:
    """Hash of a leaf."""
    return hashlib.sha256(b"\x00" + text.encode()).digest()


def node(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def by_definition(leaves: list[str]) -> bytes:
    """RFC 9162, 2.1.1: split at the largest power of two below the number of leaves."""
    if len(leaves) == 1:
        return leaf(leaves[0])
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node(by_definition(leaves[:split]), by_definition(leaves[split:]))


def test_vectors() -> None:
    a, b, c = leaf("a"), leaf("b"), leaf("c")
    assert merkle_root([]) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert merkle_root(["a"]) == "022a6979e6dab7aa5ae4c3e5e45f7e977112a7e63593820dbec1ec738a24f93c" == a.hex()
    assert merkle_root(["a", "b"]) == node(a, b).hex()
    assert merkle_root(["a", "b", "c"]) == node(node(a, b), c).hex()


@given(LEAVES.filter(bool))
def test_the_root_is_that_of_the_definition(leaves: list[str]) -> None:
    assert merkle_root(leaves) == by_definition(leaves).hex()
    assert merkle_root(iter(leaves)) == by_definition(leaves).hex()


@given(LEAVES, LEAVES)
def test_other_leaves_or_another_order_give_another_root(one: list[str], other: list[str]) -> None:
    assert (merkle_root(one) == merkle_root(other)) == (one == other)


def test_a_leaf_cannot_pass_for_a_node() -> None:
    forged = (leaf("a") + leaf("b")).decode("latin-1")
    assert merkle_root([forged]) != merkle_root(["a", "b"])


@given(LEAVES, st.data())
def test_a_seal_commits_to_everything_before_it(hashes: list[str], data: st.DataObject) -> None:
    first = seal_root(GENESIS, hashes)
    assert first == merkle_root([GENESIS, *hashes])
    assert seal_root(first, []) != first, "an empty day has a seal of its own"
    if hashes:
        spot = data.draw(st.integers(0, len(hashes) - 1))
        other = [*hashes[:spot], hashes[spot] + "0", *hashes[spot + 1 :]]
        assert seal_root(seal_root(GENESIS, other), ["x"]) != seal_root(first, ["x"])
