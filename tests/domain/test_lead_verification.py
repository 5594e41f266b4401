"""What an on-site verification must hold: no desk-only verdict, nothing substantiated without evidence."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from qingshan.domain.lead import (
    PhotoFacts,
    PhotoRules,
    VerificationForm,
    check_verification,
    photo_flags,
    photo_set_flags,
)

NOW = datetime(2024, 8, 1, 1, 0, tzinfo=UTC)
PHOTO = PhotoFacts(
    direction="north", lon=114.3, lat=37.8, azimuth=10.0, taken_at=NOW - timedelta(hours=1), distance_m=20.0
)
COMPLETE = VerificationForm(
    verdict="substantiated",
    unfounded_reason="",
    persons=("演示甲", "演示乙"),
    visited_at=NOW - timedelta(hours=2),
    lon=114.3,
    lat=37.8,
    finding="新鲜采面",
    photos=(PHOTO,),
)
RULES = PhotoRules(max_distance_m=200, min_directions=4, min_near=1, upload_hours=48)


def problems(*, onsite: bool = True, **changes: Any) -> tuple[str, ...]:
    """What is missing from the complete form with these changes."""
    return check_verification(replace(COMPLETE, **changes), onsite_required=onsite, min_persons=2, now=NOW)


def test_a_complete_form_lacks_nothing() -> None:
    assert problems() == ()
    assert problems(verdict="unfounded", unfounded_reason="legal") == ()
    assert problems(verdict="inconclusive", missing="影像", missing_by=NOW + timedelta(seconds=1)) == ()


@pytest.mark.parametrize(
    "persons", [(), ("演示甲",), ("演示甲", "演示甲"), ("演示甲", " 演示甲 "), ("演示甲", "  ", "")]
)
def test_two_different_named_persons_are_needed(persons: tuple[str, ...]) -> None:
    [problem] = problems(persons=persons)
    assert "核查人不足 2 名" in problem


def test_how_many_persons_is_the_plans_number() -> None:
    [problem] = check_verification(COMPLETE, onsite_required=True, min_persons=3, now=NOW)
    assert "核查人不足 3 名" in problem
    assert (
        check_verification(replace(COMPLETE, persons=("演示甲",)), onsite_required=True, min_persons=1, now=NOW) == ()
    )


@pytest.mark.clause("三-1-2①c")
@pytest.mark.parametrize("verdict", ["substantiated", "unfounded", "inconclusive"])
def test_a_pushed_patch_gets_no_verdict_without_photos(verdict: str) -> None:
    changes: dict[str, Any] = {"unfounded_reason": "legal", "missing": "影像", "missing_by": NOW + timedelta(days=1)}
    [problem] = problems(verdict=verdict, photos=(), **changes)
    assert "没有现场照片" in problem


def test_nothing_is_substantiated_without_evidence_whatever_the_channel() -> None:
    assert any("没有现场照片" in p for p in problems(onsite=False, photos=()))
    assert problems(onsite=False, photos=(), verdict="unfounded", unfounded_reason="not_found") == ()


@pytest.mark.clause("三-1-3①b")
@pytest.mark.parametrize("verdict", ["", "查实", "SUBSTANTIATED", "merged"])
def test_a_verdict_is_one_of_three(verdict: str) -> None:
    assert "未选核查结论：请选查实、查否或存疑" in problems(verdict=verdict)


@pytest.mark.parametrize("reason", ["", "合法", "none"])
def test_unfounded_needs_a_reason(reason: str) -> None:
    assert problems(verdict="unfounded", unfounded_reason=reason) == ("查否原因未选：合法、伪变化、未发现或其他",)


@pytest.mark.parametrize("reason", ["legal", "pseudo_change", "not_found", "other"])
def test_the_four_reasons_are_known(reason: str) -> None:
    assert problems(verdict="unfounded", unfounded_reason=reason) == ()


def test_inconclusive_says_what_is_missing_and_by_when() -> None:
    assert problems(verdict="inconclusive") == ("存疑须写明还缺什么", "存疑须写明补齐期限")
    assert problems(verdict="inconclusive", missing="影像", missing_by=NOW) == ("补齐期限须晚于现在",)
    assert problems(verdict="inconclusive", missing=" ", missing_by=NOW + timedelta(days=1)) == ("存疑须写明还缺什么",)


def test_the_visit_has_time_place_and_finding() -> None:
    assert problems(visited_at=None) == ("到场时间未填",)
    assert problems(visited_at=NOW) == ()
    assert problems(visited_at=NOW + timedelta(seconds=1)) == ("到场时间晚于现在：请核对日期",)
    halves: tuple[dict[str, Any], ...] = ({"lon": None}, {"lat": None})
    for half in halves:
        [problem] = problems(**half)
        assert "核查位置未填" in problem
    assert problems(finding=" \n") == ("现场情况未填：请写明现场看到什么",)


def test_everything_missing_is_listed_at_once() -> None:
    empty = VerificationForm(
        verdict="", unfounded_reason="", persons=(), visited_at=None, lon=None, lat=None, finding=""
    )
    assert len(check_verification(empty, onsite_required=True, min_persons=2, now=NOW)) == 6


@pytest.mark.parametrize(
    ("changes", "flag"),
    [
        ({}, None),
        ({"lon": None}, "照片无定位"),
        ({"distance_m": 200.0}, None),
        ({"distance_m": 200.6}, "距图斑 201 米，超过 200 米"),
        ({"azimuth": None}, "照片无方位角"),
        ({"taken_at": None}, "照片无拍摄时间"),
        ({"taken_at": NOW - timedelta(hours=48)}, None),
        ({"taken_at": NOW - timedelta(hours=48, seconds=1)}, "拍摄后超过 48 小时才上传"),
        ({"taken_at": NOW + timedelta(seconds=1)}, "拍摄时间晚于上传时间"),
        ({"reused": True}, "同一照片已在别处使用"),
    ],
)
def test_doubts_about_one_photo(changes: dict[str, Any], flag: str | None) -> None:
    flags = photo_flags(replace(PHOTO, **changes), RULES, uploaded_at=NOW)
    assert flags == (() if flag is None else (flag,))


def test_doubts_about_the_set() -> None:
    views = tuple(replace(PHOTO, direction=d) for d in ("north", "east", "south", "west", "near"))
    assert photo_set_flags(views, RULES) == ()
    assert photo_set_flags(views[:3], RULES) == ("方向照片 3/4 个方向", "近景照片 0/1 张")
    twice = (views[0], views[0], views[4], replace(PHOTO, direction="overview"))
    assert photo_set_flags(twice, RULES) == ("方向照片 1/4 个方向",)
