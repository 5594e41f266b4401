"""What an entry says (留痕内容): the one place where its canonical payload is put together.

Form 2 names the second unit as well, so that nobody can move a matter to another department's eyes unnoticed. Entries
of the first form, which have no ``form``, stay as they are and are read as they are.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from qingshan.commons.journal.models import Entry

FORM = 2
PERSONAL_NONE: Mapping[str, Mapping[str, str]] = {}


def stamp(moment: datetime) -> str:
    """The one text form of a moment in payloads: UTC, microseconds."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def entry_columns(entry: Entry) -> dict[str, str | int | None]:
    """The columns of an entry as they stand in its payload."""
    return {
        "id": str(entry.id),
        "act_id": str(entry.act_id),
        "matter_id": str(entry.matter_id),
        "seq": entry.seq,
        "act": entry.act,
        "act_version": entry.act_version,
        "account_id": str(entry.account_id) if entry.account_id else None,
        "actor": entry.actor,
        "door": entry.door,
        "acted_at": stamp(entry.acted_at),
        "recorded_at": stamp(entry.recorded_at),
        "algorithm": entry.algorithm,
    }


def payload_of(
    columns: Mapping[str, str | int | None],
    *,
    kind: str,
    number: str,
    division: str,
    unit_id: UUID | None,
    also_unit_id: UUID | None,
    ledger: Mapping[str, Any],
    details: Mapping[str, Any],
    personal: Mapping[str, Mapping[str, str]] = PERSONAL_NONE,
) -> dict[str, Any]:
    """The payload of an entry with these columns; ``personal`` gives id and digest of values kept beside it."""
    return {
        **columns,
        "form": FORM,
        "kind": kind,
        "number": number,
        "division": division,
        "unit_id": str(unit_id) if unit_id else None,
        "also_unit_id": str(also_unit_id) if also_unit_id else None,
        "ledger": {**ledger, **{f"{name}_ref": ref["id"] for name, ref in personal.items()}} if personal else ledger,
        "details": details,
        "personal": personal,
    }
