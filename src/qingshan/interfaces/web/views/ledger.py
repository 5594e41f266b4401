"""The ledger (总台账): every verified lead by class as of a moment, with filters, and the same as an Excel file."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from procrastinate.exceptions import AlreadyEnqueued

from qingshan.commons.people.selectors import in_plan_order
from qingshan.contexts.campaigns.public import InForce, campaign_in_force
from qingshan.contexts.ledgers.public import (
    AT_ONCE,
    COLUMNS,
    DECIDE_ROLES,
    FORM,
    OWN,
    PROPOSE_ROLES,
    Ledger,
    LedgerRow,
    NotYet,
    is_large,
    ledger_as_of,
    ledger_now,
    queue_ledger,
    read_texts,
    rows_holding,
    template_at,
    with_entries,
    write_in_form,
)
from qingshan.domain.case import CaseState
from qingshan.domain.lead import TOWNSHIP
from qingshan.interfaces.web import labels
from qingshan.interfaces.web.access import MATTER_ROLES, page
from qingshan.interfaces.web.acting import acting_of, read_moment
from qingshan.interfaces.web.casework.listing import read_uuid
from qingshan.interfaces.web.middleware import OfficeRequest

PAGE = 50
PATIENCE = 4.0
"""Seconds a page waits for acts under way, an import perhaps, before it asks to try again."""
LABEL_LENGTH = 7
SHORT_TEXT = 14
"""Texts up to this length are not broken over lines."""
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FIELDS = ("as_of", "verdict", "category", "unit", "state", "q", "columns")
SHORT = (
    "case_number", "lead_number", "verdict", "subcode", "township", "village", "area", "due_on", "close_out_number",
    "state",
)  # fmt: skip
"""Columns shown at first; all of them are one click away and in the file."""


def ledger_values(request: OfficeRequest) -> dict[str, str]:
    """Moment and filters of the address."""
    values = {name: request.GET.get(name, "").strip()[:120] for name in FIELDS}
    return {name: value for name, value in values.items() if value}


def _address(values: Mapping[str, str], **changed: str) -> str:
    query = QueryDict(mutable=True)
    for name in (*FIELDS, "after"):
        value = changed.get(name, values.get(name, ""))
        if value:
            query[name] = value
    return f"?{query.urlencode()}" if query else "?"


@page(*MATTER_ROLES)
@require_safe
def ledger(request: OfficeRequest) -> HttpResponse:
    """The ledger as of a moment (now, when none is given), filtered; the address holds the whole view."""
    values, in_force = ledger_values(request), campaign_in_force()
    asked = read_moment(values.get("as_of", ""))
    problem = (
        _("“%(text)s”不是时刻，请写成 2024-08-14T17:00") % {"text": values["as_of"]}
        if values.get("as_of") and not asked
        else ""
    )
    if asked and asked > request.now:
        problem = _("该时刻还没有到，不能生成截至该时刻的台账")
    past = asked if asked and asked <= request.now else None
    made = _made(request, past)
    narrowed = not {"verdict", "category", "unit", "state"}.isdisjoint(values)
    matching = [row for row in made.rows if matches(row, values)] if narrowed else made.rows
    if values.get("q"):
        matching = rows_holding(matching if past else with_entries(matching), values["q"])
    shown, more = _one_page(matching, request.GET.get("after", ""))
    if past is None:
        shown = with_entries(shown)
    wanted = [n for n, c in enumerate(COLUMNS) if values.get("columns") == "all" or c.key in SHORT]
    context = {
        "ledger": made,
        "problem": problem,
        "headers": [COLUMNS[n].header for n in wanted],
        "rows": [{"row": row, "cells": [_cell(texts[n], n) for n in wanted]} for row, texts in read_texts(made, shown)],
        "total": len(matching),
        "all_columns": values.get("columns") == "all",
        "columns_url": _address(values, columns="" if values.get("columns") == "all" else "all"),
        "tabs": _tabs(made, values),
        "fields": _fields(made, in_force, values),
        "keep": [{"name": n, "value": values[n]} for n in ("verdict", "columns") if n in values],
        "clear_url": _address({n: v for n, v in values.items() if n in ("as_of", "columns")}),
        "may_take_over": request.viewer.has("bureau_officer", "bureau_leader"),
        "filtered": bool(set(values) - {"as_of", "columns"}),
        "first_url": _address(values) if request.GET.get("after") else "",
        "next_url": _address(values, after=str(shown[-1].lead_id)) if more else "",
        "download_query": f"{_moment_query(made.moment)}" if asked and not problem else "",
        "large": len(made.rows) > AT_ONCE,
        "as_of": made.moment.isoformat() if asked and not problem else "",
        "print_query": _address({n: v for n, v in values.items() if n != "columns"}),
        "form": template_at(made.moment, in_force.zone),
        "may_return": request.viewer.has(*TOWNSHIP),
        "may_template": request.viewer.has(*PROPOSE_ROLES, *DECIDE_ROLES),
        "summary": _summary(made),
        "now": request.now,
    }
    return render(request, "web/ledger/ledger.html", context)


def _made(request: OfficeRequest, past: datetime | None) -> Ledger:
    """The ledger as of a moment, or as it stands."""
    if past is None:
        return ledger_now(request.viewer, request.now)
    return ledger_as_of(request.viewer, past, now=request.now, patience=PATIENCE)


def _cell(text: str, number: int) -> dict[str, object]:
    return {
        "key": COLUMNS[number].key,
        "label": _label(COLUMNS[number].header),
        "text": text,
        "short": len(text) <= SHORT_TEXT,
    }


def _label(header: str) -> str:
    """A header for the narrow list: one line."""
    bare = header.split("（", 1)[0]
    return bare if len(bare) <= LABEL_LENGTH else f"{bare[: LABEL_LENGTH - 1]}…"


def matches(row: LedgerRow, values: Mapping[str, str]) -> bool:
    """Whether a row passes the filters that need none of its texts."""
    exact = {"verdict": row.verdict, "category": row.category, "unit": row.township, "state": row.state}
    return not any(values.get(name) and values[name] != value for name, value in exact.items())


def _one_page(rows: Sequence[LedgerRow], after: str) -> tuple[list[LedgerRow], bool]:
    """Rows after the one with key ``after``; the order is the ledger's own."""
    key = read_uuid(after)
    start = next((n + 1 for n, row in enumerate(rows) if row.lead_id == key), 0) if key else 0
    return list(rows[start : start + PAGE]), len(rows) > start + PAGE


def _tabs(made: Ledger, values: Mapping[str, str]) -> list[dict[str, object]]:
    """Tabs by class; their counts are those of the whole ledger and add up to its rows."""
    tabs: list[dict[str, object]] = [
        {
            "label": _("全部"),
            "url": _address(values, verdict=""),
            "count": len(made.rows),
            "active": "verdict" not in values,
        }
    ]
    return tabs + [
        {
            "label": labels.word("verdict", slug),
            "url": _address(values, verdict=slug),
            "count": count,
            "active": values.get("verdict") == slug,
        }
        for slug, count in made.classes.items()
    ]


def _fields(made: Ledger, in_force: InForce, values: Mapping[str, str]) -> list[dict[str, object]]:
    townships = in_plan_order(row.township for row in made.rows)
    categories = [(c.slug, c.label) for c in in_force.plan.categories]
    states = [(s.value, str(labels.word("case", s))) for s in CaseState]
    fields: list[dict[str, object]] = [
        {"name": "as_of", "label": _("截至时刻"), "kind": "datetime-local", "value": values.get("as_of", "")},
        {"name": "category", "label": _("类别"), "value": values.get("category", ""), "options": _options(categories)},
        {"name": "state", "label": _("状态"), "value": values.get("state", ""), "options": _options(states)},
    ]
    if len(townships) > 1:
        options = _options([(name, name) for name in townships])
        fields.append({"name": "unit", "label": _("责任单位"), "value": values.get("unit", ""), "options": options})
    fields.append({"name": "q", "label": _("查找"), "value": values.get("q", ""), "placeholder": _("编号、村名、文号")})
    return fields


def _options(choices: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    return [("", _("不限")), *choices]


def _summary(made: Ledger) -> list[dict[str, object]]:
    keys = ("substantiated", "unfounded", "inconclusive", "cases", "closed")
    return [{"name": name, "counts": [counts.get(key, 0) for key in keys]} for name, counts in made.summary()]


def _moment_query(moment: datetime) -> str:
    return f"as_of={quote(moment.isoformat())}"


@page(*MATTER_ROLES)
@require_safe
def ledger_download(request: OfficeRequest) -> HttpResponse:
    """The whole ledger in the viewer's scope as an Excel file as of a moment; the same content whenever re-made.

    ``form=form``: in the bureau's form in force at that moment. A large one is made by the worker instead.
    """
    moment = _moment(request, request.GET.get("as_of", ""))
    if moment is None:
        return _said(_("截至时刻写得不对，请写成 2024-08-14T17:00"))
    if moment <= request.now and is_large(moment):
        messages.info(request, _("台账超过 %(n)s 行，请点“后台生成”，完成后在“我的任务”下载") % {"n": AT_ONCE})
        return HttpResponseRedirect(f"{reverse('web:ledger')}?{_moment_query(moment)}")
    zone = campaign_in_force().zone
    try:
        made = ledger_as_of(request.viewer, moment, now=request.now, patience=PATIENCE)
    except NotYet as refusal:
        return _said(str(refusal))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.xlsx"
        form = FORM if request.GET.get("form") == FORM else OWN
        rows = write_in_form(made, path, zone=zone, unit=request.viewer.unit_name, form=form)
        data = path.read_bytes()
    name = f"台账清单-截至{moment.astimezone(zone):%Y%m%d-%H%M}-{rows}行.xlsx"
    response = excel_response(data, name)
    response["X-Ledger-Rows"] = str(rows)
    return response


def excel_response(data: bytes, name: str) -> HttpResponse:
    """A workbook to be saved under a Chinese name."""
    response = HttpResponse(data, content_type=MEDIA_TYPE)
    response["Content-Disposition"] = f"attachment; filename=ledger.xlsx; filename*=UTF-8''{quote(name)}"
    return response


def _moment(request: OfficeRequest, text: str) -> datetime | None:
    return read_moment(text) if text else request.now.replace(microsecond=0)


def _said(text: str) -> HttpResponse:
    return HttpResponse(text, status=422, content_type="text/plain; charset=utf-8")


@page(*MATTER_ROLES)
@require_POST
def ledger_make(request: OfficeRequest) -> HttpResponse:
    """Let the worker write the ledger as of a moment; the file waits on the job's page."""
    moment = _moment(request, request.POST.get("as_of", ""))
    if moment is None:
        return _said(_("截至时刻写得不对，请写成 2024-08-14T17:00"))
    form = FORM if request.POST.get("form") == FORM else OWN
    try:
        with transaction.atomic():
            job = queue_ledger(moment=moment, form=form, acting=acting_of(request))
    except NotYet as refusal:
        return _said(str(refusal))
    except AlreadyEnqueued:
        messages.info(request, _("同一份台账已在排队，请到“我的任务”看进度"))
        return HttpResponseRedirect(reverse("web:job_list"))
    return HttpResponseRedirect(reverse("web:job_detail", args=[job.id]))
