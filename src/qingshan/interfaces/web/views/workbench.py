"""The workbench (工作台): the first page of everybody. What I must do, grouped by how soon, one line each."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from qingshan.commons.people.viewer import Viewer
from qingshan.commons.places.selectors import county_bbox
from qingshan.contexts.campaigns.public import InForce, NoCampaign, campaign_in_force
from qingshan.contexts.cases.public import (
    Case,
    cases_on_turn,
    category_counts,
    duties_of_cases,
    overdue_cases,
    without_case,
)
from qingshan.contexts.leads.public import (
    Lead,
    LeadTotals,
    lead_duties,
    lead_totals,
    leads_on_turn,
    recheck_progress,
)
from qingshan.domain.duty import Duty, DutyState, sort_duties
from qingshan.interfaces.web.access import MATTER_ROLES, page
from qingshan.interfaces.web.middleware import OfficeRequest
from qingshan.interfaces.web.views.admin_bench import admin_bench, is_administrator
from qingshan.interfaces.web.views.assignment_duties import duty_lines, order_stats
from qingshan.interfaces.web.views.joint_duties import joint_lines
from qingshan.interfaces.web.views.source_duties import source_lines

READ = 100
"""Matters of each kind read for the page, the most urgent ones; the workbench is no list of everything."""

TILES = "/tiles/matters/{z}/{x}/{y}.mvt"
SHOWN = 40
"""Lines shown per group; the rest is counted and stands in the list."""

RECHECK_VIEW = "state=county_recheck,city_recheck,archived"
"""Leads of which the tile of re-checks counts."""

GROUPS: tuple[tuple[DutyState, bool], ...] = (
    (DutyState.OVERDUE, True),
    (DutyState.TODAY, False),
    (DutyState.THIS_WEEK, False),
    (DutyState.LATER, False),
    (DutyState.UNKNOWN, False),
)


@page()
def workbench(request: OfficeRequest) -> HttpResponse:
    """Duties of the viewer's post, and how his area stands."""
    try:
        in_force = campaign_in_force()
    except NoCampaign:
        return render(request, "web/workbench/empty.html", {"reason": _("尚未载入专项行动方案")})
    viewer = request.viewer
    if not viewer.has(*MATTER_ROLES):
        if is_administrator(request):
            return admin_bench(request)
        return render(request, "web/workbench/empty.html", {"reason": _("您的职务不办理线索和台账问题")})
    request.in_force = in_force
    own, unread = _own_duties(request, in_force)
    others = [
        *duty_lines(viewer, request.now),
        *source_lines(viewer, in_force, request.now),
        *joint_lines(viewer, request.now),
    ]
    mine = sorted([*own, *map(_Owed.of_order, others)], key=_by_due)
    totals = lead_totals(viewer, request.now)
    return render(
        request,
        "web/workbench/workbench.html",
        {
            "groups": _groups(mine),
            "total": len(mine),
            "unread": unread,
            "stats": [*_stats(request, totals), *order_stats(viewer, request.now)],
            "progress": totals.units[:20],
            "bbox": county_box(),
            "tiles": TILES,
        },
    )


@dataclass(slots=True, kw_only=True)
class _Owed:
    """Something owed: what it is sorted and grouped by; its line is written only if it is shown."""

    state: DutyState
    due: datetime | None
    line: Callable[[int], dict[str, Any]]
    more: int = 0

    @classmethod
    def of_order(cls, line: dict[str, Any]) -> "_Owed":
        """A line of an order, which is written already."""
        return cls(state=line["state"], due=line["due"], line=lambda _more: line)


def _by_due(owed: _Owed) -> tuple[bool, datetime]:
    """Duties without a due moment come last; the others by it."""
    return owed.due is None, owed.due or datetime.max.replace(tzinfo=UTC)


def _one_per_matter(duties: Iterable[Duty], by_id: Mapping[UUID, Lead | Case]) -> list[_Owed]:
    """The most urgent duty of each matter; the others are counted behind it."""
    first: dict[UUID, _Owed] = {}
    for duty in duties:
        kept = first.get(duty.matter_id)
        if kept is not None:
            kept.more += 1
            continue
        line = partial(_line, duty, by_id[duty.matter_id])
        first[duty.matter_id] = _Owed(state=duty.state, due=duty.due_at, line=line)
    return list(first.values())


def _own_duties(request: OfficeRequest, in_force: InForce) -> tuple[list[_Owed], int]:
    """The viewer's duties on the most urgent matters, and how many matters were not read."""
    viewer, now = request.viewer, request.now
    on_turn, open_cases = without_case(leads_on_turn(viewer)), cases_on_turn(viewer)
    leads, cases = list(on_turn[: READ + 1]), list(open_cases[: READ + 1])
    unread = (on_turn.count() - READ if len(leads) > READ else 0) + (
        open_cases.count() - READ if len(cases) > READ else 0
    )
    by_id: dict[UUID, Lead | Case] = {lead.id: lead for lead in leads[:READ]}
    duties = [d for lead in leads[:READ] for d in lead_duties(lead, in_force, now, explain=False)]
    for case, duty in duties_of_cases(cases[:READ], in_force, now):
        by_id[case.id] = case
        duties.append(duty)
    own = [duty for duty in duties if duty.roles & viewer.roles and _is_own(duty, by_id[duty.matter_id], viewer)]
    return _one_per_matter(sort_duties(own), by_id), unread


def _is_own(duty: Duty, matter: Lead | Case, viewer: Viewer) -> bool:
    return duty.side != "township" or matter.unit_id == viewer.unit_id


def _line(duty: Duty, matter: Lead | Case, more: int) -> dict[str, Any]:
    others = (" · " + _("另有 %(n)d 项在办") % {"n": more}) if more else ""
    name = "lead_detail" if isinstance(matter, Lead) else "case_detail"
    url = reverse(f"web:{name}", args=[matter.id])
    return {
        "state": duty.state,
        "title": f"{duty.what} · {matter.number}",
        "url": url,
        "action_url": _action_url(duty, matter, url),
        "action": _("去办理"),
        "primary": duty.state in (DutyState.OVERDUE, DutyState.TODAY),
        "place": _place(matter) + others,
        "category": "" if isinstance(matter, Lead) else matter.category,
        "due": duty.due_at,
        "clause": duty.clause,
        "clause_text": "",
    }


def _place(matter: Lead | Case) -> str:
    parts = [matter.title, f"{matter.township_name} {matter.village_name}".strip()]
    if isinstance(matter, Lead) and matter.batch_name:
        parts.append(matter.batch_name)
    return " · ".join(part for part in parts if part)


_FORMS: Mapping[str, str] = {
    "lead.dispatch": "lead_dispatch",
    "lead.verify": "lead_verify",
    "lead.review_approve": "lead_review",
    "lead.open_case": "case_open",
    "lead.transfer_receipt": "lead_transfer_receipt",
    "case.accept": "case_accept",
    "case.city_check": "case_city_check",
}


def _action_url(duty: Duty, matter: Lead | Case, page_url: str) -> str:
    """The very form of the duty; the matter's page where several may be meant."""
    if duty.action in ("lead.county_recheck", "lead.city_recheck"):
        return reverse("web:lead_recheck", args=[matter.id, duty.action.split(".")[1].split("_")[0]])
    if duty.action == "lead.verify" and isinstance(matter, Lead) and matter.state != "under_verification":
        return page_url
    if duty.action == "case.track_step" and len(duty.open_stations) == 1 and isinstance(matter, Case):
        return page_url
    name = _FORMS.get(duty.action)
    return reverse(f"web:{name}", args=[matter.id]) if name else page_url


def _groups(owed: Iterable[_Owed]) -> list[dict[str, Any]]:
    labels = {
        DutyState.OVERDUE: _("已逾期"),
        DutyState.TODAY: _("今天"),
        DutyState.THIS_WEEK: _("本周"),
        DutyState.LATER: _("以后"),
        DutyState.UNKNOWN: _("时限未定"),
    }
    found: dict[DutyState, list[_Owed]] = {state: [] for state, _late in GROUPS}
    for one in owed:
        found[one.state].append(one)
    return [
        {
            "label": labels[state],
            "late": late,
            "items": [one.line(one.more) for one in found[state][:SHOWN]],
            "count": len(found[state]),
            "hidden": max(0, len(found[state]) - SHOWN),
        }
        for state, late in GROUPS
        if found[state]
    ]


def _stats(request: OfficeRequest, totals: LeadTotals) -> list[dict[str, Any]]:
    viewer, now = request.viewer, request.now
    counts = category_counts(viewer)
    total, still_open = (sum(n[i] for n in counts.values()) for i in (0, 1))
    received, verified = totals.received, totals.verified
    late_leads, late_cases = totals.overdue, overdue_cases(viewer, now)
    done, due = recheck_progress(viewer, "county")
    return [
        {
            "label": _("未销号问题"),
            "value": still_open,
            "note": _("共 %(n)d 个") % {"n": total},
            "url": reverse("web:case_list"),
        },
        {
            "label": _("线索已核查"),
            "value": f"{verified}/{received}",
            "note": f"{verified * 100 // received if received else 100}%",
            "url": reverse("web:lead_list"),
        },
        {
            "label": _("逾期线索"),
            "value": late_leads,
            "note": _("含各单位"),
            "tone": "late" if late_leads else "",
            "url": reverse("web:lead_list") + "?overdue=1",
        },
        {
            "label": _("逾期台账问题"),
            "value": late_cases,
            "note": _("含各单位"),
            "tone": "late" if late_cases else "",
            "url": reverse("web:case_list") + "?overdue=1",
        },
        {
            "label": _("查否已复核"),
            "value": f"{done}/{due}",
            "note": _("县级复核过的 / 应复核的"),
            "url": f"{reverse('web:lead_list')}?{RECHECK_VIEW}",
        },
    ]


def county_box() -> str:
    """Bounding box of the county for the map: west, south, east, north."""
    box = county_bbox()
    return ",".join(f"{value:.5f}" for value in box) if box else ""
