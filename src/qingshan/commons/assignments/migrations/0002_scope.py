"""Row security of assignments: an addressee sees the order and his own line, the owner and the issuer every line."""

from typing import ClassVar

from django.db import migrations

FORWARD = """
-- The policy of lines asks no other table, so that the policy of orders may ask for lines.
ALTER TABLE assignments_assignmentline ENABLE ROW LEVEL SECURITY;
ALTER TABLE assignments_assignmentline FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON assignments_assignmentline FOR ALL
  USING (qs_visible(division, unit_id) OR qs_visible(NULL, issuer_unit_id)
  OR qs_visible(nullif(owner_division, ''), owner_unit_id))
  WITH CHECK (qs_visible(division, unit_id) OR qs_visible(NULL, issuer_unit_id)
  OR qs_visible(nullif(owner_division, ''), owner_unit_id));
ALTER TABLE assignments_assignment ENABLE ROW LEVEL SECURITY;
ALTER TABLE assignments_assignment FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON assignments_assignment FOR ALL
  USING (qs_visible(division, issuer_unit_id)
  OR EXISTS (SELECT FROM assignments_assignmentline l WHERE l.assignment_id = assignments_assignment.id))
  WITH CHECK (qs_visible(division, issuer_unit_id)
  OR EXISTS (SELECT FROM assignments_assignmentline l WHERE l.assignment_id = assignments_assignment.id));
ALTER TABLE assignments_reply ENABLE ROW LEVEL SECURITY;
ALTER TABLE assignments_reply FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON assignments_reply FOR ALL
  USING (EXISTS (SELECT FROM assignments_assignmentline l WHERE l.id = line_id))
  WITH CHECK (EXISTS (SELECT FROM assignments_assignmentline l WHERE l.id = line_id));
ALTER TABLE assignments_reminder ENABLE ROW LEVEL SECURITY;
ALTER TABLE assignments_reminder FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON assignments_reminder FOR ALL
  USING (EXISTS (SELECT FROM assignments_assignmentline l WHERE l.id = line_id))
  WITH CHECK (EXISTS (SELECT FROM assignments_assignmentline l WHERE l.id = line_id));
"""
REVERSE = """
DROP POLICY scope ON assignments_reminder;
ALTER TABLE assignments_reminder NO FORCE ROW LEVEL SECURITY;
ALTER TABLE assignments_reminder DISABLE ROW LEVEL SECURITY;
DROP POLICY scope ON assignments_reply;
ALTER TABLE assignments_reply NO FORCE ROW LEVEL SECURITY;
ALTER TABLE assignments_reply DISABLE ROW LEVEL SECURITY;
DROP POLICY scope ON assignments_assignment;
ALTER TABLE assignments_assignment NO FORCE ROW LEVEL SECURITY;
ALTER TABLE assignments_assignment DISABLE ROW LEVEL SECURITY;
DROP POLICY scope ON assignments_assignmentline;
ALTER TABLE assignments_assignmentline NO FORCE ROW LEVEL SECURITY;
ALTER TABLE assignments_assignmentline DISABLE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    """Row security of assignments: an addressee sees the order and his own line, the owner and issuer every line."""

    dependencies: ClassVar = [("assignments", "0001_initial"), ("base", "0002_scope")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, REVERSE)]
