"""The map (地图): the page, vector tiles of matters in scope, areas with the mark of those that are synthetic."""

import json
from collections.abc import Callable
from functools import lru_cache
from hashlib import sha256
from uuid import UUID

import shapely
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from qingshan.commons.places.models import Area
from qingshan.commons.places.selectors import county_bbox, current_areas
from qingshan.contexts.cases.public import case_tile, visible_cases
from qingshan.contexts.leads.public import lead_tile, leads_by_ids
from qingshan.interfaces.web.access import MATTER_ROLES, page
from qingshan.interfaces.web.middleware import OfficeRequest
from qingshan.interfaces.web.views.lead_filters import read_uuid

MVT = "application/vnd.mapbox-vector-tile"
GEOJSON = "application/geo+json"
DEEPEST = 22
COARSE = 0.0001
"""Degrees by which areas are simplified for the map, about 10 m; routing uses the areas as stored."""

Tile = Callable[[int, int, int], bytes]
LAYERS: dict[str, tuple[Tile, ...]] = {
    "leads": (lead_tile,),
    "cases": (case_tile,),
    "matters": (lead_tile, case_tile),
}
"""Tiles by name. A vector tile is a sequence of layers, so several make one by being put one after the other."""


@page(*MATTER_ROLES)
@require_safe
def map_page(request: OfficeRequest) -> HttpResponse:
    """Leads and cases in scope on the map; ``?lead=`` or ``?case=`` shows one with its patch and photos."""
    lead_id = read_uuid(request.GET.get("lead", "")) or _lead_of(request, read_uuid(request.GET.get("case", "")))
    known = lead_id is not None and lead_id in leads_by_ids(request.viewer, {lead_id})
    focus = reverse("web:lead_geometry", args=[lead_id]) if known else ""
    return render(request, "web/map/map.html", {"bbox": box_text(), "focus": focus, "now": request.now})


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
    """One vector tile of what the viewer may see; asked again it answers 304 while nothing changed."""
    makers = LAYERS.get(layer)
    if makers is None:
        raise Http404(_("没有这个图层"))
    if z > DEEPEST or x >= 2**z or y >= 2**z:
        raise Http404(_("没有这块图"))
    return tagged(request, b"".join(make(z, x, y) for make in makers), MVT)


@page()
@require_safe
def areas(request: OfficeRequest) -> HttpResponse:
    """Areas of county, townships, villages and special units as GeoJSON; ``synthetic`` ones are not real borders."""
    newest = Area.objects.filter(current=True).order_by("-id").values_list("id", flat=True).first()
    return tagged(request, _areas(newest), GEOJSON)


@lru_cache(maxsize=1)
def _areas(_newest: UUID | None) -> bytes:
    """All areas as one answer; made again when an area was stored (their ids follow time)."""
    rows = current_areas("county", "township", "village", "special", "outline")
    content = {"type": "FeatureCollection", "features": [_area(row) for row in rows]}
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def _area(row: Area) -> dict[str, object]:
    shape = shapely.from_wkb(bytes(row.geom.wkb)).simplify(COARSE)
    drawn = json.loads(shapely.to_geojson(shapely.set_precision(shape, 0.00001)))
    return {
        "type": "Feature",
        "geometry": drawn,
        "properties": {"key": row.key, "kind": row.kind, "name": row.name, "synthetic": row.synthetic},
    }


def tagged(request: OfficeRequest, body: bytes, media_type: str) -> HttpResponse:
    """An answer that the browser may keep but must ask about: what may be seen can change at any time."""
    tag = f'"{sha256(body).hexdigest()[:32]}"'
    if request.headers.get("If-None-Match") == tag:
        response = HttpResponse(status=304)
    else:
        response = HttpResponse(body, content_type=media_type)
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = "private, no-cache"
    return response
