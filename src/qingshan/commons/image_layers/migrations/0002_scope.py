"""Row security of image layers: drafts for those who see the county, published ones for its units and villages too."""

from typing import ClassVar

from django.db import migrations

# ``prefix`` may be longer (a village) or shorter (the city) than the county's code; a unit has none.
FORWARD = """
ALTER TABLE image_layers_imagelayer ENABLE ROW LEVEL SECURITY;
ALTER TABLE image_layers_imagelayer FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON image_layers_imagelayer FOR ALL
USING (qs_visible(division, unit_id) OR (state = 'published' AND (
  starts_with(nullif(current_setting('qingshan.prefix', true), ''), division)
  OR (nullif(current_setting('qingshan.prefix', true), '') IS NULL
      AND EXISTS (SELECT FROM people_unit u
        WHERE u.id = ANY (string_to_array(nullif(current_setting('qingshan.units', true), ''), ',')::uuid[])
          AND (u.division_id IS NULL OR starts_with(u.division_id, division)))))))
WITH CHECK (qs_visible(division, unit_id));
"""
REVERSE = """
DROP POLICY scope ON image_layers_imagelayer;
ALTER TABLE image_layers_imagelayer NO FORCE ROW LEVEL SECURITY;
ALTER TABLE image_layers_imagelayer DISABLE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    """Row security of image layers."""

    dependencies: ClassVar = [("image_layers", "0001_initial"), ("base", "0002_scope"), ("people", "0001_initial")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, REVERSE)]
