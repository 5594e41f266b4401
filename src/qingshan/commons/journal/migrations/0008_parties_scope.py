"""Row security of matters lets further units in: who entered a matter, who assists in it."""

from typing import ClassVar

from django.db import migrations

_OLD = "qs_visible(division, unit_id) OR qs_visible(NULL, also_unit_id)"
_NEW = f"{_OLD} OR parties && string_to_array(nullif(current_setting('qingshan.units', true), ''), ',')::uuid[]"
FORWARD = f"ALTER POLICY scope ON journal_matter USING ({_NEW}) WITH CHECK ({_NEW})"
REVERSE = f"ALTER POLICY scope ON journal_matter USING ({_OLD}) WITH CHECK ({_OLD})"


class Migration(migrations.Migration):
    """Row security of matters lets further units in."""

    dependencies: ClassVar = [("journal", "0007_matter_parties"), ("base", "0002_scope")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, REVERSE)]
