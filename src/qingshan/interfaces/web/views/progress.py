"""Progress (进度总览): the four parallel lanes, the clearing count day by day, broken chains, and the trend."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from qingshan.contexts.campaigns.public import InForce, NoCampaign, campaign_in_force
from qingshan.contexts.cases.public import LANES, lane_counts, movements
from qingshan.contexts.leads.public import open_leads_by_unit
from qingshan.contexts.ledgers.public import Gap, broken_chains
from qingshan.domain.acts import MatterKind
from qingshan.domain.clearing import Movement, OpenDay, days_at_zero, open_by_day, trend
from qingshan.interfaces.web.access import MATTER_ROLES, page
from qingshan.interfaces.web.middleware import OfficeRequest

LONGEST = 200
"""Days of the chart at most, the last ones: one column each can still be told apart."""
WIDTH, HEIGHT = 1000, 160
GAPS_SHOWN = 60


@page(*MATTER_ROLES)
@require_safe
def progress(request: OfficeRequest) -> HttpResponse:
    """How far the campaign is in the viewer's area: every figure leads to its rows."""
    try:
        in_force = campaign_in_force()
    except NoCampaign:
        return render(request, "web/workbench/empty.html", {"reason": _("尚未载入专项行动方案")})
    today = request.now.astimezone(in_force.zone).date()
    moved = movements(request.viewer, in_force.zone)
    days = open_by_day(moved, _first_day(moved, in_force, today), today)
    gaps = broken_chains(request.viewer, in_force, today)
    return render(
        request,
        "web/progress/progress.html",
        {
            "lanes": _lanes(request, in_force),
            "rows": _clearing(moved, days, in_force),
            "chart": _chart(days, in_force),
            "days": list(reversed(days))[:LONGEST],
            "gaps": [_gap(gap) for gap in gaps[:GAPS_SHOWN]],
            "gap_total": sum(gap.count for gap in gaps),
            "gaps_hidden": max(0, len(gaps) - GAPS_SHOWN),
            "months": trend(moved, in_force.start, in_force.end),
            "categories": in_force.plan.categories,
        },
    )


def _first_day(moved: Sequence[Movement], in_force: InForce, today: date) -> date:
    """The campaign's first day, an earlier one when cases stand from before; never more than the chart holds."""
    earliest = min([in_force.start, today, *(m.day for m in moved)])
    return max(earliest, today - timedelta(days=LONGEST - 1))


def _lanes(request: OfficeRequest, in_force: InForce) -> list[dict[str, Any]]:
    """四道并行 (三-0-2): 摸排, 整治, 验收, 巩固; cases split by category."""
    leads = open_leads_by_unit(request.viewer)
    states = sorted({state for state, _unit, _n in leads})
    cases, lead_url = lane_counts(request.viewer), reverse("web:lead_list")
    lanes: list[dict[str, Any]] = [
        {
            "label": _("边摸排"),
            "note": _("线索：待分派、核查、审核、复核"),
            "total": sum(n for _state, _unit, n in leads),
            "url": f"{lead_url}?{urlencode({'state': ','.join(states)})}" if states else lead_url,
            "parts": [],
        }
    ]
    words = {
        "rectify": (_("边整治"), _("问题：查处、取缔、恢复")),
        "accept": (_("边验收"), _("问题：县级验收、报市、市核查")),
        "consolidate": (_("边巩固"), _("问题：已销号，防止反弹")),
    }
    for lane, lane_states in LANES.items():
        label, note = words[lane]
        query = {"state": ",".join(lane_states)}
        lanes.append(
            {
                "label": label,
                "note": note,
                "total": sum(n for (found, _category), n in cases.items() if found == lane),
                "url": _cases(query),
                "parts": [
                    {
                        "slug": category.slug,
                        "label": category.label,
                        "count": cases.get((lane, category.slug), 0),
                        "url": _cases({**query, "category": category.slug}),
                    }
                    for category in in_force.plan.categories
                ],
            }
        )
    return lanes


def _cases(query: dict[str, str]) -> str:
    return f"{reverse('web:case_list')}?{urlencode(query)}"


OPEN_STATES = ",".join((*LANES["rectify"], *LANES["accept"]))


def _clearing(moved: Sequence[Movement], days: Sequence[OpenDay], in_force: InForce) -> list[dict[str, Any]]:
    """Per category and altogether: entered, closed out, opened again, open now, days in a row at zero (一-6, 一-9)."""
    rows: list[dict[str, Any]] = []
    for slug, label in [*((c.slug, c.label) for c in in_force.plan.categories), ("", _("合计"))]:
        own = [m for m in moved if not slug or m.category == slug]
        standing = days[-1].by_category.get(slug, 0) if slug else days[-1].total
        query = {"category": slug} if slug else {}
        rows.append(
            {
                "slug": slug,
                "label": label,
                "entered": sum(m.entered for m in own),
                "closed": sum(m.closed for m in own),
                "reopened": sum(m.reopened for m in own),
                "open": standing,
                "zero": days_at_zero(days, slug),
                "url": _cases(query) if query else reverse("web:case_list"),
                "open_url": _cases({**query, "state": OPEN_STATES}),
                "reopened_url": _cases({**query, "reopened": "1"}),
            }
        )
    return rows


def _chart(days: Sequence[OpenDay], in_force: InForce) -> dict[str, Any]:
    """Columns of the open count, one a day, categories upon each other; coordinates of a box WIDTH x HEIGHT."""
    most = max([1, *(day.total for day in days)])
    step = WIDTH / len(days)
    columns: list[dict[str, Any]] = []
    for place, day in enumerate(days):
        top = float(HEIGHT)
        for category in in_force.plan.categories:
            height = day.by_category.get(category.slug, 0) * HEIGHT / most
            if height:
                top -= height
                columns.append(
                    {
                        "x": f"{place * step:.2f}",
                        "y": f"{top:.2f}",
                        "width": f"{max(step - 1, step * 0.7):.2f}",
                        "height": f"{height:.2f}",
                        "slug": category.slug,
                    }
                )
    return {
        "columns": columns,
        "most": most,
        "width": WIDTH,
        "height": HEIGHT,
        "first": days[0].day,
        "last": days[-1].day,
    }


def _gap(gap: Gap) -> dict[str, Any]:
    kind = "lead" if gap.kind is MatterKind.LEAD else "case"
    query = {"state": gap.state, "unit": str(gap.unit_id)}
    return {
        "kind": kind,
        "state": gap.state,
        "unit": gap.unit,
        "count": gap.count,
        "why": _("没有写明时限的下一步")
        if gap.why == "no_date"
        else _("“%(step)s”没有在岗的人办") % {"step": gap.step},
        "url": f"{reverse('web:lead_list' if kind == 'lead' else 'web:case_list')}?{urlencode(query)}",
        "remedy_url": "" if gap.why == "no_date" else reverse("web:unit_detail", args=[gap.unit_slug]),
    }
