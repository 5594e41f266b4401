"""Orders as services carry them: lines, receipts, replies, reminders, extension, withdrawal, handing on, scope."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection

from qingshan.commons.assignments.models import Assignment, AssignmentLine, Reminder, Reply
from qingshan.commons.assignments.policy import visible_assignments, visible_lines
from qingshan.commons.assignments.selectors import OrderFilter, files_of, line_page, on_turn, order_page
from qingshan.commons.assignments.services.answering import receive_assignment, reply_assignment, transfer_line
from qingshan.commons.assignments.services.issuing import OrderForm, issue_assignment
from qingshan.commons.assignments.services.steering import accept_reply, extend, remind, send_back, withdraw
from qingshan.commons.journal.models import Entry, Matter
from qingshan.commons.journal.verifying import verify_journal
from qingshan.commons.people.models import Post, Unit
from qingshan.domain.acts import ActRefused
from tests import cast
from tests.cast import Member
from tests.contexts.test_two_at_once import assert_one_won, at_once
from tests.support.making import World

PATTERN = "元采交〔{year}〕{n:04d}号"


def unit(slug: str) -> Unit:
    return Unit.objects.get(slug=slug)


def form(*slugs: str, days: float = 5, **values: Any) -> OrderForm:
    made = {
        "kind": "order",
        "title": "报送百日行动进展",
        "text": "请报送本辖区排查、取缔进展（演示）",
        "unit_ids": tuple(unit(slug).id for slug in slugs),
        "due_at": cast.now() + timedelta(days=days),
    }
    return OrderForm(**{**made, **values})


def issue(world: World, *slugs: str, who: Member = cast.TASKFORCE_OFFICE, **values: Any) -> Assignment:
    return world.perform(who, issue_assignment, form=form(*slugs, **values), numbering=PATTERN)


def line(world: World, order: Assignment, slug: str) -> AssignmentLine:
    with world.seeing_all():
        rows = AssignmentLine.objects.select_related("unit").filter(assignment=order, unit__slug=slug)
        return rows.order_by("-id")[0]


def order_now(world: World, order: Assignment) -> Assignment:
    with world.seeing_all():
        return Assignment.objects.get(id=order.id)


def answer(world: World, order: Assignment, slug: str, who: Member, text: str = "已排查（演示）") -> AssignmentLine:
    found = line(world, order, slug)
    world.perform(who, receive_assignment, line_id=found.id)
    return world.perform(who, reply_assignment, line_id=found.id, text=text)


def refused(world: World, who: Member, service: Callable[..., Any], **values: Any) -> ActRefused:
    with pytest.raises(ActRefused) as told:
        world.perform(who, service, **values)
    return told.value


@pytest.mark.clause("四-2-0①")
def test_an_order_is_followed_from_receipt_to_the_end(world: World) -> None:
    order = issue(world, cast.SUCUN, cast.HEISHUIHE)
    assert order.number == "元采交〔2024〕0001号"
    first = answer(world, order, cast.SUCUN, cast.TOWNSHIP_OFFICER)
    assert first.received_by == "演示·苏甲（苏村乡人民政府·苏村乡执法人员（1））"
    assert first.received_at == first.replied_at == cast.START
    world.perform(cast.TASKFORCE_OFFICE, send_back, assignment_id=order.id, line_ids=[first.id], reason="请补数字")
    world.perform(cast.TOWNSHIP_OFFICER, reply_assignment, line_id=first.id, text="共 3 处（演示）")
    world.perform(cast.TASKFORCE_OFFICE, accept_reply, assignment_id=order.id, line_ids=[first.id])
    half = order_now(world, order)
    assert (half.state, half.lines_done, half.lines_total) == ("open", 1, 2)
    second = answer(world, order, cast.HEISHUIHE, cast.OTHER_TOWNSHIP_OFFICER)
    world.perform(cast.TASKFORCE_OFFICE, accept_reply, assignment_id=order.id, line_ids=[second.id], opinion="同意")
    whole = order_now(world, order)
    assert (whole.state, whole.lines_done, whole.ended_at) == ("done", 2, cast.START)
    assert [e.act for e in world.entries(first.id)] == [
        "assignment.issue",
        "assignment.receive",
        "assignment.reply",
        "assignment.send_back",
        "assignment.reply",
        "assignment.accept",
    ]
    assert [e.act for e in world.entries(order.id)] == [
        "assignment.issue",
        "assignment.send_back",
        "assignment.accept",
        "assignment.accept",
    ]
    with world.seeing_all():
        rounds = Reply.objects.filter(line=first).order_by("round").values_list("round", "outcome", "opinion")
        assert list(rounds) == [(1, "sent_back", "请补数字"), (2, "accepted", "")]
        assert not verify_journal().breaks


@pytest.mark.clause("H-1")
def test_an_order_to_all_units_makes_one_receipt_line_each(world: World) -> None:
    order = issue(world, groups=("units",))
    wanted = set(Unit.objects.filter(level__in=("township", "department")).exclude(slug="next-county-bureau"))
    assert {u.kind for u in wanted} >= {"township", "development_zone", "department", "police", "bureau"}
    with world.seeing_all():
        lines = list(AssignmentLine.objects.filter(assignment=order).select_related("unit"))
    assert {one.unit for one in lines} == wanted
    assert len(lines) == len(wanted)
    assert {one.state for one in lines} == {"sent"}


def test_a_whole_county_of_villages_is_ordered_within_two_seconds(world: World) -> None:
    started = time.monotonic()
    order = issue(world, groups=("villages",))
    took = time.monotonic() - started
    villages = Unit.objects.filter(level="village").count()
    assert villages > 200
    assert order.lines_total == villages
    with world.seeing_all():
        assert Matter.objects.filter(kind="assignment_line", number=order.number).count() == villages
        assert Entry.objects.filter(act="assignment.issue", matter__number=order.number).count() == villages + 1
    assert took < 2


def test_the_same_form_handed_in_twice_makes_one_order(world: World) -> None:
    key, sent = uuid4(), form(cast.SUCUN)
    made = [
        world.perform(cast.TASKFORCE_OFFICE, issue_assignment, form=sent, numbering=PATTERN, assignment_id=key)
        for _ in range(2)
    ]
    assert made[0].id == made[1].id == key
    with world.seeing_all():
        assert Assignment.objects.count() == 1
    other = form(cast.SUCUN, title="另一件事")
    told = refused(world, cast.TASKFORCE_OFFICE, issue_assignment, form=other, numbering=PATTERN, assignment_id=key)
    assert told.code == "once"


def test_an_addressee_sees_the_order_and_only_his_own_line(world: World) -> None:
    order = issue(world, cast.SUCUN, cast.HEISHUIHE, "transport")
    for who, slugs in (
        (cast.TOWNSHIP_OFFICER, {cast.SUCUN}),
        (cast.OTHER_TOWNSHIP_OFFICER, {cast.HEISHUIHE}),
        (cast.DEPARTMENT_OFFICER, {"transport"}),
        (cast.ZONE_OFFICER, set()),
        (cast.STRANGER, set()),
        (cast.VILLAGE_PATROLLER, set()),
        (cast.DISCIPLINE, {cast.SUCUN, cast.HEISHUIHE, "transport"}),
        (cast.COUNTY_LEADER, {cast.SUCUN, cast.HEISHUIHE, "transport"}),
    ):
        with world.seeing(who) as viewer:
            assert set(visible_lines(viewer).values_list("unit__slug", flat=True)) == slugs, who
            assert set(raw("SELECT unit_id FROM assignments_assignmentline")) == {unit(s).id for s in slugs}, who
            assert [o.id for o in visible_assignments(viewer)] == ([order.id] if slugs else []), who
            assert raw("SELECT id FROM assignments_assignment") == ([order.id] if slugs else []), who
            seen = set(raw("SELECT id FROM journal_matter WHERE kind = 'assignment_line'"))
            assert len(seen) == len(slugs), who


def raw(statement: str) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return [row[0] for row in cursor.fetchall()]


def test_the_leading_unit_sees_every_line(world: World) -> None:
    order = issue(world, cast.SUCUN, cast.HEISHUIHE, "transport", owner_id=unit("transport").id)
    parts = {one: line(world, order, one).part for one in (cast.SUCUN, cast.HEISHUIHE, "transport")}
    assert parts == {cast.SUCUN: "assist", cast.HEISHUIHE: "assist", "transport": "owner"}
    answer(world, order, cast.SUCUN, cast.TOWNSHIP_OFFICER, text="苏村反馈")
    with world.seeing(cast.DEPARTMENT_OFFICER) as viewer:
        assert visible_lines(viewer).count() == len(raw("SELECT id FROM assignments_assignmentline")) == 3
        assert Reply.objects.get().text == "苏村反馈"
    with world.seeing(cast.OTHER_TOWNSHIP_OFFICER):
        assert not Reply.objects.exists()
        assert len(raw("SELECT id FROM assignments_assignmentline")) == 1


def test_the_leading_unit_must_be_among_the_addressees(world: World) -> None:
    told = refused(
        world,
        cast.TASKFORCE_OFFICE,
        issue_assignment,
        form=form(cast.SUCUN, owner_id=unit("transport").id),
        numbering=PATTERN,
    )
    assert told.code == "owner"


def test_a_township_leader_orders_his_own_villages_and_posts_only(world: World) -> None:
    villages = list(Unit.objects.filter(parent__slug=cast.SUCUN, level="village").order_by("slug"))
    order = issue(world, who=cast.TOWNSHIP_LEADER, unit_ids=tuple(v.id for v in villages[:2]))
    assert order.lines_total == 2
    own = line(world, order, "v130132204201")
    world.perform(cast.VILLAGE_PATROLLER, receive_assignment, line_id=own.id)
    with world.seeing(cast.OTHER_VILLAGE_PATROLLER) as viewer:
        assert visible_lines(viewer).get().unit.slug == "v130132204202"
    with world.seeing(cast.TOWNSHIP_OFFICER) as viewer:
        assert visible_lines(viewer).count() == 2
    with world.seeing(cast.OTHER_TOWNSHIP_OFFICER) as viewer:
        assert not visible_lines(viewer).exists()
    for wrong in (unit(cast.HEISHUIHE).id, Unit.objects.filter(parent__slug=cast.HEISHUIHE)[0].id):
        told = refused(
            world,
            cast.TOWNSHIP_LEADER,
            issue_assignment,
            form=form(unit_ids=(wrong,)),
            numbering=PATTERN,
        )
        assert told.code == "addressee"


@pytest.mark.parametrize("who", [cast.TOWNSHIP_OFFICER, cast.VILLAGE_PATROLLER, cast.DISCIPLINE, cast.CITY_REVIEWER])
def test_other_posts_issue_nothing(world: World, who: Member) -> None:
    assert refused(world, who, issue_assignment, form=form(cast.SUCUN), numbering=PATTERN).code == "role"


def test_the_bureau_of_the_next_county_orders_nobody_here(world: World) -> None:
    told = refused(world, cast.STRANGER, issue_assignment, form=form(cast.SUCUN), numbering=PATTERN)
    assert told.code == "addressee"


def test_an_order_to_one_post_is_answered_by_that_post(world: World) -> None:
    post = Post.objects.get(slug=cast.TOWNSHIP_OFFICER.post)
    order = issue(world, post_ids=(post.id,))
    own = line(world, order, cast.SUCUN)
    assert refused(world, cast.SECOND_TOWNSHIP_OFFICER, receive_assignment, line_id=own.id).code == "unit"
    world.perform(cast.TOWNSHIP_OFFICER, receive_assignment, line_id=own.id)
    assert line(world, order, cast.SUCUN).state == "received"


def test_nobody_else_signs_replies_or_accepts(world: World) -> None:
    order = issue(world, cast.SUCUN)
    own = line(world, order, cast.SUCUN)
    assert refused(world, cast.OTHER_TOWNSHIP_OFFICER, receive_assignment, line_id=own.id).code == "not_found"
    assert refused(world, cast.BUREAU_OFFICER, receive_assignment, line_id=own.id).code == "unit"
    answer(world, order, cast.SUCUN, cast.TOWNSHIP_OFFICER)
    steer = {"assignment_id": order.id, "line_ids": [own.id]}
    assert refused(world, cast.TOWNSHIP_OFFICER, accept_reply, **steer).code == "unit"
    assert refused(world, cast.COUNTY_LEADER, accept_reply, **steer).code == "unit"
    assert refused(world, cast.STRANGER, accept_reply, **steer).code == "not_found"
    assert line(world, order, cast.SUCUN).state == "replied"


@pytest.mark.clause("四-2-0①", "三-1-3②b")
def test_reminders_go_to_whoever_is_late_and_are_counted(world: World) -> None:
    order = issue(world, cast.SUCUN, cast.HEISHUIHE, "transport", days=2)
    answer(world, order, cast.HEISHUIHE, cast.OTHER_TOWNSHIP_OFFICER)
    assert refused(world, cast.TASKFORCE_OFFICE, remind, assignment_id=order.id).code == "none"
    world.clock.tick(days=3)
    assert world.perform(cast.TASKFORCE_OFFICE, remind, assignment_id=order.id, text="已逾期，请今日报") == 2
    own = line(world, order, cast.SUCUN)
    world.perform(cast.TASKFORCE_OFFICE, remind, assignment_id=order.id, line_ids=[own.id])
    assert [line(world, order, s).reminders for s in (cast.SUCUN, "transport", cast.HEISHUIHE)] == [2, 1, 0]
    with world.seeing(cast.TOWNSHIP_OFFICER):
        assert [r.text for r in Reminder.objects.order_by("id")] == ["已逾期，请今日报", "请按时限办理并反馈"]


def test_overdue_goes_by_the_clock_and_is_not_counted_up(world: World) -> None:
    issue(world, cast.SUCUN, days=2)
    with world.seeing(cast.TOWNSHIP_OFFICER) as viewer:
        assert (on_turn(viewer, cast.now()).late, on_turn(viewer, cast.now()).to_receive) == (0, 1)
        assert on_turn(viewer, cast.now() + timedelta(days=3)).late == 1
        assert not line_page(viewer, OrderFilter(overdue=True), cast.now()).rows
        assert len(line_page(viewer, OrderFilter(overdue=True), cast.now() + timedelta(days=3)).rows) == 1


def test_an_extension_moves_the_due_moment_and_says_why(world: World) -> None:
    order = issue(world, cast.SUCUN, cast.HEISHUIHE, days=2)
    later = cast.now() + timedelta(days=9)
    own = line(world, order, cast.SUCUN)
    steer = {"assignment_id": order.id, "reason": "需核对卫片"}
    earlier = refused(
        world, cast.TASKFORCE_OFFICE, extend, **steer, line_ids=[own.id], due_at=cast.now() + timedelta(days=1)
    )
    assert "须晚于苏村乡人民政府现在的时限" in earlier.message
    world.perform(cast.TASKFORCE_OFFICE, extend, **steer, line_ids=[own.id], due_at=later)
    moved = line(world, order, cast.SUCUN)
    assert moved.due_at == later
    assert [(e["to"], e["reason"]) for e in moved.extensions] == [("2024-08-10 09:00", "需核对卫片")]
    assert line(world, order, cast.HEISHUIHE).due_at == order_now(world, order).due_at == order.due_at
    world.perform(cast.TASKFORCE_OFFICE, extend, **steer, due_at=later + timedelta(days=1))
    assert line(world, order, cast.HEISHUIHE).due_at == order_now(world, order).due_at == later + timedelta(days=1)


def test_a_withdrawn_line_does_not_count_and_an_order_without_lines_is_withdrawn(world: World) -> None:
    order = issue(world, cast.SUCUN, cast.HEISHUIHE)
    own, other = line(world, order, cast.SUCUN), line(world, order, cast.HEISHUIHE)
    steer = {"assignment_id": order.id, "reason": "与另一件重复"}
    assert refused(world, cast.TASKFORCE_OFFICE, withdraw, assignment_id=order.id, reason=" ").code == "reason"
    world.perform(cast.TASKFORCE_OFFICE, withdraw, **steer, line_ids=[own.id])
    assert (order_now(world, order).lines_total, order_now(world, order).state) == (1, "open")
    assert refused(world, cast.TOWNSHIP_OFFICER, receive_assignment, line_id=own.id).code == "state"
    world.perform(cast.TASKFORCE_OFFICE, withdraw, **steer)
    assert order_now(world, order).state == "withdrawn"
    assert line(world, order, cast.HEISHUIHE).state == "withdrawn"
    assert refused(world, cast.TASKFORCE_OFFICE, remind, assignment_id=order.id, line_ids=[other.id]).code == "state"


def test_accepting_the_last_line_after_a_withdrawal_ends_the_order(world: World) -> None:
    order = issue(world, cast.SUCUN, cast.HEISHUIHE)
    first = answer(world, order, cast.SUCUN, cast.TOWNSHIP_OFFICER)
    world.perform(cast.TASKFORCE_OFFICE, accept_reply, assignment_id=order.id, line_ids=[first.id])
    world.perform(cast.TASKFORCE_OFFICE, withdraw, assignment_id=order.id, reason="不再需要")
    assert (order_now(world, order).state, order_now(world, order).lines_total) == ("done", 1)


def test_a_leader_hands_his_line_on_and_loses_sight_of_the_other_unit(world: World) -> None:
    order = issue(world, cast.SUCUN)
    own = line(world, order, cast.SUCUN)
    police = unit("police")
    on = {"line_id": own.id, "unit_id": police.id, "reason": "属公安职责"}
    assert refused(world, cast.TOWNSHIP_OFFICER, transfer_line, **on).code == "role"
    assert refused(world, cast.TOWNSHIP_LEADER, transfer_line, **{**on, "reason": ""}).code == "reason"
    made = world.perform(cast.TOWNSHIP_LEADER, transfer_line, **on)
    assert line(world, order, cast.SUCUN).state == "transferred"
    assert (made.unit_id, made.came_from_id, made.due_at) == (police.id, own.id, own.due_at)
    assert order_now(world, order).lines_total == 1
    with world.seeing(cast.TOWNSHIP_LEADER) as viewer:
        assert [one.id for one in visible_lines(viewer)] == [own.id]
        assert not viewer.system
        assert raw("SELECT id FROM assignments_assignmentline") == [own.id]
    world.perform(cast.POLICE_OFFICER, receive_assignment, line_id=made.id)
    assert [e.act for e in world.entries(made.id)] == ["assignment.transfer", "assignment.receive"]


def test_the_scope_of_the_act_is_narrow_again_after_handing_on(world: World) -> None:
    order = issue(world, cast.SUCUN, cast.HEISHUIHE)
    acting = world.acting(cast.TOWNSHIP_LEADER)

    def hand_on_and_look(*, acting: Any) -> int:
        transfer_line(line_id=line_id, unit_id=unit("police").id, reason="属公安职责", acting=acting)
        return len(raw("SELECT id FROM assignments_assignmentline"))

    line_id = line(world, order, cast.SUCUN).id
    assert world.perform(acting, hand_on_and_look) == 1


def test_nothing_is_handed_on_to_who_has_it_already_or_by_the_leading_unit(world: World) -> None:
    order = issue(world, cast.SUCUN, cast.HEISHUIHE, owner_id=unit(cast.SUCUN).id)
    own = line(world, order, cast.SUCUN)
    on = {"line_id": own.id, "reason": "不属本单位"}
    assert refused(world, cast.TOWNSHIP_LEADER, transfer_line, **on, unit_id=unit("police").id).code == "owner"
    plain = issue(world, cast.SUCUN, cast.HEISHUIHE)
    own = line(world, plain, cast.SUCUN)
    on = {"line_id": own.id, "reason": "不属本单位"}
    told = refused(world, cast.TOWNSHIP_LEADER, transfer_line, **on, unit_id=unit(cast.HEISHUIHE).id)
    assert "已在这件交办的承办单位之内" in told.message
    assert line(world, plain, cast.SUCUN).state == "sent"


def test_papers_of_the_order_reach_every_addressee_and_papers_of_a_reply_only_the_issuer(world: World) -> None:
    paper = world.paper(cast.TASKFORCE_OFFICE)
    order = issue(world, cast.SUCUN, cast.HEISHUIHE, file_ids=(paper,))
    own, other = line(world, order, cast.SUCUN), line(world, order, cast.HEISHUIHE)
    reply = world.paper(cast.TOWNSHIP_OFFICER)
    world.perform(cast.TOWNSHIP_OFFICER, receive_assignment, line_id=own.id)
    world.perform(cast.TOWNSHIP_OFFICER, reply_assignment, line_id=own.id, text="见附件", file_ids=[reply])
    with world.seeing(cast.OTHER_TOWNSHIP_OFFICER):
        assert [use.file_id for use in files_of(other.id)] == [paper]
        assert files_of(own.id) == []
    with world.seeing(cast.TASKFORCE_OFFICE):
        assert [use.file_id for use in files_of(own.id)] == [paper, reply]
    told = refused(
        world, cast.TASKFORCE_OFFICE, issue_assignment, form=form(cast.SUCUN, file_ids=(reply,)), numbering=PATTERN
    )
    assert told.code == "files"


def test_an_order_about_a_matter_keeps_its_number(world: World) -> None:
    lead = world.make_lead()
    order = issue(world, cast.SUCUN, subject_id=lead.id)
    assert (order.subject_kind, order.subject_number) == ("lead", lead.number)
    told = refused(
        world, cast.TASKFORCE_OFFICE, issue_assignment, form=form(cast.SUCUN, subject_id=uuid4()), numbering=PATTERN
    )
    assert told.code == "subject"


def test_lists_page_by_key_with_the_longest_overdue_first(world: World) -> None:
    with world.seeing_all():
        assert not Assignment.objects.exists()
    days = [9, 1, 5, 3, 7]
    made = {n: issue(world, cast.SUCUN, days=n, title=f"第{n}件") for n in days}
    wanted = [made[n].id for n in sorted(days)]
    with world.seeing(cast.TASKFORCE_OFFICE) as viewer:
        assert [r.order.id for r in order_page(viewer, OrderFilter(state="open"), cast.now()).rows] == wanted
        assert order_page(viewer, OrderFilter(text="第3件"), cast.now()).rows[0].order.id == made[3].id
    with world.seeing(cast.TOWNSHIP_OFFICER) as viewer:
        assert [one.assignment_id for one in line_page(viewer, OrderFilter(), cast.now()).rows] == wanted
    with world.seeing(cast.BUREAU_OFFICER) as viewer:
        assert not order_page(viewer, OrderFilter(), cast.now()).rows
        assert len(order_page(viewer, OrderFilter(), cast.now(), whole_county=True).rows) == 5


def test_a_due_moment_by_a_limit_of_the_plan_keeps_its_computation(world: World) -> None:
    limit = world.in_force().plan.limits["lead_verification"]
    order = issue(world, cast.SUCUN, due_at=None, limit=limit)
    assert order.due_at == datetime(2024, 8, 12, 23, 59, 59, tzinfo=cast.ZONE)
    assert order.due_limit == "lead_verification"
    assert order.due_why[0].startswith("起算：2024年8月1日")
    assert order.due_why[-1].startswith("届满：2024年8月12日")


@pytest.mark.usefixtures("transactional_db")
def test_two_receipts_at_once_one_wins_and_the_other_is_told(world: World) -> None:
    order = issue(world, cast.SUCUN)
    own = line(world, order, cast.SUCUN)
    first, second = world.acting(cast.TOWNSHIP_OFFICER), world.acting(cast.SECOND_TOWNSHIP_OFFICER)
    assert_one_won(
        at_once(
            partial(world.perform, first, receive_assignment, line_id=own.id),
            partial(world.perform, second, receive_assignment, line_id=own.id),
        )
    )
    assert [e.act for e in world.entries(own.id)] == ["assignment.issue", "assignment.receive"]


@pytest.mark.usefixtures("transactional_db")
def test_two_clicks_at_once_on_one_form_make_one_order(world: World) -> None:
    key, sent, acting = uuid4(), form(cast.SUCUN), world.acting(cast.TASKFORCE_OFFICE)
    click = partial(world.perform, acting, issue_assignment, form=sent, numbering=PATTERN, assignment_id=key)
    assert at_once(click, click) == ["", ""]
    with world.seeing_all():
        assert Assignment.objects.count() == 1
        assert AssignmentLine.objects.count() == 1


@pytest.mark.usefixtures("transactional_db")
def test_accepting_different_lines_at_once_counts_both(world: World) -> None:
    order = issue(world, cast.SUCUN, cast.HEISHUIHE)
    lines = [
        answer(world, order, cast.SUCUN, cast.TOWNSHIP_OFFICER),
        answer(world, order, cast.HEISHUIHE, cast.OTHER_TOWNSHIP_OFFICER),
    ]
    acting = world.acting(cast.TASKFORCE_OFFICE)
    clicks = [partial(world.perform, acting, accept_reply, assignment_id=order.id, line_ids=[one.id]) for one in lines]
    assert at_once(*clicks) == ["", ""]
    assert (order_now(world, order).state, order_now(world, order).lines_done) == ("done", 2)


@pytest.mark.usefixtures("transactional_db")
def test_a_withdrawal_and_a_reply_at_once_leave_one_end(world: World) -> None:
    order = issue(world, cast.SUCUN)
    own = line(world, order, cast.SUCUN)
    world.perform(cast.TOWNSHIP_OFFICER, receive_assignment, line_id=own.id)
    codes = at_once(
        partial(world.perform, world.acting(cast.TOWNSHIP_OFFICER), reply_assignment, line_id=own.id, text="已办"),
        partial(
            world.perform,
            world.acting(cast.TASKFORCE_OFFICE),
            withdraw,
            assignment_id=order.id,
            line_ids=[own.id],
            reason="重复",
        ),
    )
    assert codes[1] == ""
    assert codes[0] in ("", "state", "race")
    assert line(world, order, cast.SUCUN).state == "withdrawn"
