"""Tables of the inbox: batches and their rows; received = accepted + duplicate + rejected, to the row."""

from django.db import models
from django.db.models import F, Q

from qingshan.commons.base.ids import new_id


class Batch(models.Model):
    """One import (批次). The original was stored before it was judged; ``file_id`` and ``sha256`` name it.

    ``crs`` and ``reading`` say how a person wants the file read (读取方式); what they leave open the file decides.
    ``mapping`` says what the columns of a table stand for (列对应). ``supplements`` names the batch whose refused rows,
    mended, this file brings (补充). A batch is processed in one transaction: it is ``done`` with all its rows, or as if
    never begun.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    name = models.CharField(max_length=120)
    channel = models.CharField(max_length=40)
    file_id = models.UUIDField()
    file_name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    crs = models.CharField(max_length=80, blank=True)
    reading = models.JSONField(default=dict)
    mapping = models.JSONField(default=dict)
    supplements = models.ForeignKey("self", models.PROTECT, related_name="+", null=True)
    state = models.CharField(max_length=20, default="received")
    problem = models.TextField(blank=True)
    preview = models.JSONField(default=dict)
    received = models.PositiveIntegerField(default=0)
    accepted = models.PositiveIntegerField(default=0)
    duplicate = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    dispatch = models.BooleanField(default=True)
    division = models.CharField(max_length=12, db_collation="C")
    created_by = models.UUIDField(null=True)
    created_by_text = models.CharField(max_length=200)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    act_id = models.UUIDField(null=True)

    class Meta:
        """The same file under the same name and channel is the same batch; the sum holds once done."""

        constraints = [
            models.UniqueConstraint(fields=["channel", "name", "sha256"], name="batch_once"),
            models.CheckConstraint(
                condition=Q(state__in=["received", "inspected", "done", "failed"]), name="batch_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state="done") | Q(received=F("accepted") + F("duplicate") + F("rejected")),
                name="batch_adds_up",
            ),
        ]


class BatchRow(models.Model):
    """One row of a received file and what became of it; unknown columns stay in ``attributes``.

    ``origin_row``: the row of the batch that this one supplements, as which it was refused there.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    row_no = models.PositiveIntegerField()
    outcome = models.CharField(max_length=10)
    reason = models.TextField(blank=True)
    notes = models.TextField(blank=True)
    source_no = models.CharField(max_length=120, blank=True)
    matter_id = models.UUIDField(null=True)
    origin_row = models.PositiveIntegerField(null=True)
    attributes = models.JSONField(default=dict)

    class Meta:
        """Each row once; a row that is not accepted says why."""

        constraints = [
            models.UniqueConstraint(fields=["batch", "row_no"], name="batch_row_once"),
            models.CheckConstraint(
                condition=Q(outcome="accepted", matter_id__isnull=False)
                | (Q(outcome__in=["duplicate", "rejected"]) & ~Q(reason="")),
                name="batch_row_explained",
            ),
        ]


class TableMapping(models.Model):
    """How a sender's tables are read (列对应记忆): headings → our fields, by channel and sender."""

    id = models.UUIDField(primary_key=True, default=new_id)
    division = models.CharField(max_length=12, db_collation="C")
    channel = models.CharField(max_length=40)
    sender = models.CharField(max_length=80)
    mapping = models.JSONField(default=dict)
    saved_at = models.DateTimeField()
    saved_by = models.CharField(max_length=200)

    class Meta:
        """A sender has one memory per channel."""

        constraints = [models.UniqueConstraint(fields=["division", "channel", "sender"], name="table_mapping_once")]
