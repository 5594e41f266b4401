"""Row security of ledger templates: what is in force is read by all, the rest is seen and changed by its county."""

from typing import ClassVar

from django.db import migrations

FORWARD = """
ALTER TABLE ledgers_ledgertemplate ENABLE ROW LEVEL SECURITY;
ALTER TABLE ledgers_ledgertemplate FORCE ROW LEVEL SECURITY;
CREATE POLICY reading ON ledgers_ledgertemplate FOR SELECT USING (state = 'in_force' OR qs_visible(division, NULL));
CREATE POLICY adding ON ledgers_ledgertemplate FOR INSERT WITH CHECK (qs_visible(division, NULL));
CREATE POLICY changing ON ledgers_ledgertemplate FOR UPDATE
  USING (qs_visible(division, NULL)) WITH CHECK (qs_visible(division, NULL));
CREATE TRIGGER append_only BEFORE DELETE ON ledgers_ledgertemplate FOR EACH ROW EXECUTE FUNCTION journal_refuse();
"""
REVERSE = """
DROP TRIGGER append_only ON ledgers_ledgertemplate;
DROP POLICY changing ON ledgers_ledgertemplate;
DROP POLICY adding ON ledgers_ledgertemplate;
DROP POLICY reading ON ledgers_ledgertemplate;
ALTER TABLE ledgers_ledgertemplate NO FORCE ROW LEVEL SECURITY;
ALTER TABLE ledgers_ledgertemplate DISABLE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    """Row security of ledger templates."""

    dependencies: ClassVar = [("ledgers", "0003_templates"), ("base", "0002_scope"), ("journal", "0002_guard")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, REVERSE)]
