"""A lead that lies in another county (移送外县): the letter, its receipt, what came of it there."""

from collections.abc import Callable
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from qingshan.contexts.leads.public import (
    LeadDetail,
    PaperForm,
    TransferForm,
    note_answer,
    note_receipt,
    transfer_lead,
)
from qingshan.interfaces.web import formats
from qingshan.interfaces.web.acting import Uploads, acting_of, perform, read_day, read_uploads
from qingshan.interfaces.web.middleware import OfficeRequest
from qingshan.interfaces.web.views.lead_acts import act_page, detail_url, fresh

Context = dict[str, object]
TEMPLATE = "web/leads/plain_act.html"


@act_page("lead.transfer_out")
def lead_transfer(request: OfficeRequest, detail: LeadDetail) -> HttpResponse:
    """Hand a lead to the county it lies in; the answer to whoever brought it stays ours (三-1-2②b)."""
    names = ("recipient", "number", "sent_on", "reason")
    texts = {name: request.POST.get(name, "") for name in names}
    if request.method != "POST":
        texts["sent_on"] = formats.local(request.now).date().isoformat()
    fields: list[Context] = [
        {
            "name": "recipient", "label": _("接收单位"), "kind": "text", "mark": "三-1-2②b",
            "help": _("写到县和部门，例如“某县自然资源和规划局”"),
        },
        {"name": "number", "label": _("移送函号"), "kind": "text"},
        {"name": "sent_on", "label": _("移送日期"), "kind": "date"},
        {
            "name": "reason", "label": _("移送理由"), "kind": "textarea",
            "help": _("位置在哪个县、依据是什么；不写举报人姓名、电话"),
        },
    ]  # fmt: skip

    def run(uploads: Uploads) -> None:
        form = TransferForm(
            recipient=texts["recipient"],
            number=texts["number"],
            reason=texts["reason"],
            sent_on=read_day(texts["sent_on"]),
            file_id=_first(uploads),
        )
        transfer_lead(lead_id=detail.lead.id, form=form, acting=acting_of(request))

    about = _("移送后等外县回执，时限照方案；对举报人、转办单位的答复仍由本县负责。核查和协办任务同时终止。")
    words = (_("移送外县"), _("登记移送"), about, _("线索 %(number)s 已移送外县") % {"number": detail.lead.number})
    scan = _("移送函扫描件")
    return _paper_page(request, detail, words=words, fields=_filled(fields, texts), scan=(scan, True), run=run)


@act_page("lead.transfer_receipt")
def lead_transfer_receipt(request: OfficeRequest, detail: LeadDetail) -> HttpResponse:
    """The other county's receipt: it takes the lead, or sends it back."""
    texts = {name: request.POST.get(name, "") for name in ("accepted", "number", "dated", "text")}
    options = [("yes", _("对方已接收")), ("no", _("对方退回，由本县重新分派"))]
    fields: list[Context] = [
        {"name": "accepted", "label": _("回执结果"), "kind": "radio", "options": options},
        {"name": "number", "label": _("回执文号"), "kind": "text", "required": False},
        {"name": "dated", "label": _("回执日期"), "kind": "date"},
        {
            "name": "text", "label": _("回执内容"), "kind": "textarea", "required": False,
            "help": _("对方退回的必须写明理由"),
        },
    ]  # fmt: skip
    unclear = () if texts["accepted"] in ("yes", "no") else (_("回执结果未选：对方接收还是退回"),)

    def run(uploads: Uploads) -> None:
        paper = _paper(texts, uploads)
        note_receipt(lead_id=detail.lead.id, accepted=texts["accepted"] == "yes", form=paper, acting=acting_of(request))

    words = (_("登记外县回执"), _("登记回执"), "", _("外县回执已登记"))
    return _paper_page(
        request,
        detail,
        words=words,
        fields=_filled(fields, texts),
        scan=(_("回执扫描件"), False),
        run=run,
        unclear=unclear,
    )


@act_page("lead.transfer_answer")
def lead_transfer_answer(request: OfficeRequest, detail: LeadDetail) -> HttpResponse:
    """What the other county found and did, to be told to whoever brought the lead."""
    texts = {name: request.POST.get(name, "") for name in ("number", "dated", "text")}
    fields: list[Context] = [
        {
            "name": "text", "label": _("办理结果"), "kind": "textarea",
            "help": _("对方查了什么、怎样处理；答复来源时可以照此告知"),
        },
        {"name": "number", "label": _("来文文号"), "kind": "text", "required": False},
        {"name": "dated", "label": _("来文日期"), "kind": "date"},
    ]  # fmt: skip

    def run(uploads: Uploads) -> None:
        note_answer(lead_id=detail.lead.id, form=_paper(texts, uploads), acting=acting_of(request))

    words = (_("登记外县办理结果"), _("登记结果"), "", _("外县办理结果已登记"))
    scan = (_("来文扫描件"), False)
    return _paper_page(request, detail, words=words, fields=_filled(fields, texts), scan=scan, run=run)


def _filled(fields: list[Context], texts: dict[str, str]) -> list[Context]:
    return [{**field, "value": texts[str(field["name"])]} for field in fields]


def _first(uploads: Uploads) -> UUID | None:
    return uploads.ids[0] if uploads.ids else None


def _paper(texts: dict[str, str], uploads: Uploads) -> PaperForm:
    dated = read_day(texts["dated"])
    return PaperForm(text=texts["text"], number=texts["number"], dated=dated, file_id=_first(uploads))


def _paper_page(
    request: OfficeRequest,
    detail: LeadDetail,
    *,
    words: tuple[str, str, str, str],
    fields: list[Context],
    scan: tuple[str, bool],
    run: Callable[[Uploads], None],
    unclear: tuple[str, ...] = (),
) -> HttpResponse:
    """A form with one scanned paper; ``words``: heading, button, note, what is said when done."""
    heading, button, about, done = words
    uploads = read_uploads(request, "file") if request.method == "POST" else Uploads()
    label, needed = scan

    def context() -> Context:
        paper = {
            "name": "file", "label": label, "kind": "file", "required": needed and not uploads.kept,
            "accept": ".pdf,.jpg,.jpeg,.png", "help": _("盖章后的扫描件或照片"),
        }  # fmt: skip
        return {
            **fresh(request, detail.lead.id),
            "heading": heading,
            "button": button,
            "button_icon": "check",
            "about": about,
            "shown_fields": [*fields, paper],
            "kept": uploads.kept,
        }

    if request.method != "POST":
        return render(request, TEMPLATE, context())
    return perform(
        request,
        lambda: run(uploads),
        done=done,
        to=f"{detail_url(detail.lead.id)}#transfers",
        template=TEMPLATE,
        context=context,
        refused_first=[*uploads.refused, *unclear],
    )
