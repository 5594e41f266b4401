"""Row security of the journal, and triggers that refuse to change or delete what was recorded."""

from typing import ClassVar

from django.db import migrations

FORWARD = """
ALTER TABLE journal_matter ENABLE ROW LEVEL SECURITY;
ALTER TABLE journal_matter FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON journal_matter FOR ALL USING (qs_visible(division, unit_id) OR qs_visible(NULL, also_unit_id)) WITH CHECK (qs_visible(division, unit_id) OR qs_visible(NULL, also_unit_id));
ALTER TABLE journal_entry ENABLE ROW LEVEL SECURITY;
ALTER TABLE journal_entry FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON journal_entry FOR ALL USING (EXISTS (SELECT FROM journal_matter m WHERE m.id = matter_id)) WITH CHECK (EXISTS (SELECT FROM journal_matter m WHERE m.id = matter_id));
ALTER TABLE journal_personalvalue ENABLE ROW LEVEL SECURITY;
ALTER TABLE journal_personalvalue FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON journal_personalvalue FOR ALL USING (EXISTS (SELECT FROM journal_matter m WHERE m.id = matter_id)) WITH CHECK (EXISTS (SELECT FROM journal_matter m WHERE m.id = matter_id));
ALTER TABLE journal_subjectkey ENABLE ROW LEVEL SECURITY;
ALTER TABLE journal_subjectkey FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON journal_subjectkey FOR ALL USING (qs_system() OR EXISTS (SELECT FROM journal_personalvalue v WHERE v.subject_id = journal_subjectkey.id)) WITH CHECK (true);
ALTER TABLE journal_seal ENABLE ROW LEVEL SECURITY;
ALTER TABLE journal_seal FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON journal_seal FOR ALL USING (true) WITH CHECK (qs_system());

CREATE FUNCTION journal_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '办理留痕只能追加，不能修改或删除（表 %，动作 %）', TG_TABLE_NAME, TG_OP
    USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON journal_entry FOR EACH ROW EXECUTE FUNCTION journal_refuse();
CREATE TRIGGER append_only_all BEFORE TRUNCATE ON journal_entry EXECUTE FUNCTION journal_refuse();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON journal_seal FOR EACH ROW EXECUTE FUNCTION journal_refuse();
CREATE TRIGGER append_only_all BEFORE TRUNCATE ON journal_seal EXECUTE FUNCTION journal_refuse();
CREATE TRIGGER append_only BEFORE DELETE ON journal_matter FOR EACH ROW EXECUTE FUNCTION journal_refuse();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON journal_personalvalue
  FOR EACH ROW EXECUTE FUNCTION journal_refuse();
"""
REVERSE = """
DROP TRIGGER append_only ON journal_personalvalue; DROP TRIGGER append_only ON journal_matter;
DROP TRIGGER append_only_all ON journal_seal; DROP TRIGGER append_only ON journal_seal;
DROP TRIGGER append_only_all ON journal_entry; DROP TRIGGER append_only ON journal_entry;
DROP FUNCTION journal_refuse();
DROP POLICY scope ON journal_seal;
ALTER TABLE journal_seal NO FORCE ROW LEVEL SECURITY;
ALTER TABLE journal_seal DISABLE ROW LEVEL SECURITY;
DROP POLICY scope ON journal_subjectkey;
ALTER TABLE journal_subjectkey NO FORCE ROW LEVEL SECURITY;
ALTER TABLE journal_subjectkey DISABLE ROW LEVEL SECURITY;
DROP POLICY scope ON journal_personalvalue;
ALTER TABLE journal_personalvalue NO FORCE ROW LEVEL SECURITY;
ALTER TABLE journal_personalvalue DISABLE ROW LEVEL SECURITY;
DROP POLICY scope ON journal_entry;
ALTER TABLE journal_entry NO FORCE ROW LEVEL SECURITY;
ALTER TABLE journal_entry DISABLE ROW LEVEL SECURITY;
DROP POLICY scope ON journal_matter;
ALTER TABLE journal_matter NO FORCE ROW LEVEL SECURITY;
ALTER TABLE journal_matter DISABLE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    """Row security of the journal, and triggers that refuse to change or delete what was recorded."""

    dependencies: ClassVar = [("journal", "0001_initial"), ("base", "0002_scope")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, REVERSE)]
