"""Table of image layers."""

from django.db import models

from qingshan.commons.base.ids import new_id
from qingshan.commons.files.models import StoredFile
from qingshan.commons.people.models import Unit


class ImageLayer(models.Model):
    """A picture of the county from above (影像图层): the original as uploaded and the tiles made of it.

    ``state``: reading (worker makes tiles), failed (``problem`` says why), draft (seen by the county's own posts),
    published (seen by every post whose work is matters), withdrawn. ``west`` to ``north`` in degrees of CGCS2000;
    ``min_zoom``/``max_zoom`` are those of the tiles, ``show_from``/``show_to`` those at which the map shows them.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    name = models.CharField(max_length=60)
    image_date = models.DateField()
    source = models.CharField(max_length=120)
    licence = models.CharField(max_length=300)
    division = models.CharField(max_length=12, db_collation="C")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, default="reading")
    problem = models.TextField(blank=True)
    withdrawn_reason = models.TextField(blank=True)
    original = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    tiles_sha256 = models.CharField(max_length=64, blank=True)
    tiles_bytes = models.PositiveBigIntegerField(default=0)
    tiles = models.PositiveIntegerField(default=0)
    crs = models.CharField(max_length=200, blank=True)
    notes = models.TextField(blank=True)
    west = models.FloatField(null=True)
    south = models.FloatField(null=True)
    east = models.FloatField(null=True)
    north = models.FloatField(null=True)
    min_zoom = models.PositiveSmallIntegerField(default=0)
    max_zoom = models.PositiveSmallIntegerField(default=0)
    show_from = models.PositiveSmallIntegerField(default=0)
    show_to = models.PositiveSmallIntegerField(default=22)
    created_by = models.UUIDField()
    created_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)

    class Meta:
        """Closed list of states; a withdrawal has a reason, what is shown has tiles."""

        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["reading", "failed", "draft", "published", "withdrawn"]),
                name="image_layer_state_known",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["draft", "published"]) | ~models.Q(tiles_sha256=""),
                name="image_layer_shown_has_tiles",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="withdrawn") | ~models.Q(withdrawn_reason=""),
                name="image_layer_withdrawal_has_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(show_from__lte=models.F("show_to")), name="image_layer_zooms_in_order"
            ),
        ]
