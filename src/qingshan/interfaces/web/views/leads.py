"""Leads (线索): the list, one lead with everything about it, its geometry, the draft of a stop notice."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from qingshan.commons.inbox.selectors import batches
from qingshan.commons.people.selectors import township_level_units
from qingshan.commons.people.viewer import Viewer
from qingshan.contexts.campaigns.public import InForce, campaign_in_force
from qingshan.contexts.cases.public import cases_of_leads
from qingshan.contexts.leads.public import PAGE, Lead, LeadDetail, is_own_unit, lead_counts, lead_detail, lead_page
from qingshan.domain.lead import REGISTER_ROLES, TABLE
from qingshan.interfaces.web.access import MATTER_ROLES, page
from qingshan.interfaces.web.middleware import OfficeRequest
from qingshan.interfaces.web.views import lead_shown
from qingshan.interfaces.web.views.lead_filters import (
    FIELDS,
    ListAddress,
    Options,
    channel_text,
    chips,
    filter_fields,
    state_tabs,
)

SIGN = TABLE["lead.receive"]
ROWS_ID = "lead-rows"
"""Id of the part of the list that a filter or a tab replaces."""


def lead_or_404(viewer: Viewer, lead_id: UUID) -> LeadDetail:
    """The lead in the viewer's scope; whether it exists elsewhere is not told."""
    detail = lead_detail(viewer, lead_id)
    if detail is None:
        raise Http404("没有这条线索，或它不在您的辖区内")
    return detail


@page(*MATTER_ROLES)
@require_safe
def lead_list(request: OfficeRequest) -> HttpResponse:
    """Leads in scope, newest first; the address holds the whole view (一-1)."""
    address, swap = ListAddress.read(request.GET), _is_swap(request)
    response = render(request, "web/leads/_rows.html" if swap else "web/leads/list.html", _list(request, address))
    if swap:
        # The address as we write it, without the empty fields of the filter bar.
        response.headers["HX-Push-Url"] = request.path + address.to(before=address.before).rstrip("?")
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


def _list(request: OfficeRequest, address: ListAddress) -> dict[str, object]:
    viewer, in_force, wanted = request.viewer, campaign_in_force(), address.filter()
    found, counts = lead_page(viewer, wanted, request.now), lead_counts(viewer, wanted, request.now)
    units, known_batches = _units(viewer), _batches(viewer)
    state = address.get("state")
    return {
        "rows": _rows(viewer, found.rows, in_force),
        "tabs": state_tabs(address, counts),
        "fields": filter_fields(address, in_force, units, known_batches),
        "chips": chips(address, in_force, units, known_batches),
        "keep": [{"name": "state", "value": state}] if state else [],
        "clear_url": address.to(dict.fromkeys(FIELDS[1:], "")),
        "total": counts.get(state, 0) if state else sum(counts.values()),
        "first_url": address.to() if address.before else "",
        "next_url": address.to(before=found.rows[PAGE - 1].id) if found.more else "",
        "may_sign": not viewer.roles.isdisjoint(SIGN.roles),
        "bulk": [{"label": _("签收"), "url": reverse("web:lead_receive_many"), "icon": "receive"}],
        "filtered": bool(address.values),
        "may_register": not viewer.roles.isdisjoint(REGISTER_ROLES),
        "rows_id": ROWS_ID,
        "now": request.now,
    }


def _rows(viewer: Viewer, leads: list[Lead], in_force: InForce) -> list[dict[str, object]]:
    """Rows with the case that stands on them; ``pick``: the viewer may sign for the lead now."""
    cases = cases_of_leads(viewer, [lead.id for lead in leads if lead.state == "substantiated"])
    may_sign = not viewer.roles.isdisjoint(SIGN.roles)
    return [
        {
            "lead": lead,
            "case": cases.get(lead.id),
            "channel": channel_text(lead.channel, in_force),
            "pick": may_sign and lead.state in SIGN.sources and is_own_unit(viewer, lead),
        }
        for lead in leads
    ]


def _is_swap(request: HttpRequest) -> bool:
    headers = request.headers
    wanted = headers.get("HX-Target") == ROWS_ID and headers.get("HX-History-Restore-Request") != "true"
    return bool(headers.get("HX-Request")) and wanted


def _units(viewer: Viewer) -> Options:
    """Units to choose between; whoever sees one unit or village only is not asked."""
    return [(str(u.id), u.short) for u in township_level_units()] if sees_county(viewer) else []


def _batches(viewer: Viewer) -> Options:
    return [(str(b.id), b.name) for b in batches(limit=50) if b.state == "done"] if sees_county(viewer) else []


def sees_county(viewer: Viewer) -> bool:
    """Whether the viewer's scope is at least the whole county."""
    return viewer.prefix is not None and len(viewer.prefix) <= 6


@page(*MATTER_ROLES)
@require_safe
def lead_detail_page(request: OfficeRequest, lead_id: UUID) -> HttpResponse:
    """One lead: state, clock, next act, facts, map, verifications, photos, re-checks, history."""
    detail = lead_or_404(request.viewer, lead_id)
    return render(request, "web/leads/detail.html", lead_shown.detail_context(request, detail))


@page(*MATTER_ROLES)
@require_safe
def lead_geometry(request: OfficeRequest, lead_id: UUID) -> JsonResponse:
    """Patch, on-site positions and photo positions of a lead as GeoJSON (CGCS2000 degrees)."""
    return JsonResponse(lead_shown.geometry(lead_or_404(request.viewer, lead_id)))


@page(*MATTER_ROLES)
@require_safe
def lead_stop_notice(request: OfficeRequest, lead_id: UUID) -> HttpResponse:
    """The draft of the stop notice, to be printed and completed by hand (二-1⑤)."""
    detail = lead_or_404(request.viewer, lead_id)
    if detail.stop_notice is None:
        raise Http404("这条线索没有责令停止违法行为通知书草稿")
    return render(
        request,
        "web/leads/stop_notice.html",
        {"lead": detail.lead, "notice": detail.stop_notice, "now": request.now},
    )
