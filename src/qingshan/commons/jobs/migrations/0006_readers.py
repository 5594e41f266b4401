"""Row security of jobs: work on a county's batch is seen by whoever sees the county; it is changed by its owner only."""

from typing import ClassVar

from django.db import migrations

FORWARD = """
CREATE POLICY readers ON jobs_job FOR SELECT USING (division <> '' AND qs_visible(division, NULL));
"""
REVERSE = "DROP POLICY readers ON jobs_job;"


class Migration(migrations.Migration):
    """Row security of jobs: work on a county's batch is seen by whoever sees the county."""

    dependencies: ClassVar = [("jobs", "0005_people_see"), ("base", "0002_scope")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, REVERSE)]
