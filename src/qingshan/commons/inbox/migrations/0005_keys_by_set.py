"""The batch of a row is looked up once for all rows of a piece."""

from typing import ClassVar

from django.db import migrations, models
from django.db.models.deletion import PROTECT

FORWARD = """
CALL qs_keys_by_set('inbox_batchrow', 'batch_id', 'inbox_batch');
"""
REVERSE = """
CALL qs_keys_by_set_end('inbox_batchrow', 'batch_id', 'inbox_batch');
"""


class Migration(migrations.Migration):
    """The batch of a row is looked up once for all rows of a piece."""

    dependencies: ClassVar = [("inbox", "0004_tables"), ("base", "0005_keys_by_set")]
    operations: ClassVar = [
        migrations.AlterField(
            "batchrow",
            "batch",
            models.ForeignKey(db_constraint=False, on_delete=PROTECT, related_name="+", to="inbox.batch"),
        ),
        migrations.RunSQL(FORWARD, REVERSE),
    ]
