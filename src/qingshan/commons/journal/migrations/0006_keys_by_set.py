"""Units of matters, and matters of entries, are looked up once for all rows of a piece."""

from typing import ClassVar

from django.db import migrations, models
from django.db.models.deletion import PROTECT

FORWARD = """
CALL qs_keys_by_set('journal_matter', 'unit_id', 'people_unit');
CALL qs_keys_by_set('journal_matter', 'also_unit_id', 'people_unit');
CALL qs_keys_by_set('journal_entry', 'matter_id', 'journal_matter');
"""
REVERSE = """
CALL qs_keys_by_set_end('journal_entry', 'matter_id', 'journal_matter');
CALL qs_keys_by_set_end('journal_matter', 'also_unit_id', 'people_unit');
CALL qs_keys_by_set_end('journal_matter', 'unit_id', 'people_unit');
"""


class Migration(migrations.Migration):
    """Units of matters, and matters of entries, are looked up once for all rows of a piece."""

    dependencies: ClassVar = [
        ("journal", "0005_tenure_scope"),
        ("base", "0005_keys_by_set"),
        ("people", "0001_initial"),
    ]
    operations: ClassVar = [
        migrations.AlterField(
            "matter",
            "unit",
            models.ForeignKey(null=True, db_constraint=False, on_delete=PROTECT, related_name="+", to="people.unit"),
        ),
        migrations.AlterField(
            "matter",
            "also_unit",
            models.ForeignKey(null=True, db_constraint=False, on_delete=PROTECT, related_name="+", to="people.unit"),
        ),
        migrations.AlterField(
            "entry",
            "matter",
            models.ForeignKey(
                db_index=False, db_constraint=False, on_delete=PROTECT, related_name="+", to="journal.matter"
            ),
        ),
        migrations.RunSQL(FORWARD, REVERSE),
    ]
