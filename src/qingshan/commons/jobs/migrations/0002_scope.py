"""Row security of jobs: one's own, or all for the worker."""

from typing import ClassVar

from django.db import migrations

FORWARD = """
ALTER TABLE jobs_job ENABLE ROW LEVEL SECURITY;
ALTER TABLE jobs_job FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON jobs_job FOR ALL USING (qs_system() OR created_by = qs_account()) WITH CHECK (qs_system() OR created_by = qs_account());
"""
REVERSE = """
DROP POLICY scope ON jobs_job;
ALTER TABLE jobs_job NO FORCE ROW LEVEL SECURITY;
ALTER TABLE jobs_job DISABLE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    """Row security of jobs: one's own, or all for the worker."""

    dependencies: ClassVar = [("jobs", "0001_initial"), ("base", "0002_scope")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, REVERSE)]
