"""Tables of campaigns: one action of one county; its plan is data, every version is kept."""

from django.db import models

from qingshan.commons.base.ids import new_id


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
