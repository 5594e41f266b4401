"""Table of long work."""

from django.db import models

from qingshan.commons.base.ids import new_id


class Job(models.Model):
    """A long piece of work (后台任务) with progress; ``subject_id`` is the batch or matter it works on."""

    id = models.UUIDField(primary_key=True, default=new_id)
    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    subject_id = models.UUIDField(null=True, db_index=True)
    state = models.CharField(max_length=12, default="waiting")
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    message = models.TextField(blank=True)
    created_by = models.UUIDField(null=True)
    post_id = models.UUIDField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        """Closed list of states."""

        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["waiting", "running", "done", "failed"]), name="job_state_known"
            )
        ]
