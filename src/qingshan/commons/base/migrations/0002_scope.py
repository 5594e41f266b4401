"""The functions that read a transaction's scope; every policy of row security calls them."""

from typing import ClassVar

from django.db import migrations

FORWARD = """
CREATE FUNCTION qs_system() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(current_setting('qingshan.system', true), '') = 'on';

CREATE FUNCTION qs_account() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
RETURN nullif(current_setting('qingshan.account', true), '')::uuid;

-- Division codes are digits, so every code with a prefix lies between the prefix and the prefix with ':' behind it.
CREATE FUNCTION qs_visible(division text, unit uuid) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN qs_system()
  OR (division COLLATE "C" >= nullif(current_setting('qingshan.prefix', true), '')
      AND division COLLATE "C" < nullif(current_setting('qingshan.prefix', true), '') || ':')
  OR unit = ANY (string_to_array(nullif(current_setting('qingshan.units', true), ''), ',')::uuid[]);
"""
REVERSE = """
DROP FUNCTION qs_visible(text, uuid); DROP FUNCTION qs_account(); DROP FUNCTION qs_system();
"""


class Migration(migrations.Migration):
    """The functions that read a transaction's scope; every policy of row security calls them."""

    dependencies: ClassVar = [("base", "0001_initial")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, REVERSE)]
