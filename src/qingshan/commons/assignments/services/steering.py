"""What the issuer does with his order: accept or send back replies, remind, extend, withdraw."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from qingshan.commons.assignments.ledger import local_text
from qingshan.commons.assignments.models import Assignment, Reminder, Reply
from qingshan.commons.assignments.policy import visible_lines
from qingshan.commons.assignments.services.acting import (
    LineAct,
    begin,
    find_order,
    line_change,
    move,
    order_change,
    required_text,
    settle,
)
from qingshan.commons.journal.services import act_transaction, actor_text, record_act
from qingshan.commons.people.viewer import Acting
from qingshan.domain.acts import ActRefused
from qingshan.domain.assignment import LIVE, OWED, OrderState

REMIND_TEXT = "请按时限办理并反馈"


def accept_reply(*, assignment_id: UUID, line_ids: Sequence[UUID], opinion: str = "", acting: Acting) -> Assignment:
    """Accept the replies of lines (审核通过); the order is done when all lines that count are accepted."""
    with act_transaction():
        order = find_order(assignment_id, acting)
        steps = _begin(order, line_ids, "assignment.accept", acting)
        now, by = acting.now(), actor_text(acting)
        for step in steps:
            move(step, now, decided_at=now)
        _decide(steps, outcome="accepted", opinion=opinion.strip(), now=now, by=by)
        settle(order, now)
        _record("assignment.accept", order, steps, {"opinion": opinion.strip()}, acting)
        return order


def send_back(*, assignment_id: UUID, line_ids: Sequence[UUID], reason: str, acting: Acting) -> Assignment:
    """Send replies back to be written anew (退回重报), with the reason."""
    with act_transaction():
        order = find_order(assignment_id, acting)
        steps = _begin(order, line_ids, "assignment.send_back", acting)
        said = required_text(reason, code="reason", missing="退回须写明哪里不清楚、要补什么", most=2000)
        now, by = acting.now(), actor_text(acting)
        for step in steps:
            move(step, now, decided_at=now)
        _decide(steps, outcome="sent_back", opinion=said, now=now, by=by)
        _record("assignment.send_back", order, steps, {"reason": said}, acting)
        return order


def remind(
    *, assignment_id: UUID, line_ids: Sequence[UUID] | None = None, text: str = REMIND_TEXT, acting: Acting
) -> int:
    """Remind addressees (催办): those named, or (None) all that are overdue; returns how many were reminded."""
    with act_transaction():
        order = find_order(assignment_id, acting)
        now = acting.now()
        chosen = line_ids if line_ids is not None else _overdue(order, now, acting)
        if not chosen:
            raise ActRefused("none", "没有逾期未办的单位，不需要催办")
        steps = _begin(order, chosen, "assignment.remind", acting)
        said = required_text(text, code="text", missing="催办内容未填", most=500)
        by = actor_text(acting)
        for step in steps:
            move(step, now, reminders=step.line.reminders + 1, reminded_at=now)
        Reminder.objects.bulk_create(
            [Reminder(line=step.line, text=said, reminded_at=now, reminded_by=by) for step in steps]
        )
        _record("assignment.remind", order, steps, {"text": said}, acting)
        return len(steps)


def extend(
    *, assignment_id: UUID, line_ids: Sequence[UUID] | None = None, due_at: datetime | None, reason: str, acting: Acting
) -> Assignment:
    """Extend the due moment (延期) of lines, or (None) of the whole order, with the reason. Never to an earlier one."""
    with act_transaction():
        order = find_order(assignment_id, acting)
        now = acting.now()
        steps = _begin(order, _live(order, acting) if line_ids is None else line_ids, "assignment.extend", acting)
        said = required_text(reason, code="reason", missing="延期须写明理由", most=1000)
        if due_at is None or due_at <= now:
            raise ActRefused("due", "新的时限须晚于现在：请核对日期")
        late = next((s.line for s in steps if due_at <= s.line.due_at), None)
        if late is not None:
            raise ActRefused("due", f"新的时限须晚于{late.unit.name}现在的时限 {local_text(late.due_at)}")
        for step in steps:
            span = {"from": local_text(step.line.due_at), "to": local_text(due_at), "reason": said}
            noted = {**span, "by": actor_text(acting), "at": local_text(now)}
            move(step, now, due_at=due_at, extensions=[*step.line.extensions, noted])
        if line_ids is None:
            Assignment.objects.filter(id=order.id).update(due_at=due_at)
            order.due_at = due_at
        _record("assignment.extend", order, steps, {"to": local_text(due_at), "reason": said}, acting)
        return order


def withdraw(*, assignment_id: UUID, line_ids: Sequence[UUID] | None = None, reason: str, acting: Acting) -> Assignment:
    """Withdraw lines, or (None) all that are still open (撤回), with the reason; accepted lines stay."""
    with act_transaction():
        order = find_order(assignment_id, acting)
        steps = _begin(order, _live(order, acting) if line_ids is None else line_ids, "assignment.withdraw", acting)
        said = required_text(reason, code="reason", missing="撤回须写明理由", most=1000)
        now = acting.now()
        for step in steps:
            move(step, now, reason=said, decided_at=now)
        settle(order, now)
        _record("assignment.withdraw", order, steps, {"reason": said}, acting)
        return order


def _begin(order: Assignment, line_ids: Sequence[UUID], act: str, acting: Acting) -> list[LineAct]:
    if order.state != OrderState.OPEN or not line_ids:
        raise ActRefused("state", "这件交办没有可办的单位：可能已办结、已撤回，或还没有选单位。请刷新后再看")
    steps = begin(line_ids=line_ids, act=act, acting=acting, assignment_id=order.id)
    for step in steps:
        step.line.assignment = order
    return steps


def _live(order: Assignment, acting: Acting) -> list[UUID]:
    rows = visible_lines(acting.viewer).filter(assignment=order, state__in=LIVE)
    return list(rows.values_list("id", flat=True))


def _overdue(order: Assignment, now: datetime, acting: Acting) -> list[UUID]:
    rows = visible_lines(acting.viewer).filter(assignment=order, state__in=OWED, due_at__lt=now)
    return list(rows.values_list("id", flat=True))


def _decide(steps: Sequence[LineAct], *, outcome: str, opinion: str, now: datetime, by: str) -> None:
    """Write the verdict on the latest reply of each line."""
    waiting = Reply.objects.filter(line_id__in=[s.line.id for s in steps], outcome="")
    if waiting.update(outcome=outcome, opinion=opinion, decided_at=now, decided_by=by) != len(steps):
        raise ActRefused("race", "反馈刚有变化，请刷新后再看")


def _record(act: str, order: Assignment, steps: Sequence[LineAct], details: dict[str, str], acting: Acting) -> None:
    """One entry on the order, naming the addressees, and one on each line."""
    named: list[str] = [s.line.unit.name for s in steps]
    said = {**details, "addressees": len(steps), "units": named}
    changes = [order_change(order, said), *(line_change(s.line, details) for s in steps)]
    record_act(act=act, acting=acting, changes=changes)
