"""The map (地图) for programs: vector tiles, counts, what lies in a box, areas; under the filters of the map."""

import re
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import Http404, HttpResponse
from ninja import Field, Query, Router, Schema
from pydantic import AfterValidator

from qingshan.commons.places.outlines import areas_geojson
from qingshan.commons.places.tiles import DEEPEST, Box
from qingshan.contexts.cases.public import CaseMapFilter, case_map_counts, case_tile, cases_in_view
from qingshan.contexts.leads.public import LeadMapFilter, lead_map_counts, lead_tile, leads_in_view
from qingshan.domain.roles import MATTER_ROLES
from qingshan.interfaces.api.authentication import ApiRequest
from qingshan.interfaces.api.fields import Answer, Key, Moment, QuerySwitch
from qingshan.interfaces.api.filters import CaseStates, LeadStates, Words, split
from qingshan.interfaces.api.specs import Spec, operation

router = Router(tags=["地图"])
LEADS = Spec(scope="leads:read", roles=MATTER_ROLES)
CASES = Spec(scope="cases:read", roles=MATTER_ROLES)
MVT = "application/vnd.mapbox-vector-tile"
GEOJSON = "application/geo+json"
PAGE = 200
_NUMBER = re.compile(r"-?[0-9]{1,3}(\.[0-9]{1,12})?")


def _box(text: str) -> str:
    parts = text.split(",")
    if len(parts) != 4 or not all(_NUMBER.fullmatch(part) for part in parts):
        raise ValueError("须为“西,南,东,北”四个度数，例如 114.2,37.6,114.6,37.9")
    west, south, east, north = (float(part) for part in parts)
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise ValueError("西须小于东、南须小于北，且都在经纬度范围内")
    return text


BoxText = Annotated[str, Field(max_length=80, description="西,南,东,北，CGCS2000 度"), AfterValidator(_box)]


def _edges(text: str) -> Box:
    west, south, east, north = (float(part) for part in text.split(","))
    return west, south, east, north


class MapQuery(Schema):
    """What both kinds are narrowed by; ``at``: as things stood at that moment."""

    unit: Key | None = None
    since: Moment | None = None
    until: Moment | None = None
    at: Moment | None = None
    unfinished: QuerySwitch = False

    def common(self) -> dict[str, Any]:
        """As the filters of leads and of cases take it."""
        return {
            "unit_id": self.unit,
            "since": self.since,
            "until": self.until,
            "at": self.at,
            "unfinished": self.unfinished,
        }


class LeadMapQuery(MapQuery):
    """Filters of leads on the map."""

    state: LeadStates = ""
    channel: Annotated[str, Field(max_length=40)] = ""

    def wanted(self) -> LeadMapFilter:
        """As the map's selectors take it."""
        return LeadMapFilter(states=split(self.state), channel=self.channel, **self.common())


class CaseMapQuery(MapQuery):
    """Filters of cases on the map."""

    state: CaseStates = ""
    category: Words = ""

    def wanted(self) -> CaseMapFilter:
        """As the map's selectors take it."""
        return CaseMapFilter(states=split(self.state), categories=split(self.category), **self.common())


class LeadBoxQuery(LeadMapQuery):
    """Leads in a box; ``before``: the id after which the page begins."""

    box: BoxText
    before: Key | None = None


class CaseBoxQuery(CaseMapQuery):
    """Cases in a box; ``before``: the id after which the page begins."""

    box: BoxText
    before: Key | None = None


class PointOut(Answer):
    """A matter and its point in CGCS2000 degrees."""

    id: UUID
    number: str
    title: str
    state: str
    unit: str
    lon: float
    lat: float
    at: datetime = Field(description="线索为收到时间，问题为列入台账时间")


class PointsOut(Answer):
    """One page, newest first; ``next`` is the ``before`` of the next page."""

    kind: Literal["leads", "cases"]
    points: list[PointOut]
    next: UUID | None


class CountOut(Answer):
    """How many matters stand in a state, cases by category too."""

    state: str
    category: str
    count: int


class CountsOut(Answer):
    """Counts of the legend."""

    counts: list[CountOut]


def _check(z: int, x: int, y: int) -> None:
    if z > DEEPEST or x >= 2**z or y >= 2**z:
        raise Http404("没有这块图")


@operation(router, "GET", "/map/leads/{int:z}/{int:x}/{int:y}.mvt", LEADS, summary="线索矢量瓦片", media=(MVT,))
def get_lead_tile(request: ApiRequest, z: int, x: int, y: int, filters: Query[LeadMapQuery]) -> HttpResponse:
    """Counts per cell below zoom 12 (their sum is the number of visible leads), each lead from there on."""
    _check(z, x, y)
    return HttpResponse(lead_tile(request.viewer, z, x, y, filters.wanted()), content_type=MVT)


@operation(router, "GET", "/map/cases/{int:z}/{int:x}/{int:y}.mvt", CASES, summary="问题矢量瓦片", media=(MVT,))
def get_case_tile(request: ApiRequest, z: int, x: int, y: int, filters: Query[CaseMapQuery]) -> HttpResponse:
    """Counts per cell below zoom 12 (their sum is the number of visible cases), each case from there on."""
    _check(z, x, y)
    return HttpResponse(case_tile(request.viewer, z, x, y, filters.wanted()), content_type=MVT)


@operation(router, "GET", "/map/leads/counts", LEADS, summary="地图上的线索数", answer=CountsOut)
def count_leads_on_map(request: ApiRequest, filters: Query[LeadMapQuery]) -> CountsOut:
    """Leads by state under the filters of the map."""
    found = lead_map_counts(request.viewer, filters.wanted())
    return CountsOut(counts=[CountOut(state=state, category="", count=n) for state, n in sorted(found.items())])


@operation(router, "GET", "/map/cases/counts", CASES, summary="地图上的问题数", answer=CountsOut)
def count_cases_on_map(request: ApiRequest, filters: Query[CaseMapQuery]) -> CountsOut:
    """Cases by category and state under the filters of the map."""
    found = case_map_counts(request.viewer, filters.wanted())
    return CountsOut(
        counts=[CountOut(state=state, category=slug, count=n) for (slug, state), n in sorted(found.items())]
    )


@operation(router, "GET", "/map/leads", LEADS, summary="框内的线索", answer=PointsOut)
def list_leads_in_box(request: ApiRequest, filters: Query[LeadBoxQuery]) -> PointsOut:
    """Leads whose point lies in the box, newest first, 200 a page."""
    found = leads_in_view(request.viewer, filters.wanted(), _edges(filters.box), before=filters.before, limit=PAGE + 1)
    points = [
        PointOut(
            id=one.id,
            number=one.number,
            title=one.title,
            state=one.state,
            unit=one.unit.short,
            lon=round(one.centre.x, 7),
            lat=round(one.centre.y, 7),
            at=one.received_at,
        )
        for one in found[:PAGE]
    ]
    return PointsOut(kind="leads", points=points, next=points[-1].id if len(found) > PAGE else None)


@operation(router, "GET", "/map/cases", CASES, summary="框内的问题", answer=PointsOut)
def list_cases_in_box(request: ApiRequest, filters: Query[CaseBoxQuery]) -> PointsOut:
    """Cases whose point lies in the box, newest first, 200 a page."""
    found = cases_in_view(request.viewer, filters.wanted(), _edges(filters.box), before=filters.before, limit=PAGE + 1)
    points = [
        PointOut(
            id=one.id,
            number=one.number,
            title=one.title,
            state=one.state,
            unit=one.unit.short,
            lon=round(one.centre.x, 7),
            lat=round(one.centre.y, 7),
            at=one.opened_at,
        )
        for one in found[:PAGE]
    ]
    return PointsOut(kind="cases", points=points, next=points[-1].id if len(found) > PAGE else None)


@operation(router, "GET", "/map/areas", LEADS, summary="行政区域", media=(GEOJSON,))
def get_areas(request: ApiRequest) -> HttpResponse:
    """Areas of county, townships, villages and special units; ``synthetic`` ones are not real borders."""
    return HttpResponse(areas_geojson(), content_type=GEOJSON)
