"""Columns of a received table (列对应), its refused rows as a workbook, and its supplements (三-1-2①b)."""

from uuid import UUID

from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from qingshan.commons.files.services import path_of
from qingshan.commons.inbox.models import Batch
from qingshan.commons.inbox.selectors import batch_by_id
from qingshan.contexts.leads.public import choices_mark, choose_columns, mended_rows, supplements_of
from qingshan.domain.lead import REGISTER_ROLES
from qingshan.geo.table_columns import EXTRA, LABELS, LAYOUTS, TableChoices, choices_from
from qingshan.interfaces.web.access import page
from qingshan.interfaces.web.acting import acting_of, perform
from qingshan.interfaces.web.middleware import OfficeRequest

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ORIGINS = ("plan", "remembered", "person")
FORM_KEYS = 600
"""Columns that a form carries at most."""


FIELD_WORDS: dict[str, Promise] = {
    "source_no": gettext_lazy("来源编号（图斑编号、信访编号、工单号）"),
    "lon": gettext_lazy("经度（或东坐标）"),
    "lat": gettext_lazy("纬度（或北坐标）"),
    "position": gettext_lazy("坐标（两个值在一格）"),
    "corners": gettext_lazy("全部界址点（在一格）"),
    "corner": gettext_lazy("界址点号（一行一点）"),
    "ring": gettext_lazy("圈号"),
    "township": gettext_lazy("乡镇"),
    "village": gettext_lazy("村"),
    "place": gettext_lazy("地点描述"),
    "description": gettext_lazy("线索内容"),
    "discovered": gettext_lazy("发现时间"),
    "patch_type": gettext_lazy("图斑类型"),
    "declared_area:m2": gettext_lazy("面积（平方米）"),
    "declared_area:mu": gettext_lazy("面积（亩）"),
    "declared_area:ha": gettext_lazy("面积（公顷）"),
    "declared_area:km2": gettext_lazy("面积（平方公里）"),
    "earlier_image": gettext_lazy("前时相"),
    "later_image": gettext_lazy("后时相"),
    "remark": gettext_lazy("备注"),
    "personal": gettext_lazy("涉及个人信息，只留在原件"),
    "ignored": gettext_lazy("不取"),
    "extra": gettext_lazy("原样保留"),
}
"""Names of the fields in the language of the page; in Chinese those of `LABELS`."""
LAYOUT_WORDS: dict[str, Promise] = {
    "points": gettext_lazy("一行一处"),
    "corners": gettext_lazy("一行一个界址点，同一编号连成一块"),
}


def _batch(batch_id: UUID) -> Batch:
    batch = batch_by_id(batch_id)
    if batch is None:
        raise Http404(_("没有这个批次，或它不在您的辖区内"))
    return batch


def columns_context(batch: Batch, *, typed: TableChoices | None = None) -> dict[str, object]:
    """The card on which sheets and columns are said; nothing for a batch that is no table."""
    table = batch.preview.get("table")
    if not table:
        return {}
    choices = typed or choices_from(batch.mapping) or TableChoices(columns={})
    return {
        "table": table,
        "sheet_lines": [
            {**sheet, "key": f"sheet-{n}", "on": sheet["name"] in choices.sheets}
            for n, sheet in enumerate(table["sheets"])
        ],
        "column_lines": [
            {
                **column,
                "key": f"col-{n}",
                "value": choices.columns.get(column["name"], EXTRA),
                "examples": "；".join(column["examples"]) or "—",
            }
            for n, column in enumerate(table["columns"])
        ],
        "field_choices": [(slug, FIELD_WORDS.get(slug, label)) for slug, label in LABELS.items()],
        "layout_choices": [(slug, LAYOUT_WORDS.get(slug, label)) for slug, label in LAYOUTS.items()],
        "layout": choices.layout,
        "origin_word": _origin(table["origin"], table["sender"]),
        "columns_open": bool(table["problems"]) or typed is not None,
        "sender": choices.sender,
        "choices_mark": choices_mark(batch),
    }


def _origin(origin: str, sender: str) -> str:
    if origin == "remembered":
        return _("按“%(sender)s”上次的对应读取") % {"sender": sender}
    return _("按您选的对应读取") if origin == "person" else _("按列名自动认出，请核对")


def refused_context(batch: Batch) -> dict[str, object]:
    """The workbook of refused rows, the supplements that came, and how many rows are still open."""
    supplements = supplements_of(batch.id)
    mended = len(mended_rows(batch.id)) if supplements else 0
    return {
        "refused_file": batch.preview.get("refused_file") or None,
        "supplements": supplements,
        "mended": mended,
        "still_refused": batch.rejected - mended,
        "parent": batch_by_id(batch.supplements_id) if batch.supplements_id else None,
    }


@page(*REGISTER_ROLES)
@require_POST
def batch_columns(request: OfficeRequest, batch_id: UUID) -> HttpResponse:
    """Say what sheets and columns mean; the table is read anew, with a sender's name the choices are remembered."""
    batch = _batch(batch_id)
    choices = _typed(request, batch)
    acting = acting_of(request)
    return perform(
        request,
        lambda: choose_columns(
            batch_id=batch.id,
            choices=choices,
            crs=batch.crs,
            seen=request.POST.get("seen", ""),
            acting=acting,
        ),
        done=_("列对应已保存，正在重新读取"),
        to=reverse("web:batch_detail", args=[batch.id]),
        template="web/batches/columns_refused.html",
        context=lambda: {
            "batch": _batch(batch_id),
            "now": request.now,
            "may_accept": True,
            **columns_context(_batch(batch_id), typed=choices),
        },
    )


def _typed(request: OfficeRequest, batch: Batch) -> TableChoices:
    table = batch.preview.get("table") or {"sheets": [], "columns": []}
    layout = request.POST.get("layout", "")
    columns = {
        column["name"]: slug
        for n, column in enumerate(table["columns"][:FORM_KEYS])
        if (slug := request.POST.get(f"col-{n}", EXTRA)) in LABELS
    }
    return TableChoices(
        sheets=tuple(sheet["name"] for n, sheet in enumerate(table["sheets"]) if f"sheet-{n}" in request.POST),
        columns=columns,
        layout=layout if layout in LAYOUTS else "points",
        origin="person",
        sender=request.POST.get("sender", "").strip()[:80],
    )


@page(*REGISTER_ROLES)
@require_safe
def batch_refused(_request: OfficeRequest, batch_id: UUID) -> HttpResponseBase:
    """The refused rows as a workbook, each with its reason beside it; without any, back to the batch."""
    batch = _batch(batch_id)
    refused = batch.preview.get("refused_file")
    if not refused or not path_of(refused["sha256"]).is_file():
        return redirect("web:batch_detail", batch.id)
    response = FileResponse(
        path_of(refused["sha256"]).open("rb"), as_attachment=True, filename=refused["name"], content_type=XLSX
    )
    response.headers["Cache-Control"] = "private, no-cache"
    return response
