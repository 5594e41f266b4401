"""Who may hold what together, what a password must be like, and one-time codes by the numbers of the RFCs."""

from __future__ import annotations

import random
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qingshan.domain.onetime import code_at, matching_counter
from qingshan.domain.passwords import first_password, kinds_of, password_problems
from qingshan.domain.posts import Span, combination_problem, order_problem

SECRET = b"12345678901234567890"


def span(*roles: str, since: date = date(2024, 7, 1), until: date | None = None) -> Span:
    return Span(label="·".join(roles) or "无", roles=frozenset(roles), since=since, until=until)


@pytest.mark.parametrize(
    ("new", "held", "refused"),
    [
        (span("system_admin"), [span("rights_admin")], "不能由同一人"),
        (span("audit_admin"), [span("township_officer")], "不能兼任"),
        (span("township_officer"), [span("audit_admin")], "不能兼任"),
        (span("system_admin", "audit_admin"), [], "不能由同一人"),
        (span("system_admin", "police"), [], "不能兼任"),
        (span("system_admin"), [span()], ""),
        (span("bureau_officer"), [span("bureau_leader")], ""),
    ],
)
def test_administrators_stand_apart(new: Span, held: list[Span], refused: str) -> None:
    problem = combination_problem(new, held)
    assert (refused in problem) if refused else problem == ""


def test_administrator_after_the_other_post_has_ended() -> None:
    old = span("township_officer", until=date(2024, 7, 31))
    assert combination_problem(span("system_admin", since=date(2024, 8, 1)), [old]) == ""
    assert combination_problem(span("system_admin", since=date(2024, 7, 31)), [old])


def test_a_span_ends_after_it_begins() -> None:
    assert order_problem(date(2024, 8, 2), date(2024, 8, 1))
    assert order_problem(date(2024, 8, 2), date(2024, 8, 2)) == ""
    assert order_problem(date(2024, 8, 2), None) == ""


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("Ab1-Ab1-x", "至少 10"),
        ("abcdefghij12", "3 类"),
        ("Sucun-02xyz!", "用户名或姓名"),
        ("20-nucus-ABx", "用户名或姓名"),
        ("Aa1-aaaaaaaaaa", "重复"),
    ],
)
def test_what_is_wrong_with_a_password(password: str, said: str) -> None:
    assert any(said in problem for problem in password_problems(password, names=["sucun-02", "演示·苏甲"]))


def test_a_good_password_has_no_problem() -> None:
    assert password_problems("雨后Green山-7x", names=["sucun-02", "演示·苏甲"]) == ()


@given(st.integers(min_value=0))
def test_a_first_password_always_meets_the_rules(seed: int) -> None:
    made = first_password(random.Random(seed).choice)  # noqa: S311 - a repeatable choice for the test
    assert len(made) == 14
    assert kinds_of(made) == 4
    assert not set("01OolIi") & set(made)
    assert password_problems(made, names=[]) == ()


def test_codes_of_rfc_4226() -> None:
    assert [code_at(SECRET, n) for n in range(4)] == ["755224", "287082", "359152", "969429"]


def test_codes_of_rfc_6238() -> None:
    assert matching_counter(SECRET, "287082", at=59, after=0) == 1
    assert matching_counter(SECRET, code_at(SECRET, 1234567890 // 30), at=1234567890, after=0) == 1234567890 // 30


def test_a_code_is_good_once_and_only_about_now() -> None:
    code = code_at(SECRET, 100)
    assert matching_counter(SECRET, f"{code[:3]} {code[3:]}", at=3000, after=99) == 100
    assert matching_counter(SECRET, code, at=3000, after=100) is None
    assert matching_counter(SECRET, code, at=3000 + 29 + 30, after=0) == 100
    assert matching_counter(SECRET, code, at=3000 + 60 + 30, after=0) is None
    assert matching_counter(SECRET, "１２３４５６", at=3000, after=0) is None
