"""Writing places: divisions from the plan, areas generated or imported."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.contrib.gis.geos import GEOSGeometry, MultiPolygon, Polygon
from django.db import transaction

from qingshan.commons.places.models import Area, Division


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaInput:
    """An area to store: key (division code or unit slug), kind, name, WKB in EPSG:4490, where it comes from."""

    key: str
    kind: str
    name: str
    wkb: bytes
    synthetic: bool
    source: str


def store_divisions(*, names: Mapping[str, str], source: str, valid_from: date | None = None) -> int:
    """Create or rename divisions by code; a code that is gone keeps its row. Returns how many rows were written."""
    levels = {6: "county", 9: "township", 12: "village"}
    known = set(Division.objects.values_list("code", flat=True))
    written = 0
    with transaction.atomic():
        for code in sorted(names, key=lambda c: (len(c), c)):
            parent = code[: len(code) - 3] if len(code) > 6 else None
            if code in known:
                written += Division.objects.filter(code=code).exclude(name=names[code]).update(name=names[code])
                continue
            Division.objects.create(
                code=code,
                name=names[code],
                level=levels[len(code)],
                parent_id=parent,
                valid_from=valid_from,
                source=source,
            )
            written += 1
    return written


def store_areas(*, areas: Iterable[AreaInput]) -> int:
    """Store areas as the current ones of their keys; the ones they replace are kept as former versions."""
    count = 0
    with transaction.atomic():
        for area in areas:
            former = Area.objects.filter(key=area.key, kind=area.kind).order_by("-version").first()
            Area.objects.filter(key=area.key, kind=area.kind, current=True).update(current=False)
            Area.objects.create(
                key=area.key,
                kind=area.kind,
                name=area.name,
                geom=_multi(area.wkb),
                synthetic=area.synthetic,
                source=area.source,
                version=former.version + 1 if former else 1,
            )
            count += 1
    return count


def _multi(wkb: bytes) -> MultiPolygon:
    geometry = GEOSGeometry(memoryview(wkb), srid=4490)
    if isinstance(geometry, Polygon):
        return MultiPolygon(geometry, srid=4490)
    if isinstance(geometry, MultiPolygon):
        return geometry
    raise ValueError(f"范围须为面，得到 {geometry.geom_type}")
