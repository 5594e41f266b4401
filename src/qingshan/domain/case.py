"""Case (台账问题): states, gates and the table of acts. Pure.

A case is no line of phases (三-0-1) but a bundle of tracks; the gates (验收 → 上报 → 市核 → 销号) look at the
tracks and refuse with a list of what is missing (三-1-3②c, 三-3).
"""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from qingshan.domain.acts import ActRefused
from qingshan.domain.tracks import machine_of


class CaseState(StrEnum):
    """States of a case between its gates (问题状态); ``closed_before``: closed in an old ledger, taken over as such."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REPORTED = "reported"
    CITY_PASSED = "city_passed"
    CLOSED = "closed"
    CLOSED_BEFORE = "closed_before"


S = CaseState
REVIEWER = frozenset({"bureau_officer", "bureau_leader"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """One row of the table: act, states it starts from, targets by outcome, posts, clause."""

    act: str
    sources: frozenset[CaseState]
    targets: Mapping[str, CaseState]
    roles: frozenset[str]
    clause: str


TABLE: dict[str, Transition] = {
    row.act: row
    for row in (
        Transition(
            act="case.accept",
            sources=frozenset({S.OPEN}),
            targets={"": S.ACCEPTED},
            roles=frozenset({"bureau_leader"}),
            clause="三-3-1①",
        ),
        Transition(
            act="case.report_city",
            sources=frozenset({S.ACCEPTED}),
            targets={"": S.REPORTED},
            roles=frozenset({"bureau_officer", "bureau_leader", "taskforce_office"}),
            clause="三-3-1②",
        ),
        Transition(
            act="case.city_check",
            sources=frozenset({S.REPORTED}),
            targets={"pass": S.CITY_PASSED, "fail": S.OPEN},
            roles=frozenset({"city_reviewer"}),
            clause="三-3-2⓪",
        ),
        Transition(
            act="case.close_out",
            sources=frozenset({S.CITY_PASSED}),
            targets={"": S.CLOSED},
            roles=REVIEWER,
            clause="三-1-3②c",
        ),
        Transition(
            act="case.reopen",
            sources=frozenset({S.ACCEPTED, S.REPORTED, S.CITY_PASSED, S.CLOSED, S.CLOSED_BEFORE}),
            targets={"": S.OPEN},
            roles=frozenset({"bureau_leader"}),
            clause="三-1-3②c",
        ),
    )
}
CLOSED_STATES = frozenset({S.CLOSED, S.CLOSED_BEFORE})
"""Nothing is owed any more; what was closed before the take-over is counted apart (接管前销号)."""
CASE_WORDS: Mapping[str, str] = {
    S.OPEN: "办理中",
    S.ACCEPTED: "已县级验收",
    S.REPORTED: "已报市核查",
    S.CITY_PASSED: "市核查通过",
    S.CLOSED: "已销号",
    S.CLOSED_BEFORE: "接管前销号",
}
"""States as they stand in tables for people; one word for each."""
STEP_STATES = frozenset({S.OPEN})


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackFacts:
    """One track of a case: whether the plan requires it for acceptance, and its finished stations."""

    track: str
    label: str
    required: bool
    done: frozenset[str]
    station_labels: Mapping[str, str] = field(default_factory=dict)


def next_state(*, state: CaseState, act: str, outcome: str, roles: frozenset[str]) -> CaseState:
    """Return the state ``act`` leads to, or raise `ActRefused`; the gates are checked apart."""
    row = TABLE.get(act)
    if row is None:
        raise ActRefused("unknown_act", f"没有“{act}”这种办理")
    if not row.roles & roles:
        raise ActRefused("role", "您的职务不能办理此事")
    if state not in row.sources:
        raise ActRefused("state", "问题状态已变化，此办理已不适用，请刷新后再看")
    try:
        return row.targets[outcome]
    except KeyError:
        raise ActRefused("outcome", "结论不在可选范围内") from None


def allowed_acts(*, state: CaseState, roles: frozenset[str]) -> tuple[str, ...]:
    """Gate acts that this viewer may do in ``state``."""
    return tuple(row.act for row in TABLE.values() if state in row.sources and row.roles & roles)


def missing_for_acceptance(tracks: tuple[TrackFacts, ...]) -> tuple[str, ...]:
    """What still stands between a case and county acceptance: every open station of every required track."""
    missing: list[str] = []
    for track in tracks:
        if not track.required:
            continue
        machine = machine_of(track.track)
        if machine.is_complete(track.done):
            continue
        labels = [track.station_labels.get(s, s) for s in machine.stations if s not in track.done]
        missing.append(f"{track.label}：{'、'.join(labels)}")
    return tuple(missing)


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """County acceptance as handed in (县级验收): members, opinion, date, number of photos."""

    members: tuple[str, ...]
    opinion: str
    accepted_on: date | None
    photos: int


def check_acceptance(form: Acceptance, tracks: tuple[TrackFacts, ...], *, min_members: int, today: date) -> None:
    """The first gate (三-3-1①): refuse unless every required track is finished and the form is complete."""
    missing = list(missing_for_acceptance(tracks))
    if len({m.strip() for m in form.members if m.strip()}) < min_members:
        missing.append(f"验收组成员不足 {min_members} 名")
    if not form.opinion.strip():
        missing.append("验收意见未填")
    if form.accepted_on is None:
        missing.append("验收日期未填")
    elif form.accepted_on > today:
        missing.append("验收日期晚于今天")
    if form.photos < 1:
        missing.append("没有验收现场照片")
    if missing:
        raise ActRefused("gate", "不能验收，还缺以下内容", tuple(missing))


def check_city_answers(answers: Mapping[str, bool], remarks: Mapping[str, str], questions: Mapping[str, str]) -> str:
    """The second gate (三-3-2①–④): every question answered, each "no" explained. Returns ``pass`` or ``fail``."""
    missing = [f"“{label}”未作答" for slug, label in questions.items() if slug not in answers]
    missing += [
        f"“{label}”不通过，须写明原因"
        for slug, label in questions.items()
        if answers.get(slug) is False and not remarks.get(slug, "").strip()
    ]
    if missing:
        raise ActRefused("gate", "市级核查未填完整", tuple(missing))
    return "pass" if all(answers[slug] for slug in questions) else "fail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What is needed to put a substantiated lead on the ledger (三-2-0③)."""

    category: str
    subcode: str
    rectification_mode: str
    responsible_person: str
    due_on: date | None
    milestones: tuple[tuple[date | None, str], ...]
    extras: Mapping[str, str]


def check_opening(
    form: Opening,
    *,
    categories: Mapping[str, Set[str]],
    subcode_needs: Mapping[str, Mapping[str, str]],
    modes: Set[str],
    today: date,
) -> None:
    """Refuse an opening without category, matching sub-code, mode, responsible person, milestones or due date."""
    missing: list[str] = []
    if form.category not in categories:
        missing.append("未选类别")
    elif form.subcode not in categories[form.category]:
        missing.append("违法情形与类别不符，请重选")
    needs = subcode_needs.get(form.subcode, {})
    missing += [f"{form.subcode} 须填{label}" for slug, label in needs.items() if not form.extras.get(slug, "").strip()]
    if form.rectification_mode not in modes:
        missing.append("未选整改方式")
    if not form.responsible_person.strip():
        missing.append("整改责任人未填")
    missing += _check_dates(form, today)
    if missing:
        raise ActRefused("opening", "不能列入台账，还缺以下内容", tuple(missing))


def _check_dates(form: Opening, today: date) -> list[str]:
    missing: list[str] = []
    if form.due_on is None:
        missing.append("完成时限未填")
    elif form.due_on < today:
        missing.append("完成时限早于今天")
    if not form.milestones:
        missing.append("时间节点至少一个")
    for number, (day, what) in enumerate(form.milestones, start=1):
        if day is None or not what.strip():
            missing.append(f"第 {number} 个时间节点的日期或内容未填")
        elif form.due_on is not None and day > form.due_on:
            missing.append(f"第 {number} 个时间节点晚于完成时限")
    return missing
