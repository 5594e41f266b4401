"""Row security of take-overs: for whoever sees the county; rows with their file."""

from typing import ClassVar

from django.db import migrations

FORWARD = """
ALTER TABLE ledgers_takeover ENABLE ROW LEVEL SECURITY;
ALTER TABLE ledgers_takeover FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON ledgers_takeover FOR ALL
  USING (qs_visible(division, NULL)) WITH CHECK (qs_visible(division, NULL));
ALTER TABLE ledgers_takeovermapping ENABLE ROW LEVEL SECURITY;
ALTER TABLE ledgers_takeovermapping FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON ledgers_takeovermapping FOR ALL
  USING (qs_visible(division, NULL)) WITH CHECK (qs_visible(division, NULL));
ALTER TABLE ledgers_takeoverrow ENABLE ROW LEVEL SECURITY;
ALTER TABLE ledgers_takeoverrow FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON ledgers_takeoverrow FOR ALL
  USING (EXISTS (SELECT FROM ledgers_takeover t WHERE t.id = take_over_id))
  WITH CHECK (EXISTS (SELECT FROM ledgers_takeover t WHERE t.id = take_over_id));
"""
REVERSE = """
DROP POLICY scope ON ledgers_takeoverrow;
ALTER TABLE ledgers_takeoverrow NO FORCE ROW LEVEL SECURITY;
ALTER TABLE ledgers_takeoverrow DISABLE ROW LEVEL SECURITY;
DROP POLICY scope ON ledgers_takeovermapping;
ALTER TABLE ledgers_takeovermapping NO FORCE ROW LEVEL SECURITY;
ALTER TABLE ledgers_takeovermapping DISABLE ROW LEVEL SECURITY;
DROP POLICY scope ON ledgers_takeover;
ALTER TABLE ledgers_takeover NO FORCE ROW LEVEL SECURITY;
ALTER TABLE ledgers_takeover DISABLE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    """Row security of take-overs: for whoever sees the county; rows with their file."""

    dependencies: ClassVar = [("ledgers", "0001_take_overs"), ("base", "0002_scope")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, REVERSE)]
