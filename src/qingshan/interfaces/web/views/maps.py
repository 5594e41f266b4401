"""The map (地图): the page, vector tiles of matters in scope, counts, what lies in the view, areas."""

from collections.abc import Callable, Sequence
from hashlib import sha256
from uuid import UUID

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from qingshan.commons.image_layers.services import MANAGER_ROLES
from qingshan.commons.people.selectors import township_level_units
from qingshan.commons.people.viewer import Viewer
from qingshan.commons.places.outlines import areas_geojson
from qingshan.commons.places.selectors import county_bbox
from qingshan.commons.places.tiles import DEEPEST
from qingshan.contexts.campaigns.public import campaign_in_force
from qingshan.contexts.cases.public import Case, case_map_counts, case_tile, cases_in_view, visible_cases
from qingshan.contexts.leads.public import Lead, lead_map_counts, lead_tile, leads_by_ids, leads_in_view
from qingshan.interfaces.web import labels
from qingshan.interfaces.web.access import MATTER_ROLES, page
from qingshan.interfaces.web.middleware import OfficeRequest
from qingshan.interfaces.web.views.image_layers import pictures_for_map
from qingshan.interfaces.web.views.lead_filters import channel_options, read_uuid
from qingshan.interfaces.web.views.map_address import CASE_STATES, LEAD_STATES, MapAddress, read_box, state_rows

MVT = "application/vnd.mapbox-vector-tile"
GEOJSON = "application/geo+json"
KEPT = 10
"""Seconds for which a tile is shown without asking again: panning to and fro costs nothing."""
PAGE = 50

Tile = Callable[[Viewer, MapAddress, int, int, int], bytes]
TILES: dict[str, tuple[Tile, ...]] = {}
"""Tiles by name. A vector tile is a sequence of layers, so several make one by being put one after the other."""


def _leads(viewer: Viewer, asked: MapAddress, z: int, x: int, y: int) -> bytes:
    return lead_tile(viewer, z, x, y, asked.leads())


def _cases(viewer: Viewer, asked: MapAddress, z: int, x: int, y: int) -> bytes:
    return case_tile(viewer, z, x, y, asked.cases())


TILES.update(leads=(_leads,), cases=(_cases,), matters=(_leads, _cases))


@page(*MATTER_ROLES)
@require_safe
def map_page(request: OfficeRequest) -> HttpResponse:
    """Leads and cases in scope on the map; ``?lead=`` or ``?case=`` shows one with its patch and photos."""
    lead_id = read_uuid(request.GET.get("lead", "")) or _lead_of(request, read_uuid(request.GET.get("case", "")))
    known = lead_id is not None and lead_id in leads_by_ids(request.viewer, {lead_id})
    asked, in_force = MapAddress.read(request.GET), campaign_in_force()
    context = {
        "bbox": box_text(),
        "focus": reverse("web:lead_geometry", args=[lead_id]) if known else "",
        "asked": asked,
        "lead_rows": state_rows("lead", LEAD_STATES, asked.lead_states),
        "case_rows": state_rows("case", CASE_STATES, asked.case_states),
        "category_rows": [
            {"slug": slug, "on": not asked.categories or slug in asked.categories, "label": text}
            for slug, text in labels.CATEGORIES.items()
        ],
        "units": [(str(u.id), u.short) for u in township_level_units()] if _sees_county(request.viewer) else [],
        "channels": channel_options(in_force),
        "pictures": pictures_for_map(),
        "may_manage_pictures": request.viewer.has(*MANAGER_ROLES),
        "first_day": in_force.start.isoformat(),
        "today": timezone.localdate(request.now).isoformat(),
        "now": request.now,
    }
    return render(request, "web/map/map.html", context)


def _sees_county(viewer: Viewer) -> bool:
    return viewer.prefix is not None and len(viewer.prefix) <= 6


def _lead_of(request: OfficeRequest, case_id: UUID | None) -> UUID | None:
    """The lead that a case stands on, when the viewer may see the case."""
    if case_id is None:
        return None
    return visible_cases(request.viewer).filter(id=case_id).values_list("lead_id", flat=True).first()


def box_text() -> str:
    """Bounding box of the county for a map: west, south, east, north."""
    box = county_bbox()
    return ",".join(f"{value:.5f}" for value in box) if box else ""


@page(*MATTER_ROLES)
@require_safe
def tile(request: OfficeRequest, layer: str, z: int, x: int, y: int) -> HttpResponse:
    """One vector tile of what the viewer may see, under the filters of the query string.

    Below zoom 12 counts per cell, whose sum over all tiles of a zoom is the number of matters; from there on the
    matters. Asked again it answers 304 while nothing changed.
    """
    makers = TILES.get(layer)
    if makers is None:
        raise Http404(_("没有这个图层"))
    if z > DEEPEST or x >= 2**z or y >= 2**z:
        raise Http404(_("没有这块图"))
    asked = MapAddress.read(request.GET)
    body = b"".join(make(request.viewer, asked, z, x, y) for make in makers)
    return tagged(request, body, MVT, seconds=KEPT)


@page(*MATTER_ROLES)
@require_safe
def map_counts(request: OfficeRequest) -> JsonResponse:
    """Counts of the legend: leads by state, cases by category and by state, whichever of them are switched on."""
    asked = MapAddress.read(request.GET)
    leads = lead_map_counts(request.viewer, asked.leads(states=False))
    by_category: dict[str, int] = {}
    by_state: dict[str, int] = {}
    for (category, state), n in case_map_counts(request.viewer, asked.cases(states=False)).items():
        by_category[category] = by_category.get(category, 0) + n
        by_state[state] = by_state.get(state, 0) + n
    answer = JsonResponse({"lead": leads, "case": by_state, "category": by_category})
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


@page(*MATTER_ROLES)
@require_safe
def map_list(request: OfficeRequest, kind: str) -> HttpResponse:
    """Leads or cases whose point lies in the ``box`` of the view, newest first, by key: a part of the map page."""
    viewer, asked = request.viewer, MapAddress.read(request.GET)
    box = read_box(request.GET.get("box", "")) or county_bbox()
    before = read_uuid(request.GET.get("before", ""))
    found: Sequence[Lead | Case] = []
    if box is not None and kind == "leads":
        found = leads_in_view(viewer, asked.leads(), box, before=before, limit=PAGE + 1)
    elif box is not None and kind == "cases":
        found = cases_in_view(viewer, asked.cases(), box, before=before, limit=PAGE + 1)
    more = ""
    if len(found) > PAGE:
        query = request.GET.copy()
        query["before"] = str(found[PAGE - 1].id)
        more = f"{request.path}?{query.urlencode()}"
    context = {"rows": [_row(kind, one) for one in found[:PAGE]], "more": more, "first": before is None}
    return render(request, "web/map/_rows.html", context)


def _row(kind: str, matter: Lead | Case) -> dict[str, object]:
    """Degrees are written by hand: a decimal comma of some language is no coordinate."""
    lon, lat = f"{matter.centre.x:.6f}", f"{matter.centre.y:.6f}"
    return {"kind": kind.removesuffix("s"), "id": matter.id, "matter": matter, "lon": lon, "lat": lat}


@page(*MATTER_ROLES)
@require_safe
def map_lead(request: OfficeRequest, lead_id: UUID) -> HttpResponse:
    """The summary beside the map of one lead in scope."""
    lead = leads_by_ids(request.viewer, {lead_id}).get(lead_id)
    return _summary(request, "lead", lead, reverse("web:lead_detail", args=[lead_id]))


@page(*MATTER_ROLES)
@require_safe
def map_case(request: OfficeRequest, case_id: UUID) -> HttpResponse:
    """The summary beside the map of one case in scope."""
    case = visible_cases(request.viewer).filter(id=case_id).select_related("unit").first()
    return _summary(request, "case", case, reverse("web:case_detail", args=[case_id]))


def _summary(request: OfficeRequest, kind: str, matter: Lead | Case | None, url: str) -> HttpResponse:
    if matter is None:
        raise Http404(_("没有这件事项，或它不在您的辖区内"))
    return render(request, "web/map/_matter.html", {"kind": kind, "matter": matter, "url": url, "now": request.now})


@page()
@require_safe
def areas(request: OfficeRequest) -> HttpResponse:
    """Areas of county, townships, villages and special units as GeoJSON; ``synthetic`` ones are not real borders."""
    return tagged(request, areas_geojson(), GEOJSON)


def tagged(request: OfficeRequest, body: bytes, media_type: str, *, seconds: int = 0) -> HttpResponse:
    """An answer that the browser may keep but must ask about (after ``seconds``): what may be seen can change."""
    tag = f'"{sha256(body).hexdigest()[:32]}"'
    if request.headers.get("If-None-Match") == tag:
        response = HttpResponse(status=304)
    else:
        response = HttpResponse(body, content_type=media_type)
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = f"private, max-age={seconds}" if seconds else "private, no-cache"
    patch_vary_headers(response, ["Cookie"])
    return response
