"""Orders (交办): the lists of what my unit ordered and what it was given, one order, one line, the sheet to print."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from qingshan.commons.assignments.models import Assignment, AssignmentLine
from qingshan.commons.assignments.selectors import (
    PAGE,
    Key,
    OnTurn,
    files_of,
    line_by_id,
    line_page,
    lines_of,
    on_turn,
    order_by_id,
    order_page,
)
from qingshan.commons.journal.models import Matter
from qingshan.commons.journal.selectors import history_of
from qingshan.commons.people.viewer import Viewer
from qingshan.contexts.campaigns.public import campaign_in_force
from qingshan.domain.assignment import COUNTY_ISSUERS, ISSUE_ROLES, LIVE, LineState, OrderState, is_overdue
from qingshan.interfaces.web import labels
from qingshan.interfaces.web.access import MATTER_ROLES, page
from qingshan.interfaces.web.middleware import OfficeRequest
from qingshan.interfaces.web.views import assignment_shown as shown
from qingshan.interfaces.web.views.assignment_address import COUNTY, ISSUED, MINE, OrderAddress, filter_fields

Context = dict[str, object]


def order_or_404(viewer: Viewer, assignment_id: UUID) -> Assignment:
    """The order in the viewer's scope; whether it exists elsewhere is not told."""
    order = order_by_id(viewer, assignment_id)
    if order is None:
        raise Http404(_("没有这件交办，或它与您的单位无关"))
    return order


def line_or_404(viewer: Viewer, line_id: UUID) -> AssignmentLine:
    """The line in the viewer's scope; whether it exists elsewhere is not told."""
    line = line_by_id(viewer, line_id)
    if line is None:
        raise Http404(_("没有这一行交办，或它与您的单位无关"))
    return line


def tabs_for(viewer: Viewer) -> tuple[str, ...]:
    """Tabs of a viewer, his default first: whoever orders for the county sees his orders, the others their lines."""
    wide = (COUNTY,) if viewer.prefix is not None and len(viewer.prefix) <= 6 else ()
    if viewer.roles & COUNTY_ISSUERS:
        return (ISSUED, MINE, *wide)
    if viewer.roles & ISSUE_ROLES:
        return (MINE, ISSUED, *wide)
    return (*wide, MINE) if wide else (MINE,)


@page(*MATTER_ROLES)
@require_safe
def assignment_list(request: OfficeRequest) -> HttpResponse:
    """What my unit ordered and what it was given, the longest overdue first; the address holds the view (四-2-0①)."""
    viewer, now = request.viewer, request.now
    tabs = tabs_for(viewer)
    address = OrderAddress.read(request.GET, tabs)
    turn = on_turn(viewer, now)
    context: Context = {
        "address": address,
        "tabs": _tabs(address, tabs, turn),
        "fields": filter_fields(address),
        "keep": [{"name": "tab", "value": address.tab}],
        "filtered": bool({"state", "kind", "overdue", "q"} & set(address.values)),
        "clear_url": f"?tab={address.tab}",
        "first_url": address.to() if address.after else "",
        "may_issue": bool(viewer.roles & ISSUE_ROLES),
        "now": now,
        **(_own_rows(request, address) if address.tab == MINE else _order_rows(request, address)),
    }
    return render(request, "web/assignments/list.html", context)


def _tabs(address: OrderAddress, tabs: tuple[str, ...], turn: OnTurn) -> list[Context]:
    words = {
        ISSUED: (_("我交办的"), turn.to_accept or None),
        MINE: (_("交办我的"), turn.to_receive + turn.to_reply or None),
        COUNTY: (_("全县"), None),
    }
    return [
        {"label": words[tab][0], "url": f"?tab={tab}", "count": words[tab][1], "active": tab == address.tab}
        for tab in tabs
    ]


def _order_rows(request: OfficeRequest, address: OrderAddress) -> Context:
    found = order_page(request.viewer, address.filter(), request.now, whole_county=address.tab == COUNTY)
    last = found.rows[-1].order if found.rows else None
    return {
        "orders": [{"row": row, "kind": labels.word("order_kind", row.order.kind)} for row in found.rows],
        "shown": len(found.rows),
        "next_url": address.to(after=Key(due_at=last.due_at, id=last.id)) if found.more and last else "",
    }


def _own_rows(request: OfficeRequest, address: OrderAddress) -> Context:
    found = line_page(request.viewer, address.filter(), request.now)
    last = found.rows[-1] if found.rows else None
    return {
        "lines": [
            {
                "line": line,
                "kind": labels.word("order_kind", line.assignment.kind),
                "part": labels.word("part", line.part),
                "done": line.state not in LIVE,
            }
            for line in found.rows
        ],
        "shown": len(found.rows),
        "next_url": address.to(after=Key(due_at=last.due_at, id=last.id)) if found.more and last else "",
        "page_size": PAGE,
    }


@page(*MATTER_ROLES)
@require_safe
def assignment_detail(request: OfficeRequest, assignment_id: UUID) -> HttpResponse:
    """One order: text, due moment, its addressees with their receipts and replies, files, history."""
    order = order_or_404(request.viewer, assignment_id)
    return render(request, "web/assignments/detail.html", order_context(request, order))


def order_context(request: OfficeRequest, order: Assignment) -> Context:
    """Everything the page of an order needs."""
    viewer, now = request.viewer, request.now
    lines = lines_of(viewer, order.id)
    for line in lines:
        line.assignment = order
    own = next((line for line in lines if shown.is_own(viewer, line)), None)
    replies = shown.latest_replies(lines)
    rows = [shown.line_row(line, viewer, now, replies.get(line.id)) for line in lines]
    steers = shown.is_issuer(viewer, order) and order.state == OrderState.OPEN
    wanted = request.GET.get("show", "")
    history = history_of(order.id)
    papers = files_of(order.id) or (files_of(lines[0].id) if lines else [])
    subject_seen = order.subject_id is not None and Matter.objects.filter(id=order.subject_id).exists()
    return {
        **shown.order_facts(order),
        "own": shown.line_shown(own, viewer, now) if own else None,
        "rows": [row for row, line in zip(rows, lines, strict=True) if _wanted(line, wanted, request)],
        "all_seen": len(lines) > 1 or own is None,
        "filters": _line_filters(lines, wanted, request),
        "steers": steers,
        "bulk": _bulk(order) if steers else [],
        "late": sum(is_overdue(state=line.state, due_at=line.due_at, now=now) for line in lines),
        "why": shown.due_lines(order),
        "files": shown.file_lines(papers, "assignment"),
        "subject_url": shown.subject_link(order, visible=subject_seen),
        "menu": _menu(order) if steers else [],
        "history": shown.timeline([*history, *(history_of(own.id) if own else [])]),
        "ended": order.state != OrderState.OPEN,
        "now": now,
    }


def _wanted(line: AssignmentLine, wanted: str, request: OfficeRequest) -> bool:
    if wanted == "late":
        return is_overdue(state=line.state, due_at=line.due_at, now=request.now)
    if wanted == "to_reply":
        return line.state in (LineState.RECEIVED, LineState.SENT_BACK)
    return line.state == wanted if wanted in set(LineState) else True


def _line_filters(lines: list[AssignmentLine], wanted: str, request: OfficeRequest) -> list[Context]:
    """Links that narrow the table of lines, each with its count; kinds without lines are left out."""
    words = {
        "": _("全部"),
        "late": _("逾期"),
        "sent": _("待签收"),
        "to_reply": _("待反馈"),
        "replied": _("待审核"),
        "accepted": _("已办结"),
    }
    counted = {slug: sum(_wanted(line, slug, request) for line in lines) for slug in words}
    return [
        {"label": label, "url": f"?show={slug}" if slug else "?", "count": counted[slug], "active": slug == wanted}
        for slug, label in words.items()
        if counted[slug] or slug in ("", wanted)
    ]


def _bulk(order: Assignment) -> list[Context]:
    """Acts on chosen lines: reminding and accepting at once, the others by a form that asks why."""

    def url(act: str) -> str:
        return reverse("web:assignment_steer", args=[order.id, act])

    return [
        {"label": _("催办"), "url": url("remind"), "icon": "bell"},
        {"label": _("审核通过"), "url": url("accept"), "icon": "check", "confirm": _("通过所选单位的反馈？")},
        {"label": _("退回重报"), "url": url("send-back"), "icon": "return"},
        {"label": _("延期"), "url": url("extend"), "icon": "calendar"},
        {"label": _("撤回"), "url": url("withdraw"), "icon": "close"},
    ]


def _menu(order: Assignment) -> list[Context]:
    """Acts on the whole order."""
    words = {"remind": (_("催办（写明内容）"), "bell"), "extend": (_("整体延期"), "calendar")}
    words["withdraw"] = (_("整体撤回"), "close")
    return [
        {"label": label, "url": reverse("web:assignment_steer", args=[order.id, act]), "icon": icon, "method": "get"}
        for act, (label, icon) in words.items()
    ]


@page(*MATTER_ROLES)
@require_safe
def assignment_line(request: OfficeRequest, line_id: UUID) -> HttpResponse:
    """One addressee's line: receipt, replies with their files, reminders, extensions, history."""
    line = line_or_404(request.viewer, line_id)
    return render(request, "web/assignments/line.html", line_context(request, line))


def line_context(request: OfficeRequest, line: AssignmentLine) -> Context:
    """Everything the page of a line needs."""
    return {
        **shown.order_facts(line.assignment),
        "own": shown.line_shown(line, request.viewer, request.now),
        "history": shown.history_of_line(line.id),
        "now": request.now,
    }


@page(*MATTER_ROLES)
@require_safe
def assignment_print(request: OfficeRequest, assignment_id: UUID) -> HttpResponse:
    """The order as a sheet of A4 (交办单): for the files, for signature by hand."""
    viewer, now = request.viewer, request.now
    order = order_or_404(viewer, assignment_id)
    lines = lines_of(viewer, order.id)
    papers = files_of(order.id) or (files_of(lines[0].id) if lines else [])
    context = {
        **shown.order_facts(order),
        "rows": [shown.line_row(line, viewer, now, None) for line in lines],
        "files": shown.file_lines(papers, "assignment"),
        "sheet": campaign_in_force().title,
        "now": now,
    }
    return render(request, "web/assignments/print.html", context)
