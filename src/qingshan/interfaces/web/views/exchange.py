"""Exchange of files (与省系统、信访平台交换): what goes out by which form, what came back and differs."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qingshan.commons.files.services import FileRefused, store_file
from qingshan.commons.jobs.models import Job
from qingshan.commons.jobs.services import latest_job
from qingshan.contexts.ledgers.public import (
    EXCHANGE_ROLES,
    SYSTEMS,
    ExchangeSheet,
    exchange_rows,
    exchange_sheet,
    exchange_sheets,
    layout_for,
    open_exchange_rows,
    queue_accepting,
    queue_exchange,
    register_exchange,
)
from qingshan.domain.acts import ActRefused
from qingshan.interfaces.web.access import page
from qingshan.interfaces.web.acting import acting_of, perform
from qingshan.interfaces.web.middleware import OfficeRequest
from qingshan.interfaces.web.row_pages import row_pages, ticked

OWN = tuple(sorted(EXCHANGE_ROLES))
LIMIT = 20 * 1024 * 1024
Context = dict[str, object]


def system_words() -> dict[str, str]:
    """The other sides, in words."""
    return {"province": _("省系统"), "petition": _("信访平台")}


@page(*OWN)
@require_http_methods(["GET", "POST"])
def exchange(request: OfficeRequest) -> HttpResponse:
    """Per system the form in force, export, and where returned files are handed in (三-1-2②c, 三-1-3①a, 三-4-3④)."""
    made: list[ExchangeSheet] = []
    if request.method != "POST":
        return render(request, "web/exchange/exchange.html", _context(request))
    response = perform(
        request,
        lambda: made.append(_register(request)),
        done=_("返回文件已存下，正在逐行核对"),
        to="",
        template="web/exchange/exchange.html",
        context=lambda: _context(request),
    )
    if made:
        name = "HX-Redirect" if "HX-Redirect" in response.headers else "Location"
        response.headers[name] = reverse("web:exchange_sheet", args=[made[0].id])
    return response


def _context(request: OfficeRequest) -> Context:
    words = system_words()
    systems = [{"slug": slug, "label": words[slug], "layout": layout_for(slug, request.now)} for slug in SYSTEMS]
    rows = [{"sheet": sheet, "label": words[sheet.system]} for sheet in exchange_sheets()]
    chosen = request.POST.get("system", "province")
    fields = {
        "system": {
            "name": "system",
            "label": _("来自"),
            "kind": "select",
            "value": chosen,
            "options": list(words.items()),
        },
        "file": {
            "name": "file",
            "label": _("返回文件"),
            "kind": "file",
            "accept": ".xlsx,.xls",
            "help": _("用现行表样导出、由对方填回编号或结论的工作簿；原件会保存"),
        },
    }
    return {"systems": systems, "rows": rows, "fields": fields, "now": request.now}


def _register(request: OfficeRequest) -> ExchangeSheet:
    posted = request.FILES.get("file")
    if posted is None:
        raise ActRefused("file", _("没有选择文件"))
    try:
        row = store_file(
            chunks=posted.chunks(),
            name=posted.name or "",
            uploaded_by=request.viewer.account_id,
            now=request.now,
            limit=LIMIT,
        )
    except FileRefused as refusal:
        raise ActRefused("file", str(refusal)) from refusal
    return register_exchange(system=request.POST.get("system", ""), file=row, acting=acting_of(request))[0]


@page(*OWN)
@require_POST
def exchange_export(request: OfficeRequest, system: str) -> HttpResponse:
    """Let the worker write the file for a system in the form in force."""
    made: list[Job] = []
    response = perform(
        request,
        lambda: made.append(queue_exchange(system=system, acting=acting_of(request))),
        done=_("正在生成交换文件"),
        to=reverse("web:job_list"),
        template="web/exchange/exchange.html",
        context=lambda: _context(request),
    )
    if made:
        response.headers["Location"] = reverse("web:job_detail", args=[made[0].id])
    return response


@page(*OWN)
@require_safe
def exchange_detail(request: OfficeRequest, sheet_id: UUID) -> HttpResponse:
    """One returned file: every row with its differences, or why it cannot be accepted."""
    return render(request, "web/exchange/sheet.html", _sheet_context(request, sheet_id))


def _sheet_context(request: OfficeRequest, sheet_id: UUID) -> Context:
    sheet = exchange_sheet(sheet_id)
    if sheet is None:
        raise Http404(_("没有这份返回文件，或它不在您的辖区内"))
    return {
        "sheet": sheet,
        "system": system_words()[sheet.system],
        "job": latest_job(sheet.id, "exchange_judge"),
        "accept": latest_job(sheet.id, "exchange_accept"),
        **row_pages(request, lambda outcome, after, limit: exchange_rows(sheet.id, outcome, after=after, limit=limit)),
        "open": open_exchange_rows(sheet.id).count(),
        "now": request.now,
    }


@page(*OWN)
@require_POST
def exchange_accept(request: OfficeRequest, sheet_id: UUID) -> HttpResponse:
    """Let the ticked rows be accepted, each as its own act."""
    context = _sheet_context(request, sheet_id)
    return perform(
        request,
        lambda: queue_accepting(sheet_id=sheet_id, row_ids=ticked(request), acting=acting_of(request)),
        done=_("开始接受勾选的行"),
        to=reverse("web:exchange_sheet", args=[sheet_id]),
        template="web/exchange/sheet.html",
        context=lambda: context,
    )
