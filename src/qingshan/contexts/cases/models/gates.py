"""The gates: county acceptance, report to the city, city check, close-out."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from qingshan.commons.base.ids import new_id
from qingshan.contexts.cases.models.cases import Case


class Acceptance(models.Model):
    """County acceptance (县级验收): members, opinion, date (三-3-1①)."""

    id = models.UUIDField(primary_key=True, default=new_id)
    case = models.ForeignKey(Case, models.PROTECT, related_name="+")
    members = ArrayField(models.CharField(max_length=60))
    opinion = models.TextField()
    accepted_on = models.DateField()
    recorded_at = models.DateTimeField()
    done_by = models.CharField(max_length=200)
    act_id = models.UUIDField()


class CityReport(models.Model):
    """A batch of accepted cases reported to the city (上报市局) with number and date (三-3-1②)."""

    id = models.UUIDField(primary_key=True, default=new_id)
    number = models.CharField(max_length=60)
    reported_on = models.DateField()
    recorded_at = models.DateTimeField()
    done_by = models.CharField(max_length=200)
    act_id = models.UUIDField()
    division = models.CharField(max_length=12, db_collation="C")


class CityReportItem(models.Model):
    """One case in a report to the city."""

    id = models.UUIDField(primary_key=True, default=new_id)
    report = models.ForeignKey(CityReport, models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, models.PROTECT, related_name="+")


class CityCheck(models.Model):
    """The city's check of one case (市级核查): passed only when all four questions are (三-3-2)."""

    id = models.UUIDField(primary_key=True, default=new_id)
    case = models.ForeignKey(Case, models.PROTECT, related_name="+")
    passed = models.BooleanField()
    checked_on = models.DateField()
    recorded_at = models.DateTimeField()
    done_by = models.CharField(max_length=200)
    act_id = models.UUIDField()


class CityAnswer(models.Model):
    """Answer to one question of a city check."""

    id = models.UUIDField(primary_key=True, default=new_id)
    check_row = models.ForeignKey(CityCheck, models.PROTECT, related_name="+")
    question = models.CharField(max_length=40)
    passed = models.BooleanField()
    remark = models.TextField(blank=True)

    class Meta:
        """Each question once; a "no" is explained."""

        constraints = [
            models.UniqueConstraint(fields=["check_row", "question"], name="city_answer_once"),
            models.CheckConstraint(
                condition=models.Q(passed=True) | ~models.Q(remark=""), name="city_refusal_explained"
            ),
        ]


class CloseOut(models.Model):
    """A close-out (销号) with its number; reopening keeps it with the reason."""

    id = models.UUIDField(primary_key=True, default=new_id)
    case = models.ForeignKey(Case, models.PROTECT, related_name="+")
    number = models.CharField(max_length=40, unique=True)
    closed_at = models.DateTimeField()
    done_by = models.CharField(max_length=200)
    act_id = models.UUIDField()
    reopened_at = models.DateTimeField(null=True)
    reopen_reason = models.TextField(blank=True)

    class Meta:
        """A reopening has a reason."""

        constraints = [
            models.CheckConstraint(
                condition=models.Q(reopened_at__isnull=True) | ~models.Q(reopen_reason=""), name="reopen_has_reason"
            )
        ]
