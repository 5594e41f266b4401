"""Tables of the base: workday calendar and counters."""

from django.db import models

from qingshan.commons.base.ids import new_id


class CalendarDay(models.Model):
    """One day of the workday calendar (节假日与调休). Loaded from a package, edited by an administrator.

    A year without rows is unknown, never guessed. ``version`` counts the changes of the row.
    """

    day = models.DateField(primary_key=True)
    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=60, blank=True)
    version = models.PositiveIntegerField(default=1)
    source = models.CharField(max_length=120)

    class Meta:
        """Closed list of kinds."""

        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["workday", "holiday", "makeup_workday", "weekend"]),
                name="calendar_kind_known",
            )
        ]


class Counter(models.Model):
    """Last number given out in a series (编号计数); taken in the transaction that uses it, so no gap arises."""

    key = models.CharField(max_length=80, primary_key=True)
    value = models.PositiveBigIntegerField(default=0)


class OnceKey(models.Model):
    """An id that a form brought for what it makes (防重复提交), with the digest of what was handed in under it.

    ``token`` tells the row's writer from a later reader.
    """

    key = models.UUIDField(primary_key=True)
    token = models.UUIDField(default=new_id)
    purpose = models.CharField(max_length=40)
    digest = models.CharField(max_length=64)
    account_id = models.UUIDField(null=True)
    made_at = models.DateTimeField()


class NumberBlock(models.Model):
    """Numbers reserved for long work (预留号段), from ``first`` to ``last`` of a series.

    ``used`` is set by the work itself. A block that stays unused explains the gap it leaves: ``subject_id`` names the
    batch it was reserved for.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    key = models.CharField(max_length=80)
    first = models.PositiveBigIntegerField()
    last = models.PositiveBigIntegerField()
    subject_id = models.UUIDField(db_index=True)
    taken_at = models.DateTimeField()
    used = models.BooleanField(default=False)

    class Meta:
        """A block holds at least one number; none begins where another does."""

        constraints = [
            models.CheckConstraint(condition=models.Q(last__gte=models.F("first")), name="number_block_in_order"),
            models.UniqueConstraint(fields=["key", "first"], name="number_block_once"),
        ]
