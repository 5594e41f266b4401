"""What each journal entry repeats of an order or a line (台账字段). Keys are stable: they are hashed."""

from datetime import datetime
from typing import Any

from qingshan.commons.assignments.models import Assignment, AssignmentLine
from qingshan.domain.limits import CHINA


def local_text(moment: datetime | None) -> str:
    """A moment as a clerk writes it: local time, minutes."""
    return moment.astimezone(CHINA).strftime("%Y-%m-%d %H:%M") if moment else ""


def order_ledger(order: Assignment) -> dict[str, Any]:
    """Fields of an order as it now stands."""
    return {
        "assignment_id": str(order.id),
        "assignment_number": order.number,
        "kind": order.kind,
        "title": order.title,
        "clause": order.clause,
        "basis": order.basis,
        "state": order.state,
        "issuer_unit": order.issuer_unit.name,
        "owner_unit": order.owner_unit.name if order.owner_unit else "",
        "subject_kind": order.subject_kind,
        "subject_number": order.subject_number,
        "issued_at": local_text(order.issued_at),
        "due_at": local_text(order.due_at),
        "lines_total": order.lines_total,
        "lines_done": order.lines_done,
        "ended_at": local_text(order.ended_at),
    }


def line_ledger(line: AssignmentLine) -> dict[str, Any]:
    """Fields of a line as it now stands."""
    order = line.assignment
    return {
        "line_id": str(line.id),
        "assignment_id": str(order.id),
        "assignment_number": order.number,
        "title": order.title,
        "addressee": addressee_text(line),
        "part": line.part,
        "state": line.state,
        "due_at": local_text(line.due_at),
        "sent_at": local_text(line.sent_at),
        "received_at": local_text(line.received_at),
        "received_by": line.received_by,
        "replied_at": local_text(line.replied_at),
        "decided_at": local_text(line.decided_at),
        "reminders": line.reminders,
        "extensions": len(line.extensions),
    }


def addressee_text(line: AssignmentLine) -> str:
    """The addressee in words: a unit, or one post of it."""
    return f"{line.unit.name}·{line.post.title}" if line.post else line.unit.name
