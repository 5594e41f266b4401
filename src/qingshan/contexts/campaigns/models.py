"""Tables of campaigns: one action of one county; its plan is data, every version is kept."""

from django.db import models

from qingshan.commons.base.ids import new_id
from qingshan.commons.files.models import StoredFile


class Campaign(models.Model):
    """A campaign (专项行动). Later campaigns stand beside it; a lead belongs to one (一-4)."""

    id = models.UUIDField(primary_key=True, default=new_id)
    code = models.CharField(max_length=40, unique=True)
    title = models.CharField(max_length=200)
    county_code = models.CharField(max_length=6)
    start = models.DateField()
    end = models.DateField()
    current = models.BooleanField(default=True)

    class Meta:
        """One current campaign; it ends after it begins."""

        constraints = [
            models.UniqueConstraint(fields=["current"], condition=models.Q(current=True), name="campaign_one_current"),
            models.CheckConstraint(condition=models.Q(end__gte=models.F("start")), name="campaign_in_order"),
        ]


class PlanVersion(models.Model):
    """One version of a campaign's plan (方案); the newest is in force, old ones stay readable."""

    id = models.UUIDField(primary_key=True, default=new_id)
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="+")
    version = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    content = models.JSONField()
    loaded_at = models.DateTimeField()
    loaded_by = models.CharField(max_length=200)

    class Meta:
        """Versions of a campaign are numbered."""

        constraints = [models.UniqueConstraint(fields=["campaign", "version"], name="plan_version_once")]


class BasisDocument(models.Model):
    """A document that the campaign rests on (依据文件): the county's notice, orders of city and province (H-2, 一-0).

    ``plan_slug``: the plan's entry that the original belongs to; empty for a document that came later. A wrong one is
    withdrawn with a reason, never deleted. Names no person of a matter; every post may read it.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="+")
    division = models.CharField(max_length=12, db_collation="C")
    plan_slug = models.CharField(max_length=60, blank=True)
    level = models.CharField(max_length=10)
    issuer = models.CharField(max_length=120)
    title = models.CharField(max_length=200)
    number = models.CharField(max_length=80, blank=True)
    issued_on = models.DateField()
    published_on = models.DateField(null=True)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=255)
    file_sha256 = models.CharField(max_length=64)
    media_type = models.CharField(max_length=80)
    size = models.PositiveBigIntegerField()
    attached_at = models.DateTimeField()
    attached_by = models.CharField(max_length=200)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=200, blank=True)
    withdrawn_reason = models.CharField(max_length=400, blank=True)

    class Meta:
        """One original stands for an entry of the plan; levels are closed; published after it was signed."""

        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "plan_slug"],
                condition=models.Q(withdrawn_at__isnull=True) & ~models.Q(plan_slug=""),
                name="basis_one_per_entry",
            ),
            models.CheckConstraint(
                condition=models.Q(level__in=["county", "city", "province", "national"]), name="basis_level_known"
            ),
            models.CheckConstraint(
                condition=models.Q(published_on__isnull=True) | models.Q(published_on__gte=models.F("issued_on")),
                name="basis_in_order",
            ),
        ]
