"""Map tiles of cases are answered from the index alone again: it holds every column that row security asks for."""

from typing import ClassVar

from django.db import migrations

_COLUMNS = "id, division, unit_id, state, state_since, category, opened_at, closed_at, map_x, map_y"
_TILES = f"""
DROP INDEX case_map_cell;
CREATE INDEX case_map_cell ON cases_case (map_cell) INCLUDE ({_COLUMNS}, supervising_unit_id);
"""
_BACK = f"""
DROP INDEX case_map_cell;
CREATE INDEX case_map_cell ON cases_case (map_cell) INCLUDE ({_COLUMNS});
"""


class Migration(migrations.Migration):
    """The supervising department (行业主管部门) stands in the index."""

    dependencies: ClassVar = [("cases", "0009_scope_supervising")]
    operations: ClassVar = [migrations.RunSQL(_TILES, _BACK)]
