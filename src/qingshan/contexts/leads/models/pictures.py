"""Pictures from above that came with a batch (前后时相影像)."""

from django.db import models

from qingshan.commons.base.ids import new_id
from qingshan.commons.files.models import StoredFile
from qingshan.contexts.leads.models.leads import Lead


class LeadPicture(models.Model):
    """A before or after picture of a lead's patch: the untouched original and a smaller copy that pages show.

    ``phase``: before | after (前时相、后时相). ``name`` as it lay in the package, with its folder.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    lead = models.ForeignKey(Lead, models.PROTECT, related_name="+")
    phase = models.CharField(max_length=8)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    small = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(max_length=255)
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=200)

    class Meta:
        """Closed list of phases."""

        constraints = [
            models.CheckConstraint(condition=models.Q(phase__in=["before", "after"]), name="picture_phase_known")
        ]
