"""Shared views are seen from a post of the unit, as the application's own clock and county's day say.

Before, the database asked for posts by its own day, and showed them before a post was taken up.
"""

from typing import ClassVar

from django.db import migrations

FORWARD = """
CREATE FUNCTION qs_unit() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
RETURN nullif(current_setting('qingshan.unit', true), '')::uuid;
DROP POLICY shared ON savedviews_savedview;
CREATE POLICY shared ON savedviews_savedview FOR SELECT USING (unit_id IS NOT NULL AND unit_id = (SELECT qs_unit()));
DROP FUNCTION qs_account_units();
"""
REVERSE = """
CREATE FUNCTION qs_account_units() RETURNS uuid[] LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT coalesce(array_agg(DISTINCT p.unit_id), '{}') FROM people_account a
    JOIN people_holding h ON h.person_id = a.person_id JOIN people_post p ON p.id = h.post_id
    WHERE a.id = qs_account() AND a.is_active AND (h.until IS NULL OR h.until >= current_date);
END;
DROP POLICY shared ON savedviews_savedview;
CREATE POLICY shared ON savedviews_savedview FOR SELECT
  USING (unit_id IS NOT NULL AND unit_id = ANY ((SELECT qs_account_units())::uuid[]));
DROP FUNCTION qs_unit();
"""


class Migration(migrations.Migration):
    """Shared views by the acting unit."""

    dependencies: ClassVar = [("savedviews", "0002_scope")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, REVERSE)]
