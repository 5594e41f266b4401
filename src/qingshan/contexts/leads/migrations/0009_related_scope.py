"""Row security of pairs: seen by whoever may see both leads."""

from typing import ClassVar

from django.db import migrations

FORWARD = """
ALTER TABLE leads_leadpair ENABLE ROW LEVEL SECURITY;
ALTER TABLE leads_leadpair FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON leads_leadpair FOR ALL
  USING (EXISTS (SELECT FROM leads_lead l WHERE l.id = lead_id) AND EXISTS (SELECT FROM leads_lead o WHERE o.id = other_id))
  WITH CHECK (EXISTS (SELECT FROM leads_lead l WHERE l.id = lead_id)
    AND EXISTS (SELECT FROM leads_lead o WHERE o.id = other_id));
"""
REVERSE = """
DROP POLICY scope ON leads_leadpair;
ALTER TABLE leads_leadpair NO FORCE ROW LEVEL SECURITY;
ALTER TABLE leads_leadpair DISABLE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    """Row security of pairs: seen by whoever may see both leads."""

    dependencies: ClassVar = [("leads", "0008_related")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, REVERSE)]
