"""Rows of a batch are found by batch and row number; a second index over the batch alone cost every row its writing."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Rows of a batch are found by batch and row number; no second index over the batch alone."""

    dependencies: ClassVar = [("inbox", "0005_keys_by_set")]
    operations: ClassVar = [
        migrations.AlterField(
            model_name="batchrow",
            name="batch",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="inbox.batch",
            ),
        ),
    ]
