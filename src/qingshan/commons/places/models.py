"""Tables of places: divisions (行政区划) and the areas that belong to them."""

from django.contrib.gis.db.models import MultiPolygonField
from django.db import models

from qingshan.commons.base.ids import new_id


class Division(models.Model):
    """An administrative division; the code prefix is the hierarchy (县 6 位、乡 9 位、村 12 位).

    Codes are never used again: a merged division gets ``valid_to``.
    """

    code = models.CharField(max_length=12, primary_key=True, db_collation="C")
    name = models.CharField(max_length=80)
    level = models.CharField(max_length=10)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    source = models.CharField(max_length=200)

    class Meta:
        """Closed list of levels; the length of the code follows the level."""

        constraints = [
            models.CheckConstraint(
                condition=models.Q(level="county", code__regex=r"^\d{6}$")
                | models.Q(level="township", code__regex=r"^\d{9}$")
                | models.Q(level="village", code__regex=r"^\d{12}$"),
                name="division_code_length",
            )
        ]


class Area(models.Model):
    """The polygon of a division or of a unit without code (EPSG:4490). One current row per key.

    ``key``: division code, or unit slug for a special area (经开区). ``synthetic`` areas are generated because none is
    published; they say so wherever they are shown.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    key = models.CharField(max_length=60, db_collation="C")
    kind = models.CharField(max_length=10)
    name = models.CharField(max_length=80)
    geom = MultiPolygonField(srid=4490)
    synthetic = models.BooleanField()
    source = models.CharField(max_length=300)
    version = models.PositiveIntegerField(default=1)
    current = models.BooleanField(default=True)

    class Meta:
        """One current area per key; closed list of kinds."""

        constraints = [
            models.UniqueConstraint(fields=["key", "kind"], condition=models.Q(current=True), name="area_one_current"),
            models.CheckConstraint(
                condition=models.Q(kind__in=["county", "township", "village", "special", "outline"]),
                name="area_kind_known",
            ),
        ]
