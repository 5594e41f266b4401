"""The gates of a case: what an opening, an acceptance and a city check must hold, and what is listed as missing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qingshan.domain.acts import ActRefused
from qingshan.domain.case import (
    Acceptance,
    Opening,
    TrackFacts,
    check_acceptance,
    check_city_answers,
    check_opening,
    missing_for_acceptance,
)
from qingshan.domain.tracks import MACHINES

TODAY = date(2024, 8, 1)
OPENING = Opening(
    category="unlicensed",
    subcode="A2",
    rectification_mode="enforce",
    responsible_person="演示甲",
    due_on=date(2024, 8, 20),
    milestones=((date(2024, 8, 10), "清走设备"), (date(2024, 8, 20), "毁闭")),
    extras={"business_name": "演示加工点"},
)
QUESTIONS = {"facts_clear": "查清", "law_correct": "用法", "handled": "处置", "referred": "移交"}
FORM = Acceptance(members=("演示甲", "演示乙"), opinion="同意", accepted_on=TODAY, photos=1)


def opening_problems(**changes: object) -> tuple[str, ...]:
    """What is missing from the complete opening with these changes."""
    try:
        check_opening(
            replace(OPENING, **changes),  # type: ignore[arg-type]
            categories={"unlicensed": {"A1", "A2"}, "licensed_pit": {"B1"}},
            subcode_needs={"A2": {"business_name": "经营场所名称"}},
            modes={"enforce", "restore"},
            today=TODAY,
        )
    except ActRefused as refusal:
        return refusal.missing if refusal.code == "opening" else (refusal.code,)
    return ()


def test_a_complete_opening_is_accepted() -> None:
    assert opening_problems() == ()
    assert opening_problems(due_on=TODAY, milestones=((TODAY, "当日办结"),)) == ()


@pytest.mark.clause("三-2-0③")
@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"category": ""}, "未选类别"),
        ({"subcode": "B1"}, "违法情形与类别不符，请重选"),
        ({"category": "licensed_pit"}, "违法情形与类别不符，请重选"),
        ({"extras": {}}, "A2 须填经营场所名称"),
        ({"extras": {"business_name": "  "}}, "A2 须填经营场所名称"),
        ({"rectification_mode": ""}, "未选整改方式"),
        ({"rectification_mode": "pray"}, "未选整改方式"),
        ({"responsible_person": " "}, "整改责任人未填"),
        ({"due_on": None}, "完成时限未填"),
        ({"due_on": TODAY - timedelta(days=1), "milestones": ((TODAY - timedelta(days=1), "x"),)}, "完成时限早于今天"),
        ({"milestones": ()}, "时间节点至少一个"),
        ({"milestones": ((None, "清走设备"),)}, "第 1 个时间节点的日期或内容未填"),
        ({"milestones": ((TODAY, "清走"), (TODAY, " "))}, "第 2 个时间节点的日期或内容未填"),
        ({"milestones": ((date(2024, 8, 21), "毁闭"),)}, "第 1 个时间节点晚于完成时限"),
    ],
)
def test_an_opening_without_one_of_its_parts_is_refused(changes: dict[str, object], missing: str) -> None:
    assert opening_problems(**changes) == (missing,)


def test_all_that_is_missing_is_listed() -> None:
    empty = {"category": "", "rectification_mode": "", "responsible_person": "", "due_on": None, "milestones": ()}
    assert len(opening_problems(**empty, extras={})) == 6


def tracks(**done: frozenset[str]) -> tuple[TrackFacts, ...]:
    """The three tracks; those not named are finished."""
    return tuple(
        TrackFacts(track=name, label=f"线{name}", required=True, done=done.get(name, frozenset(machine.stations)))
        for name, machine in MACHINES.items()
    )


def acceptance_problems(form: Acceptance, facts: tuple[TrackFacts, ...], *, min_members: int = 2) -> tuple[str, ...]:
    """What stands in the way of acceptance."""
    try:
        check_acceptance(form, facts, min_members=min_members, today=TODAY)
    except ActRefused as refusal:
        return refusal.missing if refusal.code == "gate" else (refusal.code,)
    return ()


@pytest.mark.clause("三-3-1①", "三-2-1②a")
@pytest.mark.parametrize("point", MACHINES["site_closure"].stations)
def test_acceptance_needs_each_of_the_four_points(point: str) -> None:
    three = frozenset(MACHINES["site_closure"].stations) - {point}
    assert acceptance_problems(FORM, tracks(site_closure=three)) == (f"线site_closure：{point}",)
    assert acceptance_problems(FORM, tracks()) == ()


def test_an_open_track_that_is_not_required_does_not_hold_acceptance_up() -> None:
    facts = (TrackFacts(track="site_closure", label="取缔", required=False, done=frozenset()), *tracks()[:1])
    assert missing_for_acceptance(facts) == ()


def test_missing_stations_are_named_with_the_labels_of_the_plan() -> None:
    fact = TrackFacts(
        track="enforcement",
        label="执法办案",
        required=True,
        done=frozenset({"stop_notice", "filed", "investigated"}),
        station_labels={"decided": "处罚决定", "executed": "执行完毕"},
    )
    assert missing_for_acceptance((fact,)) == ("执法办案：处罚决定、执行完毕",)


@pytest.mark.clause("三-3-1①")
@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"members": ("演示甲",)}, "验收组成员不足 2 名"),
        ({"members": ("演示甲", " 演示甲", "")}, "验收组成员不足 2 名"),
        ({"opinion": "\t"}, "验收意见未填"),
        ({"accepted_on": None}, "验收日期未填"),
        ({"accepted_on": TODAY + timedelta(days=1)}, "验收日期晚于今天"),
        ({"photos": 0}, "没有验收现场照片"),
    ],
)
def test_acceptance_records_members_photos_opinion_and_date(changes: dict[str, object], missing: str) -> None:
    assert acceptance_problems(replace(FORM, **changes), tracks()) == (missing,)  # type: ignore[arg-type]


def test_how_many_members_is_the_plans_number() -> None:
    assert acceptance_problems(FORM, tracks(), min_members=3) == ("验收组成员不足 3 名",)


def test_open_tracks_and_gaps_of_the_form_are_listed_together() -> None:
    found = acceptance_problems(replace(FORM, photos=0), tracks(provincial_entry=frozenset()))
    assert found == ("线provincial_entry：entered", "没有验收现场照片")


@pytest.mark.clause("三-3-2①", "三-3-2②", "三-3-2③", "三-3-2④")
@pytest.mark.parametrize("question", QUESTIONS)
def test_each_of_the_four_questions_decides(question: str) -> None:
    all_yes = dict.fromkeys(QUESTIONS, True)
    assert check_city_answers(all_yes, {}, QUESTIONS) == "pass"
    assert check_city_answers(all_yes | {question: False}, {question: "缺材料"}, QUESTIONS) == "fail"
    with pytest.raises(ActRefused) as unanswered:
        check_city_answers({q: True for q in QUESTIONS if q != question}, {}, QUESTIONS)
    assert unanswered.value.missing == (f"“{QUESTIONS[question]}”未作答",)
    with pytest.raises(ActRefused) as unexplained:
        check_city_answers(all_yes | {question: False}, {question: " "}, QUESTIONS)
    assert unexplained.value.missing == (f"“{QUESTIONS[question]}”不通过，须写明原因",)


@given(
    answers=st.dictionaries(st.sampled_from([*QUESTIONS, "other"]), st.booleans()), remark=st.sampled_from(["", "x"])
)
def test_a_check_passes_only_with_four_times_yes(answers: dict[str, bool], remark: str) -> None:
    try:
        result = check_city_answers(answers, dict.fromkeys(QUESTIONS, remark), QUESTIONS)
    except ActRefused:
        assert set(QUESTIONS) - set(answers) or (not remark and not all(answers[q] for q in QUESTIONS))
    else:
        assert (result == "pass") == all(answers[q] for q in QUESTIONS)
