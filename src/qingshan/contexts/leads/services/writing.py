"""Writing what a batch brings: leads, sources, dispatches, journal and the outcome of each row, piece by piece."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.types.json import Jsonb

from qingshan.commons.base.bulk import NULL, Beside, Staging, field, fields, json_field, json_text
from qingshan.commons.base.ids import new_id_text
from qingshan.commons.inbox.models import Batch
from qingshan.commons.journal.openings import EntryForm, Openings
from qingshan.commons.journal.services import actor_text
from qingshan.commons.people.models import Unit
from qingshan.commons.people.viewer import Acting
from qingshan.commons.search.grams import found_by
from qingshan.contexts.campaigns.public import InForce
from qingshan.contexts.leads.deadlines import next_due
from qingshan.contexts.leads.ledger import lead_ledger, local_text
from qingshan.contexts.leads.models import Lead
from qingshan.contexts.leads.services.reading import Patch
from qingshan.contexts.leads.services.registering import Fresh, Place, build_leads, campaign_id_for, title_text
from qingshan.contexts.leads.services.sorting import Sorted
from qingshan.contexts.leads.services.source_duties import duties_of_source
from qingshan.domain.acts import MatterKind
from qingshan.domain.journal import text_form

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


_OWN = (
    "ledger.lead_id", "ledger.lead_number", "ledger.source_no", "ledger.title", "ledger.division", "ledger.township",
    "ledger.village", "ledger.unit", "ledger.lon", "ledger.lat", "ledger.area_m2", "ledger.patch_type", "ledger.place",
    "ledger.discovered_at", "details.row", "details.dispatched_to", "details.border", "details.notes",
)  # fmt: skip
"""What differs between the first entries of one batch: `own_fields` of the ledger, and what the act says of a row."""
_PRECISION = "precision"


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
        self._forms: dict[bool, EntryForm] = {}
        self._titles: dict[tuple[str, str], str] = {}
        self._places: dict[int, _PlaceTexts] = {}
        self._moments: dict[datetime, tuple[str, str]] = {}
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
        leads: list[str] = []
        entries: list[str] = []
        outcomes: list[str] = []
        left = iter(numbers)
        self._places.clear()  # told by identity, which lasts as long as the piece
        for row in rows:
            lead_id, attributes, patch = NULL, json_field(row.attributes), row.fresh
            if patch is not None and row.place is not None:
                lead_id, number = new_id_text(), next(left)
                place = self._place(row.place)
                title = self._title(row.place, patch.patch_type)
                leads.append(self._lead_line(row, patch, place, lead_id, number, title))
                entries.append(self._entry_line(row, patch, place, lead_id, number, title))
            outcomes.append(_row_line(row, lead_id, attributes))
        self.accepted += len(leads)
        self._beside.write(lambda wrapper: self._store(wrapper, leads, entries, outcomes))

    def _form(self, row: Sorted, patch: Patch, number: str) -> EntryForm:
        """The payload of entries with a position of their own, or of those without; worked out once each."""
        form = self._forms.get(not patch.precision)
        if form is None:
            lead = self._settled(row, patch, number)
            ledger = lead_ledger(lead, self._in_force, unit_name="")
            ledger.pop(_PRECISION, None)
            own = (*_OWN, f"ledger.{_PRECISION}") if patch.precision else _OWN
            form = self._forms[not patch.precision] = self._openings.form(ledger=ledger, details=self._told, own=own)
        return form

    def _settled(self, row: Sorted, patch: Patch, number: str) -> Lead:
        """The first lead, which tells what all leads of the batch share: state, due date, ledger fields."""
        if self._first is not None:
            return self._first
        if row.place is None:
            raise LookupError("the row was not accepted")
        fresh = Fresh(
            channel=self._batch.channel, geometry=patch.geometry, place=row.place, discovered_at=patch.discovered_at,
            source_no=row.source_no, patch_type=patch.patch_type, precision=patch.precision,
        )  # fmt: skip
        [lead] = build_leads(
            fresh=[fresh], numbers=[number], state="dispatched" if self._batch.dispatch else "received",
            now=self._now, claimed_at=self._claimed_at, due_at=None, in_force=self._in_force,
            campaign_id=self._campaign_id, batch_id=self._batch.id, batch_name=self._batch.name,
        )  # fmt: skip
        lead.due_at = next_due(lead, self._in_force, self._now)
        self._first = lead
        return lead

    def _place(self, place: Place) -> "_PlaceTexts":
        """A place as the lines need it; many rows share one."""
        found = self._places.get(id(place))
        if found is None:
            found = self._places[id(place)] = _place_texts(place)
        return found

    def _title(self, place: Place, patch_type: str) -> str:
        key = (place.village_name or place.township_name, patch_type)
        found = self._titles.get(key)
        if found is None:
            if len(self._titles) >= MOST_KEPT:
                self._titles.clear()
            found = title_text(*key, channel=self._batch.channel, in_force=self._in_force)
            self._titles[key] = found
        return found

    def _moment(self, moment: datetime) -> tuple[str, str]:
        """A moment for the database, and as a JSON text for the ledger."""
        found = self._moments.get(moment)
        if found is None:
            if len(self._moments) >= MOST_KEPT:
                self._moments.clear()
            local = text_form(local_text(moment, self._in_force.zone))
            found = self._moments[moment] = (moment.isoformat(), local)
        return found

    def _lead_line(self, row: Sorted, patch: Patch, place: "_PlaceTexts", lead_id: str, number: str, title: str) -> str:
        search, grams = _found_by(row, patch, place, number, title, self._batch.name)
        number, title, description, source_no, kind, notes, place_text, key = fields(
            (
                number, title, patch.description, row.source_no, patch.patch_type, "\n".join(row.notes),
                patch.place_text, row.key,
            )
        )  # fmt: skip
        return "\t".join(
            (
                lead_id, number, title, description, source_no, kind, _amount(patch.area_m2),
                _amount(patch.declared_area_m2), str(patch.earlier_image or NULL), str(patch.later_image or NULL),
                patch.geom, patch.centre, place.columns, json_field(patch.extra), notes, place_text,
                self._moment(patch.discovered_at)[0], patch.precision, search, grams, key, patch.digest, new_id_text(),
                new_id_text(),
            )
        )  # fmt: skip

    def _entry_line(
        self, row: Sorted, patch: Patch, place: "_PlaceTexts", lead_id: str, number: str, title: str
    ) -> str:
        form = self._form(row, patch, number)
        own = {
            **place.own,
            "ledger.lead_id": f'"{lead_id}"',
            "ledger.lead_number": text_form(number),
            "ledger.source_no": text_form(row.source_no),
            "ledger.title": text_form(title),
            "ledger.lon": f'"{patch.lon:.6f}"',
            "ledger.lat": f'"{patch.lat:.6f}"',
            "ledger.area_m2": '""' if patch.area_m2 is None else f'"{patch.area_m2:.2f}"',
            "ledger.patch_type": text_form(patch.patch_type),
            "ledger.place": text_form(patch.place_text),
            "ledger.discovered_at": self._moment(patch.discovered_at)[1],
            "ledger.precision": f'"{patch.precision}"',
            "details.row": str(row.row_no),
            "details.notes": f"[{','.join(map(text_form, row.notes))}]",
        }
        if not self._batch.dispatch:
            own["details.dispatched_to"] = '""'
        return self._openings.line_in(form, matter_id=lead_id, number=number, own=own)

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


MOST_KEPT = 5_000
"""Titles and moments that are remembered."""


@dataclass(frozen=True, slots=True)
class _PlaceTexts:
    """A place in COPY text (``columns``, from division to shares), in JSON texts (``own``), and as it is searched."""

    columns: str
    own: Mapping[str, str]
    searched: tuple[str, str]


def _place_texts(place: Place) -> _PlaceTexts:
    unit_id, unit = _unit_texts(place.unit)
    division, township, village = map(text_form, (place.division, place.township_name, place.village_name))
    shares = ",".join([f"[{text_form(name)},{share}]" for name, share in place.shares])
    columns = (
        place.division, field(place.township_name), field(place.village_name), unit_id[1:-1],
        "t" if place.border else "f", json_text(f"[{shares}]"),
    )  # fmt: skip
    own = {
        "division": division,
        "unit_id": unit_id,
        "ledger.division": division,
        "ledger.township": township,
        "ledger.village": village,
        "ledger.unit": unit,
        "details.dispatched_to": unit,
        "details.border": "true" if place.border else "false",
    }
    return _PlaceTexts("\t".join(columns), own, (place.township_name, place.village_name))


def _unit_texts(unit: Unit) -> tuple[str, str]:
    """Key and name as JSON texts."""
    return f'"{unit.id}"', text_form(unit.name)


def _amount(value: float | None) -> str:
    return NULL if value is None else f"{value:.2f}"


def _found_by(row: Sorted, patch: Patch, place: _PlaceTexts, number: str, title: str, batch: str) -> tuple[str, str]:
    """What the lead is found by; the same as the database puts together for a lead registered by hand."""
    values = (str(v) for v in patch.extra.values() if v is not None and not isinstance(v, bool))
    return found_by(
        (title, patch.place_text, *place.searched, patch.description, batch, *values), alone=(number, row.source_no)
    )


def _row_line(row: Sorted, matter_id: str, attributes: str) -> str:
    reason, notes, source_no = fields((row.reason, "\n".join(row.notes), row.source_no))
    return "\t".join((new_id_text(), str(row.row_no), row.outcome, reason, notes, source_no, matter_id, attributes))
