"""Tables of tokens: the token itself, its calls of this minute, answers that were given under a key."""

from datetime import timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from qingshan.commons.base.ids import new_id
from qingshan.commons.people.models import Account, Post

LONGEST = timedelta(days=365)


class Token(models.Model):
    """A personal token (个人令牌): one account, acting in one post, for some scopes, until a day.

    The secret is shown once and never stored; ``digest`` is the SHA-256 of it, ``public_id`` names the token in what is
    shown (``qs_<public_id>_<secret>``). A token is never deleted: it ends by ``expires_at`` or ``revoked_at``.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    public_id = models.CharField(max_length=12, unique=True)
    digest = models.CharField(max_length=64)
    scopes = ArrayField(models.CharField(max_length=30))
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    last_address = models.CharField(max_length=45, blank=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.CharField(max_length=200, blank=True)

    class Meta:
        """A token lives a year at most; who revoked it is known."""

        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at"), expires_at__lte=F("created_at") + LONGEST),
                name="token_a_year_at_most",
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True) | ~Q(revoked_by=""), name="token_revoked_by_somebody"
            ),
        ]


class CallWindow(models.Model):
    """Calls of a token in the minute ``window`` (minutes since 1970). Unlogged: a crash may forget it."""

    token = models.OneToOneField(Token, models.CASCADE, related_name="+", primary_key=True)
    window = models.BigIntegerField()
    calls = models.PositiveIntegerField()


class WrongWindow(models.Model):
    """Calls with a wrong token from an address in the minute ``window``. Unlogged: a crash may forget it."""

    address = models.CharField(max_length=45, primary_key=True)
    window = models.BigIntegerField(db_index=True)
    calls = models.PositiveIntegerField()


class StoredAnswer(models.Model):
    """The answer to a call that was made under a key (Idempotency-Key): the same call again gets it again.

    Written in the transaction of the act, so there is either the act with its answer or neither.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    account_id = models.UUIDField()
    post_id = models.UUIDField()
    key = models.CharField(max_length=200)
    request_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    headers = models.JSONField(default=dict)
    body = models.BinaryField()
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        """A key is used once by an account in a post."""

        constraints = [models.UniqueConstraint(fields=["account_id", "post_id", "key"], name="stored_answer_once")]
