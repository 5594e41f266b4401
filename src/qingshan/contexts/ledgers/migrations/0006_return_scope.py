"""Row security of filled sheets: the township's own, seen by the worker too."""

from typing import ClassVar

from django.db import migrations

FORWARD = """
ALTER TABLE ledgers_returnsheet ENABLE ROW LEVEL SECURITY;
ALTER TABLE ledgers_returnsheet FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON ledgers_returnsheet FOR ALL USING (qs_visible(NULL, unit_id)) WITH CHECK (qs_visible(NULL, unit_id));
ALTER TABLE ledgers_returnrow ENABLE ROW LEVEL SECURITY;
ALTER TABLE ledgers_returnrow FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON ledgers_returnrow FOR ALL
  USING (EXISTS (SELECT FROM ledgers_returnsheet s WHERE s.id = sheet_id))
  WITH CHECK (EXISTS (SELECT FROM ledgers_returnsheet s WHERE s.id = sheet_id));
"""
REVERSE = """
DROP POLICY scope ON ledgers_returnrow;
ALTER TABLE ledgers_returnrow NO FORCE ROW LEVEL SECURITY;
ALTER TABLE ledgers_returnrow DISABLE ROW LEVEL SECURITY;
DROP POLICY scope ON ledgers_returnsheet;
ALTER TABLE ledgers_returnsheet NO FORCE ROW LEVEL SECURITY;
ALTER TABLE ledgers_returnsheet DISABLE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    """Row security of filled sheets."""

    dependencies: ClassVar = [("ledgers", "0005_returns"), ("base", "0002_scope")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, REVERSE)]
