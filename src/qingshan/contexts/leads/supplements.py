"""Supplements of a batch (补充): files that bring its refused rows mended, and what is still open of them."""

from typing import Final
from uuid import UUID

from django.db.models import QuerySet

from qingshan.commons.inbox.models import Batch, BatchRow

MOST_DEEP: Final = 20


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
