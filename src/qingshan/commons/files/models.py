"""Tables of files: originals kept untouched by digest, and the matters that use them."""

from django.db import models

from qingshan.commons.base.ids import new_id
from qingshan.commons.journal.models import Matter


class StoredFile(models.Model):
    """One uploaded original (原件). Bytes lie under their SHA-256; position and azimuth were read from EXIF.

    ``expires_at``: a copy made of what stands in the tables (导出文件) is deleted then; None: kept.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.PositiveBigIntegerField()
    media_type = models.CharField(max_length=80)
    original_name = models.CharField(max_length=255)
    uploaded_by = models.UUIDField(null=True)
    uploaded_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    azimuth = models.FloatField(null=True)
    taken_at = models.DateTimeField(null=True)
    device = models.CharField(max_length=120, blank=True)
    software = models.CharField(max_length=120, blank=True)


class FileUse(models.Model):
    """A file used by a matter (用途): evidence photo, decision scan, original of a batch."""

    id = models.UUIDField(primary_key=True, default=new_id)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    matter = models.ForeignKey(Matter, models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=60)
    label = models.CharField(max_length=120, blank=True)
    used_at = models.DateTimeField()
