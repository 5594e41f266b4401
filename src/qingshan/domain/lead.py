"""Lead (线索): states, the one table of acts, and what a verification must hold. Pure.

received → dispatched ⇄ returned → under_verification → in_review → substantiated | county_recheck → city_recheck →
archived | inconclusive → under_verification again (三-1-2, 三-3-2⑤, 四-2-2③b). Beside that line: merged into another
lead and separated again; split into children, settled when all of them are; transferred to another county, which takes
it (handed_over) or sends it back (returned).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from qingshan.domain.acts import ActRefused


class LeadState(StrEnum):
    """States of a lead (线索状态)."""

    RECEIVED = "received"
    DISPATCHED = "dispatched"
    UNDER_VERIFICATION = "under_verification"
    RETURNED = "returned"
    IN_REVIEW = "in_review"
    SUBSTANTIATED = "substantiated"
    COUNTY_RECHECK = "county_recheck"
    CITY_RECHECK = "city_recheck"
    INCONCLUSIVE = "inconclusive"
    ARCHIVED = "archived"
    MERGED = "merged"
    SPLIT = "split"
    SPLIT_SETTLED = "split_settled"
    TRANSFERRED = "transferred"
    HANDED_OVER = "handed_over"


class Verdict(StrEnum):
    """Verdicts (核查结论): 查实, 查否, 存疑."""

    SUBSTANTIATED = "substantiated"
    UNFOUNDED = "unfounded"
    INCONCLUSIVE = "inconclusive"


class UnfoundedReason(StrEnum):
    """Why a lead is unfounded (查否原因)."""

    LEGAL = "legal"
    PSEUDO_CHANGE = "pseudo_change"
    NOT_FOUND = "not_found"
    OTHER = "other"


S = LeadState
BUREAU = frozenset({"bureau_officer", "bureau_leader", "taskforce_office"})
TOWNSHIP = frozenset({"township_officer", "township_leader"})
VERIFIED_STATES = frozenset({S.SUBSTANTIATED, S.COUNTY_RECHECK, S.CITY_RECHECK, S.INCONCLUSIVE, S.ARCHIVED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """One row of the table: act, states it starts from, state it leads to, posts that may do it, clause."""

    act: str
    sources: frozenset[LeadState]
    targets: Mapping[str, LeadState]
    roles: frozenset[str]
    own_unit: bool
    clause: str


def _row(
    act: str, sources: set[LeadState], targets: dict[str, LeadState], roles: frozenset[str], owner: str, clause: str
) -> Transition:
    """A row; ``owner`` "own" binds it to the unit the lead is given to."""
    return Transition(
        act=act, sources=frozenset(sources), targets=targets, roles=roles, own_unit=owner == "own", clause=clause
    )


_REVIEW = {
    Verdict.SUBSTANTIATED.value: S.SUBSTANTIATED,
    Verdict.UNFOUNDED.value: S.COUNTY_RECHECK,
    Verdict.INCONCLUSIVE.value: S.INCONCLUSIVE,
}
_LIVE = {S.RECEIVED, S.DISPATCHED, S.UNDER_VERIFICATION, S.RETURNED, S.IN_REVIEW, S.INCONCLUSIVE}
_REVIEWER = frozenset({"bureau_officer", "bureau_leader"})

TABLE: dict[str, Transition] = {
    row.act: row
    for row in (
        _row("lead.dispatch", {S.RECEIVED, S.RETURNED}, {"": S.DISPATCHED}, BUREAU, "any", "三-1-2②b"),
        _row("lead.receive", {S.DISPATCHED}, {"": S.UNDER_VERIFICATION}, TOWNSHIP, "own", "三-1-2②b"),
        _row("lead.return", {S.DISPATCHED, S.UNDER_VERIFICATION}, {"": S.RETURNED}, TOWNSHIP, "own", "三-1-2②b"),
        _row("lead.verify", {S.UNDER_VERIFICATION}, {"": S.IN_REVIEW}, TOWNSHIP, "own", "三-1-2①c"),
        _row("lead.review_approve", {S.IN_REVIEW}, dict(_REVIEW), _REVIEWER, "any", "三-1-3①b"),
        _row("lead.review_reject", {S.IN_REVIEW}, {"": S.UNDER_VERIFICATION}, _REVIEWER, "any", "三-1-3①b"),
        _row(
            "lead.county_recheck",
            {S.COUNTY_RECHECK},
            {"confirmed": S.CITY_RECHECK, "overturned": S.SUBSTANTIATED},
            _REVIEWER,
            "any",
            "四-2-2③b",
        ),
        _row(
            "lead.city_recheck",
            {S.CITY_RECHECK},
            {"confirmed": S.ARCHIVED, "overturned": S.SUBSTANTIATED},
            frozenset({"city_reviewer"}),
            "any",
            "三-3-2⑤",
        ),
        _row("lead.resume", {S.INCONCLUSIVE}, {"": S.UNDER_VERIFICATION}, TOWNSHIP, "own", "三-1-2②b"),
        _row(
            "lead.transfer_receipt",
            {S.TRANSFERRED},
            {"accepted": S.HANDED_OVER, "refused": S.RETURNED},
            BUREAU,
            "any",
            "三-1-2②b",
        ),
    )
}
_GIVEN = {S.DISPATCHED, S.UNDER_VERIFICATION}
BESIDE: dict[str, Transition] = {
    row.act: row
    for row in (
        _row("lead.change_unit", {*_GIVEN, S.INCONCLUSIVE}, {"": S.DISPATCHED}, BUREAU, "any", "三-4-3⑤"),
        _row("lead.transfer_out", {S.RECEIVED, S.RETURNED, *_GIVEN}, {"": S.TRANSFERRED}, BUREAU, "any", "三-1-2②b"),
        _row("lead.transfer_answer", {S.HANDED_OVER}, {"": S.HANDED_OVER}, BUREAU, "any", "三-1-2②b"),
    )
}
"""Acts that carry no lead on its way and put nobody on turn: the bureau takes it elsewhere."""

ON_LEDGER = "case.open"
"""Act of a case that also ends what is owed on its lead."""
FLAG_ACTIVE_ROLES = BUREAU | TOWNSHIP | {"hotline_desk"}
FLAG_ACTIVE_STATES = frozenset(_LIVE)
REGISTER_ROLES = BUREAU
"""Roles that register leads of every channel and take in batches."""
FORM_ROLES = (
    REGISTER_ROLES
    | TOWNSHIP
    | {"village_patroller", "department_officer", "department_leader", "police", "hotline_desk"}
)
"""Roles that may enter single leads of some channel; which channels is the plan's (`Channel.registered_by`)."""
SOURCE_ROLES = BUREAU | {"hotline_desk"}
"""Roles that keep the sources of a lead: further ones, answers given, numbers of the petition platform."""
CONCLUDED_STATES = frozenset(
    {S.SUBSTANTIATED, S.COUNTY_RECHECK, S.CITY_RECHECK, S.ARCHIVED, S.SPLIT_SETTLED, S.HANDED_OVER}
)
"""States in which there is a result that can be told to whoever brought the lead."""
JOIN_ROLES = BUREAU
"""Posts that merge, separate and split (并入、撤销并入、拆分)."""
MERGE_STATES = frozenset({S.RECEIVED, S.DISPATCHED, S.UNDER_VERIFICATION, S.RETURNED, S.INCONCLUSIVE})
"""States in which a lead may be merged into another: what has been handed in is decided first."""
SPLIT_STATES = frozenset({S.RECEIVED, S.DISPATCHED, S.UNDER_VERIFICATION, S.RETURNED})
NO_MAIN_STATES = frozenset({S.MERGED, S.SPLIT, S.SPLIT_SETTLED, S.TRANSFERRED, S.HANDED_OVER})
"""A lead in one of these takes no other in."""
SETTLED_STATES = frozenset(
    {S.SUBSTANTIATED, S.COUNTY_RECHECK, S.CITY_RECHECK, S.ARCHIVED, S.MERGED, S.SPLIT_SETTLED, S.HANDED_OVER}
)
"""A child in one of these keeps its parent open no longer (an inconclusive one does)."""
OPEN_CASE_ROLES = _REVIEWER
CORRECT_ROLES = _REVIEWER


def next_state(*, state: LeadState, act: str, outcome: str, roles: frozenset[str], own_unit: bool) -> LeadState:
    """Return the state that ``act`` leads to, or raise `ActRefused` naming the post, the unit or the state.

    ``outcome`` is the verdict of a review or the result of a re-check, "" where the act has one target.
    """
    row = TABLE.get(act) or BESIDE.get(act)
    if row is None:
        raise ActRefused("unknown_act", f"没有“{act}”这种办理")
    if not row.roles & roles:
        raise ActRefused("role", "您的职务不能办理此事", ())
    if row.own_unit and not own_unit:
        raise ActRefused("unit", "此线索不由您的单位办理")
    if state not in row.sources:
        raise ActRefused("state", "线索状态已变化，此办理已不适用，请刷新后再看")
    try:
        return row.targets[outcome]
    except KeyError:
        raise ActRefused("outcome", "结论不在可选范围内") from None


def allowed_acts(*, state: LeadState, roles: frozenset[str], own_unit: bool) -> tuple[str, ...]:
    """Acts that this viewer may do on a lead in ``state``, in the order of the table."""
    return tuple(
        row.act
        for row in TABLE.values()
        if state in row.sources and row.roles & roles and (own_unit or not row.own_unit)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoFacts:
    """What is known of one evidence photo: position and azimuth from EXIF, distance to the patch in metres."""

    direction: str
    lon: float | None = None
    lat: float | None = None
    azimuth: float | None = None
    taken_at: datetime | None = None
    distance_m: float | None = None
    reused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoRules:
    """Photo rules of the plan (举证照片规则): distance in metres, numbers of photos, hours to upload."""

    max_distance_m: int
    min_directions: int
    min_near: int
    upload_hours: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationForm:
    """An on-site verification as handed in (实地核查表)."""

    verdict: str
    unfounded_reason: str
    persons: tuple[str, ...]
    visited_at: datetime | None
    lon: float | None
    lat: float | None
    finding: str
    photos: tuple[PhotoFacts, ...] = field(default=())
    missing: str = ""
    missing_by: datetime | None = None


def check_verification(
    form: VerificationForm, *, onsite_required: bool, min_persons: int, now: datetime
) -> tuple[str, ...]:
    """Return what is missing for ``form`` to be accepted (三-1-2①c: no desk-only verdict); empty = complete."""
    problems: list[str] = []
    names = {name.strip() for name in form.persons if name.strip()}
    if len(names) < min_persons:
        problems.append(f"核查人不足 {min_persons} 名：请写出 {min_persons} 名不同的现场核查人（行政处罚法第42条）")
    if form.verdict not in set(Verdict):
        problems.append("未选核查结论：请选查实、查否或存疑")
    problems += _check_visit(form, now)
    if not form.finding.strip():
        problems.append("现场情况未填：请写明现场看到什么")
    if not form.photos and (onsite_required or form.verdict == Verdict.SUBSTANTIATED):
        problems.append("没有现场照片：下发图斑必须实地核查并附照片，查实必须有证据（三-1-2①c）")
    problems += _check_verdict(form, now)
    return tuple(problems)


def _check_visit(form: VerificationForm, now: datetime) -> list[str]:
    problems: list[str] = []
    if form.visited_at is None:
        problems.append("到场时间未填")
    elif form.visited_at > now:
        problems.append("到场时间晚于现在：请核对日期")
    if form.lon is None or form.lat is None:
        problems.append("核查位置未填：请填到场点的经度、纬度，或上传带定位的照片")
    return problems


def _check_verdict(form: VerificationForm, now: datetime) -> list[str]:
    if form.verdict == Verdict.UNFOUNDED and form.unfounded_reason not in set(UnfoundedReason):
        return ["查否原因未选：合法、伪变化、未发现或其他"]
    if form.verdict == Verdict.INCONCLUSIVE:
        problems = [] if form.missing.strip() else ["存疑须写明还缺什么"]
        if form.missing_by is None:
            problems.append("存疑须写明补齐期限")
        elif form.missing_by <= now:
            problems.append("补齐期限须晚于现在")
        return problems
    return []


def photo_flags(photo: PhotoFacts, rules: PhotoRules, *, uploaded_at: datetime) -> tuple[str, ...]:
    """Doubts about one photo, shown to the reviewer as facts; they never refuse it."""
    flags: list[str] = []
    if photo.lon is None:
        flags.append("照片无定位")
    elif photo.distance_m is not None and photo.distance_m > rules.max_distance_m:
        flags.append(f"距图斑 {photo.distance_m:.0f} 米，超过 {rules.max_distance_m} 米")
    if photo.azimuth is None:
        flags.append("照片无方位角")
    if photo.taken_at is None:
        flags.append("照片无拍摄时间")
    elif (uploaded_at - photo.taken_at).total_seconds() > rules.upload_hours * 3600:
        flags.append(f"拍摄后超过 {rules.upload_hours} 小时才上传")
    elif photo.taken_at > uploaded_at:
        flags.append("拍摄时间晚于上传时间")
    if photo.reused:
        flags.append("同一照片已在别处使用")
    return tuple(flags)


def photo_set_flags(photos: tuple[PhotoFacts, ...], rules: PhotoRules) -> tuple[str, ...]:
    """Doubts about the whole set: too few directions, no near view."""
    directions = {photo.direction for photo in photos} & {"north", "east", "south", "west"}
    near = sum(photo.direction == "near" for photo in photos)
    flags: list[str] = []
    if len(directions) < rules.min_directions:
        flags.append(f"方向照片 {len(directions)}/{rules.min_directions} 个方向")
    if near < rules.min_near:
        flags.append(f"近景照片 {near}/{rules.min_near} 张")
    return tuple(flags)


LEAD_WORDS: Mapping[str, str] = {
    LeadState.RECEIVED: "待分派",
    LeadState.DISPATCHED: "待签收",
    LeadState.UNDER_VERIFICATION: "核查中",
    LeadState.RETURNED: "已退回",
    LeadState.IN_REVIEW: "待审核",
    LeadState.SUBSTANTIATED: "查实",
    LeadState.COUNTY_RECHECK: "待县级复核",
    LeadState.CITY_RECHECK: "待市级复核",
    LeadState.INCONCLUSIVE: "存疑",
    LeadState.ARCHIVED: "已归档",
    LeadState.MERGED: "已并入",
    LeadState.SPLIT: "拆分办理",
    LeadState.SPLIT_SETTLED: "拆分办结",
    LeadState.TRANSFERRED: "移送待回执",
    LeadState.HANDED_OVER: "外县已接收",
}
"""States as they stand in tables for people; one word for each."""
VERDICT_WORDS: Mapping[str, str] = {"substantiated": "查实", "unfounded": "查否", "inconclusive": "存疑"}
DIRECTION_WORDS: Mapping[str, str] = {"from_above": "自上而下", "from_below": "自下而上"}
