"""Reading the inbox."""

from uuid import UUID

from django.db.models import F, Q

from qingshan.commons.inbox.models import Batch, BatchRow


def batches(limit: int = 200) -> list[Batch]:
    """Newest batches, without their previews; ``importable``: rows that the preview would take in."""
    rows = Batch.objects.defer("preview").annotate(importable=F("preview__outcomes__accepted"))
    return list(rows.order_by("-created_at", "-id")[:limit])


def batches_named(text: str, limit: int) -> list[Batch]:
    """Newest batches whose name or file name holds ``text``."""
    named = Q(name__icontains=text) | Q(file_name__icontains=text)
    return list(Batch.objects.defer("preview").filter(named).order_by("-id")[:limit])


def batch_page(*, before: UUID | None, limit: int) -> list[Batch]:
    """Newest batches by key (ids follow time), without their previews."""
    rows = Batch.objects.defer("preview").order_by("-id")
    return list((rows.filter(id__lt=before) if before else rows)[:limit])


def batch_names(limit: int) -> list[tuple[UUID, str]]:
    """Id and name of the newest batches that were taken in."""
    rows = Batch.objects.filter(state="done").order_by("-created_at", "-id")
    return list(rows.values_list("id", "name")[:limit])


def batch_by_id(batch_id: UUID) -> Batch | None:
    """One batch, or None."""
    return Batch.objects.filter(id=batch_id).first()


def rows_of(batch_id: UUID, *, outcome: str = "", after: int = 0, limit: int = 100) -> list[BatchRow]:
    """Rows of a batch by number, from the row after ``after`` on."""
    rows = BatchRow.objects.filter(batch_id=batch_id, row_no__gt=after).order_by("row_no")
    return list(rows.filter(outcome=outcome)[:limit] if outcome else rows[:limit])
