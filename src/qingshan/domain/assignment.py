"""Assignment (交办): states of an order's lines, the one table of acts, who may order whom, when it is due. Pure.

One line per addressee: sent → received → replied → accepted, or sent_back and replied again; a live line can be
withdrawn by the issuer or handed on to another unit (四-2-0①). It is done when all lines that count are accepted.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Literal
from uuid import UUID

from qingshan.domain.acts import ActRefused
from qingshan.domain.limits import CHINA, Due, Limit, due
from qingshan.domain.workdays import UnknownYear, WorkCalendar, weekday_name

CLAUSE = "四-2-0①"
TITLE_LENGTH, TEXT_LENGTH = 120, 8000
_DAY = timedelta(days=1)


class OrderKind(StrEnum):
    """What an order rests on (来源): 交办, 领导批示, 检察建议; the same in every plan."""

    ORDER = "order"
    LEADER_INSTRUCTION = "leader_instruction"
    PROSECUTOR_SUGGESTION = "prosecutor_suggestion"


class OrderState(StrEnum):
    """States of an order (交办状态): 办理中, 已办结, 已撤回."""

    OPEN = "open"
    DONE = "done"
    WITHDRAWN = "withdrawn"


class LineState(StrEnum):
    """States of an addressee's line (办理行状态)."""

    SENT = "sent"
    RECEIVED = "received"
    REPLIED = "replied"
    SENT_BACK = "sent_back"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"
    TRANSFERRED = "transferred"


class Part(StrEnum):
    """An addressee's part (分工): 牵头, 协办, or 承办 where each answers for itself."""

    OWNER = "owner"
    ASSIST = "assist"
    EACH = "each"


class Group(StrEnum):
    """All addressees of a kind (收文范围): 全部收文单位, 全部乡镇, 全部县直部门, 全部报送单位, 全部村 (H-1)."""

    UNITS = "units"
    TOWNSHIPS = "townships"
    DEPARTMENTS = "departments"
    REPORTING = "reporting"
    VILLAGES = "villages"


Side = Literal["issuer", "addressee"]
S = LineState
COUNTY_ISSUERS = frozenset({"county_leader", "bureau_leader", "bureau_officer", "taskforce_office"})
ISSUE_ROLES = COUNTY_ISSUERS | {"township_leader"}
LEADER_ROLES = frozenset(
    {"township_leader", "bureau_leader", "department_leader", "county_leader", "taskforce_office"}
    | {"police", "procuratorate", "court", "discipline"}
)
"""Posts that may hand a unit's line on to another unit."""
RECEIVE_ROLES = LEADER_ROLES | {
    "township_officer",
    "bureau_officer",
    "department_officer",
    "finance_reviewer",
    "village_patroller",
}
LIVE = frozenset({S.SENT, S.RECEIVED, S.REPLIED, S.SENT_BACK})
OWED = frozenset({S.SENT, S.RECEIVED, S.SENT_BACK})
"""States in which the addressee is on turn: only these can be overdue and be reminded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """One row of the table: act, states it starts from, state it leads to (None: stays), whose act it is, posts."""

    act: str
    sources: frozenset[LineState]
    target: LineState | None
    side: Side
    roles: frozenset[str]


def _row(
    act: str, sources: Iterable[LineState], target: LineState | None, side: Side, roles: frozenset[str]
) -> Transition:
    return Transition(act=act, sources=frozenset(sources), target=target, side=side, roles=roles)


TABLE: dict[str, Transition] = {
    row.act: row
    for row in (
        _row("assignment.receive", {S.SENT}, S.RECEIVED, "addressee", RECEIVE_ROLES),
        _row("assignment.reply", {S.RECEIVED, S.SENT_BACK}, S.REPLIED, "addressee", RECEIVE_ROLES),
        _row("assignment.transfer", OWED, S.TRANSFERRED, "addressee", LEADER_ROLES),
        _row("assignment.accept", {S.REPLIED}, S.ACCEPTED, "issuer", ISSUE_ROLES),
        _row("assignment.send_back", {S.REPLIED}, S.SENT_BACK, "issuer", ISSUE_ROLES),
        _row("assignment.remind", OWED, None, "issuer", ISSUE_ROLES),
        _row("assignment.extend", LIVE, None, "issuer", ISSUE_ROLES),
        _row("assignment.withdraw", LIVE, S.WITHDRAWN, "issuer", ISSUE_ROLES),
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How somebody stands to a line: roles of his post, whether it is his own post, his unit, his unit's order."""

    roles: frozenset[str]
    unit_id: UUID | None
    post_id: UUID | None
    system: bool = False

    def on_side(self, side: Side, *, unit_id: UUID, post_id: UUID | None, issuer_unit_id: UUID) -> bool:
        """Whether he stands on ``side`` of a line given to ``unit_id`` (or to the one post ``post_id``)."""
        if self.system:
            return True
        if side == "issuer":
            return self.unit_id == issuer_unit_id
        return self.unit_id == unit_id and post_id in (None, self.post_id)


def next_line_state(
    *, state: LineState, act: str, standing: Standing, unit_id: UUID, post_id: UUID | None, issuer_unit_id: UUID
) -> LineState:
    """Return the state that ``act`` leads to, or raise `ActRefused` naming the unit, the post or the state."""
    row = TABLE[act]
    if not standing.on_side(row.side, unit_id=unit_id, post_id=post_id, issuer_unit_id=issuer_unit_id):
        words = {"issuer": "此事不是您的单位交办的", "addressee": "这一行不由您的单位或职务办理"}
        raise ActRefused("unit", words[row.side])
    # Whoever holds the very post the order is addressed to may do what an addressee does.
    own_post = row.side == "addressee" and post_id is not None and act != "assignment.transfer"
    if not (standing.system or own_post or row.roles & standing.roles):
        raise ActRefused("role", "您的职务不能办理此事")
    if state not in row.sources:
        raise ActRefused("state", "这一行的状态已变化，此办理已不适用，请刷新后再看")
    return row.target or state


def allowed_acts(
    *, state: LineState, standing: Standing, unit_id: UUID, post_id: UUID | None, issuer_unit_id: UUID
) -> tuple[str, ...]:
    """Acts that are open to somebody on a line in ``state``, in the order of the table."""
    found = []
    for act in TABLE:
        try:
            next_line_state(
                state=state,
                act=act,
                standing=standing,
                unit_id=unit_id,
                post_id=post_id,
                issuer_unit_id=issuer_unit_id,
            )
        except ActRefused:
            continue
        found.append(act)
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far an order is: lines accepted of lines that count (withdrawn and handed-on ones do not)."""

    done: int
    total: int

    @property
    def state(self) -> OrderState:
        """Done when all that count are accepted; withdrawn when none counts any more."""
        if not self.total:
            return OrderState.WITHDRAWN
        return OrderState.DONE if self.done == self.total else OrderState.OPEN


def progress_of(counts: Mapping[str, int]) -> Progress:
    """Progress from the number of lines per state."""
    total = sum(n for state, n in counts.items() if state not in (S.WITHDRAWN, S.TRANSFERRED))
    return Progress(done=counts.get(S.ACCEPTED, 0), total=total)


def is_overdue(*, state: str, due_at: datetime, now: datetime) -> bool:
    """Whether the addressee is late at ``now``: worked out, never counted (时限推算)."""
    return state in OWED and due_at < now


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitFacts:
    """What is asked of a unit before it is given an order: level, division, unit above, kind of reporting."""

    id: UUID
    level: str
    division: str
    parent_id: UUID | None
    reports: bool


ADDRESSED_LEVELS = frozenset({"county", "department", "township", "village"})


def may_address(*, roles: frozenset[str], unit_id: UUID | None, prefix: str | None, target: UnitFacts) -> bool:
    """Whether an issuer may order a unit: the county any in its division, a township its own villages and posts."""
    if target.level not in ADDRESSED_LEVELS:
        return False
    if roles & COUNTY_ISSUERS:
        return prefix is not None and target.division.startswith(prefix)
    return "township_leader" in roles and unit_id is not None and unit_id in (target.id, target.parent_id)


def in_group(group: Group, unit: UnitFacts) -> bool:
    """Whether a unit belongs to all addressees of a kind."""
    if group is Group.REPORTING:
        return unit.reports
    levels = {
        Group.UNITS: ("township", "department"),
        Group.TOWNSHIPS: ("township",),
        Group.DEPARTMENTS: ("department",),
        Group.VILLAGES: ("village",),
    }
    return unit.level in levels[group]


def due_by_day(*, at: datetime, start: datetime, calendar: WorkCalendar, zone: tzinfo = CHINA) -> Due:
    """The explanation of a due moment that the issuer named himself: which day it is, how many workdays are left."""
    local, first = at.astimezone(zone), start.astimezone(zone).date()
    lines = [f"交办人指定：{_day_text(local.date())}（{weekday_name(local)}）{local:%H:%M} 前"]
    try:
        days = sum(calendar.is_workday(first + _DAY * n) for n in range(1, (local.date() - first).days + 1))
        lines.append(f"自交办次日起共 {days} 个工作日")
        if not calendar.is_workday(local.date()):
            lines.append(f"注意：当日为{calendar.label_of(local.date())}，不是工作日")
    except UnknownYear as unknown:
        lines.append(str(unknown))
    return Due(at=local, explanation=tuple(lines), known=True)


def due_by_limit(*, limit: Limit, start: datetime, calendar: WorkCalendar, zone: tzinfo = CHINA) -> Due:
    """The due moment of an order that names a limit of the plan; raises `ActRefused` when it cannot be known."""
    found = due(limit, start, calendar, zone=zone)
    if found.at is None:
        raise ActRefused("due", "按所选时限算不出到期日", found.explanation[-1:])
    return found


def _day_text(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def check_order(*, kind: str, title: str, text: str, addressees: int, due_at: datetime | None, now: datetime) -> None:
    """Raise `ActRefused` with everything that is missing for an order to go out."""
    missing = [] if kind in set(OrderKind) else ["来源未选：请选交办、领导批示或检察建议"]
    missing += _check_text("事项名称", title, TITLE_LENGTH, "写一句话说明是什么事")
    missing += _check_text("交办内容", text, TEXT_LENGTH, "写明要做什么、报什么；细节放进附件")
    if not addressees:
        missing.append("没有选承办单位：请至少选一个单位或职务")
    if due_at is None:
        missing.append("办理时限未定：请填日期，或选方案中的一条时限")
    elif due_at <= now:
        missing.append("办理时限须晚于现在：请核对日期")
    if missing:
        raise ActRefused("incomplete", "还不能交办", tuple(missing))


def _check_text(label: str, value: str, most: int, advice: str) -> list[str]:
    text = value.strip()
    if not text:
        return [f"{label}未填：请{advice}"]
    return [f"{label}超过 {most} 字：请{advice}"] if len(text) > most else []
