"""Calls with wrong tokens, counted by address; only the system reads them, a crash may empty the table."""

from typing import ClassVar

from django.db import migrations, models

FORWARD = """
ALTER TABLE tokens_wrongwindow ENABLE ROW LEVEL SECURITY;
ALTER TABLE tokens_wrongwindow FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON tokens_wrongwindow FOR ALL USING (qs_system()) WITH CHECK (qs_system());
ALTER TABLE tokens_wrongwindow SET UNLOGGED;
"""
REVERSE = """
DROP POLICY scope ON tokens_wrongwindow;
ALTER TABLE tokens_wrongwindow NO FORCE ROW LEVEL SECURITY;
ALTER TABLE tokens_wrongwindow DISABLE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    """Calls with wrong tokens, counted by address."""

    dependencies: ClassVar = [("tokens", "0002_scope"), ("base", "0002_scope")]
    operations: ClassVar = [
        migrations.CreateModel(
            name="WrongWindow",
            fields=[
                ("address", models.CharField(max_length=45, primary_key=True, serialize=False)),
                ("window", models.BigIntegerField(db_index=True)),
                ("calls", models.PositiveIntegerField()),
            ],
        ),
        migrations.RunSQL(FORWARD, REVERSE),
    ]
