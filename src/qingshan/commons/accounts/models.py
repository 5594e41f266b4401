"""Tables of accounts: who signed in where, which passwords were used, second factors, rosters to take in.

All of it lies behind row security: one's own rows, or everything for the administrators.
"""

from django.db import models

from qingshan.commons.base.ids import new_id
from qingshan.commons.people.models import Account, Post, Unit


class SignInRecord(models.Model):
    """One line of the sign-in log (登录日志): sign-in, failure, lock, sign-out. The database refuses to change it."""

    id = models.UUIDField(primary_key=True, default=new_id)
    at = models.DateTimeField()
    account = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+", db_index=False)
    username = models.CharField(max_length=60)
    event = models.CharField(max_length=24)
    address = models.CharField(max_length=45, blank=True)
    device = models.CharField(max_length=120, blank=True)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        """By key, of all or of one account."""

        indexes = [models.Index(fields=["account", "-id"], name="sign_in_account_key")]


class SessionRecord(models.Model):
    """One signed-in device (登录设备). ``key`` is the session's own and leaves this room never."""

    id = models.UUIDField(primary_key=True, default=new_id)
    account = models.ForeignKey(Account, models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=40, unique=True)
    address = models.CharField(max_length=45, blank=True)
    device = models.CharField(max_length=120, blank=True)
    since = models.DateTimeField()
    last_seen = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=24, blank=True)

    class Meta:
        """By key, of all or of one account."""

        indexes = [models.Index(fields=["account", "-id"], name="session_account_key")]


class UsedPassword(models.Model):
    """A digest of a password that was in use (口令历史), so that it does not come back at once."""

    id = models.UUIDField(primary_key=True, default=new_id)
    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    digest = models.CharField(max_length=128)


class SecondFactor(models.Model):
    """One-time codes (动态口令) of one account: the secret encrypted, the last period used, digests of spare codes."""

    id = models.UUIDField(primary_key=True, default=new_id)
    account = models.OneToOneField(Account, models.CASCADE, related_name="+")
    secret = models.BinaryField()
    last_counter = models.BigIntegerField(default=0)
    spare = models.JSONField(default=list)
    failures = models.PositiveSmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True)
    since = models.DateTimeField()


class Roster(models.Model):
    """A list of people to be taken in (人员名册), read by the worker; its original is wiped once it was read."""

    id = models.UUIDField(primary_key=True, default=new_id)
    name = models.CharField(max_length=120)
    file_id = models.UUIDField(null=True)
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=12, default="received")
    problem = models.TextField(blank=True)
    created_by = models.UUIDField()
    created_by_text = models.CharField(max_length=200)
    created_at = models.DateTimeField()
    accepted_by_text = models.CharField(max_length=200, blank=True)
    accepted_at = models.DateTimeField(null=True)

    class Meta:
        """Closed list of states."""

        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["received", "read", "failed", "done"]), name="roster_state_known"
            )
        ]


class RosterRow(models.Model):
    """One row of a roster: as it was written, what was found for it, and what became of it (new, same, refused)."""

    id = models.UUIDField(primary_key=True, default=new_id)
    roster = models.ForeignKey(Roster, models.CASCADE, related_name="+", db_index=False)
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=60, blank=True)
    unit_text = models.CharField(max_length=120, blank=True)
    post_text = models.CharField(max_length=120, blank=True)
    username = models.CharField(max_length=60, blank=True)
    phone = models.BinaryField(null=True)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    post = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")
    outcome = models.CharField(max_length=12)
    note = models.CharField(max_length=300, blank=True)
    account = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")

    class Meta:
        """Rows go in the order of the file; closed list of outcomes."""

        constraints = [
            models.UniqueConstraint(fields=["roster", "number"], name="roster_row_once"),
            models.CheckConstraint(
                condition=models.Q(outcome__in=["new", "same", "refused"]), name="roster_row_outcome_known"
            ),
        ]
