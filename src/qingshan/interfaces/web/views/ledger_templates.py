"""Ledger templates (台账模板): upload the bureau's blank form, map its columns, try it, propose it, put it in force."""

from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qingshan.commons.jobs.services import latest_job
from qingshan.contexts.campaigns.public import campaign_in_force
from qingshan.contexts.ledgers.public import (
    DAY_FORMATS,
    DECIDE_ROLES,
    FIELDS,
    PROPOSE_ROLES,
    ColumnChoice,
    Layout,
    LedgerTemplate,
    decide_template,
    layout_of,
    map_template,
    propose_template,
    read_sources,
    register_template,
    row_values,
    sample_ledger,
    template_at,
    template_by_id,
    templates,
    words_of,
    write_layout,
)
from qingshan.domain.acts import ActRefused
from qingshan.interfaces.web.access import page
from qingshan.interfaces.web.acting import acting_of, perform, read_day, read_float
from qingshan.interfaces.web.casework.ledger_table import shown_table
from qingshan.interfaces.web.middleware import OfficeRequest
from qingshan.interfaces.web.uploading import perform_upload, posted_file
from qingshan.interfaces.web.views.ledger import excel_response

OFFICE = (*sorted(PROPOSE_ROLES), *sorted(DECIDE_ROLES))
FORM_LIMIT = 10 * 1024 * 1024
FIELD_BY_KEY = {f.key: f for f in FIELDS}


def template_or_404(template_id: UUID) -> LedgerTemplate:
    """One version."""
    row = template_by_id(template_id)
    if row is None:
        raise Http404(_("没有这一版台账模板"))
    return row


@page(*OFFICE)
@require_safe
def template_list(request: OfficeRequest) -> HttpResponse:
    """All versions, newest first, and which one is in force today."""
    current = template_at(request.now, campaign_in_force().zone)
    context = {"rows": templates(), "current": current, "now": request.now}
    return render(request, "web/ledger/templates.html", context)


@page(*OFFICE)
@require_http_methods(["GET", "POST"])
def template_new(request: OfficeRequest) -> HttpResponse:
    """Hand in a blank form; it is stored first, then read by the worker."""

    def context() -> dict[str, object]:
        return {"fields": _upload_fields(request), "now": request.now}

    if request.method != "POST":
        return render(request, "web/ledger/template_new.html", context())
    return perform_upload(
        request,
        lambda: _register(request),
        page="web:ledger_template",
        done=_("表样已存下，正在读取"),
        template="web/ledger/template_new.html",
        context=context,
    )


def _register(request: OfficeRequest) -> LedgerTemplate:
    row = posted_file(request, limit=FORM_LIMIT)
    if row.media_type != "application/zip":
        raise ActRefused("file", _("“%(name)s”不是 .xlsx 工作簿") % {"name": row.original_name})
    template, _job = register_template(
        file=row,
        name=request.POST.get("name", ""),
        purpose=request.POST.get("purpose", "ledger"),
        acting=acting_of(request),
    )
    return template


def _upload_fields(request: OfficeRequest) -> dict[str, dict[str, object]]:
    name = request.POST.get("name", "")
    return {
        "name": {
            "name": "name", "label": _("名称"), "kind": "text", "value": name,
            "help": _("例如“省厅 2024 年 8 月版”"),
        },
        "purpose": {
            "name": "purpose", "label": _("用途"), "kind": "select",
            "value": request.POST.get("purpose", request.GET.get("purpose", "ledger")),
            "options": [
                ("ledger", _("台账")), ("province", _("省系统交换文件")), ("petition", _("信访平台交换文件")),
            ],
        },
        "file": {
            "name": "file", "label": _("空白表样"), "kind": "file", "accept": ".xlsx",
            "help": _("只留标题、表头、表尾的 .xlsx；不要带数据。宏和外部引用不会保留。"),
        },
    }  # fmt: skip


@page(*OFFICE)
@require_safe
def template_detail(request: OfficeRequest, template_id: UUID) -> HttpResponse:
    """One version: being read, mapping and preview, or what became of it."""
    row = template_or_404(template_id)
    return render(request, "web/ledger/template.html", _context(request, row))


def _context(request: OfficeRequest, row: LedgerTemplate) -> dict[str, object]:
    context: dict[str, object] = {"template": row, "now": request.now, "job": latest_job(row.id, "ledger_template")}
    if not row.layout:
        return context
    layout = layout_of(row.layout)
    return context | {
        "layout": layout,
        "problems": layout.check(row.purpose) if row.state == "draft" else (),
        "columns": _columns(layout),
        "texts": _texts(layout),
        "table": _preview(request, layout),
        "groups": _groups(),
        "day_formats": list(DAY_FORMATS.items()),
        "editable": row.state == "draft",
        "seen": row.changed_at.isoformat(),
        "may_decide": request.viewer.has(*DECIDE_ROLES) and row.state == "proposed",
        "filled": layout.filled(),
    }


def _columns(layout: Layout) -> list[dict[str, object]]:
    rows = []
    for number, column in enumerate(layout.columns, start=1):
        field = FIELD_BY_KEY.get(column.field)
        words = [
            {"code": code, "own": word, "word": column.words.get(code, word)}
            for code, word in words_of(column.field).items()
        ]
        chosen = column.field if column.kind == "field" else f"-{column.kind}"
        rows.append({"number": number, "column": column, "field": field, "words": words, "chosen": chosen})
    return rows


def _texts(layout: Layout) -> list[dict[str, object]]:
    return [
        {"number": n, "text": block.text, "row": block.row}
        for n, block in enumerate(layout.top)
        if block.text and block.last_row < layout.header_first
    ]


def _groups() -> list[tuple[str, list[tuple[str, str]]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for field in FIELDS:
        found.setdefault(field.group, []).append((field.key, field.label))
    return list(found.items())


def _preview(request: OfficeRequest, layout: Layout) -> object:
    """The layout with a few present rows."""
    sample = sample_ledger(request.viewer, request.now)
    rows = (row_values(layout, source, n) for n, (_row, source) in enumerate(read_sources(sample, sample.rows), 1))
    tokens = {"{截至}": _("（截至时刻）"), "{行数}": str(len(sample.rows)), "{标题}": sample.title}
    return shown_table(layout, rows, tokens | {"{单位}": request.viewer.unit_name})


@page(*OFFICE)
@require_POST
def template_map(request: OfficeRequest, template_id: UUID) -> HttpResponse:
    """Keep the mapping as it stands on the page."""
    row = template_or_404(template_id)
    layout = layout_of(row.layout) if row.layout else None
    columns = [_choice(request.POST, n) for n in range(1, len(layout.columns) + 1)] if layout else []
    texts = (
        {n: request.POST[f"text-{n}"].strip() for n in range(len(layout.top)) if f"text-{n}" in request.POST}
        if (layout)
        else {}
    )
    return perform(
        request,
        lambda: map_template(
            template_id=row.id,
            columns=columns,
            texts=texts,
            seen=request.POST.get("seen", ""),
            acting=acting_of(request),
        ),
        done=_("对应关系已保存，下面是用现有数据试填的样子"),
        to=reverse("web:ledger_template", args=[row.id]),
        template="web/ledger/template.html",
        context=lambda: _context(request, template_or_404(template_id)),
    )


def _choice(post: QueryDict, number: int) -> ColumnChoice:
    what = post.get(f"what-{number}", "-empty")
    kind = what[1:] if what.startswith("-") else "field"
    field = what if kind == "field" else ""
    known = words_of(field)
    words = {code: post.get(f"word-{number}-{code}", "") for code in known if f"word-{number}-{code}" in post}
    decimals = read_float(post.get(f"decimals-{number}", "2"))
    return ColumnChoice(
        kind=kind,
        field=field,
        text=post.get(f"constant-{number}", ""),
        width=read_float(post.get(f"width-{number}", "")) or 0,
        hidden=f"hidden-{number}" in post,
        day_format=post.get(f"day-{number}", "iso"),
        decimals=int(decimals) if decimals is not None else 2,
        words=words,
    )


@page(*OFFICE)
@require_POST
def template_propose(request: OfficeRequest, template_id: UUID) -> HttpResponse:
    """Put the mapping before the bureau's leader."""
    row = template_or_404(template_id)
    return perform(
        request,
        lambda: propose_template(template_id=row.id, acting=acting_of(request)),
        done=_("已提交分管领导启用"),
        to=reverse("web:ledger_template", args=[row.id]),
        template="web/ledger/template.html",
        context=lambda: _context(request, template_or_404(template_id)),
    )


@page(*sorted(DECIDE_ROLES))
@require_POST
def template_decide(request: OfficeRequest, template_id: UUID) -> HttpResponse:
    """Put a version in force from a day, or send it back."""
    row = template_or_404(template_id)
    passed = request.POST.get("decision") == "pass"
    return perform(
        request,
        lambda: decide_template(
            template_id=row.id,
            passed=passed,
            valid_from=read_day(request.POST.get("valid_from", "")),
            opinion=request.POST.get("opinion", ""),
            acting=acting_of(request),
        ),
        done=_("已启用，从所定日期起的台账按这一版生成") if passed else _("已退回"),
        to=reverse("web:ledger_template", args=[row.id]),
        template="web/ledger/template.html",
        context=lambda: _context(request, template_or_404(template_id)),
    )


@page(*OFFICE)
@require_safe
def template_try(request: OfficeRequest, template_id: UUID) -> HttpResponse:
    """A workbook with a few rows under this version, to be opened in Excel or WPS before it is put in force."""
    row = template_or_404(template_id)
    if not row.layout:
        return HttpResponseRedirect(reverse("web:ledger_template", args=[row.id]))
    sample = sample_ledger(request.viewer, request.now)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "try.xlsx"
        zone = campaign_in_force().zone
        write_layout(sample, layout_of(row.layout), path, zone=zone, unit=request.viewer.unit_name)
        data = path.read_bytes()
    return excel_response(data, f"试填-台账模板第{row.version}版.xlsx")
