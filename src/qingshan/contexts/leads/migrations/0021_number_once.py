"""A lead's number needs one index: parts of it are found by their pairs of characters, never by how it begins.

The second one, for patterns, comes unasked with every unique text column; no statement used it.
"""

from typing import ClassVar

from django.db import migrations

FORWARD = "DROP INDEX IF EXISTS leads_lead_number_534b7b1c_like"
REVERSE = "CREATE INDEX leads_lead_number_534b7b1c_like ON leads_lead (number varchar_pattern_ops)"


class Migration(migrations.Migration):
    """A lead's number needs one index."""

    dependencies: ClassVar = [("leads", "0020_pictures")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, REVERSE)]
