"""Areas as GeoJSON for maps: county, townships, villages, special units; simplified, for looking at only."""

import json
from functools import lru_cache
from uuid import UUID

import shapely

from qingshan.commons.places.models import Area
from qingshan.commons.places.selectors import current_areas

COARSE = 0.0001
"""Degrees by which areas are simplified, about 10 m; routing uses the areas as stored."""


def areas_geojson() -> bytes:
    """All current areas (CGCS2000 degrees) with ``key kind name``; ``synthetic`` ones are not real borders."""
    newest = Area.objects.filter(current=True).order_by("-id").values_list("id", flat=True).first()
    return _areas(newest)


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
