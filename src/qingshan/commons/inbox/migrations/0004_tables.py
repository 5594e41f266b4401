"""How tables are read, what supplements what, and what columns of a sender mean, with its row security."""

import django.db.models.deletion
from django.db import migrations, models

import qingshan.commons.base.ids

FORWARD = """
ALTER TABLE inbox_tablemapping ENABLE ROW LEVEL SECURITY;
ALTER TABLE inbox_tablemapping FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON inbox_tablemapping FOR ALL
  USING (qs_visible(division, NULL)) WITH CHECK (qs_visible(division, NULL));
"""
REVERSE = """
DROP POLICY scope ON inbox_tablemapping;
ALTER TABLE inbox_tablemapping NO FORCE ROW LEVEL SECURITY;
ALTER TABLE inbox_tablemapping DISABLE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    """How tables are read, what supplements what, and what columns of a sender mean."""

    dependencies = [
        ("inbox", "0003_reading"),
    ]

    operations = [
        migrations.AddField(
            model_name="batch",
            name="mapping",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="batch",
            name="supplements",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="inbox.batch"
            ),
        ),
        migrations.AddField(
            model_name="batchrow",
            name="origin_row",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.CreateModel(
            name="TableMapping",
            fields=[
                ("id", models.UUIDField(default=qingshan.commons.base.ids.new_id, primary_key=True, serialize=False)),
                ("division", models.CharField(db_collation="C", max_length=12)),
                ("channel", models.CharField(max_length=40)),
                ("sender", models.CharField(max_length=80)),
                ("mapping", models.JSONField(default=dict)),
                ("saved_at", models.DateTimeField()),
                ("saved_by", models.CharField(max_length=200)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("division", "channel", "sender"), name="table_mapping_once")
                ],
            },
        ),
        migrations.RunSQL(FORWARD, REVERSE),
    ]
