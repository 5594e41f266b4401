"""What an addressee does with his line: sign for it, reply, hand it on to another unit (签收、反馈、转办)."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

from qingshan.commons.assignments.ledger import addressee_text
from qingshan.commons.assignments.models import AssignmentLine, Reply
from qingshan.commons.assignments.selectors import facts_of
from qingshan.commons.assignments.services.acting import LineAct, begin, line_change, move, required_text, uploaded
from qingshan.commons.base.ids import new_id
from qingshan.commons.base.scope import set_scope
from qingshan.commons.files.models import FileUse
from qingshan.commons.files.services import use_files
from qingshan.commons.journal.services import act_transaction, actor_text, record_act
from qingshan.commons.people.models import Unit
from qingshan.commons.people.viewer import Acting
from qingshan.commons.places.selectors import county_code
from qingshan.domain.acts import ActRefused
from qingshan.domain.assignment import ADDRESSED_LEVELS, LIVE, LineState, Part


def receive_assignment(*, line_id: UUID, acting: Acting) -> AssignmentLine:
    """Sign for a line (签收): who and when stands on it."""
    with act_transaction():
        [step] = begin(line_ids=[line_id], act="assignment.receive", acting=acting)
        now = acting.now()
        move(step, now, received_at=now, received_by=actor_text(acting))
        record_act(act="assignment.receive", acting=acting, changes=[line_change(step.line, {})])
        return step.line


def reply_assignment(*, line_id: UUID, text: str, file_ids: Sequence[UUID] = (), acting: Acting) -> AssignmentLine:
    """Reply on a line (反馈) with a text and files; the issuer looks at it."""
    with act_transaction():
        [step] = begin(line_ids=[line_id], act="assignment.reply", acting=acting)
        said = required_text(text, code="text", missing="反馈内容未填：请写明办了什么、结果如何")
        files, now = uploaded(file_ids, acting), acting.now()
        number = Reply.objects.filter(line_id=line_id).count() + 1
        move(step, now, replied_at=now)
        Reply.objects.create(line=step.line, round=number, text=said, replied_at=now, replied_by=actor_text(acting))
        details = {"round": number, "text": said, "files": [f.sha256 for f in files]}
        record_act(act="assignment.reply", acting=acting, changes=[line_change(step.line, details)])
        use_files(
            file_ids=[f.id for f in files],
            matter_ids=[line_id],
            purpose=f"reply-{number}",
            label=step.line.assignment.number,
            now=now,
        )
        return step.line


def transfer_line(*, line_id: UUID, unit_id: UUID, reason: str, acting: Acting) -> AssignmentLine:
    """Hand a line on to another unit (转办), by a leader of the addressee, with the reason; returns the new line.

    The leading unit's own line cannot be handed on: who leads is the issuer's choice.
    """
    with act_transaction():
        [step] = begin(line_ids=[line_id], act="assignment.transfer", acting=acting)
        said = required_text(reason, code="reason", missing="转办须写明理由，例如职责在哪个单位", most=1000)
        target = _new_addressee(step, unit_id)
        now = acting.now()
        move(step, now, reason=said, decided_at=now)
        details = {"to": target.name, "reason": said}
        record_act(act="assignment.transfer", acting=acting, changes=[line_change(step.line, details)])
        with _beyond_own_scope(acting):
            return _give_on(step, target, said, acting)


@contextmanager
def _beyond_own_scope(acting: Acting) -> Iterator[None]:
    """Write the one row that lies outside the actor's scope: the line of the unit it is handed on to."""
    set_scope(system=True)
    try:
        yield
    finally:
        acting.viewer.apply_scope()


def _new_addressee(step: LineAct, unit_id: UUID) -> Unit:
    line = step.line
    if line.part == Part.OWNER:
        raise ActRefused("owner", "牵头单位的任务不能自行转办，请联系交办单位调整")
    unit = Unit.objects.filter(id=unit_id).first()
    if unit is None or unit.level not in ADDRESSED_LEVELS or unit.id == line.unit_id:
        raise ActRefused("addressee", "请选择要转给的单位（不能是本单位）")
    order = line.assignment
    if not facts_of(unit, county_code()).division.startswith(order.division):
        raise ActRefused("addressee", f"{unit.name}不在这件交办的范围内，请另选")
    return unit


def _give_on(step: LineAct, unit: Unit, reason: str, acting: Acting) -> AssignmentLine:
    old, now = step.line, acting.now()
    live = [s.value for s in (*LIVE, LineState.ACCEPTED)]
    if AssignmentLine.objects.filter(assignment=old.assignment, unit=unit, post=None, state__in=live).exists():
        raise ActRefused("addressee", f"{unit.name}已在这件交办的承办单位之内，请另选")
    line = AssignmentLine(
        id=new_id(),
        assignment=old.assignment,
        unit=unit,
        part=old.part,
        position=old.position,
        state_since=now,
        due_at=old.due_at,
        extensions=old.extensions,
        division=facts_of(unit, county_code()).division,
        issuer_unit_id=old.issuer_unit_id,
        owner_unit_id=old.owner_unit_id,
        owner_division=old.owner_division,
        sent_at=now,
        came_from=old,
    )
    line.save(force_insert=True)
    details = {"from": addressee_text(old), "to": unit.name, "reason": reason, "text": old.assignment.text}
    record_act(act="assignment.transfer", acting=acting, changes=[line_change(line, details)])
    papers = FileUse.objects.filter(matter_id=old.id, purpose="assignment").values_list("file_id", flat=True)
    use_files(file_ids=list(papers), matter_ids=[line.id], purpose="assignment", label=old.assignment.number, now=now)
    return line
