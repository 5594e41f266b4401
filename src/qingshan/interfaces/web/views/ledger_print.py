"""The printed ledger (台账打印件): A3 across, header on each page, page numbers, signature lines, the newest seal."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from qingshan.commons.journal.selectors import seals
from qingshan.contexts.campaigns.public import campaign_in_force
from qingshan.contexts.ledgers.public import (
    FIELDS,
    Ledger,
    NotYet,
    layout_at,
    ledger_as_of,
    read_sources,
    row_values,
    rows_holding,
)
from qingshan.interfaces.web.access import MATTER_ROLES, page
from qingshan.interfaces.web.acting import read_moment
from qingshan.interfaces.web.casework.ledger_table import own_layout, shown_table
from qingshan.interfaces.web.middleware import OfficeRequest
from qingshan.interfaces.web.views.ledger import PATIENCE, ledger_values, matches

PRINTED_ROWS = 2_000
"""Rows of one printed form: some sixty pages. More are printed from the Excel file."""
SEAL_DIGITS = 16


@page(*MATTER_ROLES)
@require_safe
def ledger_print(request: OfficeRequest) -> HttpResponse:
    """The ledger as it is filtered, ready to be printed and signed; in the bureau's form when one is in force."""
    values, in_force = ledger_values(request), campaign_in_force()
    moment = read_moment(values.get("as_of", "")) or request.now
    try:
        made = ledger_as_of(request.viewer, moment, now=request.now, patience=PATIENCE)
    except NotYet as refusal:
        return HttpResponse(str(refusal), status=422, content_type="text/plain; charset=utf-8")
    rows = [row for row in made.rows if matches(row, values)]
    if values.get("q"):
        rows = rows_holding(rows, values["q"])
    layout = layout_at(moment, in_force.zone) or own_layout({f.key: f.label for f in FIELDS}, f"{made.title}台账清单")
    sources = read_sources(made, rows[:PRINTED_ROWS])
    local = moment.astimezone(in_force.zone)
    tokens = {
        "{截至}": f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}",
        "{行数}": str(len(rows)),
        "{单位}": request.viewer.unit_name,
        "{标题}": made.title,
    }
    texts = (row_values(layout, source, n) for n, (_row, source) in enumerate(sources, start=1))
    context = {
        "table": shown_table(layout, texts, tokens),
        "ledger": made,
        "total": len(rows),
        "left_out": max(0, len(rows) - PRINTED_ROWS),
        "filters": _filters(values),
        "seal": _seal(made),
        "unit": request.viewer.unit_name,
        "county": in_force.plan.county_name,
        "back": request.GET.urlencode(),
        "now": request.now,
    }
    return render(request, "web/ledger/print.html", context)


def _filters(values: dict[str, str]) -> str:
    """What the printed rows were chosen by, said on the paper."""
    words = {"unit": _("责任单位"), "q": _("查找")}
    parts = [f"{word}：{values[name]}" for name, word in words.items() if values.get(name)]
    if {"verdict", "category", "state"} & set(values):
        parts.append(_("按结论、类别或状态筛选"))
    return "；".join(parts)


def _seal(made: Ledger) -> dict[str, object] | None:
    """The newest seal by the moment of the ledger: number, day, the beginning of its root."""
    found = next((seal for seal in seals() if seal.until <= made.moment), None)
    return None if found is None else {"number": found.number, "day": found.day, "root": found.root[:SEAL_DIGITS]}
