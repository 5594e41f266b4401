"""Refused rows as a workbook (拒收行): each as it came, the reason beside it, to be mended and handed in again."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection

from qingshan.commons.files.tables import Cell, store_table
from qingshan.commons.inbox.models import Batch
from qingshan.commons.people.viewer import Acting
from qingshan.contexts.campaigns.public import InForce
from qingshan.contexts.leads.services.table_opening import OWN_HEADINGS, OpenedTable

Refused = tuple[int, str]
"""Row of the batch, and why it was refused."""


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
