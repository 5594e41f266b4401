"""Place of each lead on the map, generated, with an index from which tiles are counted without touching the rows."""

from typing import ClassVar

from django.db import migrations

FORWARD = """
ALTER TABLE leads_lead
  ADD COLUMN map_x integer GENERATED ALWAYS AS (qs_map_x(centre)) STORED,
  ADD COLUMN map_y integer GENERATED ALWAYS AS (qs_map_y(centre)) STORED,
  ADD COLUMN map_cell bigint GENERATED ALWAYS AS (qs_map_cell(centre)) STORED;
CREATE INDEX lead_map_cell ON leads_lead (map_cell)
  INCLUDE (id, division, unit_id, state, state_since, channel, received_at, map_x, map_y);
"""
REVERSE = """
ALTER TABLE leads_lead DROP COLUMN map_cell, DROP COLUMN map_y, DROP COLUMN map_x;
"""


class Migration(migrations.Migration):
    """Place of each lead on the map, generated, with an index from which tiles are counted."""

    dependencies: ClassVar = [("leads", "0003_search"), ("places", "0002_map_cells")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, REVERSE)]
