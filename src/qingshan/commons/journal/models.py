"""Tables of the journal: matters with their chain heads, entries, past holdings, seals, personal values.

Keys without a constraint of the database are held by `qs_keys_by_set` (base 0005): once for a statement, not for a row.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from qingshan.commons.base.ids import new_id
from qingshan.commons.people.models import Unit


class Matter(models.Model):
    """A matter (事项) with the head of its chain.

    Its division and its one or two units are the scope of all that belongs to it (second unit: the department that
    supervises). ``parties`` are further units that read it and write to it: who entered it, who assists.
    """

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=20)
    number = models.CharField(max_length=60)
    division = models.CharField(max_length=12, db_collation="C")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", db_constraint=False)
    also_unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", db_constraint=False)
    parties = ArrayField(
        models.UUIDField(), default=list, db_default=models.Value([], ArrayField(models.UUIDField())), blank=True
    )
    seq = models.PositiveIntegerField(default=0)
    head_hash = models.CharField(max_length=64)
    partition = models.CharField(max_length=12, default="open")

    class Meta:
        """Readers of a partition go by number."""

        indexes = [models.Index(fields=["kind", "number"], name="matter_kind_number")]


class Entry(models.Model):
    """One entry (留痕): an act on one matter. The database refuses to change or delete it.

    ``payload`` is the canonical text that was hashed; the other columns are copies for queries and are checked against
    it by `verify`. ``acted_at`` is claimed, ``recorded_at`` is the server's.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    act_id = models.UUIDField(db_index=True)
    matter = models.ForeignKey(Matter, models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    seq = models.PositiveIntegerField()
    act = models.CharField(max_length=40)
    act_version = models.PositiveSmallIntegerField()
    account_id = models.UUIDField(null=True)
    actor = models.CharField(max_length=200)
    door = models.CharField(max_length=10)
    acted_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_index=True)
    payload = models.TextField()
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)
    algorithm = models.CharField(max_length=12, default="sha256")

    class Meta:
        """One entry per matter and number."""

        constraints = [models.UniqueConstraint(fields=["matter", "seq"], name="entry_matter_seq")]


class Tenure(models.Model):
    """A past holding (承办期): until ``until`` the matter was with another unit or place than it is now.

    Written when an act hands a matter on, so that "as of" a moment a matter belongs to whoever held it then.
    ``until_seq`` is the entry that ended it; ``since`` is empty when it began with the matter. Entries say the same.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    matter = models.ForeignKey(Matter, models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=20)
    number = models.CharField(max_length=60)
    division = models.CharField(max_length=12, db_collation="C")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    also_unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", db_index=False)
    since = models.DateTimeField(null=True)
    until = models.DateTimeField()
    until_seq = models.PositiveIntegerField()

    class Meta:
        """A matter is handed on once per entry."""

        constraints = [models.UniqueConstraint(fields=["matter", "until_seq"], name="tenure_matter_seq")]


class Seal(models.Model):
    """A seal (封签): Merkle root over the entries recorded since the last seal, chained to it."""

    id = models.UUIDField(primary_key=True, default=new_id)
    partition = models.CharField(max_length=12, default="open")
    number = models.PositiveIntegerField()
    day = models.DateField()
    after = models.DateTimeField(null=True)
    until = models.DateTimeField()
    entries = models.PositiveIntegerField()
    previous_root = models.CharField(max_length=64)
    root = models.CharField(max_length=64)
    algorithm = models.CharField(max_length=12, default="sha256")
    reason = models.CharField(max_length=60)

    class Meta:
        """Seals of a partition are numbered without gaps."""

        constraints = [models.UniqueConstraint(fields=["partition", "number"], name="seal_partition_number")]


class SubjectKey(models.Model):
    """Wrapped key of one subject's personal values; erasing the key erases the values (decisions: 个人信息删除)."""

    id = models.UUIDField(primary_key=True, default=new_id)
    wrapped = models.BinaryField(null=True)
    algorithm = models.CharField(max_length=20)
    erased_at = models.DateTimeField(null=True)
    erased_rule = models.CharField(max_length=200, blank=True)


class PersonalValue(models.Model):
    """One personal value, encrypted; journal entries hold only the digest over this ciphertext."""

    id = models.UUIDField(primary_key=True, default=new_id)
    matter = models.ForeignKey(Matter, models.PROTECT, related_name="+")
    subject = models.ForeignKey(SubjectKey, models.PROTECT, related_name="+")
    field = models.CharField(max_length=40)
    nonce = models.BinaryField()
    ciphertext = models.BinaryField()
    digest = models.CharField(max_length=64)
