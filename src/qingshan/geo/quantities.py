"""Areas as people write them (面积写法): full-width digits, thousand separators, a unit behind the number."""

import math
import re
import unicodedata

from qingshan.geo.crs import SQUARE_METRES_PER_HECTARE, SQUARE_METRES_PER_MU
from qingshan.geo.features import Scalar

UNITS = {"m2": 1.0, "mu": SQUARE_METRES_PER_MU, "ha": SQUARE_METRES_PER_HECTARE, "km2": 1_000_000.0, "": 1.0}
"""Unit of an alias → square metres; no unit means square metres."""
LARGEST_M2 = 1e10
"""10,000 km²; no patch of a county is larger."""
_SPELLED = {
    "m2": 1.0,
    "㎡": 1.0,
    "平方米": 1.0,
    "平米": 1.0,
    "亩": SQUARE_METRES_PER_MU,
    "公顷": SQUARE_METRES_PER_HECTARE,
    "ha": SQUARE_METRES_PER_HECTARE,
    "hm2": SQUARE_METRES_PER_HECTARE,
    "km2": 1_000_000.0,
    "平方公里": 1_000_000.0,
    "平方千米": 1_000_000.0,
}
_NUMBER = re.compile(r"([+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?(?:e[+-]?\d+)?)\s*([^\d\s]*\d?)", re.IGNORECASE)


def read_area_m2(value: Scalar, unit: str) -> float | None:
    """Area in m² of a value in ``unit`` (m2, mu, ha, km2); a unit written behind the number wins.

    None when it is no number, not above zero, above 10,000 km², or in an unknown unit.
    """
    if value is None or isinstance(value, bool):
        return None
    factor = UNITS[unit]
    if isinstance(value, int | float):
        return _in_range(float(value) * factor)
    match = _NUMBER.fullmatch(unicodedata.normalize("NFKC", value).replace("²", "2").strip())
    if match is None:
        return None
    spelled = match[2].lower()
    if spelled and spelled not in _SPELLED:
        return None
    return _in_range(float(match[1].replace(",", "")) * (_SPELLED[spelled] if spelled else factor))


def _in_range(square_metres: float) -> float | None:
    return square_metres if math.isfinite(square_metres) and 0 < square_metres <= LARGEST_M2 else None
