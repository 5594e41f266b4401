"""Row security of a job's items: seen with their job."""

from typing import ClassVar

from django.db import migrations

FORWARD = """
ALTER TABLE jobs_jobitem ENABLE ROW LEVEL SECURITY;
ALTER TABLE jobs_jobitem FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON jobs_jobitem FOR ALL USING (EXISTS (SELECT FROM jobs_job j WHERE j.id = job_id))
  WITH CHECK (EXISTS (SELECT FROM jobs_job j WHERE j.id = job_id));
"""
REVERSE = """
DROP POLICY scope ON jobs_jobitem;
ALTER TABLE jobs_jobitem NO FORCE ROW LEVEL SECURITY;
ALTER TABLE jobs_jobitem DISABLE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    """Row security of a job's items: seen with their job."""

    dependencies: ClassVar = [("jobs", "0003_items")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, REVERSE)]
