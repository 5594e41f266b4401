"""Where a lead came from, more than once perhaps, and what was answered to whom."""

from django.db import models

from qingshan.commons.base.ids import new_id
from qingshan.commons.files.models import StoredFile
from qingshan.commons.people.models import Unit
from qingshan.contexts.leads.models.leads import Lead


class Source(models.Model):
    """A source of a lead (来源): channel and the number it has there; the same source makes no second lead.

    ``key`` names the source within its channel: ``no:`` and its number, ``geom:`` and a digest, or ``own:`` and the id
    of what it is a source of. ``origin`` 来源单位, ``dated`` 来件日期, ``came_at`` when it came here. ``reply_state``:
    "" no answer owed, open, done, waived; ``reply_due_at`` is empty until the limit runs. ``platform_*``: its number in
    the petition platform (三-4-3④). ``seen_at``: the bureau's receipt of a hand-over (三-4-4⑥). No personal data here.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    lead = models.ForeignKey(Lead, models.PROTECT, related_name="+", db_constraint=False)
    channel = models.CharField(max_length=40)
    key = models.CharField(max_length=160)
    geometry_digest = models.CharField(max_length=64)
    number = models.CharField(max_length=120, blank=True, default="", db_default="")
    origin = models.CharField(max_length=120, blank=True, default="", db_default="")
    dated = models.DateField(null=True)
    came_at = models.DateTimeField(null=True)
    entered_by = models.CharField(max_length=200, blank=True, default="", db_default="")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", db_index=False)
    note = models.CharField(max_length=500, blank=True, default="", db_default="")
    reply_state = models.CharField(max_length=8, blank=True, default="", db_default="")
    reply_due_at = models.DateTimeField(null=True)
    platform_state = models.CharField(max_length=8, blank=True, default="", db_default="")
    platform_no = models.CharField(max_length=120, blank=True, default="", db_default="")
    platform_due_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    seen_by = models.CharField(max_length=200, blank=True, default="", db_default="")

    class Meta:
        """A source number is used once per channel; open duties are listed by their due moment."""

        constraints = [
            models.UniqueConstraint(fields=["channel", "key"], name="source_once"),
            models.CheckConstraint(
                condition=models.Q(
                    reply_state__in=["", "open", "done", "waived"], platform_state__in=["", "open", "done"]
                ),
                name="source_states_known",
            ),
        ]
        indexes = [
            models.Index(
                fields=["reply_due_at", "id"], name="source_reply_open", condition=models.Q(reply_state="open")
            ),
            models.Index(
                fields=["platform_due_at", "id"], name="source_platform_open", condition=models.Q(platform_state="open")
            ),
        ]


class SourceReply(models.Model):
    """One answer to a source (答复): what was told, when, to whom in words that name no person, with which paper.

    ``final`` ends the duty; one before the result (阶段答复) does not. A waiver is kept here too, with its reason.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    source = models.ForeignKey(Source, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8)
    text = models.TextField()
    to_whom = models.CharField(max_length=120)
    paper_no = models.CharField(max_length=120, blank=True)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+", db_index=False)
    replied_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=200)

    class Meta:
        """Closed list of kinds."""

        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=["interim", "final", "waiver"]), name="reply_kind_known")
        ]
