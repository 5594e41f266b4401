"""The lead itself, where it came from, and to whom it was given.

Keys without a constraint of the database are held by `qs_keys_by_set` (base 0005): once for a statement, not for a row.
"""

from django.contrib.gis.db.models import GeometryField, PointField
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from qingshan.commons.base.ids import new_id
from qingshan.commons.people.models import Unit


class Lead(models.Model):
    """A lead (线索): anything that may be illegal mining, from any channel.

    ``geom`` EPSG:4490, kept here so that maps need no join. ``area_m2`` is planar in the 3-degree zone of the place,
    ``declared_area_m2`` as received. ``events`` holds the claimed moment of the latest act of each name, from which due
    dates are derived. ``unit`` is the responsible township-level unit (三-2-0①), never empty.
    ``precision`` (位置精度): "" a position of its own, "village" or "township" only the inner point of that place.
    ``parties`` are further units that see it: who entered it, who assists (三-4-3⑤); never fewer than before.
    ``taken_over`` is empty unless the lead came from an old ledger (接管): file, sheet, row, number there, gaps.
    ``merged_into`` (并入): the lead that is worked on for this one; ``merged_from``: the state it goes back to when
    they are separated. ``parent`` (拆分): the patch of which this is a part.
    ``returns``: how often it was sent back (退回次数).
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    number = models.CharField(max_length=40, unique=True)
    campaign = models.ForeignKey(
        "campaigns.Campaign", models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    channel = models.CharField(max_length=40)
    direction = models.CharField(max_length=12)
    state = models.CharField(max_length=24)
    state_since = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    title = models.CharField(max_length=200)
    place_text = models.CharField(max_length=200, blank=True)
    description = models.TextField(blank=True)
    source_no = models.CharField(max_length=120, blank=True)
    patch_type = models.CharField(max_length=20, blank=True)
    area_m2 = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    declared_area_m2 = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    earlier_image = models.DateField(null=True)
    later_image = models.DateField(null=True)
    geom = GeometryField(srid=4490)
    centre = PointField(srid=4490)
    division = models.CharField(max_length=12, db_collation="C")
    township_name = models.CharField(max_length=80)
    village_name = models.CharField(max_length=80, blank=True)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    border = models.BooleanField(default=False)
    shares = models.JSONField(default=list)
    discovered_at = models.DateTimeField()
    received_at = models.DateTimeField()
    active_since = models.DateTimeField(null=True)
    missing_by = models.DateTimeField(null=True)
    events = models.JSONField(default=dict)
    verdict = models.CharField(max_length=16, blank=True)
    unfounded_reason = models.CharField(max_length=16, blank=True)
    verified_at = models.DateTimeField(null=True)
    verifiers = models.CharField(max_length=200, blank=True)
    batch_id = models.UUIDField(null=True)
    batch_name = models.CharField(max_length=120, blank=True)
    attributes = models.JSONField(default=dict)
    notes = models.TextField(blank=True)
    precision = models.CharField(max_length=10, blank=True, default="", db_default="")
    taken_over = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", db_index=False)
    merged_from = models.CharField(max_length=24, blank=True, default="", db_default="")
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", db_index=False)
    returns = models.PositiveSmallIntegerField(default=0, db_default=0)
    parties = ArrayField(
        models.UUIDField(), default=list, db_default=models.Value([], ArrayField(models.UUIDField())), blank=True
    )

    class Meta:
        """Lists go by key; maps by geometry (index made by GeoDjango)."""

        indexes = [
            models.Index(fields=["unit", "-id"], name="lead_unit_key"),
            models.Index(fields=["division"], name="lead_division"),
            models.Index(fields=["state", "-id"], name="lead_state_key"),
            models.Index(fields=["batch_id", "-id"], name="lead_batch_key"),
            models.Index(
                fields=["state", "division", "unit", "channel", "direction", "due_at"],
                name="lead_counts",
                include=["parties"],
            ),
            models.Index(fields=["due_at", "id"], name="lead_due_key"),
            models.Index(
                fields=["division", "unit"],
                condition=models.Q(events__has_key="lead.county_recheck"),
                name="lead_county_rechecked",
            ),
            models.Index(
                fields=["division", "unit"],
                condition=models.Q(events__has_key="lead.city_recheck"),
                name="lead_city_rechecked",
            ),
            models.Index(fields=["received_at", "id"], name="lead_received_key"),
            models.Index(fields=["area_m2", "id"], name="lead_area_key"),
            models.Index(fields=["-id"], name="lead_taken_over", condition=~models.Q(taken_over={})),
            models.Index(fields=["source_no"], name="lead_source_no", condition=~models.Q(source_no="")),
            models.Index(fields=["merged_into"], name="lead_merged", condition=models.Q(merged_into__isnull=False)),
            models.Index(fields=["parent"], name="lead_parent", condition=models.Q(parent__isnull=False)),
            GinIndex(fields=["parties"], name="lead_parties"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    state__in=[
                        "received",
                        "dispatched",
                        "under_verification",
                        "returned",
                        "in_review",
                        "substantiated",
                        "county_recheck",
                        "city_recheck",
                        "inconclusive",
                        "archived",
                        "merged",
                        "split",
                        "split_settled",
                        "transferred",
                        "handed_over",
                    ]
                ),
                name="lead_state_known",
            ),
            models.CheckConstraint(
                condition=models.Q(verdict__in=["", "substantiated", "unfounded", "inconclusive"]),
                name="lead_verdict_known",
            ),
            models.CheckConstraint(
                condition=models.Q(state="merged", merged_into__isnull=False)
                | (~models.Q(state="merged") & models.Q(merged_into__isnull=True)),
                name="lead_merged_names_main",
            ),
            models.CheckConstraint(
                condition=models.Q(precision__in=["", "village", "township"]), name="lead_precision_known"
            ),
        ]


class Dispatch(models.Model):
    """One giving of a lead to a unit (分派), its receipt, or its return with a reason.

    ``ended``: "" it stands, returned (退回), changed (县局变更牵头单位), transferred (移送外县). Of a return, what was
    decided: agreed (改派), refused (仍由该单位办理), transferred; ``decide_by`` when that was due.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    lead = models.ForeignKey(Lead, models.PROTECT, related_name="+", db_constraint=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_constraint=False)
    dispatched_at = models.DateTimeField()
    dispatched_by = models.CharField(max_length=200)
    received_at = models.DateTimeField(null=True)
    received_by = models.CharField(max_length=200, blank=True)
    returned_at = models.DateTimeField(null=True)
    return_reason = models.TextField(blank=True)
    return_kind = models.CharField(max_length=16, blank=True, default="", db_default="")
    ended = models.CharField(max_length=12, blank=True, default="", db_default="")
    decide_by = models.DateTimeField(null=True)
    decision = models.CharField(max_length=12, blank=True, default="", db_default="")
    decision_reason = models.TextField(blank=True, default="", db_default="")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=200, blank=True, default="", db_default="")

    class Meta:
        """A return has a reason; one open dispatch per lead."""

        constraints = [
            models.CheckConstraint(
                condition=models.Q(returned_at__isnull=True) | ~models.Q(return_reason=""), name="return_has_reason"
            ),
            models.UniqueConstraint(
                fields=["lead"], condition=models.Q(returned_at__isnull=True), name="dispatch_one_open"
            ),
        ]
