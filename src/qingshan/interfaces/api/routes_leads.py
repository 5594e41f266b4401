"""Reading leads."""

import json
from typing import Any, Literal
from uuid import UUID

import shapely
from django.contrib.gis.geos import GEOSGeometry
from django.http import Http404
from ninja import Query, Router

from qingshan.commons.journal.selectors import history_of
from qingshan.contexts.cases.public import case_of_lead
from qingshan.contexts.leads.public import (
    LEAD_SORTS,
    Lead,
    LeadDetail,
    lead_counts,
    lead_detail,
    lead_rows,
    visible_leads,
)
from qingshan.domain.roles import MATTER_ROLES
from qingshan.interfaces.api.authentication import ApiRequest
from qingshan.interfaces.api.fields import Answer
from qingshan.interfaces.api.filters import LeadQuery, place_of
from qingshan.interfaces.api.shown_common import EntriesOut, entry_out
from qingshan.interfaces.api.shown_leads import LeadOut, LeadsOut, lead_out, lead_row
from qingshan.interfaces.api.specs import Spec, operation

router = Router(tags=["线索"])
READ = Spec(scope="leads:read", roles=MATTER_ROLES)
READ_ONE = Spec(scope="leads:read", roles=MATTER_ROLES, matter="lead_id")
NOBODY = "没有这条线索，或它不在您的辖区内"


@operation(router, "GET", "/leads", READ, summary="线索列表", answer=LeadsOut)
def list_leads(request: ApiRequest, filters: Query[LeadQuery]) -> LeadsOut:
    """50 a page, by key, in the order asked for: give ``next`` as ``after`` to go on."""
    wanted, sort = filters.filter(), LEAD_SORTS[filters.sort]
    found = lead_rows(request.viewer, wanted, request.now, sort=sort, after=place_of(Lead, sort, filters.after))
    ids = [lead.id for lead in found.rows]
    centres = dict(visible_leads(request.viewer).filter(id__in=ids).values_list("id", "centre"))
    for lead in found.rows:
        lead.centre = centres[lead.id]
    return LeadsOut(
        leads=[lead_row(lead) for lead in found.rows],
        next=found.next_key(sort) or None,
        counts=lead_counts(request.viewer, wanted, request.now),
    )


def detail_or_404(request: ApiRequest, lead_id: UUID) -> LeadDetail:
    """The lead with its records; whether it exists elsewhere is not told."""
    detail = lead_detail(request.viewer, lead_id)
    if detail is None:
        raise Http404(NOBODY)
    return detail


def shown(request: ApiRequest, lead_id: UUID) -> LeadOut:
    """The lead as it now stands."""
    detail = detail_or_404(request, lead_id)
    return lead_out(request.viewer, detail, case_of_lead(request.viewer, lead_id))


@operation(router, "GET", "/leads/{uuid:lead_id}", READ_ONE, summary="一条线索", answer=LeadOut)
def get_lead(request: ApiRequest, lead_id: UUID) -> LeadOut:
    """The lead with all its records; the ETag names its state."""
    return shown(request, lead_id)


@operation(router, "GET", "/leads/{uuid:lead_id}/entries", READ_ONE, summary="线索的办理留痕", answer=EntriesOut)
def list_lead_entries(request: ApiRequest, lead_id: UUID) -> EntriesOut:
    """All entries of the lead's journal, newest first."""
    if not visible_leads(request.viewer).filter(id=lead_id).exists():
        raise Http404(NOBODY)
    return EntriesOut(entries=[entry_out(line) for line in history_of(lead_id)], next=None)


class FeatureOut(Answer):
    """A GeoJSON feature; ``kind``: patch, visit or photo."""

    type: Literal["Feature"] = "Feature"
    geometry: dict[str, Any]
    properties: dict[str, Any]


class FeaturesOut(Answer):
    """A GeoJSON collection in CGCS2000 degrees."""

    type: Literal["FeatureCollection"] = "FeatureCollection"
    features: list[FeatureOut]


@operation(router, "GET", "/leads/{uuid:lead_id}/geometry", READ_ONE, summary="线索的图形", answer=FeaturesOut)
def get_lead_geometry(request: ApiRequest, lead_id: UUID) -> FeaturesOut:
    """Patch, positions of visits and of located photos."""
    detail = detail_or_404(request, lead_id)
    features = [feature(detail.lead.geom, kind="patch", number=detail.lead.number)]
    features += [feature(row.position, kind="visit", round=row.round) for row in detail.verifications]
    features += [feature(row.position, kind="visit", level=row.level) for row in detail.rechecks]
    for photo in detail.photos:
        if photo.file.lon is not None and photo.file.lat is not None:
            point = {"type": "Point", "coordinates": [photo.file.lon, photo.file.lat]}
            said = {"kind": "photo", "file_id": str(photo.file_id), "direction": photo.direction}
            features.append(FeatureOut(geometry=point, properties={**said, "azimuth": photo.file.azimuth}))
    return FeaturesOut(features=features)


def feature(shape: GEOSGeometry, **properties: Any) -> FeatureOut:
    """A stored shape as a feature."""
    drawn = json.loads(shapely.to_geojson(shapely.from_wkb(bytes(shape.wkb))))
    return FeatureOut(geometry=drawn, properties=properties)
