"""Ledger templates: each upload of the bureau's own form is one version, kept for ever."""

from django.db import models

from qingshan.commons.base.ids import new_id
from qingshan.commons.files.models import StoredFile


class LedgerTemplate(models.Model):
    """A version of the ledger's form (台账模板).

    reading → draft (being mapped) → proposed → in_force from a day | rejected; failed when the form could not be read.
    ``layout`` is what `contexts.ledgers.layout` reads; ``found`` what the form itself held, for the mapping page.
    ``uploader`` and ``proposer`` are accounts: neither puts it in force.
    ``purpose``: the ledger itself, or the file exchanged with the provincial system or the petition platform.
    Holds no matter and no person. What is in force every post may read; the rest is the county's (``division``).
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    version = models.PositiveIntegerField(unique=True)
    name = models.CharField(max_length=80)
    purpose = models.CharField(max_length=12, default="ledger", db_default="ledger")
    state = models.CharField(max_length=12, default="reading")
    division = models.CharField(max_length=12, db_collation="C")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    file_sha256 = models.CharField(max_length=64)
    layout = models.JSONField(default=dict)
    notes = models.JSONField(default=list)
    valid_from = models.DateField(null=True)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=200)
    uploader = models.UUIDField(null=True)
    changed_at = models.DateTimeField()
    proposed_at = models.DateTimeField(null=True)
    proposed_by = models.CharField(max_length=200, blank=True)
    proposer = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=200, blank=True)
    opinion = models.CharField(max_length=400, blank=True)

    class Meta:
        """Closed list of states; what is in force says from when."""

        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["reading", "failed", "draft", "proposed", "in_force", "rejected"]),
                name="template_state_known",
            ),
            models.CheckConstraint(
                condition=models.Q(purpose__in=["ledger", "province", "petition"]), name="template_purpose_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="in_force") | models.Q(valid_from__isnull=False), name="template_has_day"
            ),
        ]
