"""Units and campaigns of leads, and leads of their sources and dispatches, are looked up once for all rows of a piece."""

from typing import ClassVar

from django.db import migrations, models
from django.db.models.deletion import PROTECT

FORWARD = """
CALL qs_keys_by_set('leads_lead', 'campaign_id', 'campaigns_campaign');
CALL qs_keys_by_set('leads_lead', 'unit_id', 'people_unit');
CALL qs_keys_by_set('leads_source', 'lead_id', 'leads_lead');
CALL qs_keys_by_set('leads_dispatch', 'lead_id', 'leads_lead');
CALL qs_keys_by_set('leads_dispatch', 'unit_id', 'people_unit');
"""
REVERSE = """
CALL qs_keys_by_set_end('leads_dispatch', 'unit_id', 'people_unit');
CALL qs_keys_by_set_end('leads_dispatch', 'lead_id', 'leads_lead');
CALL qs_keys_by_set_end('leads_source', 'lead_id', 'leads_lead');
CALL qs_keys_by_set_end('leads_lead', 'unit_id', 'people_unit');
CALL qs_keys_by_set_end('leads_lead', 'campaign_id', 'campaigns_campaign');
"""


class Migration(migrations.Migration):
    """Units and campaigns of leads, and leads of their sources and dispatches, are looked up once for all rows of a piece."""

    dependencies: ClassVar = [
        ("leads", "0010_counting"),
        ("base", "0005_keys_by_set"),
        ("people", "0001_initial"),
        ("campaigns", "0001_initial"),
    ]
    operations: ClassVar = [
        migrations.AlterField(
            "lead",
            "campaign",
            models.ForeignKey(
                db_index=False, db_constraint=False, on_delete=PROTECT, related_name="+", to="campaigns.campaign"
            ),
        ),
        migrations.AlterField(
            "lead",
            "unit",
            models.ForeignKey(
                db_index=False, db_constraint=False, on_delete=PROTECT, related_name="+", to="people.unit"
            ),
        ),
        migrations.AlterField(
            "source",
            "lead",
            models.ForeignKey(db_constraint=False, on_delete=PROTECT, related_name="+", to="leads.lead"),
        ),
        migrations.AlterField(
            "dispatch",
            "lead",
            models.ForeignKey(db_constraint=False, on_delete=PROTECT, related_name="+", to="leads.lead"),
        ),
        migrations.AlterField(
            "dispatch",
            "unit",
            models.ForeignKey(db_constraint=False, on_delete=PROTECT, related_name="+", to="people.unit"),
        ),
        migrations.RunSQL(FORWARD, REVERSE),
    ]
