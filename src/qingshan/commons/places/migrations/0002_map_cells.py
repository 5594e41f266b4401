"""Where a point lies on the map: whole coordinates of web mercator, and the two woven into one key.

All points of a tile have keys in one range, whatever the zoom, and every point has exactly one key: so counts per tile
are a range of an index, and add up.
"""

from typing import ClassVar

from django.db import migrations

FORWARD = """
CREATE FUNCTION qs_map_x(point geometry) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN least(2147483647, greatest(0,
  floor((ST_X(ST_Transform(point, 3857)) + 20037508.342789244) / 40075016.685578488 * 2147483648)))::integer;

CREATE FUNCTION qs_map_y(point geometry) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN least(2147483647, greatest(0,
  floor((20037508.342789244 - ST_Y(ST_Transform(point, 3857))) / 40075016.685578488 * 2147483648)))::integer;

CREATE FUNCTION qs_map_spread(value integer) RETURNS bigint LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE v bigint := value;
BEGIN
  v := (v | (v << 16)) & 281470681808895;
  v := (v | (v << 8)) & 71777214294589695;
  v := (v | (v << 4)) & 1085102592571150095;
  v := (v | (v << 2)) & 3689348814741910323;
  v := (v | (v << 1)) & 6148914691236517205;
  RETURN v;
END $$;

CREATE FUNCTION qs_map_cell(point geometry) RETURNS bigint LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  RETURN public.qs_map_spread(public.qs_map_x(point)) | (public.qs_map_spread(public.qs_map_y(point)) << 1);
END $$;
"""
REVERSE = """
DROP FUNCTION qs_map_cell(geometry); DROP FUNCTION qs_map_spread(integer);
DROP FUNCTION qs_map_y(geometry); DROP FUNCTION qs_map_x(geometry);
"""


class Migration(migrations.Migration):
    """Where a point lies on the map: whole coordinates of web mercator, and the two woven into one key."""

    dependencies: ClassVar = [("places", "0001_initial")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, REVERSE)]
