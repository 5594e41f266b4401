"""Reading the journal. Every query runs under the viewer's scope (row security)."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from sys import intern
from typing import Any
from uuid import UUID

from django.db import connection

from qingshan.commons.journal.models import Entry, Seal
from qingshan.commons.journal.services import wait_for_writers

FETCH = 2_000
"""Rows brought from the database at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryLine:
    """One line of a matter's history (办理留痕)."""

    entry_id: UUID
    act_id: UUID
    matter_id: UUID
    kind: str
    number: str
    seq: int
    act: str
    actor: str
    door: str
    acted_at: datetime
    recorded_at: datetime
    details: dict[str, Any]
    hash: str


def _line(entry: Entry) -> HistoryLine:
    payload = json.loads(entry.payload)
    return HistoryLine(
        entry_id=entry.id,
        act_id=entry.act_id,
        matter_id=entry.matter_id,
        kind=str(payload["kind"]),
        number=str(payload["number"]),
        seq=entry.seq,
        act=entry.act,
        actor=entry.actor,
        door=entry.door,
        acted_at=entry.acted_at,
        recorded_at=entry.recorded_at,
        details=payload["details"],
        hash=entry.hash,
    )


def history_of(matter_id: UUID) -> list[HistoryLine]:
    """All entries of one matter, newest first."""
    return [_line(e) for e in Entry.objects.filter(matter_id=matter_id).order_by("-seq")]


def recent_entries(*, before: UUID | None = None, act: str = "", limit: int = 50) -> list[HistoryLine]:
    """Newest entries in the viewer's scope, by key (ids are time-ordered)."""
    rows = Entry.objects.order_by("-id")
    if before is not None:
        rows = rows.filter(id__lt=before)
    if act:
        rows = rows.filter(act=act)
    return [_line(e) for e in rows[:limit]]


def seals(limit: int = 100) -> list[Seal]:
    """Newest seals."""
    return list(Seal.objects.order_by("-until")[:limit])


@dataclass(frozen=True, slots=True, kw_only=True)
class AsOf:
    """Ledger fields of one matter as of a moment."""

    matter_id: UUID
    kind: str
    number: str
    seq: int
    ledger: dict[str, Any]
    recorded_at: datetime


_HELD = """
  SELECT m.id AS matter_id, m.kind, m.number FROM journal_matter m
  WHERE NOT EXISTS (SELECT FROM journal_tenure t WHERE t.matter_id = m.id AND t.until > %(moment)s)
  UNION ALL
  SELECT t.matter_id, t.kind, t.number FROM journal_tenure t
  WHERE t.until > %(moment)s AND (t.since IS NULL OR t.since <= %(moment)s)
    AND (qs_visible(t.division, t.unit_id) OR qs_visible(NULL, t.also_unit_id))
"""
"""Matters that belonged to the viewer at the moment: those he has now and had not yet lost or gained, those he lost."""
_LAST = f"""
FROM ({_HELD}) held CROSS JOIN LATERAL (
  SELECT e.id, e.seq, e.recorded_at, e.payload::json -> 'ledger' AS ledger FROM journal_entry e
  WHERE e.matter_id = held.matter_id AND e.recorded_at <= %(moment)s ORDER BY e.seq DESC LIMIT 1
) last
"""  # noqa: S608 - parts of one query, no values


def ledgers_as_of(moment: datetime, *, patience: float | None = None) -> list[AsOf]:
    """Each matter's last entry recorded by ``moment``; the same whenever it is asked again.

    A matter belongs to whoever held it then. Waits for acts under way, at most ``patience`` seconds (`JournalBusy`).
    """
    wait_for_writers(seconds=patience)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT held.matter_id, held.kind, held.number, seq, recorded_at, ledger {_LAST} ORDER BY 1",
            {"moment": moment},
        )
        rows = cursor.fetchall()
    names = ("matter_id", "kind", "number", "seq", "recorded_at")
    return [AsOf(**dict(zip(names, row[:5], strict=True)), ledger=_fields(row[5])) for row in rows]


@dataclass(frozen=True, slots=True)
class IndexLine:
    """One matter as of a moment: its last entry, and a few of its ledger fields as texts."""

    matter_id: UUID
    entry_id: UUID
    number: str
    texts: tuple[str, ...]


def index_as_of(moment: datetime, *, kind: str, fields: Sequence[str]) -> Iterator[IndexLine]:
    """Every matter of one kind as of ``moment`` with these ledger fields; streamed, in no order.

    Does not wait for acts under way: call `wait_for_writers` first.
    """
    with connection.chunked_cursor() as cursor:
        cursor.execute(fields_as_of(fields), {"moment": moment, "kind": kind})
        while rows := cursor.fetchmany(FETCH):
            for matter_id, number, entry_id, _unit_id, *texts in rows:
                yield IndexLine(matter_id, entry_id, number, tuple(intern(t) if t else "" for t in texts))


def last_entries(matter_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """The newest entry of each of these matters, by matter."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT m.id, e.id FROM journal_matter m JOIN journal_entry e ON e.matter_id = m.id AND e.seq = m.seq"
            " WHERE m.id = ANY(%s)",
            [list(matter_ids)],
        )
        return dict(cursor.fetchall())


def fields_as_of(fields: Sequence[str], *, only: str = "") -> str:
    """A query over every matter of a kind as of a moment, to count and list within the database.

    Columns: ``matter_id``, ``number``, ``entry_id`` and ``unit_id`` of its last entry, and the ledger ``fields`` as
    texts. ``only``: a query for the ids of those that are wanted. Both are texts of the program, never typed ones.
    Parameters: ``moment``, ``kind``. Call `wait_for_writers` first.
    """
    if not all(name.isidentifier() for name in fields):
        raise ValueError(f"no names of ledger fields: {fields}")
    columns = ", ".join(f"f.{name}" for name in fields)
    typed = ", ".join(f"{name} text" for name in fields)
    wanted = f" AND held.matter_id IN ({only})" if only else ""
    return (
        f"SELECT held.matter_id, held.number, last.id AS entry_id, last.unit_id, {columns}"  # noqa: S608 - as above
        f" FROM (SELECT held.* FROM ({_HELD}) held WHERE held.kind = %(kind)s{wanted}) held CROSS JOIN LATERAL ("
        " SELECT e.id, p.unit_id, p.ledger"
        " FROM journal_entry e CROSS JOIN LATERAL json_to_record(e.payload::json) AS p(unit_id uuid, ledger json)"
        " WHERE e.matter_id = held.matter_id AND e.recorded_at <= %(moment)s ORDER BY e.seq DESC LIMIT 1"
        f") last CROSS JOIN LATERAL json_to_record(last.ledger) AS f({typed})"
    )


def more_than(limit: int, moment: datetime, *, kind: str, field: str = "", values: Sequence[str] = ()) -> bool:
    """Whether more than ``limit`` matters of a kind (with one of these values in a ledger field) stood at ``moment``.

    Looks no further than it must. Does not wait for acts under way.
    """
    chosen = " AND ledger ->> %(field)s = ANY(%(values)s)" if field else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM (SELECT {_LAST} WHERE held.kind = %(kind)s{chosen} LIMIT %(limit)s) found",  # noqa: S608 - parts of one query
            {"moment": moment, "kind": kind, "field": field, "values": list(values), "limit": limit + 1},
        )
        return bool(cursor.fetchone()[0] > limit)


def ledgers_of(entry_ids: Iterable[UUID]) -> dict[UUID, dict[str, Any]]:
    """Ledger fields of entries by entry id."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, payload FROM journal_entry WHERE id = ANY(%s)", [list(entry_ids)])
        return {entry_id: json.loads(payload)["ledger"] for entry_id, payload in cursor.fetchall()}


def entries_holding(text: str, entry_ids: Iterable[UUID]) -> set[UUID]:
    """Those of the entries in whose ledger fields ``text`` occurs, upper and lower case alike."""
    pattern = json.dumps(text, ensure_ascii=False)[1:-1]
    for sign in "\\%_":
        pattern = pattern.replace(sign, f"\\{sign}")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.id FROM journal_entry e WHERE e.id = ANY(%s) AND e.payload ILIKE %s"
            " AND (e.payload::json -> 'ledger')::text ILIKE %s",
            [list(entry_ids), f"%{pattern}%", f"%{pattern}%"],
        )
        return {row[0] for row in cursor.fetchall()}


def _fields(value: Any) -> dict[str, Any]:
    fields: dict[str, Any] = json.loads(value) if isinstance(value, str) else value
    return fields
