"""Exported files made before copies expired: they expire as if they were made now under the rule (30 days)."""

from typing import ClassVar

from django.db import migrations

FORWARD = """
SELECT set_config('qingshan.system', 'on', true);
UPDATE files_storedfile f SET expires_at = j.updated_at + interval '30 days' FROM jobs_job j
  WHERE j.result_file = f.id AND j.kind <> 'take-over-check' AND f.expires_at IS NULL;
"""


class Migration(migrations.Migration):
    """Copies that were made before."""

    dependencies: ClassVar = [("jobs", "0006_readers"), ("files", "0003_expiry")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, migrations.RunSQL.noop)]
