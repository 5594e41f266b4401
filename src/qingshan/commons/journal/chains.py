"""Taking the heads of chains and hanging an entry on them (记录链): the statements that every act sends."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from qingshan.commons.base.prepared import Prepared
from qingshan.commons.journal.models import Entry, Matter
from qingshan.domain.journal import GENESIS

if TYPE_CHECKING:
    from qingshan.commons.journal.services import MatterChange

_COLUMNS = ("id", "kind", "number", "division", "unit_id", "also_unit_id", "seq", "head_hash", "partition")
_SEALED = "(SELECT max(until) FROM journal_seal)"
_LOCK = Prepared(
    "journal_lock_heads",
    ["uuid[]"],
    f"SELECT {', '.join(_COLUMNS)}, {_SEALED} FROM journal_matter WHERE id = ANY ($1) ORDER BY id FOR UPDATE",  # noqa: S608 - no values
)
_OPEN = Prepared(
    "journal_open_matter",
    ["uuid", "text", "text", "text", "uuid", "uuid", "uuid[]", "text"],
    "INSERT INTO journal_matter (id, kind, number, division, unit_id, also_unit_id, parties, seq, head_hash, partition)"  # noqa: S608 - no values
    f" VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, 'open') ON CONFLICT (id) DO NOTHING RETURNING {_SEALED}",
)
_LINK = Prepared(
    "journal_link",
    [
        "uuid",
        "int",
        "text",
        "text",
        "text",
        "uuid",
        "uuid",
        "uuid",
        "uuid",
        "text",
        "int",
        "uuid",
        "text",
        "text",
        "timestamptz",
        "timestamptz",
        "text",
        "text",
        "text",
        "uuid[]",
    ],
    "WITH head AS (UPDATE journal_matter SET seq = $2, head_hash = $3, number = $4, division = $5, unit_id = $6,"
    " also_unit_id = $7, parties = CASE WHEN cardinality($20) = 0 THEN parties ELSE $20 END WHERE id = $1)"
    " INSERT INTO journal_entry (matter_id, seq, hash, id, act_id, act, act_version, account_id, actor, door, acted_at,"
    " recorded_at, payload, previous_hash, algorithm)"
    " VALUES ($1, $2, $3, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)",
)


class Heads(dict[UUID, Matter]):
    """Locked heads by matter; ``sealed`` is the end of the last seal."""

    sealed: datetime | None = None


def lock_heads(changes: "Sequence[MatterChange]") -> Heads:
    """Lock the matters in the order of their ids; one that does not exist yet is opened."""
    standing = [c.matter_id for c in changes if not c.fresh]
    heads = _locked(standing) if standing else Heads()
    missing = [c for c in changes if c.matter_id not in heads]
    met = [c.matter_id for c in missing if not _opened(c, heads)]
    if met:  # somebody else opened them in this moment
        others = _locked(met)
        heads.sealed = others.sealed
        heads.update(others)
    return heads


def _locked(ids: list[UUID]) -> Heads:
    heads = Heads()
    for *values, sealed in _LOCK.rows(ids):
        matter = Matter(**dict(zip(_COLUMNS, values, strict=True)))
        heads[matter.id] = matter
        heads.sealed = sealed
    return heads


def _opened(change: "MatterChange", heads: Heads) -> bool:
    told: dict[str, Any] = {
        "kind": change.kind,
        "number": change.number,
        "division": change.division,
        "unit_id": change.unit_id,
        "also_unit_id": change.also_unit_id,
        "parties": list(change.parties),
    }
    made = _OPEN.rows(change.matter_id, *told.values(), GENESIS)
    if made:
        heads.sealed = made[0][0]
        heads[change.matter_id] = Matter(id=change.matter_id, seq=0, head_hash=GENESIS, **told)
    return bool(made)


def write_link(change: "MatterChange", entry: Entry) -> None:
    """Store an entry and make it the head of its matter's chain, in one statement."""
    _LINK.rows(
        change.matter_id, entry.seq, entry.hash, change.number, change.division, change.unit_id, change.also_unit_id,
        entry.id, entry.act_id, entry.act, entry.act_version, entry.account_id, entry.actor, entry.door, entry.acted_at,
        entry.recorded_at, entry.payload, entry.previous_hash, entry.algorithm,
        list(change.parties),
    )  # fmt: skip
