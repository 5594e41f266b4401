"""Counts and map tiles are answered from the index alone again: it holds every column that row security asks for."""

from typing import ClassVar

from django.db import migrations, models

_TILES = """
DROP INDEX lead_map_cell;
CREATE INDEX lead_map_cell ON leads_lead (map_cell)
  INCLUDE (id, division, unit_id, state, state_since, channel, received_at, map_x, map_y, parties);
"""
_BACK = """
DROP INDEX lead_map_cell;
CREATE INDEX lead_map_cell ON leads_lead (map_cell)
  INCLUDE (id, division, unit_id, state, state_since, channel, received_at, map_x, map_y);
"""


class Migration(migrations.Migration):
    """Units with a part in a lead (参与单位) stand in both indexes."""

    dependencies: ClassVar = [("leads", "0014_search_once")]
    operations: ClassVar = [
        migrations.RemoveIndex(model_name="lead", name="lead_counts"),
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(
                fields=["state", "division", "unit", "channel", "direction", "due_at"],
                name="lead_counts",
                include=["parties"],
            ),
        ),
        migrations.RunSQL(_TILES, _BACK),
    ]
