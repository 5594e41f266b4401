"""The system scope reads every entry, also one whose matter was taken away; emptying the side tables is refused too."""

from typing import ClassVar

from django.db import migrations

FORWARD = """
DROP POLICY scope ON journal_entry;
CREATE POLICY scope ON journal_entry FOR ALL
  USING (qs_system() OR EXISTS (SELECT FROM journal_matter m WHERE m.id = matter_id))
  WITH CHECK (EXISTS (SELECT FROM journal_matter m WHERE m.id = matter_id));
CREATE TRIGGER append_only_all BEFORE TRUNCATE ON journal_matter EXECUTE FUNCTION journal_refuse();
CREATE TRIGGER append_only_all BEFORE TRUNCATE ON journal_personalvalue EXECUTE FUNCTION journal_refuse();
"""
REVERSE = """
DROP TRIGGER append_only_all ON journal_personalvalue;
DROP TRIGGER append_only_all ON journal_matter;
DROP POLICY scope ON journal_entry;
CREATE POLICY scope ON journal_entry FOR ALL
  USING (EXISTS (SELECT FROM journal_matter m WHERE m.id = matter_id))
  WITH CHECK (EXISTS (SELECT FROM journal_matter m WHERE m.id = matter_id));
"""


class Migration(migrations.Migration):
    """The system scope reads every entry; emptying the side tables is refused too."""

    dependencies: ClassVar = [("journal", "0002_guard")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, REVERSE)]
