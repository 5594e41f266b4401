"""The bulk door for matters that come with a history of their own (接管): each with its claimed moment and its names.

Like `openings`, but every entry has its own ``acted_at`` and may bring personal values. Rows go in by COPY.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.gis.db.models import GeometryField
from django.db.models import Field, JSONField, Model

from qingshan.commons.base.bulk import copy_rows
from qingshan.commons.base.ids import new_id
from qingshan.commons.journal.models import Entry, Matter, PersonalValue, SubjectKey
from qingshan.commons.journal.payloads import entry_columns, payload_of
from qingshan.commons.journal.personal import encrypt_personal, references
from qingshan.commons.journal.services import MatterChange, actor_text, recording_moment
from qingshan.commons.people.viewer import Acting
from qingshan.domain.acts import act_kind
from qingshan.domain.journal import ALGORITHM, GENESIS, canonical, entry_hash


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedNames:
    """Personal values of one matter, encrypted but not stored yet; ``refs`` is what the entry says of them."""

    subject: SubjectKey | None = None
    rows: Sequence[PersonalValue] = ()

    @property
    def refs(self) -> dict[str, dict[str, str]]:
        """Per field ``{"id", "digest"}``."""
        return references(self.rows)

    def id_of(self, name: str) -> UUID | None:
        """Id of the value of a field."""
        return next((row.id for row in self.rows if row.field == name), None)


def seal_names(*, matter_id: UUID, values: dict[str, str]) -> SealedNames:
    """Encrypt the filled ones of ``values`` for a matter that is about to be opened."""
    subject, rows = encrypt_personal(matter_id=matter_id, values=values)
    return SealedNames(subject=subject, rows=rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedOpening:
    """First entry of a new matter, done at ``acted_at`` as somebody else's record claims."""

    change: MatterChange
    acted_at: datetime
    names: SealedNames = field(default_factory=SealedNames)


def open_claimed(*, act: str, acting: Acting, openings: Sequence[ClaimedOpening], act_id: UUID) -> None:
    """Open many new matters in one act; must run inside `act_transaction`."""
    recorded_at, actor = recording_moment(acting), actor_text(acting)
    entries = [_entry(act, acting, one, act_id, recorded_at, actor) for one in openings]
    copy_models(
        [
            Matter(
                id=one.change.matter_id,
                kind=one.change.kind,
                number=one.change.number,
                division=one.change.division,
                unit_id=one.change.unit_id,
                also_unit_id=one.change.also_unit_id,
                seq=1,
                head_hash=entry.hash,
                partition="open",
            )
            for one, entry in zip(openings, entries, strict=True)
        ]
    )
    copy_models(entries)
    copy_models([one.names.subject for one in openings if one.names.subject is not None])
    copy_models([row for one in openings for row in one.names.rows])


def _entry(act: str, acting: Acting, one: ClaimedOpening, act_id: UUID, recorded_at: datetime, actor: str) -> Entry:
    kind, change, refs = act_kind(act), one.change, one.names.refs
    entry = Entry(
        id=new_id(),
        act_id=act_id,
        matter_id=change.matter_id,
        seq=1,
        act=kind.name,
        act_version=kind.version,
        account_id=acting.viewer.account_id,
        actor=actor,
        door=acting.door,
        acted_at=one.acted_at,
        recorded_at=recorded_at,
        previous_hash=GENESIS,
        algorithm=ALGORITHM,
    )
    entry.payload = canonical(
        payload_of(
            entry_columns(entry),
            kind=change.kind,
            number=change.number,
            division=change.division,
            unit_id=change.unit_id,
            also_unit_id=change.also_unit_id,
            ledger=change.ledger,
            details=change.details,
            personal=refs,
        )
    )
    entry.hash = entry_hash(GENESIS, entry.payload)
    return entry


def copy_models(rows: Sequence[Model]) -> int:
    """Insert unsaved rows of one table through COPY; their keys are made already. Returns how many."""
    if not rows:
        return 0
    table = type(rows[0])._meta  # noqa: SLF001 - Django's documented door to a model's columns
    fields = [one for one in table.concrete_fields if not one.generated]
    columns = [(one.attname, _kind(one)) for one in fields]
    return copy_rows(
        table.db_table,
        [one.column for one in fields],
        ([_value(getattr(row, name), kind) for name, kind in columns] for row in rows),
    )


def _kind(one: "Field[Any, Any]") -> str:
    return "json" if isinstance(one, JSONField) else "geometry" if isinstance(one, GeometryField) else ""


def _value(value: Any, kind: str) -> Any:
    if kind == "json":
        return json.dumps(value, ensure_ascii=False, default=str)
    return value.hexewkb.decode() if kind == "geometry" else value
