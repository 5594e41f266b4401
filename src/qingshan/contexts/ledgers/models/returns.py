"""Townships' filled sheets: the file as it came, and each of its rows with what it asks for and what became of it."""

from django.db import models

from qingshan.commons.base.ids import new_id
from qingshan.commons.files.models import StoredFile
from qingshan.commons.people.models import Unit


class ReturnSheet(models.Model):
    """A sheet that a township filled off line and handed in (乡镇台账回填表).

    reading → ready | failed. Every row is accounted for: received = changed + unchanged + refused.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
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
        """Closed list of states; the three outcomes add up."""

        indexes = [models.Index(fields=["unit", "-id"], name="return_unit_key")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["reading", "ready", "failed"]), name="return_state_known"
            ),
            models.CheckConstraint(
                condition=models.Q(received=models.F("changed") + models.F("unchanged") + models.F("refused")),
                name="return_rows_add_up",
            ),
        ]


class ReturnRow(models.Model):
    """One row of a filled sheet: the lead it is about, the values it gives, the differences to be shown.

    ``seq`` is the entry of the lead that the sheet was made from; ``applied`` is empty until it was tried.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    sheet = models.ForeignKey(ReturnSheet, models.PROTECT, related_name="+", db_index=False)
    row = models.PositiveIntegerField()
    number = models.CharField(max_length=60, blank=True)
    lead_id = models.UUIDField(null=True)
    seq = models.PositiveIntegerField(default=0)
    values = models.JSONField(default=dict)
    differences = models.JSONField(default=list)
    outcome = models.CharField(max_length=12)
    problem = models.TextField(blank=True)
    applied_at = models.DateTimeField(null=True)

    class Meta:
        """One line per row; a refusal has a reason."""

        constraints = [
            models.UniqueConstraint(fields=["sheet", "row"], name="return_row_once"),
            models.CheckConstraint(
                condition=models.Q(outcome__in=["changed", "unchanged", "refused"]), name="return_outcome_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(outcome="refused") | ~models.Q(problem=""), name="return_refusal_has_reason"
            ),
        ]
