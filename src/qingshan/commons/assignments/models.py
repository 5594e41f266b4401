"""Tables of assignments: the order, one line per addressee, replies and reminders. Scoped by row security."""

from django.db import models

from qingshan.commons.base.ids import new_id
from qingshan.commons.journal.models import Matter
from qingshan.commons.people.models import Post, Unit
from qingshan.domain.assignment import LineState, OrderKind, OrderState, Part


class Assignment(models.Model):
    """An order (交办事项) of ``issuer_unit``, seen by the issuer's unit, the owner, its addressees and the county.

    ``due_at`` is the order's own due moment, ``due_why`` how it was worked out when it went out. ``owner_unit`` (牵头)
    is one of the addressees and sees all lines; ``owner_division`` is its division, "" where it has none.
    ``subject`` is the matter it is about; number and kind are kept as the order named them.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    number = models.CharField(max_length=60, unique=True)
    kind = models.CharField(max_length=24)
    title = models.CharField(max_length=120)
    text = models.TextField()
    clause = models.CharField(max_length=40, blank=True)
    basis = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=12, default=OrderState.OPEN.value)
    division = models.CharField(max_length=12, db_collation="C")
    issuer_unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    issuer_post_id = models.UUIDField(null=True)
    issued_by = models.CharField(max_length=200)
    issued_at = models.DateTimeField()
    owner_unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", db_index=False)
    owner_division = models.CharField(max_length=12, db_collation="C", blank=True)
    subject = models.ForeignKey(Matter, models.PROTECT, null=True, related_name="+")
    subject_kind = models.CharField(max_length=20, blank=True)
    subject_number = models.CharField(max_length=60, blank=True)
    due_at = models.DateTimeField()
    due_limit = models.CharField(max_length=60, blank=True)
    due_why = models.JSONField(default=list)
    lines_total = models.PositiveIntegerField()
    lines_done = models.PositiveIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """Closed lists; lists of a unit go by state and due moment."""

        indexes = [
            models.Index(fields=["issuer_unit", "state", "due_at", "id"], name="assignment_issuer_due"),
            models.Index(fields=["issuer_unit", "due_at", "id"], name="assignment_issuer_all"),
            models.Index(fields=["state", "due_at", "id"], name="assignment_due"),
            models.Index(fields=["due_at", "id"], name="assignment_all"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=[k.value for k in OrderKind]), name="assignment_kind_known"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=[s.value for s in OrderState]), name="assignment_state_known"
            ),
            models.CheckConstraint(
                condition=models.Q(lines_done__lte=models.F("lines_total")), name="assignment_done_of_total"
            ),
        ]


class AssignmentLine(models.Model):
    """One addressee's line (承办单位的一行): its own state, due moment and history; its id is also its matter's.

    ``post``: only this post of the unit answers; nobody else of the unit. ``division``, ``issuer_unit`` and the owner's
    columns repeat what decides who sees the line, so that row security asks no other table. ``extensions`` lists each
    extension (from, to, reason, by, at).
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="+", db_index=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    post = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")
    part = models.CharField(max_length=12)
    position = models.PositiveIntegerField()
    state = models.CharField(max_length=12, default=LineState.SENT.value)
    state_since = models.DateTimeField()
    due_at = models.DateTimeField()
    extensions = models.JSONField(default=list)
    division = models.CharField(max_length=12, db_collation="C")
    issuer_unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    owner_unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", db_index=False)
    owner_division = models.CharField(max_length=12, db_collation="C", blank=True)
    sent_at = models.DateTimeField()
    received_at = models.DateTimeField(null=True)
    received_by = models.CharField(max_length=200, blank=True)
    replied_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    reminders = models.PositiveIntegerField(default=0)
    reminded_at = models.DateTimeField(null=True)
    came_from = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    reason = models.TextField(blank=True)

    class Meta:
        """Closed lists; an addressee has one live line per order; lists of a unit go by state and due moment."""

        indexes = [
            models.Index(fields=["assignment", "position", "id"], name="line_of_assignment"),
            models.Index(fields=["unit", "state", "due_at", "id"], name="line_unit_due"),
            models.Index(fields=["unit", "due_at", "id"], name="line_unit_all"),
            models.Index(fields=["issuer_unit", "state", "due_at"], name="line_issuer_due"),
            models.Index(fields=["owner_unit"], condition=models.Q(owner_unit__isnull=False), name="line_owner"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["assignment", "unit", "post"],
                condition=~models.Q(state__in=["withdrawn", "transferred"]),
                nulls_distinct=False,
                name="line_one_live",
            ),
            models.CheckConstraint(condition=models.Q(state__in=[s.value for s in LineState]), name="line_state_known"),
            models.CheckConstraint(condition=models.Q(part__in=[p.value for p in Part]), name="line_part_known"),
            models.CheckConstraint(
                condition=~models.Q(state__in=["withdrawn", "transferred"]) | ~models.Q(reason=""),
                name="line_end_has_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["sent", "withdrawn", "transferred"])
                | models.Q(received_at__isnull=False),
                name="line_received_first",
            ),
        ]


class Reply(models.Model):
    """One reply (反馈) on a line and what the issuer said; its files hang on the line's matter (``reply-<round>``)."""

    id = models.UUIDField(primary_key=True, default=new_id)
    line = models.ForeignKey(AssignmentLine, models.PROTECT, related_name="+", db_index=False)
    round = models.PositiveSmallIntegerField()
    text = models.TextField()
    replied_at = models.DateTimeField()
    replied_by = models.CharField(max_length=200)
    outcome = models.CharField(max_length=12, blank=True)
    opinion = models.TextField(blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=200, blank=True)

    class Meta:
        """Rounds count up; what is sent back has its reason."""

        constraints = [
            models.UniqueConstraint(fields=["line", "round"], name="reply_round_once"),
            models.CheckConstraint(
                condition=models.Q(outcome__in=["", "accepted"])
                | (models.Q(outcome="sent_back") & ~models.Q(opinion="")),
                name="reply_outcome_known",
            ),
        ]


class Reminder(models.Model):
    """One reminder (催办) on a line, kept and counted."""

    id = models.UUIDField(primary_key=True, default=new_id)
    line = models.ForeignKey(AssignmentLine, models.PROTECT, related_name="+")
    text = models.CharField(max_length=500)
    reminded_at = models.DateTimeField()
    reminded_by = models.CharField(max_length=200)
