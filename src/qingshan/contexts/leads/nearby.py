"""Leads near a place (附近线索): what has been said already about the same hill."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.contrib.gis.geos import Polygon
from django.db.models import FloatField
from django.db.models.expressions import RawSQL

from qingshan.commons.people.viewer import Viewer
from qingshan.contexts.campaigns.public import InForce
from qingshan.contexts.leads.models import Lead
from qingshan.contexts.leads.policy import visible_leads

MOST = 10
"""Leads that are shown."""
RADIUS = "nearby_radius"
"""The plan's figure: how near is near, in metres."""
_AXIS, _E2 = 6_378_137.0, 0.006_694_380_022_9
_DISTANCE = "ST_Distance(ST_Scale(leads_lead.geom, %s, %s), ST_SetSRID(ST_MakePoint(%s, %s), 4490))"
"""Degrees stretched to metres: within a millimetre in a kilometre, for a hundredth of what geodesics cost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NearLead:
    """A lead and how far its patch lies from the place, in metres (0: the place is inside it)."""

    lead: Lead
    metres: int


def nearby_radius(in_force: InForce) -> int:
    """How near is near, in metres; 0 where the plan does not say."""
    figure = in_force.plan.figures.get(RADIUS)
    return figure.value if figure else 0


def metres_per_degree(lat: float) -> tuple[float, float]:
    """Length of a degree of longitude and of latitude on the ellipsoid of CGCS2000 at a latitude, in metres."""
    phi = math.radians(lat)
    squeeze = 1 - _E2 * math.sin(phi) ** 2
    east = _AXIS * math.cos(phi) / math.sqrt(squeeze)
    north = _AXIS * (1 - _E2) / squeeze**1.5
    return math.radians(east), math.radians(north)


def leads_near(
    viewer: Viewer, *, lon: float, lat: float, metres: int, but: UUID | None = None, limit: int = MOST
) -> Sequence[NearLead]:
    """Leads in scope whose patch lies within ``metres`` of a place (CGCS2000 degrees), the nearest first.

    The box comes first: its operator may use the index before row security is asked, the exact distance may not.
    """
    east, north = metres_per_degree(lat)
    high, wide = metres / north * 1.01, metres / east * 1.01
    box = Polygon.from_bbox((lon - wide, lat - high, lon + wide, lat + high))
    box.srid = 4490
    distance = RawSQL(_DISTANCE, [east, north, lon * east, lat * north], output_field=FloatField())  # noqa: S611 - values are parameters
    rows = visible_leads(viewer).filter(geom__bboverlaps=box).annotate(metres=distance).filter(metres__lte=metres)
    if but is not None:
        rows = rows.exclude(id=but)
    found = rows.defer("geom", "attributes").order_by("metres", "id")[:limit]
    return [NearLead(lead=lead, metres=round(lead.metres)) for lead in found]
