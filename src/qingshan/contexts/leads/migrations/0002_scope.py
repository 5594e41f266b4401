"""Row security of leads, and the generated geometry that map tiles are cut from."""

from typing import ClassVar

from django.db import migrations

FORWARD = """
ALTER TABLE leads_lead ENABLE ROW LEVEL SECURITY;
ALTER TABLE leads_lead FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON leads_lead FOR ALL USING (qs_visible(division, unit_id)) WITH CHECK (qs_visible(division, unit_id));
ALTER TABLE leads_source ENABLE ROW LEVEL SECURITY;
ALTER TABLE leads_source FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON leads_source FOR ALL USING (EXISTS (SELECT FROM leads_lead l WHERE l.id = lead_id)) WITH CHECK (EXISTS (SELECT FROM leads_lead l WHERE l.id = lead_id));
ALTER TABLE leads_dispatch ENABLE ROW LEVEL SECURITY;
ALTER TABLE leads_dispatch FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON leads_dispatch FOR ALL USING (EXISTS (SELECT FROM leads_lead l WHERE l.id = lead_id)) WITH CHECK (EXISTS (SELECT FROM leads_lead l WHERE l.id = lead_id));
ALTER TABLE leads_verification ENABLE ROW LEVEL SECURITY;
ALTER TABLE leads_verification FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON leads_verification FOR ALL USING (EXISTS (SELECT FROM leads_lead l WHERE l.id = lead_id)) WITH CHECK (EXISTS (SELECT FROM leads_lead l WHERE l.id = lead_id));
ALTER TABLE leads_verificationphoto ENABLE ROW LEVEL SECURITY;
ALTER TABLE leads_verificationphoto FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON leads_verificationphoto FOR ALL USING (EXISTS (SELECT FROM leads_lead l WHERE l.id = lead_id)) WITH CHECK (EXISTS (SELECT FROM leads_lead l WHERE l.id = lead_id));
ALTER TABLE leads_recheck ENABLE ROW LEVEL SECURITY;
ALTER TABLE leads_recheck FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON leads_recheck FOR ALL USING (EXISTS (SELECT FROM leads_lead l WHERE l.id = lead_id)) WITH CHECK (EXISTS (SELECT FROM leads_lead l WHERE l.id = lead_id));
ALTER TABLE leads_stopnoticedraft ENABLE ROW LEVEL SECURITY;
ALTER TABLE leads_stopnoticedraft FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON leads_stopnoticedraft FOR ALL USING (EXISTS (SELECT FROM leads_lead l WHERE l.id = lead_id)) WITH CHECK (EXISTS (SELECT FROM leads_lead l WHERE l.id = lead_id));

ALTER TABLE leads_lead ADD COLUMN geom_3857 geometry(Geometry, 3857)
  GENERATED ALWAYS AS (ST_Transform(geom, 3857)) STORED;
CREATE INDEX lead_geom_3857 ON leads_lead USING gist (geom_3857);
"""
REVERSE = """
ALTER TABLE leads_lead DROP COLUMN geom_3857;
DROP POLICY scope ON leads_stopnoticedraft;
ALTER TABLE leads_stopnoticedraft NO FORCE ROW LEVEL SECURITY;
ALTER TABLE leads_stopnoticedraft DISABLE ROW LEVEL SECURITY;
DROP POLICY scope ON leads_recheck;
ALTER TABLE leads_recheck NO FORCE ROW LEVEL SECURITY;
ALTER TABLE leads_recheck DISABLE ROW LEVEL SECURITY;
DROP POLICY scope ON leads_verificationphoto;
ALTER TABLE leads_verificationphoto NO FORCE ROW LEVEL SECURITY;
ALTER TABLE leads_verificationphoto DISABLE ROW LEVEL SECURITY;
DROP POLICY scope ON leads_verification;
ALTER TABLE leads_verification NO FORCE ROW LEVEL SECURITY;
ALTER TABLE leads_verification DISABLE ROW LEVEL SECURITY;
DROP POLICY scope ON leads_dispatch;
ALTER TABLE leads_dispatch NO FORCE ROW LEVEL SECURITY;
ALTER TABLE leads_dispatch DISABLE ROW LEVEL SECURITY;
DROP POLICY scope ON leads_source;
ALTER TABLE leads_source NO FORCE ROW LEVEL SECURITY;
ALTER TABLE leads_source DISABLE ROW LEVEL SECURITY;
DROP POLICY scope ON leads_lead;
ALTER TABLE leads_lead NO FORCE ROW LEVEL SECURITY;
ALTER TABLE leads_lead DISABLE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    """Row security of leads, and the generated geometry that map tiles are cut from."""

    dependencies: ClassVar = [("leads", "0001_initial"), ("base", "0002_scope")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, REVERSE)]
