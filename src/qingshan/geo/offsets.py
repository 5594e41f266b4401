"""Shifted coordinates of public maps (火星坐标 GCJ-02, 百度 BD-09) and the way back to real ones.

Both are degrees with a shift that changes from place to place, some 500 m and some 1,300 m in the county. The way back
is found by iteration and exact to a millimetre against the public formula; the data themselves are only good to a few
metres and never enter a survey.
"""

from typing import Final

import numpy as np

from qingshan.geo.features import FloatArray

GCJ02: Final = "GCJ-02"
BD09: Final = "BD-09"
LABELS: Final = {GCJ02: "GCJ-02（火星坐标：奥维、高德、腾讯）", BD09: "BD-09（百度坐标）"}
ACCURACY: Final = "坐标由{0}还原，位置可有数米误差，不得作为测绘成果"
_MAJOR, _ECCENTRICITY2 = 6378245.0, 0.00669342162296594323
_BAIDU = np.pi * 3000.0 / 180.0
_ROUNDS = 12
"""The shift changes by less than 1/1000 of a step, so each round gains three digits and more."""


def gcj02_of(corners: FloatArray) -> FloatArray:
    """Longitude and latitude put on the shift of GCJ-02."""
    x, y = corners[:, 0] - 105.0, corners[:, 1] - 35.0
    waves = (20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)) * 2.0 / 3.0
    root = np.sqrt(np.abs(x))
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + waves
    north += (20.0 * np.sin(y * np.pi) + 40.0 * np.sin(y / 3.0 * np.pi)) * 2.0 / 3.0
    north += (160.0 * np.sin(y / 12.0 * np.pi) + 320.0 * np.sin(y * np.pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + waves
    east += (20.0 * np.sin(x * np.pi) + 40.0 * np.sin(x / 3.0 * np.pi)) * 2.0 / 3.0
    east += (150.0 * np.sin(x / 12.0 * np.pi) + 300.0 * np.sin(x / 30.0 * np.pi)) * 2.0 / 3.0
    phi = np.radians(corners[:, 1])
    inner = 1.0 - _ECCENTRICITY2 * np.sin(phi) ** 2
    per_lat = np.pi / 180.0 * _MAJOR * (1.0 - _ECCENTRICITY2) / (inner * np.sqrt(inner))
    per_lon = np.pi / 180.0 * _MAJOR / np.sqrt(inner) * np.cos(phi)
    return np.column_stack((corners[:, 0] + east / per_lon, corners[:, 1] + north / per_lat))


def bd09_of(corners: FloatArray) -> FloatArray:
    """Longitude and latitude put on the shift of BD-09, which is that of GCJ-02 and one more."""
    x, y = gcj02_of(corners).T
    distance = np.hypot(x, y) + 0.00002 * np.sin(y * _BAIDU)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * _BAIDU)
    return np.column_stack((distance * np.cos(angle) + 0.0065, distance * np.sin(angle) + 0.006))


def unshift(corners: FloatArray, system: str) -> FloatArray:
    """Real longitude and latitude of coordinates shifted by ``system`` (`GCJ02` or `BD09`)."""
    shifted = gcj02_of if system == GCJ02 else bd09_of
    real = corners.copy()
    for _ in range(_ROUNDS):
        real = real + (corners - shifted(real))
    return real


def shifted_system(text: str) -> str | None:
    """Which shifted system a text names, None for any other."""
    plain = "".join(text.upper().split()).replace("-", "").replace("_", "")
    if plain.startswith(("GCJ02", "GCJ2", "火星")):
        return GCJ02
    return BD09 if plain.startswith(("BD09", "BD9", "百度")) else None
