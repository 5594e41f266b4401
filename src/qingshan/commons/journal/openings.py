"""The bulk door of the journal: first entries of many new matters, written through COPY.

An import is one act; each matter it opens has its own chain and its own entry.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
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
from qingshan.domain.journal import ALGORITHM, GENESIS, canonical, entry_hash, text_form

_COPIED: Mapping[str, LiteralString] = {
    "number": "number", "division": "division", "unit_id": "unit_id", "also_unit_id": "also_unit_id",
}  # fmt: skip


class EntryForm:
    """Payloads of one form (条目模板): what all share is put into canonical text once, the rest is filled in."""

    def __init__(
        self, *, kind: str, columns: Mapping[str, Any], ledger: Mapping[str, Any], details: Mapping[str, Any],
        own: Collection[str],
    ) -> None:  # fmt: skip
        """Lay out the payload with a mark, which no text can hold by chance, for each thing of a matter's own."""
        token = new_id().hex
        marks = {name: f"{token}.{name}." for name in (*_KEYS, *own)}
        payload = payload_of(
            {**columns, "id": marks["id"], "matter_id": marks["matter_id"]},
            kind=kind, number=marks["number"], division=marks["division"], unit_id=None, also_unit_id=None,
            ledger=_marked(ledger, "ledger", marks), details=_marked(details, "details", marks),
        ) | {"unit_id": marks["unit_id"]}  # fmt: skip
        parts = re.split(rf'"{token}\.([\w.]+)\."', canonical(payload))
        self._template = "%s".join(part.replace("%", "%%") for part in parts[::2])
        self._values = itemgetter(*parts[1::2])

    def payload(self, texts: Mapping[str, str]) -> str:
        """The payload with these JSON texts in the places of the marks."""
        filled: str = self._template % self._values(texts)
        return filled


_KEYS = ("id", "matter_id", "number", "division", "unit_id")


def _marked(fields: Mapping[str, Any], within: str, marks: Mapping[str, str]) -> dict[str, Any]:
    start = f"{within}."
    return {**fields, **{n.removeprefix(start): mark for n, mark in marks.items() if n.startswith(start)}}


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

    def form(self, *, ledger: Mapping[str, Any], details: Mapping[str, Any], own: Collection[str]) -> "EntryForm":
        """The text of first entries that differ only in ``own`` ("ledger.title", "details.row") and in their keys."""
        return EntryForm(kind=self._kind, columns=self._columns, ledger=ledger, details=details, own=own)

    def line_in(self, form: "EntryForm", *, matter_id: str, number: str, own: Mapping[str, str]) -> str:
        """`line`, many times as fast: ``own`` gives JSON texts, also of "division" and "unit_id"."""
        entry_id = new_id_text()
        payload = form.payload(
            {**own, "id": f'"{entry_id}"', "matter_id": f'"{matter_id}"', "number": text_form(number)}
        )
        where = f"{field(number)}\t{own['division'][1:-1]}\t{own['unit_id'][1:-1]}\t{NULL}"
        return f"{entry_id}\t{matter_id}\t{where}\t{json_text(payload)}\t{entry_hash(GENESIS, payload)}"

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
