"""The case, its tracks and their finished stations."""

from django.contrib.gis.db.models import GeometryField, PointField
from django.db import models

from qingshan.commons.base.ids import new_id
from qingshan.commons.people.models import Unit


class Case(models.Model):
    """A case (台账问题): a substantiated lead with a permanent ledger number.

    ``unit`` is the responsible township-level unit, ``supervising_unit`` the bureau or department that answers for the
    category. Names of the accused and of the responsible person are personal values outside this table.
    ``taken_over`` is empty unless the case came from an old ledger (接管): file, sheet, row, old state, gaps; its
    number there is ``former_number``.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    number = models.CharField(max_length=40, unique=True)
    lead = models.OneToOneField("leads.Lead", models.PROTECT, related_name="+")
    lead_number = models.CharField(max_length=40, default="")
    campaign = models.ForeignKey("campaigns.Campaign", models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(max_length=16, default="open")
    state_since = models.DateTimeField()
    category = models.CharField(max_length=40)
    subcode = models.CharField(max_length=8)
    title = models.CharField(max_length=200)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    supervising_unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    division = models.CharField(max_length=12, db_collation="C")
    township_name = models.CharField(max_length=80)
    village_name = models.CharField(max_length=80, blank=True)
    geom = GeometryField(srid=4490)
    centre = PointField(srid=4490)
    area_m2 = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    mineral = models.CharField(max_length=60, blank=True)
    offender_known = models.BooleanField(default=True)
    party_ref = models.UUIDField(null=True)
    responsible_ref = models.UUIDField(null=True)
    extras = models.JSONField(default=dict)
    rectification_mode = models.CharField(max_length=40)
    milestones = models.JSONField(default=list)
    due_on = models.DateField()
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    close_out_number = models.CharField(max_length=40, blank=True)
    reopened = models.PositiveSmallIntegerField(default=0)
    next_due_at = models.DateTimeField(null=True)
    events = models.JSONField(default=dict)
    former_number = models.CharField(max_length=120, blank=True, default="", db_default="")
    taken_over = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))

    class Meta:
        """Lists go by key."""

        indexes = [
            models.Index(fields=["unit", "-id"], name="case_unit_key"),
            models.Index(fields=["division"], name="case_division"),
            models.Index(fields=["state", "-id"], name="case_state_key"),
            models.Index(
                fields=["state", "category", "division", "unit", "supervising_unit", "next_due_at"], name="case_counts"
            ),
            models.Index(fields=["next_due_at", "id"], name="case_due_key"),
            models.Index(fields=["opened_at", "id"], name="case_opened_key"),
            models.Index(fields=["area_m2", "id"], name="case_area_key"),
            models.Index(fields=["-id"], name="case_taken_over", condition=~models.Q(taken_over={})),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    state__in=["open", "accepted", "reported", "city_passed", "closed", "closed_before"]
                ),
                name="case_state_known",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="closed") | ~models.Q(close_out_number=""), name="closed_has_number"
            ),
        ]


class Track(models.Model):
    """One strand of a case (办理线), with its finished stations counted for compare-and-set."""

    id = models.UUIDField(primary_key=True, default=new_id)
    case = models.ForeignKey(Case, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=40)
    required = models.BooleanField()
    steps = models.PositiveSmallIntegerField(default=0)
    complete = models.BooleanField(default=False)

    class Meta:
        """A case has each track once."""

        constraints = [models.UniqueConstraint(fields=["case", "kind"], name="track_once")]


class TrackStep(models.Model):
    """A finished station of a track (节点): its fields, when, by whom. Evidence hangs on the act.

    ``taken_over``: claimed by an old ledger, without evidence; no gate counts it until the evidence was handed in.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    track = models.ForeignKey(Track, models.PROTECT, related_name="+")
    station = models.CharField(max_length=40)
    fields = models.JSONField(default=dict)
    acted_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    done_by = models.CharField(max_length=200)
    act_id = models.UUIDField()
    void = models.BooleanField(default=False)
    taken_over = models.BooleanField(default=False, db_default=False)

    class Meta:
        """A station is finished once (a step made void by a correction or a reopening does not count)."""

        constraints = [
            models.UniqueConstraint(
                fields=["track", "station"], condition=models.Q(void=False), name="station_finished_once"
            )
        ]
