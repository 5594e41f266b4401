"""The supervising department sees its cases again: 0006 had left its unit out of row security."""

from typing import ClassVar

from django.db import migrations

_UNITS = "((SELECT string_to_array(nullif(current_setting('qingshan.units', true), ''), ',')::uuid[])::uuid[])"
_ONCE = f"""((SELECT qs_system())
  OR (division >= (SELECT nullif(current_setting('qingshan.prefix', true), ''))
      AND division < (SELECT nullif(current_setting('qingshan.prefix', true), '') || ':'))
  OR unit_id = ANY {_UNITS}"""
_OLD, _NEW = f"{_ONCE})", f"{_ONCE} OR supervising_unit_id = ANY {_UNITS})"
FORWARD = f"ALTER POLICY scope ON cases_case USING ({_NEW}) WITH CHECK ({_NEW})"
REVERSE = f"ALTER POLICY scope ON cases_case USING ({_OLD}) WITH CHECK ({_OLD})"


class Migration(migrations.Migration):
    """The supervising department sees its cases again."""

    dependencies: ClassVar = [("cases", "0008_orders")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, REVERSE)]
