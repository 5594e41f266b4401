"""The desk that takes calls: what is being typed, and who called (来电登记、举报人信息)."""

from django.db import models

from qingshan.commons.base.ids import new_id
from qingshan.contexts.leads.models.sources import Source


class CallDraft(models.Model):
    """What somebody at the desk is typing during a call (来电草稿): one per account, gone once it is registered.

    Never who calls: name and telephone are not part of a draft.
    """

    account_id = models.UUIDField(primary_key=True)
    content = models.JSONField(default=dict)
    saved_at = models.DateTimeField()


class Informant(models.Model):
    """Who brought a source (举报人信息): name and telephone, sealed; nothing of it stands anywhere else (三-4-3③).

    Seen by nobody but the account that typed it, and even so only through `open_informant`, which writes down who
    looked and why.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    source = models.OneToOneField(Source, models.PROTECT, related_name="+")
    account_id = models.UUIDField()
    wrapped = models.BinaryField()
    content = models.BinaryField()
    algorithm = models.CharField(max_length=20)
    kept_at = models.DateTimeField()
    kept_by = models.CharField(max_length=200)
