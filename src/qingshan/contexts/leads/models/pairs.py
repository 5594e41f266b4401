"""Pairs of leads that may be about the same thing (疑似重复), and what a person said about them."""

from django.db import models

from qingshan.commons.base.ids import new_id
from qingshan.contexts.leads.models.leads import Lead


class LeadPair(models.Model):
    """Two leads that look like one (疑似重复): how much, why, and the decision, which is remembered.

    ``lead`` is the later of the two, ``other`` the earlier. ``score`` out of 100 by the rule of `domain.likeness`;
    ``reasons`` is what a person reads. open → merged | distinct (不是同一处).
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    lead = models.ForeignKey(Lead, models.PROTECT, related_name="+")
    other = models.ForeignKey(Lead, models.PROTECT, related_name="+")
    score = models.PositiveSmallIntegerField()
    reasons = models.JSONField(default=list)
    state = models.CharField(max_length=10, default="open")
    found_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=200, blank=True)

    class Meta:
        """A pair once, whichever of the two was looked at."""

        indexes = [models.Index(fields=["state", "-score", "id"], name="pair_open_key")]
        constraints = [
            models.UniqueConstraint(fields=["lead", "other"], name="pair_once"),
            models.CheckConstraint(condition=models.Q(lead__gt=models.F("other")), name="pair_later_first"),
            models.CheckConstraint(
                condition=models.Q(state__in=["open", "merged", "distinct"]), name="pair_state_known"
            ),
        ]


class PairSweep(models.Model):
    """How far the search for pairs has come (查重进度): first entries up to this one have been compared. One row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    upto = models.UUIDField()
    at = models.DateTimeField()
