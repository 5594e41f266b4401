"""The blind index of personal names."""

from django.db import models

from qingshan.commons.journal.models import Matter


class NameGrams(models.Model):
    """A personal value that can be searched (姓名、企业名称) without standing anywhere in clear.

    ``id`` is the `PersonalValue`; the column ``tokens`` (tsvector) holds keyed digests of its pairs of characters. It
    goes when the value's key is destroyed.
    """

    id = models.UUIDField(primary_key=True)
    matter = models.ForeignKey(Matter, models.PROTECT, related_name="+")
