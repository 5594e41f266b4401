"""Numbers that people use: patterns of the plan, counted per year."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qingshan.domain.numbering import BadPattern, Series, check_pattern


def series(pattern: str) -> Series:
    """A series of 2024."""
    return Series(kind="case", year=2024, pattern=pattern)


@pytest.mark.parametrize(
    ("pattern", "n", "text"),
    [
        ("元采〔{year}〕{n:04d}", 7, "元采〔2024〕0007"),
        ("元采〔{year}〕{n:04d}", 12345, "元采〔2024〕12345"),
        ("{n}号", 1, "1号"),
        ("{{{n}}}", 3, "{3}"),
    ],
)
def test_a_number_is_written_as_the_plan_says(pattern: str, n: int, text: str) -> None:
    assert series(pattern).format(n) == text


def test_each_year_counts_for_itself() -> None:
    assert series("{n}").key == "case:2024"
    assert Series(kind="case", year=2025, pattern="{n}").key == "case:2025"
    assert Series(kind="lead", year=2024, pattern="{n}").key == "lead:2024"


@pytest.mark.parametrize("n", [0, -1])
def test_numbers_begin_with_one(n: int) -> None:
    with pytest.raises(ValueError, match="编号从 1 开始"):
        series("{n}").format(n)


@pytest.mark.parametrize("pattern", ["", "元采", "{year}", "{n}{m}", "{n} {}", "{n", "n}", "{n}{0}", "{n.real}"])
def test_a_pattern_that_cannot_number_is_refused(pattern: str) -> None:
    with pytest.raises(BadPattern):
        check_pattern(pattern)
    with pytest.raises(BadPattern):
        series(pattern).format(1)


@given(st.integers(1, 10**7), st.integers(1, 10**7))
def test_two_numbers_never_read_the_same(one: int, other: int) -> None:
    wanted = series("元线〔{year}〕{n:05d}号")
    assert (wanted.format(one) == wanted.format(other)) == (one == other)
