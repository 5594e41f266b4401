"""Row security of joint tasks and transfers; earlier returns are counted on their leads."""

from typing import ClassVar

from django.db import migrations

FORWARD = """
ALTER TABLE leads_jointtask ENABLE ROW LEVEL SECURITY;
ALTER TABLE leads_jointtask FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON leads_jointtask FOR ALL USING (EXISTS (SELECT FROM leads_lead l WHERE l.id = lead_id))
  WITH CHECK (EXISTS (SELECT FROM leads_lead l WHERE l.id = lead_id));
ALTER TABLE leads_transfer ENABLE ROW LEVEL SECURITY;
ALTER TABLE leads_transfer FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON leads_transfer FOR ALL USING (EXISTS (SELECT FROM leads_lead l WHERE l.id = lead_id))
  WITH CHECK (EXISTS (SELECT FROM leads_lead l WHERE l.id = lead_id));

SELECT set_config('qingshan.system', 'on', true);
UPDATE leads_dispatch SET ended = 'returned' WHERE returned_at IS NOT NULL;
UPDATE leads_lead l SET returns = d.n
  FROM (SELECT lead_id, count(*) AS n FROM leads_dispatch WHERE returned_at IS NOT NULL GROUP BY 1) d
  WHERE d.lead_id = l.id;
"""
REVERSE = """
DROP POLICY scope ON leads_jointtask;
ALTER TABLE leads_jointtask NO FORCE ROW LEVEL SECURITY;
ALTER TABLE leads_jointtask DISABLE ROW LEVEL SECURITY;
DROP POLICY scope ON leads_transfer;
ALTER TABLE leads_transfer NO FORCE ROW LEVEL SECURITY;
ALTER TABLE leads_transfer DISABLE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    """Row security of joint tasks and transfers; earlier returns are counted on their leads."""

    dependencies: ClassVar = [("leads", "0016_joint_handling")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, REVERSE)]
