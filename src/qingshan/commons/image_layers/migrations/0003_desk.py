"""Published pictures are seen by desks as well, whose scope is their post and not their unit."""

from typing import ClassVar

from django.db import migrations

_RULE = """USING (qs_visible(division, unit_id) OR (state = 'published' AND (
  starts_with(nullif(current_setting('qingshan.prefix', true), ''), division)
  OR (nullif(current_setting('qingshan.prefix', true), '') IS NULL
      AND EXISTS (SELECT FROM people_unit u
        WHERE ({units})
          AND (u.division_id IS NULL OR starts_with(u.division_id, division)))))))"""
_UNITS = "u.id = ANY (string_to_array(nullif(current_setting('qingshan.units', true), ''), ',')::uuid[])"
_DESK = "u.id = nullif(current_setting('qingshan.unit', true), '')::uuid"
FORWARD = f"ALTER POLICY scope ON image_layers_imagelayer {_RULE.format(units=f'{_UNITS} OR {_DESK}')}"
REVERSE = f"ALTER POLICY scope ON image_layers_imagelayer {_RULE.format(units=_UNITS)}"


class Migration(migrations.Migration):
    """Published pictures are seen by desks as well."""

    dependencies: ClassVar = [("image_layers", "0002_scope"), ("people", "0002_accounts")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, REVERSE)]
