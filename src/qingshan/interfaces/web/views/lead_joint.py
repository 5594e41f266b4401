"""Joint handling and another lead unit (三级联办、变更牵头): asking units, their opinion, return, a waiver."""

from collections.abc import Callable
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from qingshan.commons.people.selectors import township_level_units
from qingshan.commons.people.viewer import Viewer
from qingshan.contexts.campaigns.public import campaign_in_force
from qingshan.contexts.leads.public import (
    JointTask,
    Lead,
    LeadDetail,
    answer_task,
    ask_units,
    change_lead_unit,
    joint_task_by_id,
    may_steer,
    receive_task,
    return_task,
    units_to_ask,
    waive_task,
)
from qingshan.domain.joint import ASK_ROLES, ASSIST_ROLES, JOINT_STATES, UNSETTLED_TASKS, JointForm
from qingshan.interfaces.web import formats
from qingshan.interfaces.web.access import page
from qingshan.interfaces.web.acting import acting_of, end_of_day, perform, read_day, read_uploads, read_uuid
from qingshan.interfaces.web.middleware import OfficeRequest
from qingshan.interfaces.web.views import lead_shown
from qingshan.interfaces.web.views.joint_items import is_mine
from qingshan.interfaces.web.views.lead_acts import act_page, detail_url, fresh, not_now
from qingshan.interfaces.web.views.leads import lead_or_404

Context = dict[str, object]
TEMPLATE = "web/leads/plain_act.html"


def task_or_404(viewer: Viewer, task_id: UUID) -> JointTask:
    """The task in the viewer's scope; whether it exists elsewhere is not told."""
    task = joint_task_by_id(viewer, task_id)
    if task is None:
        raise Http404(_("没有这项协办，或它不在您的辖区内"))
    return task


@page(*ASK_ROLES)
@require_http_methods(["GET", "POST"])
def joint_ask(request: OfficeRequest, lead_id: UUID) -> HttpResponse:
    """Ask units of any level to assist: what is asked, by when (三-4-3⑤)."""
    detail = lead_or_404(request.viewer, lead_id)
    lead, posted = detail.lead, request.POST
    if request.method != "POST" and not (may_steer(acting_of(request), lead) and lead.state in JOINT_STATES):
        return not_now(request, detail)
    chosen, text, due_on = posted.getlist("unit"), posted.get("task", ""), posted.get("due_on", "")

    def context() -> Context:
        return {
            **fresh(request, lead_id),
            "heading": _("请单位协办"),
            "button": _("发出协办"),
            "button_icon": "send",
            "about": _("被请的单位能看到这条线索的全部材料、位置和办理记录；意见齐了，牵头单位才能提交核查结论。"),
            "shown_fields": _ask_fields(lead, chosen, text, due_on, request),
        }

    if request.method != "POST":
        return render(request, TEMPLATE, context())
    ids = [found for found in map(read_uuid, chosen) if found is not None]
    form = JointForm(task=text, due_at=end_of_day(read_day(due_on)))
    return perform(
        request,
        lambda: ask_units(lead_id=lead_id, unit_ids=ids, form=form, acting=acting_of(request)),
        done=_("已请 %(n)d 个单位协办线索 %(number)s") % {"n": len(set(ids)), "number": lead.number},
        to=f"{detail_url(lead_id)}#joint",
        template=TEMPLATE,
        context=context,
        refused_first=[_("截止日期“%(text)s”不是有效的日期") % {"text": due_on}] if due_on and not form.due_at else (),
    )


def _ask_fields(lead: Lead, chosen: list[str], text: str, due_on: str, request: OfficeRequest) -> list[Context]:
    in_force = campaign_in_force()
    limit = in_force.plan.limits.get("joint_opinion")
    due = in_force.due("joint_opinion", request.now, explain=False).at if limit else None
    until = formats.moment_text(due, request.now) if due else ""
    return [
        {
            "name": "unit", "label": _("协办单位"), "kind": "checkboxes", "value": chosen, "mark": "三-4-3⑤",
            "options": [(str(unit.id), unit.short or unit.name) for unit in units_to_ask(lead)],
            "help": _("村只列本乡镇的；牵头单位是%(unit)s") % {"unit": lead.unit.name},
        },
        {
            "name": "task", "label": _("协办事项"), "kind": "textarea", "value": text,
            "help": _("请对方查什么、提供什么材料；不写举报人姓名、电话"),
        },
        {
            "name": "due_on", "label": _("截止日期"), "kind": "date", "value": due_on, "required": False,
            "help": _("不填按方案时限：%(until)s") % {"until": until} if until else _("方案没有规定时限，请填写"),
        },
    ]  # fmt: skip


@page(*ASSIST_ROLES)
@require_POST
def joint_receive(request: OfficeRequest, task_id: UUID) -> HttpResponse:
    """The assisting unit signs for its task."""
    task = task_or_404(request.viewer, task_id)
    return perform(
        request,
        lambda: receive_task(task_id=task_id, acting=acting_of(request)),
        done=_("已签收协办"),
        to=f"{detail_url(task.lead_id)}#joint",
        template="web/leads/detail.html",
        context=lambda: lead_shown.detail_context(request, lead_or_404(request.viewer, task.lead_id)),
    )


@page(*ASSIST_ROLES)
@require_http_methods(["GET", "POST"])
def joint_answer(request: OfficeRequest, task_id: UUID) -> HttpResponse:
    """The assisting unit hands in its opinion, with a paper if there is one."""
    task, posted = task_or_404(request.viewer, task_id), request.POST
    if request.method != "POST" and not is_mine(request.viewer, task):
        return not_now(request, lead_or_404(request.viewer, task.lead_id))
    uploads = read_uploads(request, "file", documents=True) if request.method == "POST" else None
    opinion = posted.get("opinion", "")

    def context() -> Context:
        paper = {
            "name": "file", "label": _("附件"), "kind": "file", "required": False,
            "accept": ".pdf,.jpg,.jpeg,.png,.docx,.xlsx", "help": _("盖章意见、台账、照片，可以不附"),
        }  # fmt: skip
        text = {"name": "opinion", "label": _("协办意见"), "kind": "textarea", "value": opinion, "mark": "三-4-3⑤"}
        return {
            **fresh(request, task.lead_id),
            "heading": _("出具协办意见"),
            "button": _("提交意见"),
            "button_icon": "check",
            "about_title": _("请%(unit)s协办") % {"unit": task.unit.name},
            "about": task.task,
            "shown_fields": [text, paper],
            "kept": uploads.kept if uploads else [],
        }

    if request.method != "POST":
        return render(request, TEMPLATE, context())
    file_id = uploads.ids[0] if uploads and uploads.ids else None
    return perform(
        request,
        lambda: answer_task(task_id=task_id, opinion=opinion, file_id=file_id, acting=acting_of(request)),
        done=_("协办意见已提交给牵头单位"),
        to=f"{detail_url(task.lead_id)}#joint",
        template=TEMPLATE,
        context=context,
        refused_first=uploads.refused if uploads else (),
    )


@page(*ASSIST_ROLES)
@require_http_methods(["GET", "POST"])
def joint_return(request: OfficeRequest, task_id: UUID) -> HttpResponse:
    """The assisting unit sends its task back because it is not its business."""
    task = task_or_404(request.viewer, task_id)
    return _one_reason(
        request,
        task,
        open_now=is_mine(request.viewer, task),
        words=(_("退回协办"), _("退回"), _("为什么不属本单位职责，应由哪个单位办理"), _("协办已退回牵头单位")),
        run=lambda text: return_task(task_id=task_id, reason=text, acting=acting_of(request)),
    )


@page(*ASK_ROLES)
@require_http_methods(["GET", "POST"])
def joint_waive(request: OfficeRequest, task_id: UUID) -> HttpResponse:
    """The lead unit or the bureau goes on without this opinion and says why."""
    task = task_or_404(request.viewer, task_id)
    steers = may_steer(acting_of(request), task.lead) and task.state in UNSETTLED_TASKS
    return _one_reason(
        request,
        task,
        open_now=steers,
        words=(_("免予协办"), _("免予协办"), _("为什么可以没有这份意见；写进核查结论"), _("已记为免予协办")),
        run=lambda text: waive_task(task_id=task_id, reason=text, acting=acting_of(request)),
    )


def _one_reason(
    request: OfficeRequest,
    task: JointTask,
    *,
    open_now: bool,
    words: tuple[str, str, str, str],
    run: Callable[[str], object],
) -> HttpResponse:
    """A form of one reason; ``words``: heading, button, help, what is said when done."""
    heading, button, help_text, done = words
    text = request.POST.get("reason", "")
    if request.method != "POST" and not open_now:
        return not_now(request, lead_or_404(request.viewer, task.lead_id))

    def context() -> Context:
        field = {"name": "reason", "label": _("理由"), "kind": "textarea", "value": text, "help": help_text}
        return {
            **fresh(request, task.lead_id),
            "heading": heading,
            "button": button,
            "button_icon": "return",
            "about_title": task.unit.name,
            "about": task.task,
            "shown_fields": [field],
        }

    if request.method != "POST":
        return render(request, TEMPLATE, context())
    return perform(
        request,
        lambda: run(text),
        done=done,
        to=f"{detail_url(task.lead_id)}#joint",
        template=TEMPLATE,
        context=context,
    )


@act_page("lead.change_unit")
def lead_change_unit(request: OfficeRequest, detail: LeadDetail) -> HttpResponse:
    """The bureau makes another unit the lead unit; the former one is told in the history (三-4-3⑤)."""
    lead, posted = detail.lead, request.POST
    unit, reason = posted.get("unit", ""), posted.get("reason", "")

    def context() -> Context:
        options = [(str(u.id), u.name) for u in township_level_units() if u.id != lead.unit_id]
        return {
            **fresh(request, lead.id),
            "heading": _("变更牵头单位"),
            "button": _("变更牵头"),
            "button_icon": "swap",
            "about_title": _("现牵头单位：%(unit)s") % {"unit": lead.unit.name},
            "about": _("新单位从现在起重新计签收和核查时限；已请的协办不变，变更写进办理记录。"),
            "shown_fields": [
                {
                    "name": "unit", "label": _("新的牵头单位"), "kind": "select", "value": unit, "mark": "三-4-3⑤",
                    "options": [("", _("请选择")), *options],
                },
                {"name": "reason", "label": _("理由"), "kind": "textarea", "value": reason},
            ],
        }  # fmt: skip

    if request.method != "POST":
        return render(request, TEMPLATE, context())
    unit_id = read_uuid(unit) or lead.unit_id
    return perform(
        request,
        lambda: change_lead_unit(lead_id=lead.id, unit_id=unit_id, reason=reason, acting=acting_of(request)),
        done=_("线索 %(number)s 已变更牵头单位") % {"number": lead.number},
        to=detail_url(lead.id),
        template=TEMPLATE,
        context=context,
    )
