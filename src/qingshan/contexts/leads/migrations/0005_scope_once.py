"""Row security of leads reads the transaction's scope once per statement instead of once per row.

The same rows as before: everything for the system, a range of divisions, or units. As scalar subqueries the settings are
worked out once; read for each of 80,000 rows they cost more than the rest of a count.
"""

from typing import ClassVar

from django.db import migrations

_ONCE = """((SELECT qs_system())
  OR (division >= (SELECT nullif(current_setting('qingshan.prefix', true), ''))
      AND division < (SELECT nullif(current_setting('qingshan.prefix', true), '') || ':'))
  OR unit_id = ANY ((SELECT string_to_array(nullif(current_setting('qingshan.units', true), ''), ',')::uuid[])::uuid[]))"""
FORWARD = f"ALTER POLICY scope ON leads_lead USING ({_ONCE}) WITH CHECK ({_ONCE})"
REVERSE = (
    "ALTER POLICY scope ON leads_lead USING (qs_visible(division, unit_id)) WITH CHECK (qs_visible(division, unit_id))"
)


class Migration(migrations.Migration):
    """Row security of leads reads the transaction's scope once per statement instead of once per row."""

    dependencies: ClassVar = [("leads", "0004_map_cells")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, REVERSE)]
