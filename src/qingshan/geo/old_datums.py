"""Xi'an 1980 and Beijing 1954 brought to CGCS2000 (旧坐标系转换): only with parameters that a person gives.

There is no general way between these datums: each county has parameters of its own, some of them secret, and none are
in this product. Three forms are understood, numbers separated by commas or blanks:

* three: ``ΔX,ΔY,ΔZ`` in metres (三参数, geocentric);
* seven: ``ΔX,ΔY,ΔZ,εx,εy,εz,m`` in metres, seconds of arc, parts per million (布尔沙七参数: rotation of the frame);
* four: ``ΔX,ΔY,α,K`` in metres (X north, Y east), seconds of arc, factor near 1 (平面四参数), on the plane of the
  file's own grid without the zone prefix.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from pyproj import CRS, Transformer

from qingshan.geo.features import FloatArray, ReadError

Move = Callable[[FloatArray], FloatArray]
_LARGEST_SHIFT, _LARGEST_TURN, _LARGEST_SCALE = 2_000.0, 120.0, 200.0
ADVICE = (
    "请向市、县自然资源主管部门取得本地转换参数，在“转换参数”里填写：七参数“ΔX,ΔY,ΔZ,εx,εy,εz,m”（米、秒、ppm）、"
    "三参数“ΔX,ΔY,ΔZ”（米）或平面四参数“ΔX,ΔY,α,K”（米、秒、比例）；或先转换为 2000 国家大地坐标系后重新导出"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """Conversion parameters (转换参数) as given, checked for size."""

    values: tuple[float, ...]

    @property
    def label(self) -> str:
        """Their kind and the numbers."""
        kind = {3: "三参数", 4: "平面四参数", 7: "七参数"}[len(self.values)]
        return f"{kind}（{'，'.join(f'{value:.12g}' for value in self.values)}）"


def parse_parameters(text: str) -> Parameters:
    """Read the numbers; raises `ReadError` when they are not three, four or seven or beyond anything sensible."""
    parts = [part for part in re.split(r"[,，;；\s]+", text.strip()) if part]
    try:
        values = tuple(float(part) for part in parts)
    except ValueError:
        raise ReadError(f"转换参数“{text[:60]}”中有不是数字的内容", ADVICE) from None
    if len(values) not in (3, 4, 7) or not all(math.isfinite(value) for value in values):
        raise ReadError(f"转换参数有 {len(values)} 个数，应为 3、4 或 7 个", ADVICE)
    if len(values) == 4:
        sound = abs(values[2]) <= 180 * 3600 and abs(values[3] - 1) <= _LARGEST_SCALE / 1e6
    else:
        sound = max(abs(value) for value in values[:3]) <= _LARGEST_SHIFT
        sound &= all(abs(value) <= _LARGEST_TURN for value in values[3:6])
        sound &= all(abs(value) <= _LARGEST_SCALE for value in values[6:])
    if not sound:
        raise ReadError(f"转换参数“{text[:60]}”超出合理范围（平移米、旋转秒、尺度 ppm 或比例）", ADVICE)
    return Parameters(values=values)


def bridge(crs: CRS, parameters: Parameters, *, meridian: float | None, false_easting: float) -> Move:
    """The way from coordinates in ``crs`` (easting, northing or longitude, latitude) to CGCS2000 degrees.

    ``meridian`` and ``false_easting`` describe the grid, None for degrees. Raises `ReadError` when four parameters are
    given for degrees.
    """
    if len(parameters.values) == 4:
        if meridian is None:
            raise ReadError("平面四参数只能用于平面坐标，文件为经纬度", ADVICE)
        return _planar(parameters, meridian, false_easting)
    return _geocentric(crs, parameters)


def _geocentric(crs: CRS, parameters: Parameters) -> Move:
    base = crs.geodetic_crs
    ellipsoid = base.ellipsoid if base is not None else None
    if base is None or ellipsoid is None:
        raise ReadError(f"坐标系“{crs.name}”没有椭球，无法换算", ADVICE)
    x, y, z, *rest = parameters.values
    turns = dict(zip(("rx", "ry", "rz", "s"), rest, strict=False))
    told = "".join(f" +{name}={value!r}" for name, value in turns.items())
    frame = " +convention=coordinate_frame" if turns else ""
    ellps = f"+a={ellipsoid.semi_major_metre!r} +rf={ellipsoid.inverse_flattening!r}"
    pipeline = Transformer.from_pipeline(
        "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad"
        f" +step +proj=cart {ellps} +step +proj=helmert +x={x!r} +y={y!r} +z={z!r}{told}{frame}"
        " +step +inv +proj=cart +ellps=GRS80 +step +proj=unitconvert +xy_in=rad +xy_out=deg"
    )
    degrees = Transformer.from_crs(crs, base, always_xy=True)

    def moved(corners: FloatArray) -> FloatArray:
        lon, lat = degrees.transform(corners[:, 0], corners[:, 1])
        lon, lat, _ = pipeline.transform(lon, lat, np.zeros(len(corners)))
        return np.column_stack((lon, lat))

    return moved


def _planar(parameters: Parameters, meridian: float, false_easting: float) -> Move:
    north_shift, east_shift, turn, scale = parameters.values
    sine, cosine = math.sin(math.radians(turn / 3600)), math.cos(math.radians(turn / 3600))
    prefix = false_easting - 500_000.0
    grid = CRS.from_proj4(f"+proj=tmerc +lat_0=0 +lon_0={meridian!r} +k=1 +x_0=500000 +y_0=0 +ellps=GRS80 +units=m")
    degrees = Transformer.from_crs(grid, grid.geodetic_crs, always_xy=True)

    def moved(corners: FloatArray) -> FloatArray:
        east, north = corners[:, 0] - prefix, corners[:, 1]
        lon, lat = degrees.transform(
            east_shift + scale * (north * sine + east * cosine), north_shift + scale * (north * cosine - east * sine)
        )
        return np.column_stack((lon, lat))

    return moved
