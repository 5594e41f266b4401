"""Tables of taking over old ledgers (既有台账接管): the file, its mapping, its rows, who approved it."""

from django.db import models
from django.db.models import Q

from qingshan.commons.base.ids import new_id


class TakeOverMapping(models.Model):
    """A named mapping (列对应方案): headings → our fields, words → our codes; kept for the next file."""

    id = models.UUIDField(primary_key=True, default=new_id)
    division = models.CharField(max_length=12, db_collation="C")
    name = models.CharField(max_length=80)
    mapping = models.JSONField(default=dict)
    saved_at = models.DateTimeField()
    saved_by = models.CharField(max_length=200)

    class Meta:
        """A name is used once per county."""

        constraints = [models.UniqueConstraint(fields=["division", "name"], name="take_over_mapping_once")]


class TakeOver(models.Model):
    """One old ledger brought in (接管). The original was stored first; ``file_id`` and ``sha256`` name it.

    ``content``: what was read (sheets, headings, words), ``mapping``: what the officer said of it, ``counts``: what the
    check found, ``totals``: sums of the old ledger as typed. All rows are taken over in one transaction, or none.
    ``round`` counts the changes and guards against two people at once.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    division = models.CharField(max_length=12, db_collation="C")
    file_id = models.UUIDField()
    file_name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=12, default="received")
    round = models.PositiveIntegerField(default=0)
    problem = models.TextField(blank=True)
    content = models.JSONField(default=dict)
    mapping = models.JSONField(default=dict)
    counts = models.JSONField(default=dict)
    totals = models.JSONField(default=dict)
    explanation = models.TextField(blank=True)
    report_file = models.UUIDField(null=True)
    created_by = models.UUIDField(null=True)
    created_by_text = models.CharField(max_length=200)
    created_at = models.DateTimeField()
    submitted_by = models.UUIDField(null=True)
    submitted_by_text = models.CharField(max_length=200, blank=True)
    submitted_at = models.DateTimeField(null=True)
    approved_by = models.UUIDField(null=True)
    approved_by_text = models.CharField(max_length=200, blank=True)
    approved_at = models.DateTimeField(null=True)
    opinion = models.TextField(blank=True)
    finished_at = models.DateTimeField(null=True)
    act_id = models.UUIDField(null=True)

    class Meta:
        """The same file is one take-over; closed list of states; what is done was approved."""

        constraints = [
            models.UniqueConstraint(fields=["division", "sha256"], name="take_over_once"),
            models.CheckConstraint(
                condition=Q(
                    state__in=[
                        "received",
                        "read",
                        "checking",
                        "checked",
                        "submitted",
                        "taking",
                        "done",
                        "failed",
                    ]
                ),
                name="take_over_state_known",
            ),
            models.CheckConstraint(
                condition=~Q(state="done") | Q(approved_at__isnull=False), name="take_over_done_is_approved"
            ),
        ]


class TakeOverRow(models.Model):
    """One row of the file and what becomes of it. No cells are kept here: they stay in the stored original."""

    id = models.UUIDField(primary_key=True, default=new_id)
    take_over = models.ForeignKey(TakeOver, models.PROTECT, related_name="+", db_index=False)
    position = models.PositiveIntegerField()
    sheet = models.CharField(max_length=80)
    row_no = models.PositiveIntegerField()
    outcome = models.CharField(max_length=10)
    reasons = models.TextField(blank=True)
    number = models.CharField(max_length=120, blank=True)
    township = models.CharField(max_length=80, blank=True)
    category = models.CharField(max_length=40, blank=True)
    old_state = models.CharField(max_length=12, blank=True)
    matter_number = models.CharField(max_length=40, blank=True)
    lead_id = models.UUIDField(null=True)
    case_id = models.UUIDField(null=True)

    class Meta:
        """Each row once; rows go by outcome and position; what is not taken over says why."""

        indexes = [models.Index(fields=["take_over", "outcome", "position"], name="take_over_row_key")]
        constraints = [
            models.UniqueConstraint(fields=["take_over", "position"], name="take_over_row_once"),
            models.CheckConstraint(
                condition=Q(outcome__in=["ready", "warning"])
                | (Q(outcome__in=["known", "refused", "not_row"]) & ~Q(reasons="")),
                name="take_over_row_explained",
            ),
        ]
