"""The bulk door of the journal: first entries of many new matters, written through COPY.

An import is one act; each matter it opens has its own chain and its own entry. Row security forbids COPY into a scoped
table, so rows go to a temporary table first and are inserted from there.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import connection
from psycopg import sql

from qingshan.commons.base.ids import new_id
from qingshan.commons.journal.models import Entry
from qingshan.commons.journal.services import MatterChange, actor_text, entry_columns, recording_moment
from qingshan.commons.people.viewer import Acting
from qingshan.domain.acts import act_kind
from qingshan.domain.journal import ALGORITHM, GENESIS, canonical, entry_hash

_MATTER = ("id", "kind", "number", "division", "unit_id", "also_unit_id", "seq", "head_hash", "partition")
_ENTRY = (
    "id",
    "act_id",
    "matter_id",
    "seq",
    "act",
    "act_version",
    "account_id",
    "actor",
    "door",
    "acted_at",
    "recorded_at",
    "payload",
    "previous_hash",
    "hash",
    "algorithm",
)


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """COPY ``rows`` into a temporary table and insert them into ``table``; returns the number of rows.

    Identifiers come from code, never from a user.
    """
    names = sql.SQL(", ").join(sql.Identifier(column) for column in columns)
    parts = {"names": names, "table": sql.Identifier(table), "staging": sql.Identifier(f"staging_{table}")}
    count = 0
    with connection.cursor() as cursor:
        cursor.execute(_statement(_STAGE, parts))
        with cursor.copy(_statement(_COPY, parts)) as copy:
            for row in rows:
                copy.write_row(row)
                count += 1
        cursor.execute(_statement(_INSERT, parts))
        cursor.execute(_statement(_DROP, parts))
    return count


_STAGE = sql.SQL("CREATE TEMP TABLE {staging} ON COMMIT DROP AS SELECT {names} FROM {table} WITH NO DATA")
_COPY = sql.SQL("COPY {staging} ({names}) FROM STDIN")
_INSERT = sql.SQL("INSERT INTO {table} ({names}) SELECT {names} FROM {staging}")
_DROP = sql.SQL("DROP TABLE {staging}")


def _statement(template: sql.SQL, parts: Mapping[str, sql.Composable]) -> sql.Composed:
    return template.format(**parts)


def record_openings(
    *, act: str, acting: Acting, changes: Iterable[MatterChange], act_id: UUID | None = None, chunk: int = 5000
) -> UUID:
    """Open many new matters with one act; must run inside `act_transaction`. Personal values are not taken here."""
    kind = act_kind(act)
    act_id = act_id or new_id()
    recorded_at = recording_moment(acting)
    claimed_at = acting.claimed_at()
    actor = actor_text(acting)

    def entry_of(change: MatterChange) -> Entry:
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
            acted_at=claimed_at,
            recorded_at=recorded_at,
            previous_hash=GENESIS,
            algorithm=ALGORITHM,
        )
        entry.payload = canonical(
            {
                **entry_columns(entry),
                "kind": change.kind,
                "number": change.number,
                "division": change.division,
                "unit_id": str(change.unit_id) if change.unit_id else None,
                "ledger": change.ledger,
                "details": change.details,
                "personal": {},
            }
        )
        entry.hash = entry_hash(GENESIS, entry.payload)
        return entry

    for part in _chunks(changes, chunk):
        entries = [entry_of(change) for change in part]
        copy_rows(
            "journal_matter",
            _MATTER,
            (
                (c.matter_id, c.kind, c.number, c.division, c.unit_id, c.also_unit_id, 1, e.hash, "open")
                for c, e in zip(part, entries, strict=True)
            ),
        )
        copy_rows("journal_entry", _ENTRY, ([getattr(e, name) for name in _ENTRY] for e in entries))
    return act_id


def _chunks(items: Iterable[MatterChange], size: int) -> Iterator[list[MatterChange]]:
    iterator = iter(items)
    while part := list(islice(iterator, size)):
        yield part
