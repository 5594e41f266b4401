"""Row security of basis documents: every post reads them, the county lays them down; nothing is deleted."""

from typing import ClassVar

from django.db import migrations

FORWARD = """
ALTER TABLE campaigns_basisdocument ENABLE ROW LEVEL SECURITY;
ALTER TABLE campaigns_basisdocument FORCE ROW LEVEL SECURITY;
CREATE POLICY reading ON campaigns_basisdocument FOR SELECT USING (true);
CREATE POLICY adding ON campaigns_basisdocument FOR INSERT WITH CHECK (qs_visible(division, NULL));
CREATE POLICY changing ON campaigns_basisdocument FOR UPDATE
  USING (qs_visible(division, NULL)) WITH CHECK (qs_visible(division, NULL));
CREATE TRIGGER append_only BEFORE DELETE ON campaigns_basisdocument FOR EACH ROW EXECUTE FUNCTION journal_refuse();
"""
REVERSE = """
DROP TRIGGER append_only ON campaigns_basisdocument;
DROP POLICY changing ON campaigns_basisdocument;
DROP POLICY adding ON campaigns_basisdocument;
DROP POLICY reading ON campaigns_basisdocument;
ALTER TABLE campaigns_basisdocument NO FORCE ROW LEVEL SECURITY;
ALTER TABLE campaigns_basisdocument DISABLE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    """Row security of basis documents."""

    dependencies: ClassVar = [("campaigns", "0002_basis_document"), ("base", "0002_scope"), ("journal", "0002_guard")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, REVERSE)]
