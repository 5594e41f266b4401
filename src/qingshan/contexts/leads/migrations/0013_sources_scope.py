"""Every lead has a source; row security of answers; further units of a lead see it."""

from typing import ClassVar

from django.db import migrations

_ONCE = """((SELECT qs_system())
  OR (division >= (SELECT nullif(current_setting('qingshan.prefix', true), ''))
      AND division < (SELECT nullif(current_setting('qingshan.prefix', true), '') || ':'))
  OR unit_id = ANY ((SELECT string_to_array(nullif(current_setting('qingshan.units', true), ''), ',')::uuid[])::uuid[])
  {more})"""
_OLD = _ONCE.format(more="")
_NEW = _ONCE.format(
    more="OR parties && (SELECT string_to_array(nullif(current_setting('qingshan.units', true), ''), ',')::uuid[])"
)
FORWARD = f"""
ALTER POLICY scope ON leads_lead USING ({_NEW}) WITH CHECK ({_NEW});
ALTER TABLE leads_sourcereply ENABLE ROW LEVEL SECURITY;
ALTER TABLE leads_sourcereply FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON leads_sourcereply FOR ALL USING (EXISTS (SELECT FROM leads_source s WHERE s.id = source_id))
  WITH CHECK (EXISTS (SELECT FROM leads_source s WHERE s.id = source_id));

SELECT set_config('qingshan.system', 'on', true);
UPDATE leads_source s SET came_at = l.received_at,
    number = CASE WHEN s.key LIKE 'no:%' THEN substr(s.key, 4) ELSE '' END
  FROM leads_lead l WHERE l.id = s.lead_id;
INSERT INTO leads_source (id, lead_id, channel, key, geometry_digest, came_at)
  SELECT gen_random_uuid(), l.id, l.channel, 'own:' || l.id, '', l.received_at FROM leads_lead l
  WHERE NOT EXISTS (SELECT FROM leads_source s WHERE s.lead_id = l.id AND s.channel = l.channel);
"""  # noqa: S608 - parts of one statement, no values
REVERSE = f"""
DROP POLICY scope ON leads_sourcereply;
ALTER TABLE leads_sourcereply NO FORCE ROW LEVEL SECURITY;
ALTER TABLE leads_sourcereply DISABLE ROW LEVEL SECURITY;
ALTER POLICY scope ON leads_lead USING ({_OLD}) WITH CHECK ({_OLD});
"""


class Migration(migrations.Migration):
    """Every lead has a source; row security of answers; further units of a lead see it."""

    dependencies: ClassVar = [("leads", "0012_sources")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, REVERSE)]
