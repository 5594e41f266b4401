"""The rule of likeness: what speaks for two leads being one, and how much."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qingshan.domain.likeness import LikenessFacts, LikenessWeights, likeness, text_likeness

W = LikenessWeights(
    radius_m=300, window_days=60, distance=30, overlap=40, time=15, category=10, text=25, number=60, shown_from=60
)
NOTHING = LikenessFacts(metres=None, overlap=None, days=0, same_category=None, text=None)


def test_a_close_overlapping_earlier_patch_says_why() -> None:
    facts = replace(NOTHING, metres=0, overlap=0.62, days=12, same_category=True, category="采矿")
    found = likeness(facts, W)
    assert found is not None
    assert found.reasons == ("位置相接", "重叠 62%", "早 12 天", "类型相同（采矿）")
    # 30 + 40 × 0.62 + 15 × 48/60 + 10 of 95
    assert found.score == int(100 * (30 + 24.8 + 12 + 10) / 95)


def test_a_call_38_metres_away_twelve_days_later() -> None:
    found = likeness(replace(NOTHING, metres=38, days=12), W)
    assert found is not None
    assert found.reasons == ("相距 38 米", "早 12 天")
    assert found.score == int(100 * (30 * (1 - 38 / 300) + 12) / 45)


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        (NOTHING, "only the same day"),
        (replace(NOTHING, metres=301), "beyond the radius"),
        (replace(NOTHING, text=0.9), "same words, another village"),
        (replace(NOTHING, text=0.4, same_village=True), "same village, other words"),
        (replace(NOTHING, same_category=True), "only the same category"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_without_a_hint_of_the_place_there_is_no_likeness(facts: LikenessFacts, why: str) -> None:
    assert likeness(facts, W) is None, why


def test_words_of_one_village_may_be_enough() -> None:
    found = likeness(replace(NOTHING, text=0.6, same_village=True, days=-2), W)
    assert found is not None
    assert found.score >= W.shown_from
    assert found.reasons == ("文字相近 60%", "晚 2 天") or found.reasons == ("文字相近 60%", "晚 2 天")


def test_an_equal_number_counts_but_a_different_one_does_not_count_against() -> None:
    without = likeness(replace(NOTHING, metres=100), W)
    with_number = likeness(replace(NOTHING, metres=100, same_number="ZX7"), W)
    assert without is not None
    assert with_number is not None
    assert with_number.score > without.score
    assert with_number.reasons[0] == "来源编号相同（ZX7）"


def test_neighbouring_patches_of_one_file_are_not_taken_for_one() -> None:
    beside = likeness(replace(NOTHING, metres=15, overlap=0.0, same_category=True), W)
    assert beside is not None
    assert beside.score < W.shown_from


@given(
    metres=st.one_of(st.none(), st.floats(0, 2_000)),
    overlap=st.one_of(st.none(), st.floats(0, 1)),
    days=st.floats(-400, 400),
    text=st.one_of(st.none(), st.floats(0, 1)),
    nearer=st.floats(0, 1),
)
def test_nearer_never_means_less_alike(
    metres: float | None, overlap: float | None, days: float, text: float | None, nearer: float
) -> None:
    facts = replace(NOTHING, metres=metres, overlap=overlap, days=days, text=text, same_village=True)
    found = likeness(facts, W)
    assert found is None or 0 <= found.score <= 100
    if found is not None and metres is not None:
        closer = likeness(replace(facts, metres=metres * nearer), W)
        assert closer is not None
        assert closer.score >= found.score


def test_short_texts_say_nothing() -> None:
    assert text_likeness({"山后"}, {"山后", "后坡", "坡有", "有人"}) is None
    same = {"山后", "后坡", "坡有", "有人"}
    assert text_likeness(same, same) == 1
