"""The bulk door of the journal: first entries of many new matters, written through COPY.

An import is one act; each matter it opens has its own chain and its own entry.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any, LiteralString
from uuid import UUID

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from qingshan.commons.base.bulk import NULL, Staging, field, json_text
from qingshan.commons.base.ids import new_id, new_id_text
from qingshan.commons.journal.models import Entry
from qingshan.commons.journal.payloads import entry_columns, payload_of
from qingshan.commons.journal.services import MatterChange, actor_text, recording_moment
from qingshan.commons.people.viewer import Acting
from qingshan.domain.acts import act_kind
from qingshan.domain.journal import ALGORITHM, GENESIS, canonical, entry_hash

_COPIED: Mapping[str, LiteralString] = {
    "number": "number", "division": "division", "unit_id": "unit_id", "also_unit_id": "also_unit_id",
}  # fmt: skip


class Openings:
    """Opens many new matters of one kind with one act; must be used inside `act_transaction`.

    `line` prepares a matter's first entry, `write` stores a piece of them. Personal values are not taken here.
    """

    def __init__(self, *, act: str, kind: str, acting: Acting, act_id: UUID | None = None) -> None:
        """Fix who acts and when, for all matters alike."""
        known = act_kind(act)
        self.act_id = act_id or new_id()
        self._kind = kind
        self._entry = Entry(
            id=self.act_id,
            act_id=self.act_id,
            matter_id=self.act_id,
            seq=1,
            act=known.name,
            act_version=known.version,
            account_id=acting.viewer.account_id,
            actor=actor_text(acting),
            door=acting.door,
            acted_at=acting.claimed_at(),
            recorded_at=recording_moment(acting),
            previous_hash=GENESIS,
            algorithm=ALGORITHM,
        )
        self._columns = entry_columns(self._entry)
        self._staging = Staging(
            "openings",
            {
                "id": "uuid", "matter_id": "uuid", "number": "text", "division": "text", "unit_id": "uuid",
                "also_unit_id": "uuid", "payload": "text", "hash": "text",
            },
        )  # fmt: skip

    def line(
        self, *, matter_id: str, number: str, division: str, unit_id: UUID | None, ledger: Mapping[str, Any],
        details: Mapping[str, Any], also_unit_id: UUID | None = None,
    ) -> str:  # fmt: skip
        """One matter's first entry, ready to be written."""
        entry_id = new_id_text()
        payload = canonical(
            payload_of(
                {**self._columns, "id": entry_id, "matter_id": matter_id},
                kind=self._kind, number=number, division=division, unit_id=unit_id, also_unit_id=also_unit_id,
                ledger=ledger, details=details,
            )
        )  # fmt: skip
        own_hash = entry_hash(GENESIS, payload)
        units = f"{unit_id or NULL}\t{also_unit_id or NULL}"
        return f"{entry_id}\t{matter_id}\t{field(number)}\t{division}\t{units}\t{json_text(payload)}\t{own_hash}"

    def write(self, wrapper: BaseDatabaseWrapper, lines: Sequence[str]) -> None:
        """Store the matters and their first entries."""
        self._staging.load(wrapper, lines)
        self._staging.insert(
            wrapper,
            "journal_matter",
            {"id": "matter_id", "head_hash": "hash", **_COPIED},
            {"kind": self._kind, "seq": 1, "partition": "open"},
        )
        entry = self._entry
        shared = ("act_id", "seq", "act", "act_version", "account_id", "actor", "door", "acted_at", "recorded_at")
        self._staging.insert(
            wrapper,
            "journal_entry",
            {"id": "id", "matter_id": "matter_id", "payload": "payload", "hash": "hash"},
            {name: getattr(entry, name) for name in (*shared, "previous_hash", "algorithm")},
        )


def record_openings(*, act: str, acting: Acting, changes: Iterable[MatterChange], act_id: UUID | None = None) -> UUID:
    """Open the matters of ``changes`` with one act; must run inside `act_transaction`. For some thousands at most."""
    act_id = act_id or new_id()
    for kind, same in groupby(changes, key=lambda change: change.kind):
        openings = Openings(act=act, kind=kind, acting=acting, act_id=act_id)
        lines = [
            openings.line(
                matter_id=str(change.matter_id),
                number=change.number,
                division=change.division,
                unit_id=change.unit_id,
                also_unit_id=change.also_unit_id,
                ledger=change.ledger,
                details=change.details,
            )
            for change in same
        ]
        openings.write(connections["default"], lines)
    return act_id
