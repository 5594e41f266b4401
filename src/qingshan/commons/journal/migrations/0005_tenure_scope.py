"""Row security of past holdings, and of entries read by a former holder up to the one that took the matter from him."""

from typing import ClassVar

from django.db import migrations

FORWARD = """
ALTER TABLE journal_tenure ENABLE ROW LEVEL SECURITY;
ALTER TABLE journal_tenure FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON journal_tenure FOR ALL
  USING (qs_visible(division, unit_id) OR qs_visible(NULL, also_unit_id)
    OR EXISTS (SELECT FROM journal_matter m WHERE m.id = matter_id))
  WITH CHECK (qs_visible(division, unit_id) OR EXISTS (SELECT FROM journal_matter m WHERE m.id = matter_id));
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON journal_tenure FOR EACH ROW EXECUTE FUNCTION journal_refuse();
CREATE TRIGGER append_only_all BEFORE TRUNCATE ON journal_tenure EXECUTE FUNCTION journal_refuse();

DROP POLICY scope ON journal_entry;
CREATE POLICY scope ON journal_entry FOR ALL
  USING (qs_system() OR EXISTS (SELECT FROM journal_matter m WHERE m.id = matter_id)
    OR EXISTS (SELECT FROM journal_tenure t WHERE t.matter_id = journal_entry.matter_id
      AND journal_entry.seq < t.until_seq
      AND (qs_visible(t.division, t.unit_id) OR qs_visible(NULL, t.also_unit_id))))
  WITH CHECK (EXISTS (SELECT FROM journal_matter m WHERE m.id = matter_id));
"""
REVERSE = """
DROP POLICY scope ON journal_entry;
CREATE POLICY scope ON journal_entry FOR ALL
  USING (qs_system() OR EXISTS (SELECT FROM journal_matter m WHERE m.id = matter_id))
  WITH CHECK (EXISTS (SELECT FROM journal_matter m WHERE m.id = matter_id));
DROP TRIGGER append_only_all ON journal_tenure; DROP TRIGGER append_only ON journal_tenure;
DROP POLICY scope ON journal_tenure;
ALTER TABLE journal_tenure NO FORCE ROW LEVEL SECURITY;
ALTER TABLE journal_tenure DISABLE ROW LEVEL SECURITY;
"""
PAST = """
SELECT set_config('qingshan.system', 'on', true);
INSERT INTO journal_tenure (id, matter_id, kind, number, division, unit_id, since, until, until_seq)
SELECT gen_random_uuid(), h.matter_id, m.kind, m.number, h.division, h.unit_id,
  lag(h.until) OVER (PARTITION BY h.matter_id ORDER BY h.until_seq), h.until, h.until_seq
FROM (
  SELECT matter_id, payload::json ->> 'division' AS division, (payload::json ->> 'unit_id')::uuid AS unit_id,
    lead(recorded_at) OVER w AS until, lead(seq) OVER w AS until_seq,
    lead(payload::json ->> 'division') OVER w AS next_division,
    lead((payload::json ->> 'unit_id')::uuid) OVER w AS next_unit
  FROM journal_entry WINDOW w AS (PARTITION BY matter_id ORDER BY seq)
) h JOIN journal_matter m ON m.id = h.matter_id
WHERE h.until IS NOT NULL AND (h.division, h.unit_id) IS DISTINCT FROM (h.next_division, h.next_unit);
"""
"""What the entries say of earlier holdings."""


class Migration(migrations.Migration):
    """Row security of past holdings; holdings that already ended are taken from the entries."""

    dependencies: ClassVar = [("journal", "0004_tenure"), ("base", "0002_scope")]
    operations: ClassVar = [
        migrations.RunSQL(FORWARD, REVERSE),
        migrations.RunSQL(PAST, migrations.RunSQL.noop),
    ]
