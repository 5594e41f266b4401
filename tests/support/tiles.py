"""Numbers of map tiles."""

from __future__ import annotations

import math


def tile_of(lon: float, lat: float, zoom: int) -> tuple[int, int]:
    """Column and row of the tile that holds a position, in the usual web numbering."""
    size = 2**zoom
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return int((lon + 180) / 360 * size), int(y * size)
