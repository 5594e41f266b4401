"""Acts on an old ledger (接管旧台账): upload, mapping of columns and words, submission, approval, sending back."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from qingshan.contexts.campaigns.public import campaign_in_force
from qingshan.contexts.ledgers.public import (
    APPROVE_ROLES,
    CHOICES,
    PREPARE_ROLES,
    OldMapping,
    TakeOver,
    approve_take_over,
    choice_words,
    codes_of,
    guess_word,
    mapping_from,
    named_mappings,
    old_words,
    register_take_over,
    save_mapping,
    send_back_take_over,
    submit_take_over,
    sums_of,
    word_key,
)
from qingshan.interfaces.web.access import page
from qingshan.interfaces.web.acting import acting_of, perform, read_uuid
from qingshan.interfaces.web.middleware import OfficeRequest
from qingshan.interfaces.web.uploading import perform_upload, posted_file
from qingshan.interfaces.web.views.takeovers import detail_context, take_over_or_404, words_of_states

MAX_UPLOAD = 30 * 1024 * 1024
PREPARE = tuple(sorted(PREPARE_ROLES))
ENOUGH = 3
"""A sheet with fewer known headings is not chosen by itself."""


@page(*PREPARE)
@require_http_methods(["GET", "POST"])
def take_over_upload(request: OfficeRequest) -> HttpResponse:
    """Hand in an old ledger; it is stored first, then read by the worker."""
    field = {
        "name": "file",
        "label": _("旧台账文件"),
        "kind": "file",
        "accept": ".xlsx,.xls,.csv",
        "help": _("Excel 工作簿（.xlsx、.xls）或 CSV，不超过 30 MB；原样上传，不用先删标题和合计行"),
    }
    template = "web/takeover/upload.html"
    if request.method != "POST":
        return render(request, template, {"field": field, "now": request.now})
    fresh: list[bool] = []

    def register() -> TakeOver:
        file = posted_file(request, limit=MAX_UPLOAD)
        row, is_new = register_take_over(file=file, acting=acting_of(request))
        fresh.append(is_new)
        return row

    return perform_upload(
        request,
        register,
        page="web:take_over_detail",
        done=lambda _row: _("文件已收到并存下，正在读取") if fresh[0] else _("这份文件以前传过，这是它的办理情况"),
        template=template,
        context=lambda: {"field": field, "now": request.now},
    )


@page(*PREPARE)
@require_http_methods(["GET", "POST"])
def take_over_mapping(request: OfficeRequest, take_over_id: UUID) -> HttpResponse:
    """What each column and each word means; saving queues the check."""
    row = take_over_or_404(take_over_id)
    if not row.content:
        return redirect("web:take_over_detail", row.id)
    template = "web/takeover/mapping.html"
    if request.method != "POST":
        return render(request, template, _mapping_context(request, row, _start(request, row)))
    mapping = _typed(request, row)
    if request.POST.get("action") == "words":
        return render(request, template, _mapping_context(request, row, mapping))
    return perform(
        request,
        lambda: save_mapping(
            take_over_id=row.id,
            mapping=mapping,
            name=request.POST.get("save_as", ""),
            replace=bool(request.POST.get("save_over")),
            seen=_seen(request),
            acting=acting_of(request),
        ),
        done=_("列对应已保存，正在逐行核对"),
        to=reverse("web:take_over_detail", args=[row.id]),
        template=template,
        context=lambda: _mapping_context(request, take_over_or_404(take_over_id), mapping),
    )


def _seen(request: OfficeRequest) -> int:
    typed = request.POST.get("seen", "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 9 else -1


def _sheets(row: TakeOver) -> list[dict[str, Any]]:
    sheets: list[dict[str, Any]] = row.content.get("sheets", [])
    return sheets


def _columns(row: TakeOver) -> dict[str, dict[str, Any]]:
    """Columns of all sheets by heading, in order; the first sheet that has one speaks for it."""
    found: dict[str, dict[str, Any]] = {}
    for sheet in _sheets(row):
        for column in sheet["columns"]:
            known = found.setdefault(column["name"], {**column, "words": list(column["words"])})
            known["words"] += [w for w in column["words"] if w not in known["words"]]
    return found


def _start(request: OfficeRequest, row: TakeOver) -> OldMapping:
    """The mapping as saved, else a named one that was asked for, else what is guessed."""
    asked = read_uuid(request.GET.get("use", ""))
    named = next((m for m in named_mappings() if m.id == asked), None)
    if named is not None:
        known = mapping_from(named.mapping)
        present = {s["name"] for s in _sheets(row)}
        sheets = tuple(s for s in known.sheets if s in present) or _guessed_sheets(row)
        return mapping_from({**known.to_json(), "sheets": list(sheets)})
    if row.mapping:
        return mapping_from(row.mapping)
    return OldMapping(
        sheets=_guessed_sheets(row),
        columns={name: column["guess"] for name, column in _columns(row).items() if column["guess"]},
        year=int(row.content["year"]),
        area_unit="mu",
        channel="",
    )


def _guessed_sheets(row: TakeOver) -> tuple[str, ...]:
    return tuple(
        s["name"]
        for s in _sheets(row)
        if not s["hidden"] and s["rows"] and sum(bool(c["guess"]) for c in s["columns"]) >= ENOUGH
    )


def _typed(request: OfficeRequest, row: TakeOver) -> OldMapping:
    """The mapping as the form says it; anything unknown counts as not said."""
    slugs, plan = {f.slug for f in old_words().fields}, campaign_in_force().plan
    columns = {
        name: slug for n, name in enumerate(_columns(row)) if (slug := request.POST.get(f"col-{n}", "")) in slugs
    }
    words: dict[str, dict[str, str]] = {}
    for field in CHOICES:
        texts, codes = request.POST.getlist(f"word-{field}"), request.POST.getlist(f"code-{field}")
        known = codes_of(field, plan)
        for text, code in zip(texts, codes, strict=False):
            if code in known and code != guess_word(field, text, plan):
                words.setdefault(field, {})[word_key(text)[:120]] = code
    year = request.POST.get("year", "")
    return OldMapping(
        sheets=tuple(s["name"] for n, s in enumerate(_sheets(row)) if f"sheet-{n}" in request.POST),
        columns=columns,
        words=words,
        year=int(year) if year.isascii() and year.isdigit() and len(year) == 4 else 0,
        area_unit="m2" if request.POST.get("area_unit") == "m2" else "mu",
        channel=request.POST.get("channel", "")[:40],
    )


def _mapping_context(request: OfficeRequest, row: TakeOver, mapping: OldMapping) -> dict[str, object]:
    plan, columns = campaign_in_force().plan, _columns(row)
    fields = [("", _("不取")), *((f.slug, f.label) for f in old_words().fields)]
    return {
        "row": row,
        "state": words_of_states()[row.state],
        "sheets": [{**s, "field": f"sheet-{n}", "on": s["name"] in mapping.sheets} for n, s in enumerate(_sheets(row))],
        "columns": [
            {
                "title": name,
                "examples": column["examples"],
                "field": f"col-{n}",
                "value": mapping.columns.get(name, ""),
                "guessed": bool(column["guess"]) and mapping.columns.get(name) == column["guess"],
            }
            for n, (name, column) in enumerate(columns.items())
        ],
        "fields": fields,
        "words": _words(mapping, columns),
        "named": named_mappings(),
        "save_as": request.POST.get("save_as", ""),
        "save_over": bool(request.POST.get("save_over")),
        "year": mapping.year,
        "area_unit": mapping.area_unit,
        "channel": mapping.channel,
        "channel_needed": "channel" not in mapping.columns.values(),
        "channels": [("", _("请选择")), *((c.slug, c.label) for c in plan.channels)],
        "open": row.state in ("read", "checked"),
        "now": request.now,
    }


def _words(mapping: OldMapping, columns: Mapping[str, Mapping[str, Any]]) -> list[dict[str, object]]:
    """Words of the chosen columns with our codes; those that mean nothing yet come first."""
    plan, labels = campaign_in_force().plan, {f.slug: f.label for f in old_words().fields}
    distinct = {name: column["words"] for name, column in columns.items()}
    groups: list[dict[str, object]] = []
    for field, texts in choice_words(distinct, mapping.columns).items():
        lines = [{"text": text, "code": mapping.code(field, text, plan)} for text in texts]
        lines.sort(key=lambda line: bool(line["code"]))
        groups.append(
            {
                "field": field,
                "label": labels[field],
                "lines": lines,
                "codes": [("", _("不明确")), *codes_of(field, plan).items()],
                "open": sum(not line["code"] for line in lines),
            }
        )
    return groups


@page(*PREPARE)
@require_POST
def take_over_submit(request: OfficeRequest, take_over_id: UUID) -> HttpResponse:
    """Hand the reconciled take-over to the leader."""
    row = take_over_or_404(take_over_id)
    typed = {
        kind: {line.name: request.POST.get(f"{kind}-{n}", "").strip() for n, line in enumerate(group)}
        for kind, group in sums_of(row).items()
    }
    totals = {kind: {name: int(t) for name, t in names.items() if _is_count(t)} for kind, names in typed.items()}
    explanation = request.POST.get("explanation", "")[:2000]
    return perform(
        request,
        lambda: submit_take_over(
            take_over_id=row.id,
            totals=totals,
            explanation=explanation,
            seen=_seen(request),
            acting=acting_of(request),
        ),
        done=_("已提交，等分管领导批准"),
        to=reverse("web:take_over_detail", args=[row.id]),
        template="web/takeover/detail.html",
        context=lambda: detail_context(request, take_over_or_404(row.id), typed=typed, explanation=explanation),
    )


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 8


@page(*sorted(APPROVE_ROLES))
@require_POST
def take_over_approve(request: OfficeRequest, take_over_id: UUID) -> HttpResponse:
    """The leader approves: everything is taken over in one go."""
    row = take_over_or_404(take_over_id)
    return perform(
        request,
        lambda: approve_take_over(
            take_over_id=row.id,
            opinion=request.POST.get("opinion", "")[:2000],
            seen=_seen(request),
            acting=acting_of(request),
        ),
        done=_("已批准，正在接管"),
        to=reverse("web:take_over_detail", args=[row.id]),
        template="web/takeover/detail.html",
        context=lambda: detail_context(request, take_over_or_404(row.id)),
    )


@page(*sorted(APPROVE_ROLES))
@require_POST
def take_over_send_back(request: OfficeRequest, take_over_id: UUID) -> HttpResponse:
    """The leader sends it back with a reason."""
    row = take_over_or_404(take_over_id)
    return perform(
        request,
        lambda: send_back_take_over(
            take_over_id=row.id,
            reason=request.POST.get("opinion", "")[:2000],
            seen=_seen(request),
            acting=acting_of(request),
        ),
        done=_("已退回"),
        to=reverse("web:take_over_detail", args=[row.id]),
        template="web/takeover/detail.html",
        context=lambda: detail_context(request, take_over_or_404(row.id)),
    )
