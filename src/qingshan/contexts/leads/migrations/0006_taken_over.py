"""Leads taken over from an old ledger: their mark, and how exact their position is."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """Leads taken over from an old ledger: their mark, and how exact their position is."""

    dependencies: ClassVar = [("leads", "0005_scope_once")]
    operations: ClassVar = [
        migrations.AddField(
            "lead", "precision", models.CharField(max_length=10, blank=True, default="", db_default="")
        ),
        migrations.AddField(
            "lead", "taken_over", models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
        ),
        migrations.AddConstraint(
            "lead",
            models.CheckConstraint(
                condition=models.Q(precision__in=["", "village", "township"]), name="lead_precision_known"
            ),
        ),
    ]
