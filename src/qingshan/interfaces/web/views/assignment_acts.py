"""Acts on orders and lines: sign for, reply, hand on; accept, send back, remind, extend, withdraw."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from qingshan.commons.assignments.models import Assignment, AssignmentLine
from qingshan.commons.assignments.selectors import lines_of
from qingshan.commons.assignments.services.answering import receive_assignment, reply_assignment, transfer_line
from qingshan.commons.assignments.services.steering import (
    REMIND_TEXT,
    accept_reply,
    extend,
    remind,
    send_back,
    withdraw,
)
from qingshan.commons.people.selectors import units
from qingshan.domain.assignment import ADDRESSED_LEVELS, ISSUE_ROLES, TABLE, LineState, is_overdue
from qingshan.interfaces.web.access import MATTER_ROLES, page
from qingshan.interfaces.web.acting import acting_of, end_of_day, perform, read_day, read_uploads
from qingshan.interfaces.web.casework.evidence import file_line
from qingshan.interfaces.web.listing.confirming import CHANGED, again, asked
from qingshan.interfaces.web.middleware import OfficeRequest
from qingshan.interfaces.web.views import assignment_shown as shown
from qingshan.interfaces.web.views.assignments import line_context, line_or_404, order_or_404
from qingshan.interfaces.web.views.lead_filters import read_uuid

Context = dict[str, object]
LINE_PAGE = "web/assignments/line.html"


def line_url(line_id: UUID) -> str:
    """Address of a line's page."""
    return reverse("web:assignment_line", args=[line_id])


def order_url(assignment_id: UUID) -> str:
    """Address of an order's page."""
    return reverse("web:assignment_detail", args=[assignment_id])


@page(*MATTER_ROLES)
@require_POST
def line_receive(request: OfficeRequest, line_id: UUID) -> HttpResponse:
    """Sign for a line (签收)."""
    line = line_or_404(request.viewer, line_id)
    return perform(
        request,
        lambda: receive_assignment(line_id=line_id, acting=acting_of(request)),
        done=_("交办 %(number)s 已签收") % {"number": line.assignment.number},
        to=order_url(line.assignment_id),
        template=LINE_PAGE,
        context=lambda: line_context(request, line_or_404(request.viewer, line_id)),
    )


@page(*MATTER_ROLES)
@require_http_methods(["GET", "POST"])
def line_reply(request: OfficeRequest, line_id: UUID) -> HttpResponse:
    """Reply on a line with a text and files (反馈)."""
    line = line_or_404(request.viewer, line_id)
    text = request.POST.get("text", "")
    uploads = read_uploads(request, "files", documents=True) if request.method == "POST" else None

    def context() -> Context:
        return {
            **line_context(request, line_or_404(request.viewer, line_id)),
            "field": _area("text", _("反馈内容"), text, help_text=_("办了什么、结果如何、还有什么困难")),
            "kept_files": [{**file_line(u.file), "id": u.file.id} for u in uploads.kept] if uploads else [],
            "files_field": files_field(),
        }

    if request.method != "POST" or uploads is None:
        return _form_or_not(request, line, "assignment.reply", "web/assignments/reply.html", context)
    return perform(
        request,
        lambda: reply_assignment(line_id=line_id, text=text, file_ids=uploads.ids, acting=acting_of(request)),
        done=_("已反馈，等交办单位审核"),
        to=order_url(line.assignment_id),
        template="web/assignments/reply.html",
        context=context,
        refused_first=uploads.refused,
    )


@page(*MATTER_ROLES)
@require_http_methods(["GET", "POST"])
def line_transfer(request: OfficeRequest, line_id: UUID) -> HttpResponse:
    """Hand a line on to another unit (转办), by a leader, with the reason."""
    line = line_or_404(request.viewer, line_id)
    unit, reason = request.POST.get("unit", ""), request.POST.get("reason", "")

    def context() -> Context:
        levels = ADDRESSED_LEVELS - {"village"}
        options = [("", _("请选择"))]
        options += [(str(u.id), u.name) for u in units() if u.level in levels and u.id != line.unit_id]
        unit_field = {"name": "unit", "label": _("转给"), "kind": "select", "value": unit, "options": options}
        return {
            **line_context(request, line_or_404(request.viewer, line_id)),
            "unit_field": unit_field,
            "field": _area("reason", _("转办理由"), reason, help_text=_("例如：依职责应由哪个单位办理")),
        }

    if request.method != "POST":
        return _form_or_not(request, line, "assignment.transfer", "web/assignments/transfer.html", context)

    def run() -> object:
        return transfer_line(
            line_id=line_id, unit_id=read_uuid(unit) or line.unit_id, reason=reason, acting=acting_of(request)
        )

    return perform(
        request,
        run,
        done=_("已转办，对方签收前请保持联系"),
        to=order_url(line.assignment_id),
        template="web/assignments/transfer.html",
        context=context,
    )


def _form_or_not(
    request: OfficeRequest, line: AssignmentLine, act: str, template: str, context: Callable[[], Context]
) -> HttpResponse:
    """The form, or, when the line no longer stands where the act starts, how it stands (409)."""
    if line.state in TABLE[act].sources:
        return render(request, template, context())
    told = {"message": _("这一行的状态已变化，此办理已不适用"), "missing": ()}
    return render(request, LINE_PAGE, {**line_context(request, line), "refusal": told}, status=409)


def files_field() -> Context:
    """The field for papers of an order or a reply."""
    return {
        "name": "files",
        "label": _("附件"),
        "kind": "file",
        "required": False,
        "multiple": True,
        "accept": ".pdf,image/jpeg,image/png,.docx,.xlsx,.ofd",
        "help": _("PDF、照片（JPG、PNG）或文档（docx、xlsx、ofd，不带宏），每个不超过 30 MB；文档只存不开，下载后查看"),
    }


def _area(name: str, label: str, value: str, *, help_text: str = "", required: bool = True) -> Context:
    field = {"name": name, "label": label, "kind": "textarea", "value": value, "help": help_text}
    return {**field, "required": required}


@dataclass(frozen=True, slots=True, kw_only=True)
class Steering:
    """One act of the issuer: its act in the table, words, icon, and whether chosen lines are done without a form."""

    act: str
    title: Promise
    button: Promise
    icon: str
    text_name: str
    text_label: Promise
    text_help: Promise
    text_required: bool
    at_once: bool
    done: Promise


STEERING: dict[str, Steering] = {
    "remind": Steering(
        act="assignment.remind",
        title=gettext_lazy("催办"),
        button=gettext_lazy("发出催办"),
        icon="bell",
        text_name="text",
        text_label=gettext_lazy("催办内容"),
        text_help=gettext_lazy("对方在工作台和这件交办里看到"),
        text_required=True,
        at_once=True,
        done=gettext_lazy("已催办"),
    ),
    "accept": Steering(
        act="assignment.accept",
        title=gettext_lazy("审核通过"),
        button=gettext_lazy("通过"),
        icon="check",
        text_name="opinion",
        text_label=gettext_lazy("审核意见"),
        text_help=gettext_lazy("可不写"),
        text_required=False,
        at_once=True,
        done=gettext_lazy("已审核通过"),
    ),
    "send-back": Steering(
        act="assignment.send_back",
        title=gettext_lazy("退回重报"),
        button=gettext_lazy("退回"),
        icon="return",
        text_name="reason",
        text_label=gettext_lazy("退回理由"),
        text_help=gettext_lazy("写明哪里不清楚、要补什么"),
        text_required=True,
        at_once=False,
        done=gettext_lazy("已退回重报"),
    ),
    "extend": Steering(
        act="assignment.extend",
        title=gettext_lazy("延期"),
        button=gettext_lazy("延期"),
        icon="calendar",
        text_name="reason",
        text_label=gettext_lazy("延期理由"),
        text_help=gettext_lazy("写明为什么到期办不完"),
        text_required=True,
        at_once=False,
        done=gettext_lazy("已延期"),
    ),
    "withdraw": Steering(
        act="assignment.withdraw",
        title=gettext_lazy("撤回"),
        button=gettext_lazy("撤回"),
        icon="close",
        text_name="reason",
        text_label=gettext_lazy("撤回理由"),
        text_help=gettext_lazy("对方会看到；已办结的单位不受影响"),
        text_required=True,
        at_once=False,
        done=gettext_lazy("已撤回"),
    ),
}


@page(*ISSUE_ROLES)
@require_http_methods(["GET", "POST"])
def assignment_steer(request: OfficeRequest, assignment_id: UUID, act: str) -> HttpResponse:
    """What the issuer does with chosen lines, or with all of them where none is chosen.

    All of them are those that were shown: when others are meant by now, it is asked again (409).
    """
    if act not in STEERING:
        raise Http404(_("没有这种办理"))
    how, order = STEERING[act], order_or_404(request.viewer, assignment_id)
    source = request.POST if request.method == "POST" else request.GET
    chosen = [i for i in (read_uuid(text) for text in source.getlist("id")) if i is not None]
    text = request.POST.get(how.text_name, "")

    def context() -> Context:
        return _steer_context(request, order_or_404(request.viewer, assignment_id), act, chosen)

    confirmed = "confirmed" in request.POST or (how.at_once and (chosen or act == "remind"))
    if request.method != "POST" or not confirmed:
        return render(request, "web/assignments/steer.html", context())
    if "confirmed" in request.POST and not chosen:
        question = asked(request, _all_meant(request, order, act))
        if question is not None:
            return render(request, "web/assignments/steer.html", {**context(), "asked": question}, status=CHANGED)
    return perform(
        request,
        lambda: _steer(request, order, act, chosen, text),
        done=str(how.done),
        to=line_url(chosen[0]) if len(chosen) == 1 else order_url(assignment_id),
        template="web/assignments/steer.html",
        context=context,
    )


def _all_meant(request: OfficeRequest, order: Assignment, act: str) -> list[tuple[UUID, str]]:
    return [(line.id, "") for line in _meant(lines_of(request.viewer, order.id), act, request)]


def _steer(request: OfficeRequest, order: Assignment, act: str, chosen: list[UUID], text: str) -> object:
    acting, some = acting_of(request), chosen or None
    if act == "remind":
        said = text if "confirmed" in request.POST else REMIND_TEXT
        return remind(assignment_id=order.id, line_ids=some, text=said, acting=acting)
    if act == "accept":
        return accept_reply(assignment_id=order.id, line_ids=chosen, opinion=text, acting=acting)
    if act == "send-back":
        return send_back(assignment_id=order.id, line_ids=chosen, reason=text, acting=acting)
    if act == "extend":
        due_at = end_of_day(read_day(request.POST.get("due_on", "")))
        return extend(assignment_id=order.id, line_ids=some, due_at=due_at, reason=text, acting=acting)
    return withdraw(assignment_id=order.id, line_ids=some, reason=text, acting=acting)


def _steer_context(request: OfficeRequest, order: Assignment, act: str, chosen: list[UUID]) -> Context:
    how = STEERING[act]
    lines = lines_of(request.viewer, order.id)
    rows = [line for line in lines if line.id in chosen] if chosen else _meant(lines, act, request)
    value = request.POST.get(how.text_name, "")
    if act == "remind" and "confirmed" not in request.POST:
        value = value or REMIND_TEXT
    field = _area(how.text_name, str(how.text_label), value, help_text=str(how.text_help), required=how.text_required)
    context: Context = {"asked": again([(line.id, "") for line in rows])}
    context |= {**shown.order_facts(order), "how": how, "field": field, "chosen": chosen, "now": request.now}
    context["rows"] = [shown.line_row(_with(line, order), request.viewer, request.now, None) for line in rows]
    if act == "extend":
        due_on = request.POST.get("due_on", "")
        context["due_field"] = {"name": "due_on", "label": _("延至"), "kind": "date", "value": due_on}
    return context


def _with(line: AssignmentLine, order: Assignment) -> AssignmentLine:
    line.assignment = order
    return line


def _meant(lines: list[AssignmentLine], act: str, request: OfficeRequest) -> list[AssignmentLine]:
    """The lines an act means when none was chosen: the late ones for a reminder, else all it may be done to."""
    if act == "remind":
        return [line for line in lines if is_overdue(state=line.state, due_at=line.due_at, now=request.now)]
    sources = TABLE[STEERING[act].act].sources
    return [line for line in lines if LineState(line.state) in sources]
