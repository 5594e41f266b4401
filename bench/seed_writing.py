"""Writing invented matters in bulk: rows of any table through COPY, and journal chains whose hashes hold."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any
from uuid import UUID

from django.contrib.gis.db.models import GeometryField
from django.db.models import Field, JSONField, Model

from qingshan.commons.base.bulk import copy_rows
from qingshan.commons.files.models import StoredFile
from qingshan.commons.journal.models import Entry, Matter
from qingshan.commons.journal.payloads import entry_columns, payload_of
from qingshan.commons.journal.services import MatterChange
from qingshan.contexts.campaigns.public import InForce
from qingshan.domain.acts import act_kind
from qingshan.domain.journal import ALGORITHM, GENESIS, canonical, entry_hash

DOOR = "seed"


MARK = "5eed0000"
"""How every key of an invented matter ends, so that copies of it can be told by another end (`seed_copies`)."""


def id_at(moment: datetime, random: Random) -> UUID:
    """A UUIDv7 of ``moment``: lists that go by key then show invented matters in the order of their time."""
    stamp = int(moment.timestamp() * 1000)
    noise = random.getrandbits(42) << 32 | int(MARK, 16)
    return UUID(int=stamp << 80 | 7 << 76 | (noise >> 62) << 64 | 2 << 62 | noise & (1 << 62) - 1)


class Rows:
    """Rows of many tables, kept until `flush` writes them in the order in which the tables were named."""

    def __init__(self, order: Iterable[type[Model]]) -> None:
        """``order``: tables that others point at come first."""
        self._order = list(order)
        self._rows: dict[type[Model], list[Model]] = defaultdict(list)

    def add(self, *rows: Model) -> None:
        """Keep rows; a table that `flush` does not know is a mistake."""
        for row in rows:
            if type(row) not in self._order:
                raise LookupError(f"{type(row).__name__} has no place in the order")
            self._rows[type(row)].append(row)

    def flush(self) -> None:
        """Write everything kept."""
        for model in self._order:
            if rows := self._rows.pop(model, []):
                _copy(model, rows)


def _copy(model: type[Model], rows: list[Model]) -> None:
    table = model._meta  # noqa: SLF001 - Django's documented door to a model's columns
    fields = [field for field in table.concrete_fields if not field.generated]
    columns = [(field.attname, _kind(field)) for field in fields]
    copy_rows(
        table.db_table,
        [field.column for field in fields],
        ([_value(getattr(row, name), kind) for name, kind in columns] for row in rows),
    )


def _kind(field: "Field[Any, Any]") -> str:
    return "json" if isinstance(field, JSONField) else "geometry" if isinstance(field, GeometryField) else ""


def _value(value: Any, kind: str) -> Any:
    if kind == "json":
        return json.dumps(value, ensure_ascii=False)
    return value.hexewkb.decode() if kind == "geometry" else value


class Chains:
    """Journal entries of invented acts: each matter's chain goes on from its own last entry."""

    def __init__(self, rows: Rows, random: Random) -> None:
        """Entries and matters are handed to ``rows``; a chain must be whole before the next `Rows.flush`."""
        self._rows, self._random = rows, random
        self._matters: dict[UUID, Matter] = {}
        self.entries = 0

    def act(
        self,
        act: str,
        change: MatterChange,
        *,
        at: datetime,
        actor: str,
        act_id: UUID | None = None,
        personal: Mapping[str, Mapping[str, str]] | None = None,
    ) -> UUID:
        """Write one act on one matter; ``personal``: references of values stored beside it. Returns the act's id."""
        kind, refs = act_kind(act), dict(personal or {})
        matter = self._matters.get(change.matter_id) or self._open(change)
        entry = Entry(
            id=id_at(at, self._random),
            act_id=act_id or id_at(at, self._random),
            matter_id=change.matter_id,
            seq=matter.seq + 1,
            act=kind.name,
            act_version=kind.version,
            account_id=None,
            actor=actor,
            door=DOOR,
            acted_at=at,
            recorded_at=at,
            previous_hash=matter.head_hash,
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
        entry.hash = entry_hash(entry.previous_hash, entry.payload)
        matter.seq, matter.head_hash = entry.seq, entry.hash
        matter.division, matter.unit_id, matter.also_unit_id = change.division, change.unit_id, change.also_unit_id
        self._rows.add(entry)
        self.entries += 1
        return entry.act_id

    def _open(self, change: MatterChange) -> Matter:
        matter = Matter(
            id=change.matter_id, kind=change.kind, number=change.number, seq=0, head_hash=GENESIS, partition="open"
        )
        self._matters[matter.id] = matter
        self._rows.add(matter)
        return matter

    def close(self) -> None:
        """Forget the chains; they are written."""
        self._matters.clear()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What all invented matters share: where they are written, plan, stored evidence, chance, end of time."""

    rows: Rows
    chains: Chains
    in_force: InForce
    files: Sequence[StoredFile]
    random: Random
    until: datetime

    def id_at(self, moment: datetime) -> UUID:
        """A key of that moment."""
        return id_at(moment, self.random)
