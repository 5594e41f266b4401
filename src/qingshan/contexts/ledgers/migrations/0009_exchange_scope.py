"""Row security of returned files: the county's own."""

from typing import ClassVar

from django.db import migrations

FORWARD = """
ALTER TABLE ledgers_exchangesheet ENABLE ROW LEVEL SECURITY;
ALTER TABLE ledgers_exchangesheet FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON ledgers_exchangesheet FOR ALL
  USING (qs_visible(division, NULL)) WITH CHECK (qs_visible(division, NULL));
ALTER TABLE ledgers_exchangerow ENABLE ROW LEVEL SECURITY;
ALTER TABLE ledgers_exchangerow FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON ledgers_exchangerow FOR ALL
  USING (EXISTS (SELECT FROM ledgers_exchangesheet s WHERE s.id = sheet_id))
  WITH CHECK (EXISTS (SELECT FROM ledgers_exchangesheet s WHERE s.id = sheet_id));
"""
REVERSE = """
DROP POLICY scope ON ledgers_exchangerow;
ALTER TABLE ledgers_exchangerow NO FORCE ROW LEVEL SECURITY;
ALTER TABLE ledgers_exchangerow DISABLE ROW LEVEL SECURITY;
DROP POLICY scope ON ledgers_exchangesheet;
ALTER TABLE ledgers_exchangesheet NO FORCE ROW LEVEL SECURITY;
ALTER TABLE ledgers_exchangesheet DISABLE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    """Row security of returned files: the county's own."""

    dependencies: ClassVar = [("ledgers", "0008_exchange")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, REVERSE)]
