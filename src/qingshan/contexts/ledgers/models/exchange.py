"""Files that come back from an outside system (省系统、信访平台返回文件), row by row with what differs from ours."""

from django.db import models

from qingshan.commons.base.ids import new_id
from qingshan.commons.files.models import StoredFile
from qingshan.contexts.ledgers.models.templates import LedgerTemplate


class ExchangeSheet(models.Model):
    """A file that an outside system gave back (返回文件), read by the layout in force for that system.

    reading → ready | failed. Every row is accounted for: received = changed + unchanged + refused.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    system = models.CharField(max_length=12)
    template = models.ForeignKey(LedgerTemplate, models.PROTECT, related_name="+")
    division = models.CharField(max_length=12, db_collation="C")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    file_sha256 = models.CharField(max_length=64)
    file_name = models.CharField(max_length=255)
    state = models.CharField(max_length=12, default="reading")
    problem = models.TextField(blank=True)
    notes = models.JSONField(default=list)
    received = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    uploaded_at = models.DateTimeField()
    uploaded_by = models.CharField(max_length=200)

    class Meta:
        """Closed lists; the three outcomes add up."""

        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["reading", "ready", "failed"]), name="exchange_state_known"
            ),
            models.CheckConstraint(
                condition=models.Q(system__in=["province", "petition"]), name="exchange_system_known"
            ),
            models.CheckConstraint(
                condition=models.Q(received=models.F("changed") + models.F("unchanged") + models.F("refused")),
                name="exchange_rows_add_up",
            ),
        ]


class ExchangeRow(models.Model):
    """One row of a returned file: whom it is about, what it says, what differs; accepted by a person or not."""

    id = models.UUIDField(primary_key=True, default=new_id)
    sheet = models.ForeignKey(ExchangeSheet, models.PROTECT, related_name="+", db_index=False)
    row = models.PositiveIntegerField()
    number = models.CharField(max_length=120, blank=True)
    lead_id = models.UUIDField(null=True)
    case_id = models.UUIDField(null=True)
    seq = models.PositiveIntegerField(default=0)
    values = models.JSONField(default=dict)
    differences = models.JSONField(default=list)
    outcome = models.CharField(max_length=12)
    problem = models.TextField(blank=True)
    applied_at = models.DateTimeField(null=True)
    applied_by = models.CharField(max_length=200, blank=True)

    class Meta:
        """One line per row; a refusal has a reason."""

        constraints = [
            models.UniqueConstraint(fields=["sheet", "row"], name="exchange_row_once"),
            models.CheckConstraint(
                condition=models.Q(outcome__in=["changed", "unchanged", "refused"]), name="exchange_outcome_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(outcome="refused") | ~models.Q(problem=""), name="exchange_refusal_has_reason"
            ),
        ]
