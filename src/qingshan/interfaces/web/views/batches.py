"""Batches (批次): upload, preview, acceptance with its progress, and the result to the row (三-1-2①)."""

from datetime import datetime
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qingshan.commons.files.selectors import visible_file
from qingshan.commons.inbox.models import Batch
from qingshan.commons.inbox.selectors import batch_by_id, batches
from qingshan.commons.people.selectors import in_plan_order
from qingshan.contexts.campaigns.public import InForce, campaign_in_force
from qingshan.contexts.leads.public import (
    receive_batch,
    start_acceptance,
    supplement_name,
    verification_progress,
)
from qingshan.domain.acts import ActRefused
from qingshan.domain.lead import REGISTER_ROLES
from qingshan.domain.roles import BATCH_READERS
from qingshan.interfaces.web.access import page
from qingshan.interfaces.web.acting import acting_of, perform, read_uuid
from qingshan.interfaces.web.middleware import OfficeRequest
from qingshan.interfaces.web.uploading import perform_upload
from qingshan.interfaces.web.views.batch_columns import columns_context, refused_context
from qingshan.interfaces.web.views.batch_jobs import is_running, job_context, job_of, progress_response
from qingshan.interfaces.web.views.batch_reading import reading_context, system_options
from qingshan.interfaces.web.views.batch_rows import lead_urls, report_lines, rows_context
from qingshan.interfaces.web.views.lead_filters import channel_options, channel_text
from qingshan.interfaces.web.views.lead_pictures import seen_pairs

READER_ROLES = tuple(sorted(BATCH_READERS))
NAMES = ("name", "channel", "crs")


def batch_or_404(batch_id: UUID) -> Batch:
    """The batch, when the viewer's scope holds it."""
    batch = batch_by_id(batch_id)
    if batch is None:
        raise Http404(_("没有这个批次，或它不在您的辖区内"))
    return batch


@page(*READER_ROLES)
@require_safe
def batch_list(request: OfficeRequest) -> HttpResponse:
    """Batches, newest first, with what became of their rows."""
    in_force = campaign_in_force()
    rows = [{"batch": batch, "channel": channel_text(batch.channel, in_force)} for batch in batches()]
    context = {"rows": rows, "may_upload": _may_upload(request), "now": request.now}
    return render(request, "web/batches/list.html", context)


def _may_upload(request: OfficeRequest) -> bool:
    return not request.viewer.roles.isdisjoint(REGISTER_ROLES)


@page(*REGISTER_ROLES)
@require_http_methods(["GET", "POST"])
def batch_upload(request: OfficeRequest) -> HttpResponse:
    """Hand in a file; it is stored first, then read by the worker for the preview."""
    texts = {name: request.POST.get(name, "").strip() for name in NAMES}
    parent = _parent(request)
    if parent is not None:
        texts |= {"name": supplement_name(parent), "channel": parent.channel, "crs": texts["crs"] or parent.crs}
    dispatch = request.method != "POST" or "dispatch" in request.POST
    in_force = campaign_in_force()

    def context() -> dict[str, object]:
        return {"fields": _fields(texts, in_force, dispatch=dispatch), "parent": parent, "now": request.now}

    if request.method != "POST":
        return render(request, "web/batches/upload.html", context())

    return perform_upload(
        request,
        lambda: _register(request, texts, parent, dispatch=dispatch),
        page="web:batch_detail",
        done=_said,
        template="web/batches/upload.html",
        context=context,
    )


def _parent(request: OfficeRequest) -> Batch | None:
    """The batch that is supplemented, when one is named."""
    named = read_uuid(request.POST.get("supplement", "") or request.GET.get("supplement", ""))
    return batch_or_404(named) if named is not None else None


def _said(batch: Batch) -> str:
    """What to tell after an upload: the same file under the same name changes nothing."""
    if batch.state == "done":
        return _("这份文件已按同一渠道、同一批次名导入过，没有产生任何变化")
    return _("文件已收到并存下，正在读取；读完可以先看预览，再决定是否导入")


def _register(request: OfficeRequest, texts: dict[str, str], parent: Batch | None, *, dispatch: bool) -> Batch:
    posted = request.FILES.get("file")
    if posted is None:
        raise ActRefused("file", _("没有选择文件"))
    received = receive_batch(
        chunks=posted.chunks(),
        file_name=posted.name or "",
        name=texts["name"],
        channel=texts["channel"],
        crs=texts["crs"],
        dispatch=dispatch,
        acting=acting_of(request),
        supplements=parent,
    )
    return received.batch


def _fields(texts: dict[str, str], in_force: InForce, *, dispatch: bool) -> dict[str, dict[str, object]]:
    made: dict[str, dict[str, object]] = {
        "name": {
            "label": _("批次名称"),
            "kind": "text",
            "help": _("例如“省厅第三批”；同一文件用同一名称再传，不会重复导入"),
        },
        "channel": {
            "label": _("线索渠道"),
            "kind": "select",
            "options": [("", _("请选择")), *channel_options(in_force)],
        },
        "crs": {
            "label": _("坐标系"),
            "kind": "select",
            "required": False,
            "options": system_options(texts["crs"]),
            "help": _("一般不用选；预览里位置不对时再指定"),
        },
    }
    fields = {name: {"name": name, "value": texts[name], **field} for name, field in made.items()}
    fields["file"] = {
        "name": "file",
        "label": _("文件"),
        "kind": "file",
        "accept": ".geojson,.json,.gz,.gpkg,.zip,.kml,.kmz,.ovkml,.ovkmz,.xlsx,.xls,.et,.csv,.txt,.jpg,.jpeg,.png",
        "help": _(
            "打包的 Shapefile 或 File Geodatabase（.zip）、GeoPackage、GeoJSON、KML/KMZ、奥维 OVKML、"
            "[地块坐标] 文本、Excel 或 CSV 表格、手机照片（JPG，可打包）；列自动识别，可在预览里改，不认识的列原样保留"
        ),
    }
    fields["dispatch"] = {
        "name": "dispatch",
        "label": _("导入后直接按位置分派到乡镇"),
        "kind": "checkbox",
        "value": dispatch,
        "required": False,
    }
    return fields


@page(*READER_ROLES)
@require_safe
def batch_detail(request: OfficeRequest, batch_id: UUID) -> HttpResponse:
    """One batch by its state: being read, preview, being taken in, result, or why it could not be read."""
    batch, in_force = batch_or_404(batch_id), campaign_in_force()
    job = job_of(batch)
    context: dict[str, object] = {
        "batch": batch,
        "channel": channel_text(batch.channel, in_force),
        "original": visible_file(batch.file_id),
        "may_accept": _may_upload(request),
        "now": request.now,
        **job_context(batch, job, request.now),
    }
    if batch.state in ("inspected", "failed"):
        context |= reading_context(batch, may_choose=_may_upload(request))
    if batch.state == "inspected":
        context |= _preview_context(request, batch)
        context |= {"seen_pairs": seen_pairs(batch)}
    if batch.state == "done":
        units = verification_progress(request.viewer, batch.id)
        context |= {
            "units": units,
            "received": sum(unit.received for unit in units),
            "verified": sum(unit.verified for unit in units),
            **rows_context(request.viewer, batch, request.GET),
            **refused_context(batch),
        }
    return render(request, f"web/batches/{_template(batch, running=bool(context['running']))}.html", context)


def _preview_context(request: OfficeRequest, batch: Batch) -> dict[str, object]:
    """What only the preview shows: columns, refused rows with their leads, townships in the order of the plan."""
    places: dict[str, int] = batch.preview.get("townships", {})
    reasons = (str(row.get("reason")) for row in batch.preview.get("refused", ()))
    return {
        "hidden_refused": _hidden_refused(batch),
        "townships": [(name, places[name]) for name in in_plan_order(places)],
        "lead_urls": lead_urls(request.viewer, reasons),
        **columns_context(batch),
        **refused_context(batch),
    }


def _hidden_refused(batch: Batch) -> int:
    """Rows that will not be taken in and stand beyond the end of the preview."""
    outcomes: dict[str, int] = batch.preview.get("outcomes", {})
    shown: list[object] = batch.preview.get("refused", [])
    return outcomes.get("duplicate", 0) + outcomes.get("rejected", 0) - len(shown)


def _template(batch: Batch, *, running: bool) -> str:
    if batch.state in ("done", "failed") and not running:
        return "result" if batch.state == "done" else "failed"
    return "working" if running or batch.state == "received" else "preview"


@page(*READER_ROLES)
@require_safe
def batch_progress(request: OfficeRequest, batch_id: UUID) -> HttpResponse:
    """The progress bar, asked for every second: 304 while nothing moved, a reload of the page at the end."""
    batch = batch_or_404(batch_id)
    return progress_response(request, batch, job_of(batch))


@page(*REGISTER_ROLES)
@require_POST
def batch_accept(request: OfficeRequest, batch_id: UUID) -> HttpResponse:
    """Let the worker take the batch in; asked twice, it is done once."""
    batch = batch_or_404(batch_id)
    to = reverse("web:batch_detail", args=[batch.id])
    if is_running(batch):
        return HttpResponseRedirect(to)
    acting = acting_of(request)
    return perform(
        request,
        lambda: start_acceptance(batch_id=batch.id, acting=acting),
        done=_("开始导入“%(name)s”") % {"name": batch.name},
        to=to,
        template="web/batches/refused.html",
        context=lambda: {"batch": batch_or_404(batch_id), "now": request.now},
    )


@page(*READER_ROLES)
@require_safe
def batch_rows(request: OfficeRequest, batch_id: UUID) -> HttpResponse:
    """Every row of the received file with what became of it and why, by pages."""
    batch = batch_or_404(batch_id)
    if batch.state != "done":
        return redirect("web:batch_detail", batch.id)
    return render(
        request,
        "web/batches/rows.html",
        {"batch": batch, "now": request.now, **rows_context(request.viewer, batch, request.GET)},
    )


@page(*READER_ROLES)
@require_safe
def batch_report(request: OfficeRequest, batch_id: UUID) -> HttpResponse:
    """The report to the row as CSV: outcome, reason, what was mended, every column as received."""
    batch = batch_or_404(batch_id)
    if batch.state != "done":
        raise Http404(_("批次尚未导入，没有逐行结果"))
    response = HttpResponse(report_lines(request.viewer, batch), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = _attachment(batch.name, request.now)
    return response


def _attachment(name: str, now: datetime) -> str:
    return content_disposition_header(True, f"{name}-逐行结果-{localtime(now):%Y%m%d}.csv") or "attachment"
