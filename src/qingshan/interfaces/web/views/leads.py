"""Leads (线索): the list, one lead with everything about it, its geometry, the draft of a stop notice."""

from collections.abc import Mapping
from uuid import UUID

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from qingshan.commons.people.viewer import Viewer
from qingshan.contexts.campaigns.public import InForce, campaign_in_force
from qingshan.contexts.cases.public import cases_of_leads
from qingshan.contexts.leads.public import (
    LEAD_SORTS,
    Lead,
    LeadDetail,
    is_own_unit,
    lead_counts,
    lead_detail,
    lead_rows,
)
from qingshan.domain.lead import FORM_ROLES, REGISTER_ROLES, SOURCE_ROLES, TABLE, LeadState
from qingshan.interfaces.web import labels
from qingshan.interfaces.web.access import MATTER_ROLES, page
from qingshan.interfaces.web.listing.address import ListAddress
from qingshan.interfaces.web.listing.page import (
    MOST_COUNTED,
    Wanted,
    frame,
    keys_of,
    list_response,
    opens_elsewhere,
    read_wanted,
    totals_of,
)
from qingshan.interfaces.web.marks import url_of
from qingshan.interfaces.web.middleware import OfficeRequest
from qingshan.interfaces.web.views import lead_shown
from qingshan.interfaces.web.views.lead_bulk import bulk_items
from qingshan.interfaces.web.views.lead_filters import channel_text
from qingshan.interfaces.web.views.lead_panel import panel_context
from qingshan.interfaces.web.views.lead_register import lead_filter, lead_spec

SIGN, SEND = TABLE["lead.receive"], TABLE["lead.dispatch"]


def lead_or_404(viewer: Viewer, lead_id: UUID) -> LeadDetail:
    """The lead in the viewer's scope; whether it exists elsewhere is not told."""
    detail = lead_detail(viewer, lead_id)
    if detail is None:
        raise Http404(_("没有这条线索，或它不在您的辖区内"))
    return detail


@page(*MATTER_ROLES)
@require_safe
def lead_list(request: OfficeRequest) -> HttpResponse:
    """Leads in scope in the order asked for; the address holds the whole view (一-1)."""
    in_force = request.in_force = campaign_in_force()
    spec = lead_spec(request.viewer, in_force, unit_id=request.GET.get("unit", ""))
    wanted = read_wanted(request, spec, request.viewer)
    elsewhere = opens_elsewhere(request, spec, wanted)
    if elsewhere is not None:
        return elsewhere
    context = _list(request, wanted, in_force)
    return list_response(request, spec, wanted.address, context, "web/leads/list.html")


def _list(request: OfficeRequest, wanted: Wanted, in_force: InForce) -> dict[str, object]:
    viewer, address = request.viewer, wanted.address
    sort, asked = LEAD_SORTS[address.sort], lead_filter(address)
    found = lead_rows(viewer, asked, request.now, sort=sort, **keys_of(sort, address, Lead))
    counts = lead_counts(viewer, asked, request.now, most=MOST_COUNTED)
    totals = totals_of(counts, address, bounded=bool(asked.text))
    bulk = bulk_items(viewer)
    return {
        **frame(wanted, found, sort, totals),
        "rows": _rows(viewer, found.rows, in_force, show_case="due" in address.columns, pick=bool(bulk)),
        "tabs": state_tabs(address, totals.by_state),
        "directions": direction_links(address),
        "bulk": bulk,
        "export_url": reverse("web:lead_export"),
        "may_register": not viewer.roles.isdisjoint(REGISTER_ROLES),
        "may_take_calls": not viewer.roles.isdisjoint(SOURCE_ROLES),
        "may_enter": not viewer.roles.isdisjoint(FORM_ROLES),
        "empty": _empty(viewer),
        "now": request.now,
        **_panel(request, address),
    }


def _panel(request: OfficeRequest, address: ListAddress) -> dict[str, object]:
    """The side panel as the address has it; a lead that is not in scope opens none."""
    detail = lead_detail(request.viewer, address.open) if address.open else None
    if detail is None or request.headers.get("HX-Request"):
        return {}
    return {"panel": "web/leads/panel.html", **panel_context(request, detail)}


def _empty(viewer: Viewer) -> dict[str, str]:
    """What to do when there is nothing."""
    words = {"icon": "leads", "filtered": _("没有符合条件的线索"), "all": _("看全部线索")}
    if viewer.roles.isdisjoint(REGISTER_ROLES):
        text = _("县局分派后会出现在这里，工作台会提醒签收。")
        return {**words, "title": _("您的辖区还没有线索"), "text": text}
    return {
        **words,
        "title": _("还没有线索"),
        "text": _("先导入一批下发图斑，或登记一条群众举报、巡查发现的线索。"),
        "url": reverse("web:batch_upload"),
        "label": _("导入图斑"),
    }


def state_tabs(address: ListAddress, counts: Mapping[str, int] | None) -> list[dict[str, object]]:
    """One tab per state with its count under the other filters; states without leads are left out unless chosen.

    Without counts (too many rows to count) every state has its tab.
    """
    chosen = address.words("state")
    whole = None if counts is None else sum(counts.values())
    tabs: list[dict[str, object]] = [
        {"label": _("全部"), "url": address.to(state=""), "count": whole, "active": not chosen}
    ]
    for state in LeadState:
        if counts is None or counts.get(state) or state in chosen:
            label = labels.state_label("lead", state).text
            url, count = address.to(state=state.value), None if counts is None else counts.get(state, 0)
            tabs.append({"label": label, "url": url, "count": count, "active": chosen == (state.value,)})
    return tabs


def direction_links(address: ListAddress) -> list[dict[str, object]]:
    """The list narrowed to one direction (一-1), and back; its head then counts that direction."""
    return [
        {
            "label": word,
            "url": address.to(direction="" if address.get("direction") == slug else slug),
            "active": address.get("direction") == slug,
        }
        for slug, word in labels.DIRECTIONS.items()
    ]


def _rows(
    viewer: Viewer, leads: list[Lead], in_force: InForce, *, show_case: bool, pick: bool
) -> list[dict[str, object]]:
    """Rows with the case that stands on them; ``pick``: the viewer may act on the lead together with others now."""
    on_ledger = [lead.id for lead in leads if lead.state == "substantiated"] if show_case else []
    cases = cases_of_leads(viewer, on_ledger) if on_ledger else {}
    channels = {slug: channel_text(slug, in_force) for slug in {lead.channel for lead in leads}}
    return [
        {
            "id": lead.id,
            "label": lead.number,
            "panel": url_of("web:lead_panel", lead.id),
            "lead": lead,
            "case": cases.get(lead.id),
            "channel": channels[lead.channel],
            "pick": pick and _may_pick(viewer, lead),
            "acts": lead_shown.row_acts(viewer, lead),
        }
        for lead in leads
    ]


def _may_pick(viewer: Viewer, lead: Lead) -> bool:
    """Whether an act on many leads is open for this one and this person."""
    signs = not viewer.roles.isdisjoint(SIGN.roles) and lead.state in SIGN.sources and is_own_unit(viewer, lead)
    return signs or (not viewer.roles.isdisjoint(SEND.roles) and lead.state in SEND.sources)


@page(*MATTER_ROLES)
@require_safe
def lead_detail_page(request: OfficeRequest, lead_id: UUID) -> HttpResponse:
    """One lead: state, clock, next act, facts, map, verifications, photos, re-checks, history."""
    detail = lead_or_404(request.viewer, lead_id)
    return render(request, "web/leads/detail.html", lead_shown.detail_context(request, detail))


@page(*MATTER_ROLES)
@require_safe
def lead_panel(request: OfficeRequest, lead_id: UUID) -> HttpResponse:
    """The summary of a lead beside the list."""
    detail = lead_or_404(request.viewer, lead_id)
    return render(request, "web/leads/panel.html", panel_context(request, detail))


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
        raise Http404(_("这条线索没有责令停止违法行为通知书草稿"))
    return render(
        request,
        "web/leads/stop_notice.html",
        {"lead": detail.lead, "notice": detail.stop_notice, "now": request.now},
    )
