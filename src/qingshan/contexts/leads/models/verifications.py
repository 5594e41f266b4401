"""On-site verifications, their photos, re-checks of "unfounded", and drafts of stop notices."""

from django.contrib.gis.db.models import PointField
from django.contrib.postgres.fields import ArrayField
from django.db import models

from qingshan.commons.base.ids import new_id
from qingshan.commons.files.models import StoredFile
from qingshan.contexts.leads.models.leads import Lead


class Verification(models.Model):
    """An on-site verification (实地核查) by at least two named officers, and its review by the county."""

    id = models.UUIDField(primary_key=True, default=new_id)
    lead = models.ForeignKey(Lead, models.PROTECT, related_name="+")
    round = models.PositiveSmallIntegerField()
    persons = ArrayField(models.CharField(max_length=60))
    visited_at = models.DateTimeField()
    position = PointField(srid=4490)
    distance_m = models.FloatField()
    verdict = models.CharField(max_length=16)
    unfounded_reason = models.CharField(max_length=16, blank=True)
    finding = models.TextField()
    missing = models.TextField(blank=True)
    missing_by = models.DateTimeField(null=True)
    flags = models.JSONField(default=list)
    submitted_at = models.DateTimeField()
    submitted_by = models.CharField(max_length=200)
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by = models.CharField(max_length=200, blank=True)
    review_passed = models.BooleanField(null=True)
    review_opinion = models.TextField(blank=True)

    class Meta:
        """Rounds are numbered; two persons."""

        constraints = [
            models.UniqueConstraint(fields=["lead", "round"], name="verification_round"),
            models.CheckConstraint(condition=models.Q(persons__len__gte=2), name="verification_two_persons"),
        ]


class VerificationPhoto(models.Model):
    """One evidence photo of a verification or re-check; distance to the patch in metres, doubts as texts."""

    id = models.UUIDField(primary_key=True, default=new_id)
    lead = models.ForeignKey(Lead, models.PROTECT, related_name="+")
    act_id = models.UUIDField(db_index=True)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    direction = models.CharField(max_length=12)
    distance_m = models.FloatField(null=True)
    flags = models.JSONField(default=list)


class Recheck(models.Model):
    """A re-check on site of a lead found "unfounded" (查否复核): 100 % by the county, 100 % by the city."""

    id = models.UUIDField(primary_key=True, default=new_id)
    lead = models.ForeignKey(Lead, models.PROTECT, related_name="+")
    level = models.CharField(max_length=8)
    outcome = models.CharField(max_length=12)
    persons = ArrayField(models.CharField(max_length=60))
    visited_at = models.DateTimeField()
    position = PointField(srid=4490)
    distance_m = models.FloatField()
    finding = models.TextField()
    done_at = models.DateTimeField()
    done_by = models.CharField(max_length=200)

    class Meta:
        """Closed lists."""

        constraints = [
            models.CheckConstraint(
                condition=models.Q(level__in=["county", "city"], outcome__in=["confirmed", "overturned"]),
                name="recheck_known",
            )
        ]


class StopNoticeDraft(models.Model):
    """Draft of a stop notice (责令停止违法行为通知书) made when an act is in progress (二-1⑤)."""

    id = models.UUIDField(primary_key=True, default=new_id)
    lead = models.OneToOneField(Lead, models.PROTECT, related_name="+")
    text = models.TextField()
    drafted_at = models.DateTimeField()
    onsite_due_at = models.DateTimeField()
