"""Tables of people: duties and rights hang on posts, people hold posts for a time."""

from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models

from qingshan.commons.base.ids import new_id
from qingshan.commons.places.models import Division


class Unit(models.Model):
    """A unit (单位): county bureau, township, development zone, department, city or province body, village."""

    id = models.UUIDField(primary_key=True, default=new_id)
    slug = models.CharField(max_length=60, unique=True)
    kind = models.CharField(max_length=30)
    name = models.CharField(max_length=80)
    short = models.CharField(max_length=30)
    level = models.CharField(max_length=12)
    division = models.ForeignKey(Division, models.PROTECT, null=True, related_name="+")
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    reports = models.BooleanField(default=False)
    counts_as_township = models.BooleanField(default=False)
    clause = models.CharField(max_length=40, blank=True)
    sort = models.PositiveIntegerField(default=0)


class Post(models.Model):
    """A post (职务) of a unit with its roles; ``duty`` marks the three responsible posts of a township (四-2-1②)."""

    id = models.UUIDField(primary_key=True, default=new_id)
    slug = models.CharField(max_length=100, unique=True)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    title = models.CharField(max_length=80)
    roles = ArrayField(models.CharField(max_length=30), default=list)
    duty = models.CharField(max_length=20, blank=True)
    liaison = models.BooleanField(default=False)
    clause = models.CharField(max_length=40, blank=True)
    sort = models.PositiveIntegerField(default=0)

    @property
    def label(self) -> str:
        """Unit and title; most titles begin with the unit already."""
        short = self.unit.short
        return self.title if self.title.startswith(short) else f"{short}·{self.title}"


class Person(models.Model):
    """A person (人员). ``demo`` persons are invented and shown as such.

    ``phone_ref`` is the id of the encrypted personal value; the number itself stands nowhere else.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    name = models.CharField(max_length=60)
    demo = models.BooleanField(default=False)
    phone_ref = models.UUIDField(null=True)


class Holding(models.Model):
    """A person holds a post for a time (任职); the end day is the last day.

    ``kind`` holder, or substitute (代岗): acts in the post for ``stands_in_for`` on the days set, beside him.
    ``reason``: why he stands in; ``end_reason``: why it ended.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, models.PROTECT, related_name="+")
    since = models.DateField()
    until = models.DateField(null=True)
    kind = models.CharField(max_length=12, default="holder")
    stands_in_for = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=200, blank=True)
    end_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        """A holding ends after it begins; one open holder a post; nobody stands in for himself or without end."""

        indexes = [models.Index(fields=["post", "since"], name="holding_post_since")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(until__isnull=True) | models.Q(until__gte=models.F("since")), name="holding_in_order"
            ),
            models.CheckConstraint(
                condition=models.Q(kind="holder", stands_in_for__isnull=True)
                | models.Q(kind="substitute", stands_in_for__isnull=False, until__isnull=False),
                name="holding_kind_known",
            ),
            models.CheckConstraint(
                condition=models.Q(stands_in_for__isnull=True) | ~models.Q(stands_in_for=models.F("person")),
                name="holding_not_for_himself",
            ),
            models.UniqueConstraint(
                fields=["post"], condition=models.Q(kind="holder", until__isnull=True), name="holding_one_open_holder"
            ),
        ]


class AccountManager(BaseUserManager["Account"]):
    """Makes accounts."""

    def create_account(
        self, *, username: str, password: str | None, person: Person | None, chosen_at: datetime | None
    ) -> "Account":
        """Create an account; without a password nobody can sign in to it. ``chosen_at`` None: it must be changed."""
        account = self.model(username=username, person=person, password_changed_at=chosen_at)
        account.set_password(password)
        account.save(using=self._db)
        return account


class Account(AbstractBaseUser):
    """A sign-in (账号) of one person.

    ``must_change``: the password was given by somebody else; not used by ``first_until`` it is void.
    ``password_changed_at``: when its holder chose it; None: he never did, and must before anything else.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    username = models.CharField(max_length=60, unique=True)
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    is_active = models.BooleanField(default=True)
    language = models.CharField(max_length=10, default="zh-hans")
    must_change = models.BooleanField(default=False)
    first_until = models.DateTimeField(null=True)
    password_changed_at = models.DateTimeField(null=True)
    stopped_reason = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(null=True)

    objects = AccountManager()

    USERNAME_FIELD = "username"
