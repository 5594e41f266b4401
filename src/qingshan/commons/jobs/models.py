"""Tables of long work and of the items it works through."""

from django.db import models

from qingshan.commons.base.ids import new_id


class Job(models.Model):
    """A long piece of work (后台任务) with progress; ``subject_id`` is the batch, view or matter it works on.

    ``params`` is what the person asked for, ``result`` what came of it (figures for its page), ``result_file`` the
    `StoredFile` that can be fetched afterwards. ``refused`` counts the items that were refused, each with its reason.
    ``task`` is the queue's name of the work, so that refused items can be given out again. ``division`` names a county
    whose readers may see how far the work is (a batch); empty: its owner alone.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    kind = models.CharField(max_length=40)
    task = models.CharField(max_length=120, blank=True, default="")
    title = models.CharField(max_length=200)
    division = models.CharField(max_length=12, blank=True, default="", db_collation="C")
    subject_id = models.UUIDField(null=True, db_index=True)
    state = models.CharField(max_length=12, default="waiting")
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    message = models.TextField(blank=True)
    params = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    result_file = models.UUIDField(null=True)
    created_by = models.UUIDField(null=True)
    post_id = models.UUIDField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        """Closed list of states; a person's jobs go by key."""

        indexes = [
            models.Index(fields=["created_by", "-id"], name="job_owner_key"),
            models.Index(
                fields=["created_by"], condition=models.Q(state__in=["waiting", "running"]), name="job_owner_active"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["waiting", "running", "done", "failed"]), name="job_state_known"
            )
        ]


class JobItem(models.Model):
    """One item of a job (明细): a matter, a row of a file. Its outcome is written in the transaction of its act.

    So a job that is killed and given out again does no item twice and loses none. ``position`` counts from 1;
    ``subject_id`` is the matter, ``params`` what is to be done with it, ``problem`` why it was refused (Chinese).
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    job = models.ForeignKey(Job, models.CASCADE, related_name="+", db_index=False)
    position = models.PositiveIntegerField()
    subject_id = models.UUIDField(null=True)
    label = models.CharField(max_length=200, blank=True)
    params = models.JSONField(default=dict)
    outcome = models.CharField(max_length=12, default="waiting")
    problem = models.TextField(blank=True)

    class Meta:
        """Items go in order; closed list of outcomes; a refusal has a reason."""

        indexes = [models.Index(fields=["job", "outcome", "position"], name="job_item_outcome_key")]
        constraints = [
            models.UniqueConstraint(fields=["job", "position"], name="job_item_once"),
            models.CheckConstraint(
                condition=models.Q(outcome__in=["waiting", "done", "refused"]), name="job_item_outcome_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(outcome="refused") | ~models.Q(problem=""), name="job_item_refusal_has_reason"
            ),
        ]
