"""Orders: the table of a line's acts, who may order whom, when an order is due, when it is done."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qingshan.domain.acts import ActRefused
from qingshan.domain.assignment import (
    ISSUE_ROLES,
    LIVE,
    OWED,
    RECEIVE_ROLES,
    TABLE,
    Group,
    LineState,
    OrderState,
    Progress,
    Standing,
    UnitFacts,
    allowed_acts,
    check_order,
    due_by_day,
    due_by_limit,
    in_group,
    is_overdue,
    may_address,
    next_line_state,
    progress_of,
)
from qingshan.domain.limits import Limit
from qingshan.domain.workdays import DayKind, WorkCalendar

ZONE = ZoneInfo("Asia/Shanghai")
ISSUER, ADDRESSEE, OTHER = uuid4(), uuid4(), uuid4()
POST, COLLEAGUE = uuid4(), uuid4()
NOW = datetime(2024, 9, 12, 10, 0, tzinfo=ZONE)
CALENDAR = WorkCalendar(
    days={
        date(2024, 9, 14): DayKind.MAKEUP_WORKDAY,
        date(2024, 9, 15): DayKind.HOLIDAY,
        date(2024, 9, 16): DayKind.HOLIDAY,
        date(2024, 9, 17): DayKind.HOLIDAY,
    },
    known_years=frozenset({2024}),
    names={date(2024, 9, 17): "中秋节"},
)


def standing(unit: UUID, *roles: str, post: UUID | None = None) -> Standing:
    return Standing(roles=frozenset(roles), unit_id=unit, post_id=post)


def target(state: LineState, act: str, who: Standing, post: UUID | None = None) -> LineState:
    return next_line_state(state=state, act=act, standing=who, unit_id=ADDRESSEE, post_id=post, issuer_unit_id=ISSUER)


OFFICER, LEADER = standing(ADDRESSEE, "township_officer"), standing(ADDRESSEE, "township_leader")
OFFICE = standing(ISSUER, "taskforce_office")


def test_the_way_of_a_line_from_sent_to_accepted() -> None:
    assert target(LineState.SENT, "assignment.receive", OFFICER) is LineState.RECEIVED
    assert target(LineState.RECEIVED, "assignment.reply", OFFICER) is LineState.REPLIED
    assert target(LineState.REPLIED, "assignment.send_back", OFFICE) is LineState.SENT_BACK
    assert target(LineState.SENT_BACK, "assignment.reply", OFFICER) is LineState.REPLIED
    assert target(LineState.REPLIED, "assignment.accept", OFFICE) is LineState.ACCEPTED


def test_nothing_is_replied_before_it_is_signed_for() -> None:
    with pytest.raises(ActRefused, match="状态已变化"):
        target(LineState.SENT, "assignment.reply", OFFICER)


def test_reminding_and_extending_leave_the_state() -> None:
    for state in OWED:
        assert target(state, "assignment.remind", OFFICE) is state
    for state in LIVE:
        assert target(state, "assignment.extend", OFFICE) is state
    with pytest.raises(ActRefused):
        target(LineState.REPLIED, "assignment.remind", OFFICE)


@pytest.mark.parametrize("act", sorted(TABLE))
def test_no_act_leads_out_of_an_ended_line(act: str) -> None:
    who = OFFICE if TABLE[act].side == "issuer" else LEADER
    for state in set(LineState) - LIVE:
        with pytest.raises(ActRefused):
            target(state, act, who)


@pytest.mark.parametrize("act", sorted(TABLE))
def test_each_act_is_refused_to_the_other_side_and_to_strangers(act: str) -> None:
    state = min(TABLE[act].sources)
    roles = ISSUE_ROLES | RECEIVE_ROLES
    wrong = ADDRESSEE if TABLE[act].side == "issuer" else ISSUER
    for unit in (wrong, OTHER):
        with pytest.raises(ActRefused) as refused:
            target(state, act, Standing(roles=roles, unit_id=unit, post_id=None))
        assert refused.value.code == "unit"


def test_an_officer_does_not_hand_on_what_a_leader_may() -> None:
    assert target(LineState.SENT, "assignment.transfer", LEADER) is LineState.TRANSFERRED
    with pytest.raises(ActRefused) as refused:
        target(LineState.SENT, "assignment.transfer", OFFICER)
    assert refused.value.code == "role"


def test_an_order_to_a_post_is_answered_by_that_post_only() -> None:
    own = standing(ADDRESSEE, "hotline_desk", post=POST)
    assert target(LineState.SENT, "assignment.receive", own, POST) is LineState.RECEIVED
    with pytest.raises(ActRefused) as refused:
        target(LineState.SENT, "assignment.receive", standing(ADDRESSEE, "township_officer", post=COLLEAGUE), POST)
    assert refused.value.code == "unit"


def test_what_is_offered_is_what_is_not_refused() -> None:
    common = {"unit_id": ADDRESSEE, "post_id": None, "issuer_unit_id": ISSUER}
    assert allowed_acts(state=LineState.SENT, standing=OFFICER, **common) == ("assignment.receive",)
    assert allowed_acts(state=LineState.REPLIED, standing=OFFICE, **common) == (
        "assignment.accept",
        "assignment.send_back",
        "assignment.extend",
        "assignment.withdraw",
    )
    assert allowed_acts(state=LineState.ACCEPTED, standing=OFFICE, **common) == ()


@given(st.dictionaries(st.sampled_from(list(LineState)), st.integers(0, 300)))
def test_an_order_is_done_when_all_that_count_are_accepted(counts: dict[LineState, int]) -> None:
    progress = progress_of({state.value: n for state, n in counts.items()})
    open_lines = sum(counts.get(state, 0) for state in LIVE)
    accepted = counts.get(LineState.ACCEPTED, 0)
    assert progress == Progress(done=accepted, total=accepted + open_lines)
    if not progress.total:
        assert progress.state is OrderState.WITHDRAWN
    else:
        assert progress.state is (OrderState.OPEN if open_lines else OrderState.DONE)


def test_only_the_addressee_on_turn_is_late() -> None:
    before = datetime(2024, 9, 11, tzinfo=ZONE)
    late = {state for state in LineState if is_overdue(state=state, due_at=before, now=NOW)}
    assert late == {LineState.SENT, LineState.RECEIVED, LineState.SENT_BACK}
    assert not is_overdue(state=LineState.SENT, due_at=NOW, now=NOW)


def unit(level: str, division: str = "130132204", parent: UUID | None = None, *, reports: bool = False) -> UnitFacts:
    return UnitFacts(id=uuid4(), level=level, division=division, parent_id=parent, reports=reports)


def test_the_county_orders_units_of_its_own_division_only() -> None:
    def may(facts: UnitFacts, role: str = "bureau_officer") -> bool:
        return may_address(roles=frozenset({role}), unit_id=ISSUER, prefix="130132", target=facts)

    assert all(may(unit(level)) for level in ("county", "department", "township", "village"))
    assert not may(unit("city", "1301"))
    assert not may(unit("township", "130129100"))
    assert not may(unit("township"), "township_officer")
    assert not may(unit("township"), "discipline")


def test_a_township_orders_its_own_villages_and_posts() -> None:
    def may(facts: UnitFacts) -> bool:
        return may_address(roles=frozenset({"township_leader"}), unit_id=ISSUER, prefix=None, target=facts)

    assert may(unit("village", "130132204201", parent=ISSUER))
    assert may(UnitFacts(id=ISSUER, level="township", division="130132204", parent_id=None, reports=True))
    assert not may(unit("village", "130132208201", parent=OTHER))
    assert not may(unit("department", "130132"))


@pytest.mark.clause("H-1")
def test_all_addressees_of_a_kind() -> None:
    township, department = unit("township", reports=True), unit("department")
    village, county = unit("village"), unit("county")
    members = {g: {f.level for f in (township, department, village, county) if in_group(g, f)} for g in Group}
    assert members == {
        Group.UNITS: {"township", "department"},
        Group.TOWNSHIPS: {"township"},
        Group.DEPARTMENTS: {"department"},
        Group.REPORTING: {"township"},
        Group.VILLAGES: {"village"},
    }


def test_a_day_named_by_the_issuer_says_how_many_workdays_are_left() -> None:
    due = due_by_day(at=datetime(2024, 9, 18, 18, 0, tzinfo=ZONE), start=NOW, calendar=CALENDAR)
    assert due.at == datetime(2024, 9, 18, 18, 0, tzinfo=ZONE)
    # Friday 13th, the make-up Saturday 14th, Wednesday 18th; the festival from 15th to 17th does not count.
    assert due.explanation == (
        "交办人指定：2024年9月18日（星期三）18:00 前",
        "自交办次日起共 3 个工作日",
    )


def test_a_day_that_is_no_workday_is_pointed_out() -> None:
    due = due_by_day(at=datetime(2024, 9, 17, 18, 0, tzinfo=ZONE), start=NOW, calendar=CALENDAR)
    assert due.explanation[-1] == "注意：当日为中秋节，不是工作日"


def test_a_day_in_a_year_without_calendar_says_so() -> None:
    due = due_by_day(at=datetime(2025, 1, 3, 18, 0, tzinfo=ZONE), start=NOW, calendar=CALENDAR)
    assert due.known
    assert "2025年的节假日安排尚未录入" in due.explanation[-1]


def limit(value: int) -> Limit:
    return Limit(slug="x", value=value, unit="workday", start_event="order", basis="", clause=None, hard=False)


def test_a_limit_of_the_plan_is_counted_in_workdays() -> None:
    due = due_by_limit(limit=limit(3), start=NOW, calendar=CALENDAR)
    assert due.at is not None
    assert due.at.date() == date(2024, 9, 18)
    assert due.explanation[-1].startswith("届满：2024年9月18日")


def test_a_limit_that_cannot_be_computed_is_refused() -> None:
    with pytest.raises(ActRefused, match="算不出到期日") as refused:
        due_by_limit(limit=limit(200), start=NOW, calendar=CALENDAR)
    assert "请补录2025年" in refused.value.missing[0]


def test_an_order_says_everything_that_is_missing_at_once() -> None:
    with pytest.raises(ActRefused) as refused:
        check_order(kind="", title=" ", text="字" * 8001, addressees=0, due_at=None, now=NOW)
    assert len(refused.value.missing) == 5
    with pytest.raises(ActRefused, match="还不能交办") as past:
        check_order(kind="order", title="报送", text="报送", addressees=1, due_at=NOW, now=NOW)
    assert past.value.missing == ("办理时限须晚于现在：请核对日期",)
    tomorrow = datetime(2024, 9, 13, tzinfo=ZONE)
    check_order(kind="order", title="报送", text="报送", addressees=1, due_at=tomorrow, now=NOW)
