"""Making leads: the row of a lead from what is known of it, one or many at a time (登记)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import shapely
from django.contrib.gis.db.models import GeometryField
from django.contrib.gis.geos import GEOSGeometry, Point
from django.db.models import Field, JSONField
from psycopg.types.json import Jsonb
from shapely.geometry.base import BaseGeometry

from qingshan.commons.base.counters import take_numbers
from qingshan.commons.base.ids import new_id
from qingshan.commons.base.prepared import Prepared
from qingshan.commons.people.models import Unit
from qingshan.contexts.campaigns.public import InForce, campaign_for
from qingshan.contexts.leads.models import Lead
from qingshan.domain.numbering import Series


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a lead lies: village code (or the township's), responsible unit, share per unit, on a border or not."""

    division: str
    township_name: str
    village_name: str
    unit: Unit
    border: bool
    shares: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fresh:
    """What is known of a lead when it is registered. Geometry in EPSG:4490, areas in m².

    ``precision``: "" for a position of its own, "village" or "township" for the inner point of that place (未定位).
    """

    channel: str
    geometry: BaseGeometry
    place: Place
    discovered_at: datetime
    source_no: str = ""
    patch_type: str = ""
    area_m2: float | None = None
    declared_area_m2: float | None = None
    earlier_image: date | None = None
    later_image: date | None = None
    description: str = ""
    place_text: str = ""
    attributes: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    precision: str = ""


def series_for(in_force: InForce, now: datetime) -> Series:
    """The series of lead numbers of this year."""
    year = now.astimezone(in_force.zone).year
    return Series(kind="lead", year=year, pattern=in_force.plan.numbering["lead"].pattern)


def number_for(in_force: InForce, now: datetime) -> str:
    """The next lead number of this year; from here to the end of the transaction others wait for theirs."""
    series = series_for(in_force, now)
    return series.format(take_numbers(series.key)[0])


def campaign_id_for(in_force: InForce, moment: datetime) -> UUID:
    """The campaign the moment falls into, else the current one (一-4)."""
    day = moment.astimezone(in_force.zone).date()
    return in_force.id if in_force.start <= day <= in_force.end else campaign_for(day) or in_force.id


def build_leads(
    *,
    fresh: Sequence[Fresh],
    numbers: Sequence[str],
    state: str,
    now: datetime,
    claimed_at: datetime,
    due_at: datetime | None,
    in_force: InForce,
    campaign_id: UUID,
    batch_id: UUID | None = None,
    batch_name: str = "",
) -> list[Lead]:
    """Unsaved leads in ``state``; their journal entry is written by the caller."""
    events = {"lead.register": claimed_at.isoformat()}
    if state == "dispatched":
        events["lead.dispatch"] = claimed_at.isoformat()
    return [
        Lead(
            id=new_id(),
            number=number,
            campaign_id=campaign_id,
            channel=one.channel,
            direction=in_force.plan.channel(one.channel).direction,
            state=state,
            state_since=now,
            due_at=due_at,
            title=title_of(one, in_force),
            place_text=one.place_text,
            description=one.description,
            source_no=one.source_no,
            patch_type=one.patch_type,
            area_m2=_decimal(one.area_m2),
            declared_area_m2=_decimal(one.declared_area_m2),
            earlier_image=one.earlier_image,
            later_image=one.later_image,
            geom=to_geos(one.geometry),
            centre=to_point(one.geometry),
            division=one.place.division,
            township_name=one.place.township_name,
            village_name=one.place.village_name,
            unit=one.place.unit,
            border=one.place.border,
            shares=[list(s) for s in one.place.shares],
            discovered_at=one.discovered_at,
            received_at=claimed_at,
            events=events,
            batch_id=batch_id,
            batch_name=batch_name,
            attributes=dict(one.attributes),
            notes="\n".join(one.notes),
            precision=one.precision,
        )
        for one, number in zip(fresh, numbers, strict=True)
    ]


def store_lead(lead: Lead) -> None:
    """Save a new lead by a statement planned once; what it is found by is filled in by the database."""
    _STORE.rows(*(convert(getattr(lead, name)) for name, convert in _COLUMNS.items()))


def _same(value: Any) -> Any:
    return value


def _wkb(value: GEOSGeometry) -> str:
    return bytes(value.hexewkb).decode("ascii")


def _converter(field: "Field[Any, Any]") -> Callable[[Any], Any]:
    if isinstance(field, GeometryField):
        return _wkb
    return Jsonb if isinstance(field, JSONField) else _same


_COLUMNS = {field.attname: _converter(field) for field in Lead._meta.concrete_fields}  # noqa: SLF001 - its description
_STORE = Prepared(
    "leads_store_lead",
    ["unknown"] * len(_COLUMNS),  # each is what its column is
    f"INSERT INTO leads_lead ({', '.join(_COLUMNS)})"  # noqa: S608 - our columns, no values
    f" VALUES ({', '.join(f'${place}' for place in range(1, len(_COLUMNS) + 1))})",
)


def title_of(one: Fresh, in_force: InForce) -> str:
    """Short title for lists: village, kind of patch, or channel."""
    where = one.place.village_name or one.place.township_name
    return title_text(where, one.patch_type, channel=one.channel, in_force=in_force)


def title_text(where: str, patch_type: str, *, channel: str, in_force: InForce) -> str:
    """The title of a lead of ``patch_type`` (or none) at a place."""
    what = in_force.plan.intake.patch_types.get(patch_type, "") or in_force.plan.channel(channel).label
    return f"{where}{what}"[:200]


def _decimal(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(f"{value:.2f}")


def to_geos(geometry: BaseGeometry) -> GEOSGeometry:
    """The database's form of a geometry in EPSG:4490."""
    return GEOSGeometry(memoryview(shapely.to_wkb(geometry)), srid=4490)


def to_point(geometry: BaseGeometry) -> Point:
    """A point inside the geometry, in the database's form."""
    inner = geometry if isinstance(geometry, shapely.Point) else geometry.representative_point()
    return Point(inner.x, inner.y, srid=4490)
