"""Doing an act on lines: find and lock them, ask the core, compare and set, write the journal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count

from qingshan.commons.assignments.ledger import line_ledger, order_ledger
from qingshan.commons.assignments.models import Assignment, AssignmentLine
from qingshan.commons.assignments.policy import standing_of, visible_assignments, visible_lines
from qingshan.commons.files.models import StoredFile
from qingshan.commons.files.selectors import own_uploads
from qingshan.commons.files.services import ATTACHMENT_TYPES
from qingshan.commons.journal.services import MatterChange
from qingshan.commons.people.viewer import Acting
from qingshan.domain.acts import ActRefused, MatterKind
from qingshan.domain.assignment import LineState, OrderState, next_line_state, progress_of

MOST_FILES = 20
TEXT_LENGTH = 8000


@dataclass(slots=True, kw_only=True)
class LineAct:
    """A line on which an act is being done, with the state it leads to."""

    line: AssignmentLine
    target: LineState


def find_order(assignment_id: UUID, acting: Acting) -> Assignment:
    """The order in the viewer's scope, locked until the act ends, or a refusal that tells nothing of others."""
    rows = visible_assignments(acting.viewer).select_related("issuer_unit", "owner_unit")
    order = rows.select_for_update(of=("self",)).filter(id=assignment_id).first()
    if order is None:
        raise ActRefused("not_found", "没有这件交办，或它与您的单位无关")
    return order


def begin(*, line_ids: Sequence[UUID], act: str, acting: Acting, assignment_id: UUID | None = None) -> list[LineAct]:
    """Lock lines in the viewer's scope and ask the core about each; raises `ActRefused` naming the addressee."""
    rows = visible_lines(acting.viewer).select_related(
        "assignment__issuer_unit", "assignment__owner_unit", "unit", "post"
    )
    if assignment_id is not None:
        rows = rows.filter(assignment_id=assignment_id)
    lines = list(rows.filter(id__in=line_ids).select_for_update(of=("self",)).order_by("id"))
    if not lines or len(lines) != len(set(line_ids)):
        raise ActRefused("not_found", "没有这一行，或它与您的单位无关")
    return [LineAct(line=line, target=_ask(line, act, acting, named=len(lines) > 1)) for line in lines]


def _ask(line: AssignmentLine, act: str, acting: Acting, *, named: bool) -> LineState:
    try:
        return next_line_state(
            state=LineState(line.state),
            act=act,
            standing=standing_of(acting.viewer),
            unit_id=line.unit_id,
            post_id=line.post_id,
            issuer_unit_id=line.issuer_unit_id,
        )
    except ActRefused as refusal:
        if not named:
            raise
        raise ActRefused(refusal.code, f"{line.unit.name}：{refusal.message}") from None


def move(step: LineAct, now: datetime, **changes: Any) -> None:
    """Compare-and-set a line to its new state; refuses when somebody else was quicker."""
    line, state = step.line, step.target.value
    values = {**changes, "state": state}
    if state != line.state:
        values["state_since"] = now
    unchanged = AssignmentLine.objects.filter(
        id=line.id, state=line.state, state_since=line.state_since, due_at=line.due_at
    )
    if unchanged.update(**values) != 1:
        raise ActRefused("race", "这一行刚被他人办理，请刷新后再看")
    for name, value in values.items():
        setattr(line, name, value)


def settle(order: Assignment, now: datetime) -> None:
    """Work out the order's progress and state from its lines; the order must be locked by `find_order`."""
    rows = AssignmentLine.objects.filter(assignment=order).values("state").annotate(n=Count("id")).order_by()
    progress = progress_of({row["state"]: row["n"] for row in rows})
    ended = None if progress.state is OrderState.OPEN else (order.ended_at or now)
    Assignment.objects.filter(id=order.id).update(
        state=progress.state.value, lines_total=progress.total, lines_done=progress.done, ended_at=ended
    )
    order.state, order.ended_at = progress.state.value, ended
    order.lines_total, order.lines_done = progress.total, progress.done


def line_change(line: AssignmentLine, details: Mapping[str, Any]) -> MatterChange:
    """A line as a changed matter: seen by its unit, and by the leading unit (or the township that ordered)."""
    return MatterChange(
        kind=MatterKind.ASSIGNMENT_LINE.value,
        matter_id=line.id,
        number=line.assignment.number,
        division=line.division,
        unit_id=line.unit_id,
        also_unit_id=second_unit(line.assignment),
        ledger=line_ledger(line),
        details=details,
    )


def second_unit(order: Assignment) -> UUID | None:
    """The second unit that sees a line's history: a township that ordered, else the leading unit.

    Orders of the county need no second unit for the issuer: the county sees its whole division.
    """
    return order.issuer_unit_id if order.issuer_unit.level == "township" else order.owner_unit_id


def order_change(order: Assignment, details: Mapping[str, Any]) -> MatterChange:
    """An order as a changed matter: seen by the issuer's unit, the leading unit, the county."""
    return MatterChange(
        kind=MatterKind.ASSIGNMENT.value,
        matter_id=order.id,
        number=order.number,
        division=order.division,
        unit_id=order.issuer_unit_id,
        also_unit_id=order.owner_unit_id,
        ledger=order_ledger(order),
        details=details,
    )


def required_text(value: str, *, code: str, missing: str, most: int = TEXT_LENGTH) -> str:
    """A text that must be there; raises `ActRefused` with what is missing."""
    text = value.strip()
    if not text:
        raise ActRefused(code, missing)
    if len(text) > most:
        raise ActRefused(code, f"文字超过 {most} 字，请缩短，细节放进附件")
    return text


def uploaded(file_ids: Sequence[UUID], acting: Acting) -> list[StoredFile]:
    """The actor's own uploads among ``file_ids``; raises `ActRefused` when one is not his or there are too many."""
    if len(file_ids) > MOST_FILES:
        raise ActRefused("files", f"附件超过 {MOST_FILES} 个，请合并后再传")
    files = own_uploads(list(file_ids), acting.viewer.account_id) if file_ids else []
    if len(files) != len(file_ids):
        raise ActRefused("files", "有附件找不到，请重新上传")
    for file in files:
        if file.media_type not in ATTACHMENT_TYPES:
            raise ActRefused("files", f"“{file.original_name}”不是照片、PDF 或 Office 文档，不能作附件，请换一份")
    return files
