"""Drafts of calls, seen by the account that types them; who called, sealed and apart from the lead."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models

import qingshan.commons.base.ids

FORWARD = """
ALTER TABLE leads_calldraft ENABLE ROW LEVEL SECURITY;
ALTER TABLE leads_calldraft FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON leads_calldraft FOR ALL USING (qs_system() OR account_id = qs_account())
  WITH CHECK (qs_system() OR account_id = qs_account());
ALTER TABLE leads_informant ENABLE ROW LEVEL SECURITY;
ALTER TABLE leads_informant FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON leads_informant FOR ALL USING (qs_system() OR account_id = qs_account())
  WITH CHECK (qs_system() OR account_id = qs_account());
"""
REVERSE = """
DROP POLICY scope ON leads_informant;
ALTER TABLE leads_informant NO FORCE ROW LEVEL SECURITY;
ALTER TABLE leads_informant DISABLE ROW LEVEL SECURITY;
DROP POLICY scope ON leads_calldraft;
ALTER TABLE leads_calldraft NO FORCE ROW LEVEL SECURITY;
ALTER TABLE leads_calldraft DISABLE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    """Drafts of calls, and who called."""

    dependencies: ClassVar = [("leads", "0018_lead_taken_over_key")]
    operations: ClassVar = [
        migrations.CreateModel(
            "CallDraft",
            [
                ("account_id", models.UUIDField(primary_key=True, serialize=False)),
                ("content", models.JSONField(default=dict)),
                ("saved_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            "Informant",
            [
                ("id", models.UUIDField(default=qingshan.commons.base.ids.new_id, primary_key=True, serialize=False)),
                ("account_id", models.UUIDField()),
                ("wrapped", models.BinaryField()),
                ("content", models.BinaryField()),
                ("algorithm", models.CharField(max_length=20)),
                ("kept_at", models.DateTimeField()),
                ("kept_by", models.CharField(max_length=200)),
                (
                    "source",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="leads.source"
                    ),
                ),
            ],
        ),
        migrations.RunSQL(FORWARD, REVERSE),
    ]
