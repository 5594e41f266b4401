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
_METRES_PER_DEGREE = 110_500.0
_DISTANCE = "ST_Distance(leads_lead.geom::geography, ST_SetSRID(ST_MakePoint(%s, %s), 4490)::geography)"


@dataclass(frozen=True, slots=True, kw_only=True)
class NearLead:
    """A lead and how far its patch lies from the place, in metres along the ellipsoid (0: the place is inside it)."""

    lead: Lead
    metres: int


def nearby_radius(in_force: InForce) -> int:
    """How near is near, in metres; 0 where the plan does not say."""
    figure = in_force.plan.figures.get(RADIUS)
    return figure.value if figure else 0


def leads_near(
    viewer: Viewer, *, lon: float, lat: float, metres: int, but: UUID | None = None, limit: int = MOST
) -> Sequence[NearLead]:
    """Leads in scope whose patch lies within ``metres`` of a place (CGCS2000 degrees), the nearest first.

    The box comes first: its operator may use the index before row security is asked, the exact distance may not.
    """
    high = metres / _METRES_PER_DEGREE
    wide = high / max(math.cos(math.radians(lat)), 0.01)
    box = Polygon.from_bbox((lon - wide, lat - high, lon + wide, lat + high))
    box.srid = 4490
    distance = RawSQL(_DISTANCE, [lon, lat], output_field=FloatField())  # noqa: S611 - values are parameters
    rows = visible_leads(viewer).filter(geom__bboverlaps=box).annotate(metres=distance).filter(metres__lte=metres)
    if but is not None:
        rows = rows.exclude(id=but)
    found = rows.defer("geom", "attributes").order_by("metres", "id")[:limit]
    return [NearLead(lead=lead, metres=round(lead.metres)) for lead in found]
