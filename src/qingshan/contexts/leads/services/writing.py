"""Writing what a batch brings: leads, sources, dispatches, journal and the outcome of each row, piece by piece."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
import numpy.typing as npt
import shapely
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.types.json import Jsonb

from qingshan.commons.base.bulk import NULL, Beside, Staging, field, json_field
from qingshan.commons.base.ids import new_id_text
from qingshan.commons.inbox.models import Batch
from qingshan.commons.journal.openings import Openings
from qingshan.commons.journal.services import actor_text
from qingshan.commons.people.viewer import Acting
from qingshan.commons.search.grams import found_by
from qingshan.contexts.campaigns.public import InForce
from qingshan.contexts.leads.deadlines import next_due
from qingshan.contexts.leads.ledger import lead_ledger, local_text, own_fields
from qingshan.contexts.leads.models import Lead
from qingshan.contexts.leads.services.registering import Fresh, build_leads, campaign_id_for, title_of
from qingshan.contexts.leads.services.sorting import Sorted
from qingshan.contexts.leads.services.source_duties import duties_of_source
from qingshan.domain.acts import MatterKind

_STAGED = {
    "id": "uuid", "number": "text", "title": "text", "description": "text", "source_no": "text", "patch_type": "text",
    "area_m2": "numeric", "declared_area_m2": "numeric", "earlier_image": "date", "later_image": "date",
    "geom": "geometry", "centre": "geometry", "division": "text", "township_name": "text", "village_name": "text",
    "unit_id": "uuid", "border": "boolean", "shares": "jsonb", "attributes": "jsonb", "notes": "text",
    "place_text": "text", "discovered_at": "timestamptz", "precision": "text",
    "search": "text", "grams": "tsvector", "key": "text", "geometry_digest": "text", "source_id": "uuid",
    "dispatch_id": "uuid",
}  # fmt: skip
_OF_SOURCE = {"key", "geometry_digest", "source_id", "dispatch_id"}
_SHARED = (
    "campaign_id", "channel", "direction", "state", "state_since", "due_at",
    "received_at", "active_since", "missing_by", "verdict", "unfounded_reason", "verified_at", "verifiers", "batch_id",
    "batch_name",
)  # fmt: skip
_ROW = {
    "id": "uuid", "row_no": "integer", "outcome": "text", "reason": "text", "notes": "text", "source_no": "text",
    "matter_id": "uuid", "attributes": "jsonb",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shapes:
    """Geometries of a piece in the database's form, with a point inside each."""

    geom: npt.NDArray[np.object_]
    centre: npt.NDArray[np.object_]
    lon: list[float]
    lat: list[float]


class BatchWriter:
    """Writes the sorted rows of one batch beside the sorting (`Beside`)."""

    def __init__(
        self, batch: Batch, in_force: InForce, acting: Acting, beside: Beside, *, told: Mapping[str, object]
    ) -> None:
        """Prepare the act that registers the leads of ``batch``; ``told`` goes into every entry."""
        self._batch, self._in_force, self._beside = batch, in_force, beside
        self._now, self._claimed_at, self._by = acting.now(), acting.claimed_at(), actor_text(acting)
        self._campaign_id = campaign_id_for(in_force, acting.claimed_at())
        self._openings = Openings(act="lead.register", kind=MatterKind.LEAD.value, acting=acting)
        self._leads, self._rows = Staging("leads", _STAGED), Staging("rows", _ROW)
        self._first: Lead | None = None
        self._ledger: dict[str, object] = {}
        channel = in_force.plan.channel(batch.channel)
        self._owed = duties_of_source(channel, in_force, came_at=self._claimed_at).columns()
        self._told = {"batch": batch.name, "file_sha256": batch.sha256, **told}
        self.accepted = 0

    @property
    def act_id(self) -> UUID | None:
        """The act, None while nothing was accepted."""
        return self._openings.act_id if self.accepted else None

    def write(self, rows: Sequence[Sorted], numbers: Sequence[str]) -> None:
        """Write a piece; ``numbers`` are those of the accepted rows."""
        accepted = [(row, row.fresh) for row in rows if row.fresh is not None]
        ids = [new_id_text() for _ in accepted]
        leads, entries = self._lines(accepted, ids, numbers)
        by_row = {row.row_no: lead_id for (row, _), lead_id in zip(accepted, ids, strict=True)}
        outcomes = [_row_line(row, by_row.get(row.row_no, NULL)) for row in rows]
        self.accepted += len(accepted)
        self._beside.write(lambda wrapper: self._store(wrapper, leads, entries, outcomes))

    def _lines(
        self, accepted: Sequence[tuple[Sorted, Fresh]], ids: Sequence[str], numbers: Sequence[str]
    ) -> tuple[list[str], list[str]]:
        """Lines of the leads and of their first entries."""
        if not accepted:
            return [], []
        if self._first is None:
            self._settle_first(accepted[0][1], numbers[0])
        shapes = _shapes([fresh for _, fresh in accepted])
        leads, entries = [], []
        for at, ((row, fresh), lead_id, number) in enumerate(zip(accepted, ids, numbers, strict=True)):
            title = title_of(fresh, self._in_force)
            leads.append(self._lead_line(row, fresh, lead_id, number, title, shapes.geom[at], shapes.centre[at]))
            ledger = {
                **self._ledger,
                **own_fields(
                    lead_id=lead_id, number=number, source_no=fresh.source_no, patch_type=fresh.patch_type,
                    title=title, division=fresh.place.division, township=fresh.place.township_name,
                    village=fresh.place.village_name, unit=fresh.place.unit.name, lon=shapes.lon[at],
                    lat=shapes.lat[at], area_m2=fresh.area_m2, place=fresh.place_text,
                    discovered_at=local_text(fresh.discovered_at, self._in_force.zone), precision=fresh.precision,
                ),
            }  # fmt: skip
            entries.append(self._entry_line(row, fresh, lead_id, number, ledger))
        return leads, entries

    def _settle_first(self, fresh: Fresh, number: str) -> None:
        """Work out once what all leads of the batch share: state, due date, ledger fields."""
        [lead] = build_leads(
            fresh=[fresh], numbers=[number], state="dispatched" if self._batch.dispatch else "received",
            now=self._now, claimed_at=self._claimed_at, due_at=None, in_force=self._in_force,
            campaign_id=self._campaign_id, batch_id=self._batch.id, batch_name=self._batch.name,
        )  # fmt: skip
        lead.due_at = next_due(lead, self._in_force, self._now)
        self._ledger = lead_ledger(lead, self._in_force, unit_name=fresh.place.unit.name)
        self._first = lead

    def _lead_line(
        self, row: Sorted, fresh: Fresh, lead_id: str, number: str, title: str, geom: str, centre: str
    ) -> str:
        place = fresh.place
        search, grams = _found_by(number, title, fresh, self._batch.name)
        return "\t".join(
            (
                lead_id, field(number), field(title), field(fresh.description), field(fresh.source_no),
                field(fresh.patch_type), _amount(fresh.area_m2), _amount(fresh.declared_area_m2),
                str(fresh.earlier_image or NULL), str(fresh.later_image or NULL), geom, centre, place.division,
                field(place.township_name), field(place.village_name), str(place.unit.id),
                "t" if place.border else "f", json_field(place.shares), json_field(dict(fresh.attributes)),
                field("\n".join(fresh.notes)), field(fresh.place_text), fresh.discovered_at.isoformat(),
                fresh.precision, search, grams, field(row.key), row.digest, new_id_text(),
                new_id_text(),
            )
        )  # fmt: skip

    def _entry_line(self, row: Sorted, fresh: Fresh, lead_id: str, number: str, ledger: dict[str, object]) -> str:
        return self._openings.line(
            matter_id=lead_id,
            number=number,
            division=fresh.place.division,
            unit_id=fresh.place.unit.id,
            ledger=ledger,
            details={
                **self._told,
                "row": row.row_no,
                "dispatched_to": fresh.place.unit.name if self._batch.dispatch else "",
                "border": fresh.place.border,
                "notes": list(row.notes),
            },
        )

    def _store(
        self, wrapper: BaseDatabaseWrapper, leads: Sequence[str], entries: Sequence[str], outcomes: Sequence[str]
    ) -> None:
        if leads:
            self._store_leads(wrapper, leads)
            self._openings.write(wrapper, entries)
        self._rows.load(wrapper, outcomes)
        self._rows.insert(wrapper, "inbox_batchrow", {name: name for name in _ROW}, {"batch_id": self._batch.id})

    def _store_leads(self, wrapper: BaseDatabaseWrapper, lines: Sequence[str]) -> None:
        first = self._first
        if first is None:
            raise LookupError("no lead to take the shared values from")
        self._leads.load(wrapper, lines)
        shared = {name: getattr(first, name) for name in _SHARED}
        shared["events"] = Jsonb(first.events)
        self._leads.insert(wrapper, "leads_lead", {n: n for n in _STAGED if n not in _OF_SOURCE}, shared)
        self._leads.insert(
            wrapper,
            "leads_source",
            {
                "id": "source_id", "lead_id": "id", "key": "key", "geometry_digest": "geometry_digest",
                "number": "source_no",
            },
            {"channel": first.channel, "came_at": self._claimed_at, "entered_by": self._by, **self._owed},
        )  # fmt: skip
        if self._batch.dispatch:
            self._leads.insert(
                wrapper,
                "leads_dispatch",
                {"id": "dispatch_id", "lead_id": "id", "unit_id": "unit_id"},
                {"dispatched_at": self._now, "dispatched_by": self._by, "received_by": "", "return_reason": ""},
            )


def _shapes(fresh: Sequence[Fresh]) -> _Shapes:
    array = np.empty(len(fresh), dtype=object)
    array[:] = [one.geometry for one in fresh]
    inner = shapely.point_on_surface(array)
    return _Shapes(
        geom=_hex(array), centre=_hex(inner), lon=shapely.get_x(inner).tolist(), lat=shapely.get_y(inner).tolist()
    )


def _hex(array: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    forms = shapely.to_wkb(shapely.set_srid(array, 4490), hex=True, include_srid=True)
    return np.asarray(forms, dtype=object)


def _amount(value: float | None) -> str:
    return NULL if value is None else f"{value:.2f}"


def _found_by(number: str, title: str, fresh: Fresh, batch: str) -> tuple[str, str]:
    """What the lead is found by; the same as the database puts together for a lead registered by hand."""
    values = (str(v) for v in fresh.attributes.values() if v is not None and not isinstance(v, bool))
    place = fresh.place
    return found_by(
        (
            number, title, fresh.source_no, fresh.place_text, place.township_name, place.village_name,
            fresh.description, batch, *values,
        )
    )  # fmt: skip


def _row_line(row: Sorted, matter_id: str) -> str:
    return "\t".join(
        (
            new_id_text(), str(row.row_no), row.outcome, field(row.reason), field("\n".join(row.notes)),
            field(row.source_no), matter_id, json_field(dict(row.attributes)),
        )
    )  # fmt: skip
