"""Row security of cases and of all that belongs to them."""

from typing import ClassVar

from django.db import migrations

FORWARD = """
ALTER TABLE cases_case ENABLE ROW LEVEL SECURITY;
ALTER TABLE cases_case FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON cases_case FOR ALL USING (qs_visible(division, unit_id) OR qs_visible(NULL, supervising_unit_id)) WITH CHECK (qs_visible(division, unit_id) OR qs_visible(NULL, supervising_unit_id));
ALTER TABLE cases_track ENABLE ROW LEVEL SECURITY;
ALTER TABLE cases_track FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON cases_track FOR ALL USING (EXISTS (SELECT FROM cases_case c WHERE c.id = case_id)) WITH CHECK (EXISTS (SELECT FROM cases_case c WHERE c.id = case_id));
ALTER TABLE cases_acceptance ENABLE ROW LEVEL SECURITY;
ALTER TABLE cases_acceptance FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON cases_acceptance FOR ALL USING (EXISTS (SELECT FROM cases_case c WHERE c.id = case_id)) WITH CHECK (EXISTS (SELECT FROM cases_case c WHERE c.id = case_id));
ALTER TABLE cases_cityreportitem ENABLE ROW LEVEL SECURITY;
ALTER TABLE cases_cityreportitem FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON cases_cityreportitem FOR ALL USING (EXISTS (SELECT FROM cases_case c WHERE c.id = case_id)) WITH CHECK (EXISTS (SELECT FROM cases_case c WHERE c.id = case_id));
ALTER TABLE cases_citycheck ENABLE ROW LEVEL SECURITY;
ALTER TABLE cases_citycheck FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON cases_citycheck FOR ALL USING (EXISTS (SELECT FROM cases_case c WHERE c.id = case_id)) WITH CHECK (EXISTS (SELECT FROM cases_case c WHERE c.id = case_id));
ALTER TABLE cases_closeout ENABLE ROW LEVEL SECURITY;
ALTER TABLE cases_closeout FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON cases_closeout FOR ALL USING (EXISTS (SELECT FROM cases_case c WHERE c.id = case_id)) WITH CHECK (EXISTS (SELECT FROM cases_case c WHERE c.id = case_id));
ALTER TABLE cases_trackstep ENABLE ROW LEVEL SECURITY;
ALTER TABLE cases_trackstep FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON cases_trackstep FOR ALL USING (EXISTS (SELECT FROM cases_track t WHERE t.id = track_id)) WITH CHECK (EXISTS (SELECT FROM cases_track t WHERE t.id = track_id));
ALTER TABLE cases_cityanswer ENABLE ROW LEVEL SECURITY;
ALTER TABLE cases_cityanswer FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON cases_cityanswer FOR ALL USING (EXISTS (SELECT FROM cases_citycheck k WHERE k.id = check_row_id)) WITH CHECK (EXISTS (SELECT FROM cases_citycheck k WHERE k.id = check_row_id));
ALTER TABLE cases_cityreport ENABLE ROW LEVEL SECURITY;
ALTER TABLE cases_cityreport FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON cases_cityreport FOR ALL USING (qs_visible(division, NULL) OR EXISTS (SELECT FROM cases_cityreportitem i WHERE i.report_id = cases_cityreport.id)) WITH CHECK (qs_visible(division, NULL));
"""
REVERSE = """
DROP POLICY scope ON cases_cityreport;
ALTER TABLE cases_cityreport NO FORCE ROW LEVEL SECURITY;
ALTER TABLE cases_cityreport DISABLE ROW LEVEL SECURITY;
DROP POLICY scope ON cases_cityanswer;
ALTER TABLE cases_cityanswer NO FORCE ROW LEVEL SECURITY;
ALTER TABLE cases_cityanswer DISABLE ROW LEVEL SECURITY;
DROP POLICY scope ON cases_trackstep;
ALTER TABLE cases_trackstep NO FORCE ROW LEVEL SECURITY;
ALTER TABLE cases_trackstep DISABLE ROW LEVEL SECURITY;
DROP POLICY scope ON cases_closeout;
ALTER TABLE cases_closeout NO FORCE ROW LEVEL SECURITY;
ALTER TABLE cases_closeout DISABLE ROW LEVEL SECURITY;
DROP POLICY scope ON cases_citycheck;
ALTER TABLE cases_citycheck NO FORCE ROW LEVEL SECURITY;
ALTER TABLE cases_citycheck DISABLE ROW LEVEL SECURITY;
DROP POLICY scope ON cases_cityreportitem;
ALTER TABLE cases_cityreportitem NO FORCE ROW LEVEL SECURITY;
ALTER TABLE cases_cityreportitem DISABLE ROW LEVEL SECURITY;
DROP POLICY scope ON cases_acceptance;
ALTER TABLE cases_acceptance NO FORCE ROW LEVEL SECURITY;
ALTER TABLE cases_acceptance DISABLE ROW LEVEL SECURITY;
DROP POLICY scope ON cases_track;
ALTER TABLE cases_track NO FORCE ROW LEVEL SECURITY;
ALTER TABLE cases_track DISABLE ROW LEVEL SECURITY;
DROP POLICY scope ON cases_case;
ALTER TABLE cases_case NO FORCE ROW LEVEL SECURITY;
ALTER TABLE cases_case DISABLE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    """Row security of cases and of all that belongs to them."""

    dependencies: ClassVar = [("cases", "0001_initial"), ("base", "0002_scope")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, REVERSE)]
