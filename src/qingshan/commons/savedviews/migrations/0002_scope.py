"""Row security of saved views: one's own; shared ones for whoever holds a post of the unit now."""

from typing import ClassVar

from django.db import migrations

FORWARD = """
CREATE FUNCTION qs_account_units() RETURNS uuid[] LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT coalesce(array_agg(DISTINCT p.unit_id), '{}') FROM people_account a
    JOIN people_holding h ON h.person_id = a.person_id JOIN people_post p ON p.id = h.post_id
    WHERE a.id = qs_account() AND a.is_active AND (h.until IS NULL OR h.until >= current_date);
END;
ALTER TABLE savedviews_savedview ENABLE ROW LEVEL SECURITY;
ALTER TABLE savedviews_savedview FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON savedviews_savedview FOR ALL USING (qs_system() OR account_id = qs_account())
  WITH CHECK (qs_system() OR account_id = qs_account());
CREATE POLICY shared ON savedviews_savedview FOR SELECT
  USING (unit_id IS NOT NULL AND unit_id = ANY ((SELECT qs_account_units())::uuid[]));
"""
REVERSE = """
DROP POLICY shared ON savedviews_savedview;
DROP POLICY scope ON savedviews_savedview;
ALTER TABLE savedviews_savedview NO FORCE ROW LEVEL SECURITY;
ALTER TABLE savedviews_savedview DISABLE ROW LEVEL SECURITY;
DROP FUNCTION qs_account_units();
"""


class Migration(migrations.Migration):
    """Row security of saved views."""

    dependencies: ClassVar = [("savedviews", "0001_initial"), ("base", "0002_scope"), ("people", "0001_initial")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, REVERSE)]
