"""Taking over an old ledger (既有台账接管): what a row may claim, and when it cannot be believed. Pure.

Work ran before this program did (自 7 月 1 日起). What the old ledger claims is kept as claimed, marked for ever, and
counts as evidence of nothing: every gate asks for it anew.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from qingshan.domain.case import CaseState
from qingshan.domain.lead import LeadState, Verdict


class OldState(StrEnum):
    """Where a row stood in the old ledger (旧台账状态)."""

    UNVERIFIED = "unverified"
    VERIFYING = "verifying"
    UNFOUNDED = "unfounded"
    INCONCLUSIVE = "inconclusive"
    OPEN = "open"
    RECTIFIED = "rectified"
    ACCEPTED = "accepted"
    REPORTED = "reported"
    CITY_PASSED = "city_passed"
    CLOSED = "closed"


OLD_STATE_LABELS: Mapping[str, str] = {
    OldState.UNVERIFIED: "未核查",
    OldState.VERIFYING: "核查中",
    OldState.UNFOUNDED: "查否",
    OldState.INCONCLUSIVE: "存疑",
    OldState.OPEN: "整改中",
    OldState.RECTIFIED: "已整改",
    OldState.ACCEPTED: "已验收",
    OldState.REPORTED: "已上报市局",
    OldState.CITY_PASSED: "市级核查通过",
    OldState.CLOSED: "已销号",
}
LEAD_STATES: Mapping[str, LeadState] = {
    OldState.UNVERIFIED: LeadState.DISPATCHED,
    OldState.VERIFYING: LeadState.UNDER_VERIFICATION,
    OldState.UNFOUNDED: LeadState.COUNTY_RECHECK,
    OldState.INCONCLUSIVE: LeadState.INCONCLUSIVE,
}
"""State of a lead by the old one; every other old state stands for a substantiated lead with a case."""
VERDICTS: Mapping[str, str] = {
    OldState.UNVERIFIED: "",
    OldState.VERIFYING: "",
    OldState.UNFOUNDED: Verdict.UNFOUNDED.value,
    OldState.INCONCLUSIVE: Verdict.INCONCLUSIVE.value,
}
DAYS: Mapping[str, str] = {
    "discovered": "发现日期",
    "verified": "核查日期",
    "opened": "列入台账日期",
    "stop_notice": "责令停止日期",
    "filed": "立案日期",
    "investigated": "调查终结日期",
    "decided": "处罚决定日期",
    "executed": "执行完毕日期",
    "closure": "现场取缔日期",
    "province": "省系统录入日期",
    "accepted": "县级验收日期",
    "closed": "销号日期",
}
_ORDER: tuple[tuple[str, str], ...] = (
    *(("discovered", name) for name in DAYS if name != "discovered"),
    ("stop_notice", "executed"),
    ("filed", "investigated"),
    ("filed", "decided"),
    ("investigated", "decided"),
    ("decided", "executed"),
    ("closure", "accepted"),
    *((name, "closed") for name in ("verified", "stop_notice", "filed", "decided", "closure", "accepted")),
)
"""Pairs of which the first is never later than the second."""
_STEPS: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    "stop_notice": (("enforcement", "stop_notice", "issued_on"),),
    "filed": (("enforcement", "filed", "filed_on"),),
    "investigated": (("enforcement", "investigated", "investigated_on"),),
    "decided": (("enforcement", "decided", "decided_on"),),
    "executed": (("enforcement", "executed", "executed_on"),),
    "closure": tuple(
        ("site_closure", station, "checked_on")
        for station in ("people_gone", "equipment_gone", "buildings_gone", "workings_sealed")
    ),
    "province": (("provincial_entry", "entered", "entered_on"),),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What one row of the old ledger claims. Days by the names of `DAYS`; words already turned into our codes."""

    state: OldState | None
    category: str
    days: Mapping[str, date] = field(default_factory=dict)
    papers: Mapping[str, str] = field(default_factory=dict)
    close_out_number: str = ""

    @property
    def is_case(self) -> bool:
        """Whether the row stands for a substantiated lead with a case."""
        return self.state is not None and self.state not in LEAD_STATES


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedStep:
    """One station as the old ledger claims it: its day, and what it says of the station's fields."""

    track: str
    station: str
    on: date
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubts:
    """What stands against a row: ``refused`` reasons keep it out, ``warnings`` are shown and stay with it."""

    refused: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def infer_state(*, state: OldState | None, verdict: OldState | None, category: str, closed: bool) -> OldState | None:
    """The state a row stands in; its verdict decides where both are given. None: it cannot be told."""
    if verdict in (OldState.UNFOUNDED, OldState.INCONCLUSIVE):
        return verdict
    if state is not None:
        return state
    if closed:
        return OldState.CLOSED
    return OldState.OPEN if verdict is OldState.OPEN or category else None


def doubts_about(claim: Claim, *, today: date, start: date) -> Doubts:
    """Doubts about the dates, state and category of a claim; ``start``: first day of the campaign."""
    refused: list[str] = []
    if "discovered" not in claim.days:
        refused.append("发现日期未填：时限从发现算起，请补填")
    refused += [
        f"{DAYS[name]} {day.isoformat()} 晚于今天：请核对年份" for name, day in claim.days.items() if day > today
    ]
    refused += _out_of_order(claim.days)
    if claim.state is None:
        refused.append("看不出办到哪一步：请填当前状态或核查结论")
    if claim.is_case and not claim.category:
        refused.append("类别不明：查实的问题须写明无证、持证露天或工程建设")
    return Doubts(refused=tuple(refused), warnings=tuple(_warnings(claim, start)))


def _out_of_order(days: Mapping[str, date]) -> list[str]:
    return [
        f"{DAYS[later]} {days[later].isoformat()} 早于{DAYS[first]} {days[first].isoformat()}：请核对"
        for first, later in dict.fromkeys(_ORDER)
        if first in days and later in days and days[later] < days[first]
    ]


def _warnings(claim: Claim, start: date) -> list[str]:
    said: list[str] = []
    found = claim.days.get("discovered")
    if found is not None and found < start:
        said.append(f"发现于行动开始（{start.isoformat()}）之前")
    if claim.state == OldState.CLOSED:
        said.append("旧台账已销号：只记为“接管前销号”，不计入本系统的销号")
    elif claim.state in (OldState.RECTIFIED, OldState.ACCEPTED, OldState.REPORTED, OldState.CITY_PASSED):
        said.append(f"旧台账记为“{OLD_STATE_LABELS[claim.state]}”：接管为办理中，补齐证据后按程序验收")
    if claim.state == OldState.UNFOUNDED:
        said.append("旧台账记为查否：接管后须县级、市级全部复核")
    return said


def gaps_of(claim: Claim, tracks: Mapping[str, Mapping[str, str]]) -> tuple[str, ...]:
    """What is missing for good order: days that the old ledger does not give, and evidence of those it gives.

    ``tracks``: required stations with labels, by track.
    """
    if not claim.is_case:
        return () if "verified" in claim.days or claim.state in (OldState.UNVERIFIED,) else ("核查日期",)
    claimed = {(step.track, step.station) for step in steps_of(claim)}
    gaps = [] if "verified" in claim.days else ["核查日期"]
    for track, stations in tracks.items():
        for station, label in stations.items():
            gaps.append(f"{label}（有日期，缺证据）" if (track, station) in claimed else f"{label}（无日期、无证据）")
    if claim.state == OldState.CLOSED:
        gaps += [] if claim.close_out_number else ["旧销号文号"]
        gaps += [] if "closed" in claim.days else ["销号日期"]
    return tuple(gaps)


def steps_of(claim: Claim) -> tuple[ClaimedStep, ...]:
    """The stations that the old ledger gives a day for, with what it says of their papers."""
    if not claim.is_case:
        return ()
    found: list[ClaimedStep] = []
    for name, stations in _STEPS.items():
        day = claim.days.get(name)
        if day is None:
            continue
        for track, station, day_field in stations:
            papers = {k: v for k, v in claim.papers.items() if k in _PAPERS.get(station, ()) and v}
            found.append(
                ClaimedStep(track=track, station=station, on=day, fields={day_field: day.isoformat(), **papers})
            )
    return tuple(found)


_PAPERS: Mapping[str, tuple[str, ...]] = {
    "stop_notice": ("notice_no",),
    "filed": ("filing_no",),
    "decided": ("decision_no", "fine_yuan"),
    "executed": ("paid_yuan",),
    "entered": ("province_no",),
}


def lead_state(state: OldState) -> LeadState:
    """State of the lead that is made from a row."""
    return LEAD_STATES.get(state, LeadState.SUBSTANTIATED)


def case_state(state: OldState) -> CaseState:
    """State of the case that is made from a row: what was closed before stays apart, all else is open."""
    return CaseState.CLOSED_BEFORE if state == OldState.CLOSED else CaseState.OPEN


def verdict_of(state: OldState) -> str:
    """The verdict that goes with an old state; "" before one was given."""
    return VERDICTS.get(state, Verdict.SUBSTANTIATED.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSum:
    """One line of the reconciliation (对账): rows of the file, what became of them, the old ledger's own figure."""

    name: str
    rows: int
    taken: int
    known: int
    refused: int
    typed: int | None

    @property
    def agrees(self) -> bool:
        """Whether the old ledger's figure is that of the file."""
        return self.typed == self.rows


SUM_LABELS: Mapping[str, str] = {"total": "总数", "township": "乡镇", "category": "类别", "state": "状态"}


def missing_for_submission(*, sums: Mapping[str, tuple[GroupSum, ...]], refused: int, explanation: str) -> list[str]:
    """What must be typed or explained before a take-over goes to the leader; empty: nothing."""
    apart = [
        f"{SUM_LABELS.get(kind, kind)}“{s.name}”（旧台账{'未填' if s.typed is None else s.typed}，文件 {s.rows}）"
        for kind, group in sums.items()
        for s in group
        if not s.agrees
    ]
    if explanation.strip():
        return []
    missing = []
    if apart:
        shown = "、".join(apart[:6]) + (f"等 {len(apart)} 项" if len(apart) > 6 else "")
        missing.append(f"与旧台账合计不一致或未填：{shown}；请填合计，确有差异的写明原因")
    if refused:
        missing.append(f"有 {refused} 行拒收：请改好后重新上传，或写明为什么不接管")
    return missing
