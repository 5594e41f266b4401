"""The rows behind the figures of the completeness proof (差额和明细): leads as of a moment, and rows without a lead."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from qingshan.contexts.leads.completeness import (
    GAP,
    LOST,
    MISSING_ROWS,
    NO_KEY,
    PARTS,
    RECEIVED,
    ROWS,
    VERIFIED,
)
from qingshan.contexts.leads.completeness_query import leads_at
from qingshan.domain.acts import MatterKind
from qingshan.domain.completeness import CLASS_OF, CLASSES, VERIFIED_STATES


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofRow:
    """One lead (or row of a file without one) behind a figure, as of the moment."""

    lead_id: UUID | None
    number: str
    source_no: str
    title: str
    channel: str
    batch: str
    unit: str
    state: str
    merged_into: str
    stored: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """Which rows: of which line (``by`` and ``key``, both empty: all), of which class of the line.

    ``cls``: a class, or received, verified, parts, lost, gap; empty: received and parts. ``channels`` narrows.
    """

    by: str = ""
    key: str = ""
    cls: str = RECEIVED
    channels: tuple[str, ...] = ()
    no_result: bool = False


_ROWS = """
SELECT matter_id, stands.number, source_no, title, channel, batch, unit, state, merged_into, stored, main_state
FROM stands WHERE TRUE
"""


def rows_behind(moment: datetime, wanted: Behind, *, after: str = "", limit: int | None = ROWS) -> list[ProofRow]:
    """Leads behind a figure in the order of their numbers, by key; one more than ``limit`` tells of more."""
    conditions, values = _conditions(wanted)
    values |= {"moment": moment, "kind": MatterKind.LEAD.value, "after": after, "most": (limit or 0) + 1}
    cut = " LIMIT %(most)s" if limit is not None else ""
    # Conditions are texts of this module; what was typed goes as values.
    sql = f"{leads_at(moment)}{_ROWS} AND stands.number > %(after)s {conditions} ORDER BY stands.number{cut}"
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [
            ProofRow(
                lead_id=row[0], number=row[1], source_no=row[2] or "", title=row[3] or "", channel=row[4] or "",
                batch=row[5] or "", unit=row[6] or "", state=row[7] or "", merged_into=str(row[8] or ""), stored=row[9],
            )
            for row in cursor.fetchall()
        ]  # fmt: skip


_LINES = {
    "batch": " AND batch_id = %(key)s::uuid",
    "channel": " AND channel = %(key)s",
    "unit": " AND coalesce(unit, '') = %(key)s",
}
_CLASSES = {
    RECEIVED: " AND parent IS NULL",
    PARTS: " AND parent IS NOT NULL",
    LOST: " AND NOT stored",
    GAP: " AND parent IS NULL AND (NOT stored OR state <> ALL(%(known)s))",
}


def _of_class(name: str) -> str:
    """The condition of a class of the line; none for everything."""
    if not name:
        return ""
    return _CLASSES.get(name, " AND parent IS NULL AND stored AND state = ANY(%(states)s)")


def _conditions(wanted: Behind) -> tuple[str, dict[str, Any]]:
    values: dict[str, Any] = {"known": list(CLASS_OF), "verified": list(VERIFIED_STATES), "key": wanted.key}
    sql = _LINES.get(wanted.by, "")
    if wanted.key == NO_KEY and wanted.by:
        sql = " AND batch_id IS NULL" if wanted.by == "batch" else " AND coalesce(unit, '') = ''"
    sql += _of_class(wanted.cls)
    values["states"] = list(VERIFIED_STATES if wanted.cls == VERIFIED else CLASSES.get(wanted.cls, ()))
    if wanted.channels:
        values["channels"] = list(wanted.channels)
        sql += " AND channel = ANY(%(channels)s)"
    if wanted.no_result:
        sql += (
            " AND NOT (state = ANY(%(verified)s) OR state = 'merged' AND coalesce(main_state, '') = ANY(%(verified)s))"
        )
    return sql, values


def missing_rows(moment: datetime, *, batch_id: UUID | None = None, limit: int = 1_000) -> list[ProofRow]:
    """Accepted rows of files that have no lead: what was dropped, if anything was."""
    one = " AND r.batch_id = %(batch)s" if batch_id else ""
    sql = f"SELECT r.row_no, r.source_no, b.channel, b.name {MISSING_ROWS}{one} ORDER BY b.id, r.row_no LIMIT %(most)s"
    with connection.cursor() as cursor:
        cursor.execute(sql, {"moment": moment, "batch": batch_id, "most": limit})
        return [
            ProofRow(
                lead_id=None, number=f"第 {row_no} 行", source_no=source_no, title="", channel=channel, batch=name,
                unit="", state="", merged_into="", stored=False,
            )
            for row_no, source_no, channel, name in cursor.fetchall()
        ]  # fmt: skip
