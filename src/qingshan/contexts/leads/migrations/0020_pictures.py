"""Before and after pictures of leads, seen with the lead."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models

import qingshan.commons.base.ids

FORWARD = """
ALTER TABLE leads_leadpicture ENABLE ROW LEVEL SECURITY;
ALTER TABLE leads_leadpicture FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON leads_leadpicture FOR ALL USING (EXISTS (SELECT FROM leads_lead l WHERE l.id = lead_id))
  WITH CHECK (EXISTS (SELECT FROM leads_lead l WHERE l.id = lead_id));
"""
REVERSE = """
DROP POLICY scope ON leads_leadpicture;
ALTER TABLE leads_leadpicture NO FORCE ROW LEVEL SECURITY;
ALTER TABLE leads_leadpicture DISABLE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    """Before and after pictures of leads."""

    dependencies: ClassVar = [("leads", "0019_calls"), ("files", "0003_expiry")]
    operations: ClassVar = [
        migrations.CreateModel(
            "LeadPicture",
            [
                ("id", models.UUIDField(default=qingshan.commons.base.ids.new_id, primary_key=True, serialize=False)),
                ("phase", models.CharField(max_length=8)),
                ("name", models.CharField(max_length=255)),
                ("added_at", models.DateTimeField()),
                ("added_by", models.CharField(max_length=200)),
                (
                    "lead",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="leads.lead"),
                ),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="files.storedfile"
                    ),
                ),
                (
                    "small",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="files.storedfile",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(phase__in=["before", "after"]), name="picture_phase_known"
                    )
                ]
            },
        ),
        migrations.RunSQL(FORWARD, REVERSE),
    ]
