"""Acts on a lead, one page each: a form, its refusal with everything typed kept, and what happens when done."""

from collections.abc import Callable
from functools import wraps
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from qingshan.commons.people.selectors import township_level_units
from qingshan.contexts.campaigns.public import campaign_in_force
from qingshan.contexts.leads.public import (
    Lead,
    LeadDetail,
    correct_lead,
    dispatch_lead,
    flag_active,
    may_correct,
    may_flag_active,
    receive_lead,
    resume_verification,
    return_lead,
    return_until,
    review_verification,
)
from qingshan.domain.joint import RETURN_KINDS
from qingshan.domain.lead import BESIDE, CORRECT_ROLES, FLAG_ACTIVE_ROLES, TABLE, LeadState
from qingshan.interfaces.web import formats, labels
from qingshan.interfaces.web.access import View, page
from qingshan.interfaces.web.acting import acting_of, perform
from qingshan.interfaces.web.middleware import OfficeRequest
from qingshan.interfaces.web.views import lead_shown
from qingshan.interfaces.web.views.lead_filters import read_uuid
from qingshan.interfaces.web.views.lead_review import review_context
from qingshan.interfaces.web.views.leads import lead_or_404

Context = dict[str, object]
ActView = Callable[[OfficeRequest, LeadDetail], HttpResponse]
CORRECTABLE = ("place_text", "description", "source_no")


def detail_url(lead_id: UUID) -> str:
    """Address of the lead's page."""
    return reverse("web:lead_detail", args=[lead_id])


def act_page(act: str) -> Callable[[ActView], View]:
    """A form for an act of the lead's table: its roles only, and only while the lead stands where the act starts."""
    row = TABLE.get(act) or BESIDE[act]

    def wrap(view: ActView) -> View:
        @page(*row.roles)
        @require_http_methods(["GET", "POST"])
        @wraps(view)
        def guarded(request: OfficeRequest, lead_id: UUID) -> HttpResponseBase:
            detail = lead_or_404(request.viewer, lead_id)
            if request.method != "POST" and detail.lead.state not in row.sources:
                return not_now(request, detail)
            return view(request, detail)

        return guarded

    return wrap


def not_now(request: OfficeRequest, detail: LeadDetail) -> HttpResponse:
    """Told to somebody who opens a form that no longer fits: who was quicker, and where the lead stands."""
    return render(request, "web/leads/not_now.html", fresh(request, detail.lead.id), status=409)


def fresh(request: OfficeRequest, lead_id: UUID) -> Context:
    """The lead as it stands now, for a form shown again after a refusal."""
    detail = lead_or_404(request.viewer, lead_id)
    return {
        "lead": detail.lead,
        "detail": detail,
        "last": lead_shown.last_act(detail.lead.id),
        "geometry": lead_shown.geometry(detail),
        "now": request.now,
    }


@act_page("lead.dispatch")
def lead_dispatch(request: OfficeRequest, detail: LeadDetail) -> HttpResponse:
    """Give a lead to a township-level unit (三-1-2②b)."""
    lead = detail.lead
    unit, reason = request.POST.get("unit", str(lead.unit_id)), request.POST.get("reason", "")

    def context() -> Context:
        options = [(str(u.id), u.name) for u in township_level_units()]
        fields = {
            "unit": {"name": "unit", "label": _("分派给"), "kind": "select", "value": unit, "options": options},
            "reason": _area(
                "reason", _("理由"), reason, help_text=_("改派到所在地以外的单位、或重新分派时必须写"), required=False
            ),
        }
        return {**fresh(request, lead.id), "fields": fields, "unit": lead.unit}

    if request.method != "POST":
        return render(request, "web/leads/dispatch.html", context())
    unit_id = read_uuid(unit) or lead.unit_id
    return perform(
        request,
        lambda: dispatch_lead(lead_id=lead.id, unit_id=unit_id, reason=reason, acting=acting_of(request)),
        done=_("线索 %(number)s 已分派") % {"number": lead.number},
        to=detail_url(lead.id),
        template="web/leads/dispatch.html",
        context=context,
    )


@page(*TABLE["lead.receive"].roles)
@require_POST
def lead_receive(request: OfficeRequest, lead_id: UUID) -> HttpResponse:
    """The unit signs for a lead; the clock of the verification starts (三-1-2②b)."""
    signed: list[Lead] = []
    return perform(
        request,
        lambda: signed.append(receive_lead(lead_id=lead_id, acting=acting_of(request))),
        done=lambda: _("线索 %(number)s 已签收，核查时限开始计算") % {"number": signed[0].number},
        to=detail_url(lead_id),
        template="web/leads/detail.html",
        context=lambda: lead_shown.detail_context(request, lead_or_404(request.viewer, lead_id)),
    )


@act_page("lead.return")
def lead_return(request: OfficeRequest, detail: LeadDetail) -> HttpResponse:
    """The unit sends a lead back because it is not its own, with the reason (三-1-2②b)."""
    help_text = _("例如：实测位于哪个乡镇、哪个村。县局会据此重新分派")
    kind = request.POST.get("kind", "")
    kinds = [("", _("请选择")), *((slug, labels.RETURN_KINDS[slug]) for slug in RETURN_KINDS)]
    field = {"name": "kind", "label": _("退回原因"), "kind": "select", "value": kind, "options": kinds}
    return _with_reason(
        request,
        detail,
        extra={"kind": field, "until": return_until(detail.lead, campaign_in_force())},
        template="web/leads/return.html",
        field=_area("reason", _("退回理由"), request.POST.get("reason", ""), help_text=help_text),
        run=lambda text: return_lead(lead_id=detail.lead.id, reason=text, kind=kind, acting=acting_of(request)),
        done=_("线索 %(number)s 已退回") % {"number": detail.lead.number},
    )


@act_page("lead.resume")
def lead_resume(request: OfficeRequest, detail: LeadDetail) -> HttpResponse:
    """Take up an inconclusive lead again."""
    return _with_reason(
        request,
        detail,
        template="web/leads/resume.html",
        field=_area(
            "note", _("说明"), request.POST.get("note", ""), help_text=_("例如：所缺材料已取得"), required=False
        ),
        run=lambda text: resume_verification(lead_id=detail.lead.id, note=text, acting=acting_of(request)),
        done=_("线索 %(number)s 已恢复核查，请补充核查后再提交") % {"number": detail.lead.number},
    )


@page(*FLAG_ACTIVE_ROLES)
@require_http_methods(["GET", "POST"])
def lead_flag_active(request: OfficeRequest, lead_id: UUID) -> HttpResponse:
    """Mark a lead as an act in progress: drafts the stop notice, starts the clock of the on-site task (二-1⑤)."""
    detail = lead_or_404(request.viewer, lead_id)
    if request.method != "POST" and not may_flag_active(request.viewer, detail.lead):
        return not_now(request, detail)
    help_text = _("看到什么正在进行：几个人、什么机械、几点到几点。会写进停止通知书草稿")
    due = campaign_in_force().due("on_site_task", request.now, explain=False)
    consequences = [
        _("起草《责令停止违法行为通知书》，可打印、补填后送达"),
        _("现场处置开始计时：%(by)s 前到场制止") % {"by": formats.moment_text(due.at, request.now)},
    ]
    return _with_reason(
        request,
        detail,
        extra={"consequences": consequences},
        template="web/leads/flag_active.html",
        field=_area("facts", _("正在实施的情况"), request.POST.get("facts", ""), help_text=help_text),
        run=lambda text: flag_active(lead_id=lead_id, facts=text, acting=acting_of(request)),
        done=_("已标记正在实施：停止通知书草稿已生成，现场处置开始计时"),
    )


@act_page("lead.review_approve")
def lead_review(request: OfficeRequest, detail: LeadDetail) -> HttpResponse:
    """The county looks at a verification and passes it or gives it back (三-1-3①b)."""
    lead, opinion = detail.lead, request.POST.get("opinion", "")
    passed = request.POST.get("decision") == "approve"

    def context() -> Context:
        in_force = campaign_in_force()
        field = _area(
            "opinion", _("审核意见"), opinion, help_text=_("退回时必须写明哪里不清楚、要补什么"), required=False
        )
        shown = lead_or_404(request.viewer, lead.id)
        return {**fresh(request, lead.id), **review_context(shown, in_force), "field": field}

    if request.method != "POST":
        return render(request, "web/leads/review.html", context())
    message = _("线索 %(number)s 审核通过") if passed else _("线索 %(number)s 已退回重新核查")
    return perform(
        request,
        lambda: review_verification(lead_id=lead.id, passed=passed, opinion=opinion, acting=acting_of(request)),
        done=message % {"number": lead.number},
        to=detail_url(lead.id),
        template="web/leads/review.html",
        context=context,
    )


@page(*CORRECT_ROLES)
@require_http_methods(["GET", "POST"])
def lead_correct(request: OfficeRequest, lead_id: UUID) -> HttpResponse:
    """Put a wrong text right by a second act with its reason; the old text stays in the history."""
    detail = lead_or_404(request.viewer, lead_id)
    lead, posted = detail.lead, request.POST
    if request.method != "POST" and not may_correct(request.viewer, LeadState(lead.state)):
        return not_now(request, detail)
    values = {name: posted.get(name, getattr(lead, name)) for name in CORRECTABLE}
    reason = posted.get("reason", "")

    def context() -> Context:
        return {**fresh(request, lead_id), "fields": _correction_fields(values, reason)}

    if request.method != "POST":
        return render(request, "web/leads/correct.html", context())
    return perform(
        request,
        lambda: correct_lead(lead_id=lead_id, values=values, reason=reason, acting=acting_of(request)),
        done=_("线索 %(number)s 已更正，原内容留在办理记录里") % {"number": lead.number},
        to=detail_url(lead_id),
        template="web/leads/correct.html",
        context=context,
    )


def _correction_fields(values: dict[str, str], reason: str) -> list[Context]:
    words = {"place_text": _("地点描述"), "source_no": _("来源编号")}
    fields: list[Context] = [
        {"name": name, "label": label, "kind": "text", "value": values[name], "required": False}
        for name, label in words.items()
    ]
    fields.append(_area("description", _("线索内容"), values["description"], required=False))
    fields.append(_area("reason", _("更正理由"), reason, help_text=_("写明错在哪里、依据是什么")))
    return fields


def _area(name: str, label: str, value: str, *, help_text: str = "", required: bool = True) -> Context:
    return {
        "name": name,
        "label": label,
        "kind": "textarea",
        "value": value,
        "help": help_text,
        "required": required,
    }


def _with_reason(
    request: OfficeRequest,
    detail: LeadDetail,
    *,
    template: str,
    field: Context,
    run: Callable[[str], Lead],
    done: str,
    extra: Context | None = None,
) -> HttpResponse:
    """A form of one text field."""

    def context() -> Context:
        return {**fresh(request, detail.lead.id), "field": field, **(extra or {})}

    if request.method != "POST":
        return render(request, template, context())
    return perform(
        request,
        lambda: run(str(field["value"])),
        done=done,
        to=detail_url(detail.lead.id),
        template=template,
        context=context,
    )
