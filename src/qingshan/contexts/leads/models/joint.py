"""Who assists a lead with what (协办), and leads handed to another county (移送外县)."""

from django.db import models
from django.db.models import Q

from qingshan.commons.base.ids import new_id
from qingshan.commons.files.models import StoredFile
from qingshan.commons.people.models import Unit
from qingshan.contexts.leads.models.leads import Lead
from qingshan.contexts.leads.models.verifications import Verification


class JointTask(models.Model):
    """What an assisting unit was asked on a lead (协办任务), its receipt and its opinion (三-4-3⑤).

    asked → received → answered; returned with a reason; waived (免予协办) by the lead unit or the bureau; ended with
    the lead. ``closing`` is the reason of whoever returned, waived or ended it. ``cited_in``: the visit whose result
    names the opinion.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    lead = models.ForeignKey(Lead, models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    task = models.TextField()
    state = models.CharField(max_length=10, default="asked")
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=200)
    due_at = models.DateTimeField()
    return_by = models.DateTimeField(null=True)
    received_at = models.DateTimeField(null=True)
    received_by = models.CharField(max_length=200, blank=True)
    opinion = models.TextField(blank=True)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+", db_index=False)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=200, blank=True)
    closing = models.TextField(blank=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=200, blank=True)
    cited_in = models.ForeignKey(Verification, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        """A unit has one unsettled task per lead; an answer says something; what is closed says why."""

        indexes = [
            models.Index(
                fields=["unit", "due_at", "id"], name="joint_open_key", condition=Q(state__in=["asked", "received"])
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["asked", "received", "answered", "returned", "waived", "ended"]),
                name="joint_state_known",
            ),
            models.CheckConstraint(condition=~Q(state="answered") | ~Q(opinion=""), name="joint_answer_says"),
            models.CheckConstraint(
                condition=~Q(state__in=["returned", "waived", "ended"]) | ~Q(closing=""), name="joint_closing_says"
            ),
            models.UniqueConstraint(
                fields=["lead", "unit"],
                condition=Q(state__in=["asked", "received", "returned"]),
                name="joint_one_unsettled",
            ),
        ]


class Transfer(models.Model):
    """A lead handed to another county (移送外县): letter, receipt, and what came of it there.

    ``receipt``: "" none yet (its clock is ``receipt_due_at``), accepted, refused. Texts name no persons.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    lead = models.ForeignKey(Lead, models.PROTECT, related_name="+")
    number = models.CharField(max_length=120)
    recipient = models.CharField(max_length=120)
    reason = models.TextField()
    sent_on = models.DateField()
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", db_index=False)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=200)
    receipt_due_at = models.DateTimeField(null=True)
    receipt = models.CharField(max_length=8, blank=True, default="")
    receipt_no = models.CharField(max_length=120, blank=True, default="")
    receipt_on = models.DateField(null=True)
    receipt_text = models.TextField(blank=True, default="")
    receipt_file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+", db_index=False)
    receipt_by = models.CharField(max_length=200, blank=True, default="")
    answer = models.TextField(blank=True, default="")
    answer_no = models.CharField(max_length=120, blank=True, default="")
    answer_on = models.DateField(null=True)
    answer_file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+", db_index=False)
    answer_by = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        """Closed list; one transfer of a lead waits for its receipt."""

        constraints = [
            models.CheckConstraint(condition=Q(receipt__in=["", "accepted", "refused"]), name="transfer_receipt_known"),
            models.UniqueConstraint(fields=["lead"], condition=Q(receipt=""), name="transfer_one_open"),
        ]
