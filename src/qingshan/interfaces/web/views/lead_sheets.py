"""Paper sheets (现场核查表): one A4 page per lead to take to the place and fill by pen."""

import base64
import io
from uuid import UUID

import qrcode
import qrcode.image.svg
import shapely
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from qingshan.commons.places.selectors import areas_meeting
from qingshan.contexts.campaigns.public import campaign_in_force
from qingshan.contexts.leads.public import Lead, leads_near, visible_leads
from qingshan.interfaces.web.access import MATTER_ROLES, page
from qingshan.interfaces.web.acting import read_uuid
from qingshan.interfaces.web.marks import url_of
from qingshan.interfaces.web.middleware import OfficeRequest
from qingshan.interfaces.web.sheet_map import HIGH, WIDE, Drawn, SheetMap, corners_of
from qingshan.interfaces.web.views.lead_filters import channel_text
from qingshan.interfaces.web.views.lead_pictures import pair_context
from qingshan.interfaces.web.views.leads import lead_or_404

AROUND_M = 500
MOST = 40
"""Sheets of one print: what a township takes out in a week."""


@page(*MATTER_ROLES)
@require_safe
def lead_sheet(request: OfficeRequest, lead_id: UUID) -> HttpResponse:
    """The sheet of one lead, as it prints."""
    lead = lead_or_404(request.viewer, lead_id).lead
    context = {"lead": lead, "sheets": [{"lead": lead, "sheet": _sheet(request, lead)}], "now": request.now}
    return render(request, "web/leads/sheet.html", context)


@page(*MATTER_ROLES)
@require_http_methods(["GET", "POST"])
def lead_sheets(request: OfficeRequest) -> HttpResponse:
    """Sheets of the chosen leads, a page each, in the order of the list; what is out of scope is not there."""
    source = request.POST if request.method == "POST" else request.GET
    ids = list(dict.fromkeys(i for i in map(read_uuid, source.getlist("id")) if i is not None))
    rows = {one.id: one for one in visible_leads(request.viewer).filter(id__in=ids[:MOST]).select_related("unit")}
    leads = [rows[i] for i in ids if i in rows]
    context = {
        "sheets": [{"lead": lead, "sheet": _sheet(request, lead)} for lead in leads],
        "left_out": max(0, len(ids) - MOST),
        "most": MOST,
        "list_url": reverse("web:lead_list"),
        "now": request.now,
    }
    return render(request, "web/leads/sheet.html", context)


def _sheet(request: OfficeRequest, lead: Lead) -> dict[str, object]:
    in_force, patch = campaign_in_force(), shapely.from_wkb(bytes(lead.geom.wkb))
    drawing = SheetMap(patch)
    near = leads_near(request.viewer, lon=lead.centre.x, lat=lead.centre.y, metres=AROUND_M, but=lead.id)
    areas = (
        drawing.draw(shapely.from_wkb(bytes(area.geom.wkb)), area.kind, area.name)
        for area in areas_meeting(drawing.box())
    )
    others = (
        drawing.draw(shapely.Point(one.lead.centre.x, one.lead.centre.y), "near", one.lead.number) for one in near
    )
    own = drawing.draw(patch, "patch", lead.source_no or lead.number)
    shapes: list[Drawn] = [one for one in (*areas, *others, own) if one is not None]
    corners, count = corners_of(patch)
    return {
        "wide": WIDE,
        "high": HIGH,
        "shapes": shapes,
        "scale": drawing.scale(),
        "near": near,
        "around": AROUND_M,
        "corners": corners,
        "corner_count": count,
        "channel": channel_text(lead.channel, in_force),
        "patch_type": in_force.plan.intake.patch_types.get(lead.patch_type, lead.patch_type),
        "pair": pair_context(lead),
        "code": _code(request.build_absolute_uri(url_of("web:lead_detail", lead.id))),
    }


def _code(text: str) -> str:
    """A code to scan, as an address of the page itself."""
    buffer = io.BytesIO()
    qrcode.make(text, image_factory=qrcode.image.svg.SvgPathFillImage, box_size=8, border=1).save(buffer)
    return f"data:image/svg+xml;base64,{base64.b64encode(buffer.getvalue()).decode('ascii')}"
