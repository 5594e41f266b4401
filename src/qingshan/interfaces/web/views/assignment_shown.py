"""One order and one line as their pages show them: facts, due moment, lines, replies, files, acts, history."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from qingshan.commons.assignments.ledger import addressee_text
from qingshan.commons.assignments.models import Assignment, AssignmentLine, Reply
from qingshan.commons.assignments.policy import standing_of
from qingshan.commons.assignments.selectors import files_of, reminders_of, replies_of
from qingshan.commons.files.models import FileUse
from qingshan.commons.journal.selectors import HistoryLine, history_of
from qingshan.commons.people.viewer import Viewer
from qingshan.domain.assignment import (
    ISSUE_ROLES,
    LIVE,
    LineState,
    OrderState,
    allowed_acts,
    is_overdue,
)
from qingshan.interfaces.web import labels
from qingshan.interfaces.web.casework.evidence import file_line
from qingshan.interfaces.web.casework.history import split_actor
from qingshan.interfaces.web.matters import matter_url, matter_word
from qingshan.interfaces.web.views.assignment_history import assignment_text

Shown = dict[str, object]
HISTORY = 80
"""Entries shown on the page of an order; more stand on the pages of its lines."""


def is_issuer(viewer: Viewer, order: Assignment) -> bool:
    """Whether the viewer acts for the unit that ordered."""
    return viewer.unit_id == order.issuer_unit_id and bool(viewer.roles & ISSUE_ROLES)


def is_own(viewer: Viewer, line: AssignmentLine) -> bool:
    """Whether the line is the viewer's to answer."""
    return line.unit_id == viewer.unit_id and line.post_id in (None, viewer.post_id)


def order_facts(order: Assignment) -> Shown:
    """What stands at the head of an order."""
    limit = order.due_limit
    return {
        "order": order,
        "kind": labels.word("order_kind", order.kind),
        "limit": limit,
        "subject_word": matter_word(order.subject_kind) if order.subject_kind else "",
    }


def subject_link(order: Assignment, *, visible: bool) -> str:
    """Address of the matter the order is about, for those who see it."""
    if order.subject_id is None or not visible:
        return ""
    return matter_url(order.subject_kind, order.subject_id)


def due_lines(order: Assignment, line: AssignmentLine | None = None) -> list[str]:
    """How the due moment came about, extensions of the line included."""
    steps = line.extensions if line else ()
    return [str(text) for text in order.due_why] + [
        _("延期：由 %(from)s 延至 %(to)s（%(reason)s）") % step for step in steps
    ]


def line_row(line: AssignmentLine, viewer: Viewer, now: datetime, reply: Reply | None) -> Shown:
    """One line in the table of an order."""
    return {
        "line": line,
        "name": addressee_text(line),
        "part": labels.word("part", line.part),
        "late": is_overdue(state=line.state, due_at=line.due_at, now=now),
        "open": line.state in LIVE,
        "own": is_own(viewer, line),
        "reply": reply,
        "ended": line.state not in LIVE,
        "came_from": line.came_from.unit.short if line.came_from else "",
        "receiver": split_actor(line.received_by)["person"] or line.received_by,
    }


def latest_replies(lines: Sequence[AssignmentLine]) -> dict[UUID, Reply]:
    """The latest reply of each line."""
    found: dict[UUID, Reply] = {}
    for reply in replies_of([line.id for line in lines]):
        found.setdefault(reply.line_id, reply)
    return found


def line_shown(line: AssignmentLine, viewer: Viewer, now: datetime) -> Shown:
    """One line with its replies, files, reminders and the acts that are open to the viewer."""
    papers = files_of(line.id)
    acts = allowed_acts(
        state=LineState(line.state),
        standing=standing_of(viewer),
        unit_id=line.unit_id,
        post_id=line.post_id,
        issuer_unit_id=line.issuer_unit_id,
    )
    acts = acts if line.assignment.state == OrderState.OPEN else ()
    return {
        **line_row(line, viewer, now, None),
        "why": due_lines(line.assignment, line),
        "done": line.state not in LIVE,
        "files": file_lines(papers, "assignment"),
        "replies": [
            {"reply": reply, "files": file_lines(papers, f"reply-{reply.round}"), "outcome": _outcome(reply)}
            for reply in replies_of([line.id])
        ],
        "reminders": reminders_of(line.id),
        "acts": act_links(line, acts),
    }


def _outcome(reply: Reply) -> str:
    return {"": _("待审核"), "accepted": _("审核通过"), "sent_back": _("退回重报")}[reply.outcome]


def file_lines(papers: Sequence[FileUse], purpose: str) -> list[dict[str, object]]:
    """Files of one purpose for the component `files.html`."""
    return [file_line(use.file) for use in papers if use.purpose == purpose]


_LINE_PAGES = {
    "assignment.receive": ("assignment_receive", "receive", "post"),
    "assignment.reply": ("assignment_reply", "send", "get"),
    "assignment.transfer": ("assignment_transfer", "swap", "get"),
}
_ORDER_ACTS = {
    "assignment.accept": ("accept", "check"),
    "assignment.send_back": ("send-back", "return"),
    "assignment.remind": ("remind", "bell"),
    "assignment.extend": ("extend", "calendar"),
    "assignment.withdraw": ("withdraw", "close"),
}


def act_links(line: AssignmentLine, acts: Sequence[str]) -> list[dict[str, str]]:
    """The acts as links and buttons, in the order of the table."""
    found = []
    for act in acts:
        label = str(labels.ACTS[act])
        if act in _LINE_PAGES:
            name, icon, method = _LINE_PAGES[act]
            url = reverse(f"web:{name}", args=[line.id])
        else:
            slug, icon = _ORDER_ACTS[act]
            url, method = f"{reverse('web:assignment_steer', args=[line.assignment_id, slug])}?id={line.id}", "get"
        found.append({"label": label, "url": url, "icon": icon, "method": method})
    return found


def history_of_line(line_id: UUID) -> list[Shown]:
    """The history of a line for the timeline."""
    return timeline(history_of(line_id))


def timeline(lines: Sequence[HistoryLine]) -> list[Shown]:
    """Entries of the journal as the timeline shows them, newest first."""
    ordered = sorted(lines, key=lambda entry: (entry.recorded_at, entry.entry_id), reverse=True)[:HISTORY]
    return [
        {
            "at": entry.acted_at,
            "recorded_at": entry.recorded_at if (entry.recorded_at - entry.acted_at).total_seconds() >= 60 else None,
            "act": labels.word("act", entry.act),
            "text": assignment_text(entry.act, entry.details),
            "digest": entry.hash,
            **split_actor(entry.actor),
        }
        for entry in ordered
    ]
