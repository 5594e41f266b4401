"""Orders (交办) and their lines as programs get them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from qingshan.commons.assignments.models import Assignment, AssignmentLine, Reply
from qingshan.commons.assignments.selectors import files_of
from qingshan.commons.files.models import FileUse
from qingshan.domain.assignment import LineState, OrderKind, OrderState, Part
from qingshan.interfaces.api.fields import Answer
from qingshan.interfaces.api.shown_common import FileOut, UnitRef, file_out, unit_ref


class OrderRefOut(Answer):
    """The order that a line belongs to."""

    id: UUID
    number: str
    kind: OrderKind
    title: str
    issuer: UnitRef


class OrderRowOut(OrderRefOut):
    """An order (交办) in a list."""

    state: OrderState
    issued_at: datetime
    issued_by: str
    due_at: datetime
    lines_total: int
    lines_done: int


class OrdersOut(Answer):
    """Orders by due moment; ``next`` is the ``after`` of the following page, null at the end."""

    assignments: list[OrderRowOut]
    next: UUID | None


class LineRowOut(Answer):
    """One addressee's line."""

    id: UUID
    assignment: OrderRefOut
    unit: UnitRef
    post: str
    part: Part
    state: LineState
    due_at: datetime
    sent_at: datetime
    received_at: datetime | None
    received_by: str
    replied_at: datetime | None
    reminders: int
    reason: str


class LinesOut(Answer):
    """Own lines by due moment; ``next`` is the ``after`` of the following page, null at the end."""

    lines: list[LineRowOut]
    next: UUID | None


class ReplyOut(Answer):
    """A reply on a line (反馈) and what the issuer said."""

    round: int
    text: str
    replied_at: datetime
    replied_by: str
    outcome: str
    opinion: str
    files: list[FileOut]


class LineOut(LineRowOut):
    """A line with what came with the order, and its replies, the latest first."""

    files: list[FileOut]
    replies: list[ReplyOut]


class OrderOut(OrderRowOut):
    """An order with the lines that the caller sees."""

    text: str
    clause: str
    basis: str
    owner: UnitRef | None
    subject_id: UUID | None
    subject_kind: str
    subject_number: str
    due_limit: str
    due_why: list[str]
    ended_at: datetime | None
    files: list[FileOut]
    lines: list[LineRowOut]


ORDER = "assignment"
"""Purpose of files that came with an order; those of an answer have the number of its round."""


def _files(papers: list[FileUse], purpose: str) -> list[FileOut]:
    return [file_out(use.file) for use in papers if use.purpose == purpose]


def _ref_values(order: Assignment) -> dict[str, Any]:
    return {
        "id": order.id,
        "number": order.number,
        "kind": order.kind,
        "title": order.title,
        "issuer": unit_ref(order.issuer_unit),
    }


def _row_values(order: Assignment) -> dict[str, Any]:
    names = ("state", "issued_at", "issued_by", "due_at", "lines_total", "lines_done")
    return _ref_values(order) | {name: getattr(order, name) for name in names}


def order_row(order: Assignment) -> OrderRowOut:
    """An order in a list."""
    return OrderRowOut(**_row_values(order))


def _line_values(line: AssignmentLine, order: Assignment) -> dict[str, Any]:
    names = ("id", "part", "state", "due_at", "sent_at", "received_at", "received_by", "replied_at", "reminders")
    return {name: getattr(line, name) for name in (*names, "reason")} | {
        "assignment": OrderRefOut(**_ref_values(order)),
        "unit": unit_ref(line.unit),
        "post": line.post.title if line.post else "",
    }


def line_row(line: AssignmentLine, order: Assignment) -> LineRowOut:
    """A line in a list."""
    return LineRowOut(**_line_values(line, order))


def line_out(line: AssignmentLine, replies: list[Reply]) -> LineOut:
    """A line with its files and replies."""
    papers = files_of(line.id)
    return LineOut(
        **_line_values(line, line.assignment),
        files=_files(papers, ORDER),
        replies=[
            ReplyOut(
                round=r.round,
                text=r.text,
                replied_at=r.replied_at,
                replied_by=r.replied_by,
                outcome=r.outcome,
                opinion=r.opinion,
                files=_files(papers, f"reply-{r.round}"),
            )
            for r in replies
        ],
    )


def order_out(order: Assignment, lines: list[AssignmentLine]) -> OrderOut:
    """An order with its files, told to each addressee with his line, and its lines."""
    papers = files_of(order.id) or (files_of(lines[0].id) if lines else [])
    names = ("text", "clause", "basis", "subject_id", "subject_kind", "subject_number", "due_limit", "ended_at")
    return OrderOut(
        **_row_values(order),
        **{name: getattr(order, name) for name in names},
        owner=unit_ref(order.owner_unit) if order.owner_unit else None,
        due_why=[str(line) for line in order.due_why],
        files=_files(papers, ORDER),
        lines=[line_row(line, order) for line in lines],
    )
