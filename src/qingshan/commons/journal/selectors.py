"""Reading the journal. Every query runs under the viewer's scope (row security)."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from qingshan.commons.journal.models import Entry, Seal
from qingshan.commons.journal.services import wait_for_writers


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


def ledgers_as_of(moment: datetime, *, patience: float | None = None) -> list[AsOf]:
    """Each matter's last entry recorded by ``moment``; the same whenever it is asked again.

    Waits for acts under way, at most ``patience`` seconds (`JournalBusy`).
    """
    wait_for_writers(seconds=patience)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT ON (matter_id) matter_id, seq, recorded_at, payload::jsonb - 'details' - 'personal'"
            " FROM journal_entry WHERE recorded_at <= %s ORDER BY matter_id, seq DESC",
            [moment],
        )
        rows = cursor.fetchall()
    result = []
    for matter_id, seq, recorded_at, text in rows:
        payload = json.loads(text) if isinstance(text, str) else text
        result.append(
            AsOf(
                matter_id=matter_id,
                kind=payload["kind"],
                number=payload["number"],
                seq=seq,
                ledger=payload["ledger"],
                recorded_at=recorded_at,
            )
        )
    return result
