"""Place of each case on the map, generated, with an index from which tiles are counted without touching the rows."""

from typing import ClassVar

from django.db import migrations

FORWARD = """
ALTER TABLE cases_case ADD COLUMN geom_3857 geometry(Geometry, 3857)
  GENERATED ALWAYS AS (ST_Transform(geom, 3857)) STORED;
CREATE INDEX case_geom_3857 ON cases_case USING gist (geom_3857);
ALTER TABLE cases_case
  ADD COLUMN map_x integer GENERATED ALWAYS AS (qs_map_x(centre)) STORED,
  ADD COLUMN map_y integer GENERATED ALWAYS AS (qs_map_y(centre)) STORED,
  ADD COLUMN map_cell bigint GENERATED ALWAYS AS (qs_map_cell(centre)) STORED;
CREATE INDEX case_map_cell ON cases_case (map_cell)
  INCLUDE (id, division, unit_id, state, state_since, category, opened_at, closed_at, map_x, map_y);
"""
REVERSE = """
ALTER TABLE cases_case DROP COLUMN map_cell, DROP COLUMN map_y, DROP COLUMN map_x;
ALTER TABLE cases_case DROP COLUMN geom_3857;
"""


class Migration(migrations.Migration):
    """Place of each case on the map, generated, with an index from which tiles are counted."""

    dependencies: ClassVar = [("cases", "0004_search"), ("places", "0002_map_cells")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, REVERSE)]
