"""Reading places."""

from dataclasses import dataclass
from uuid import UUID

from django.contrib.gis.geos import Polygon
from django.db.models import Q
from django.db.models.functions import Length

from qingshan.commons.base.prepared import Prepared
from qingshan.commons.places.models import Area, Division


def county_code() -> str:
    """Code of the county this installation serves ("" before the plan is loaded)."""
    code = Division.objects.filter(level="county", valid_to__isnull=True).values_list("code", flat=True).first()
    return code or ""


def division_names(codes: set[str]) -> dict[str, str]:
    """Names by code for ``codes``."""
    return dict(Division.objects.filter(code__in=codes).values_list("code", "name"))


def villages_in(prefix: str) -> list[tuple[str, str]]:
    """Code and name of today's villages below a division, by code."""
    rows = Division.objects.filter(level="village", code__startswith=prefix, valid_to__isnull=True).order_by("code")
    return list(rows.values_list("code", "name"))


def divisions_found(text: str, limit: int) -> list[Division]:
    """Divisions of today whose name or code holds ``text``, the larger ones first."""
    named = Q(name__icontains=text) | Q(code__startswith=text)
    return list(
        Division.objects.filter(named, valid_to__isnull=True)
        .order_by(Length("code"), "code")
        .select_related("parent")[:limit]
    )


def current_areas(*kinds: str) -> list[Area]:
    """Current areas of the given kinds, by key."""
    return list(Area.objects.filter(current=True, kind__in=kinds).order_by("kind", "key"))


def known_area_keys() -> set[tuple[str, str]]:
    """(kind, key) of every current area."""
    return set(Area.objects.filter(current=True).values_list("kind", "key"))


def county_bbox() -> tuple[float, float, float, float] | None:
    """Bounding box of the county in degrees (west, south, east, north)."""
    area = Area.objects.filter(current=True, kind="county").first()
    return area.geom.extent if area else None


_AREAS = Prepared(
    "places_areas_version",
    [],
    "SELECT count(*) OVER (), id FROM places_area WHERE current ORDER BY id DESC LIMIT 1",
)


def areas_version() -> tuple[int, UUID | None]:
    """Changes whenever an area is added or replaced: number of current areas and the newest one."""
    for count, newest in _AREAS.rows():
        return count, newest
    return 0, None


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPlace:
    """A village or township by name, with a point inside it (CGCS2000 degrees)."""

    code: str
    name: str
    within: str
    level: str
    lon: float
    lat: float


def places_found(text: str, limit: int = 8) -> list[FoundPlace]:
    """Villages and townships whose name or code holds ``text`` and whose area is known, villages first."""
    wanted = text.strip()
    if not wanted:
        return []
    rows = Division.objects.filter(Q(name__icontains=wanted) | Q(code__startswith=wanted), valid_to__isnull=True)
    found = sorted(rows.exclude(level="county")[:200], key=lambda d: (d.level != "village", len(d.name), d.code))
    areas = Area.objects.filter(current=True, kind__in=("village", "township"), key__in=[d.code for d in found])
    inner = {area.key: area.geom.point_on_surface for area in areas}
    names = division_names({d.code[:9] for d in found})
    return [
        FoundPlace(
            code=d.code,
            name=d.name,
            within=names.get(d.code[:9], "") if d.level == "village" else "",
            level=d.level,
            lon=inner[d.code].x,
            lat=inner[d.code].y,
        )
        for d in found
        if d.code in inner
    ][:limit]


def areas_meeting(box: tuple[float, float, float, float]) -> list[Area]:
    """Current townships and villages that meet a box in degrees (west, south, east, north), by key."""
    wanted = Polygon.from_bbox(box)
    wanted.srid = 4490
    rows = Area.objects.filter(current=True, kind__in=("township", "village"), geom__bboverlaps=wanted)
    return list(rows.order_by("kind", "key"))
