"""Refused rows as a workbook (拒收行): each as it came, the reason beside it, to be mended and handed in again."""

from collections.abc import Iterator, Sequence
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from qingshan.commons.files.tables import Cell, store_table
from qingshan.commons.inbox.models import Batch, BatchRow
from qingshan.commons.people.viewer import Acting
from qingshan.contexts.campaigns.public import InForce
from qingshan.contexts.leads.services.table_opening import OWN_HEADINGS, OpenedTable

Refused = tuple[int, str]
"""Row of the batch, and why it was refused."""
MOST_DEEP: Final = 20


def store_refused(
    *, batch: Batch, table: OpenedTable, refused: Sequence[Refused], in_force: InForce, acting: Acting
) -> dict[str, Any]:
    """Write the refused rows with their reasons; returns digest, name and number of rows, or nothing for none."""
    if not refused:
        return {}
    file = store_table(
        name=f"{batch.name}-拒收行-{len(refused)}行",
        kind="xlsx",
        head=[*OWN_HEADINGS, *table.originals.headings],
        rows=_lines(table, refused),
        owner=acting.viewer.account_id,
        now=acting.now(),
        zone=in_force.zone,
    )
    return {"sha256": file.sha256, "name": file.original_name, "rows": len(refused)}


def _lines(table: OpenedTable, refused: Sequence[Refused]) -> Iterator[Sequence[Cell]]:
    for row_no, reason in refused:
        for sheet, _number, texts in table.originals.rows(row_no):
            yield [row_no, sheet, reason, *texts]


def set_origins(batch: Batch, origins: dict[int, int]) -> None:
    """Write beside the rows of a supplement which refused rows they bring mended."""
    if batch.supplements_id is None or not origins:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE inbox_batchrow r SET origin_row = o.origin FROM unnest(%s::int[], %s::int[]) AS o(row_no, origin)"
            " WHERE r.batch_id = %s AND r.row_no = o.row_no",
            [list(origins), list(origins.values()), batch.id],
        )


def mended_rows(batch_id: UUID, *, deep: int = 0) -> set[int]:
    """Refused rows of a batch that a supplement brought in, or that proved to be known already."""
    mended: set[int] = set()
    for supplement in Batch.objects.filter(supplements_id=batch_id, state="done").only("id"):
        rows = BatchRow.objects.filter(batch_id=supplement.id, origin_row__isnull=False)
        mended |= _origins(rows.exclude(outcome="rejected"))
        again = mended_rows(supplement.id, deep=deep + 1) if deep < MOST_DEEP else set()
        if again:
            mended |= _origins(rows.filter(row_no__in=again))
    own = BatchRow.objects.filter(batch_id=batch_id, outcome="rejected", row_no__in=mended)
    return set(own.values_list("row_no", flat=True))


def _origins(rows: QuerySet[BatchRow]) -> set[int]:
    return {origin for origin in rows.values_list("origin_row", flat=True) if origin is not None}


def supplements_of(batch_id: UUID) -> list[Batch]:
    """Supplements of a batch, oldest first."""
    return list(Batch.objects.defer("preview").filter(supplements_id=batch_id).order_by("created_at", "id"))
