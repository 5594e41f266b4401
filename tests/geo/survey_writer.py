"""Survey texts written (坐标文本输出): ``[地块坐标]`` in CGCS2000, 3-degree zone, as survey programs take it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import shapely
from pyproj import CRS, Transformer
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from qingshan.geo.crs import STORAGE_EPSG, FloatArray, area_m2, zone_epsg, zone_of


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyPlot:
    """A plot to write (地块): an area in EPSG:4490 with its number, name, use and land class."""

    geometry: BaseGeometry
    number: str = ""
    name: str = ""
    use: str = ""
    land_class: str = ""


def survey_text(
    plots: Sequence[SurveyPlot], *, unit: str, made_on: date, zone: int | None = None, prefixed: bool = True
) -> str:
    """The text, lines ended by CR LF; encode it as GBK for most receivers.

    ``zone``: the 3-degree zone, by default that of the first plot. ``prefixed``: whether eastings carry the zone.
    Points run J1, J2 … in each ring from its north-western corner, outer rings clockwise, and repeat the first. Raises
    ValueError when there is no plot, TypeError for one that is no area.
    """
    chosen = zone if zone is not None else zone_of(_centre_lon(plots))
    head = {
        "格式版本号": "1.01",
        "数据产生单位": _plain(unit),
        "数据产生日期": made_on.isoformat(),
        "坐标系": "2000国家大地坐标系",
        "几度分带": "3",
        "投影类型": "高斯克吕格",
        "计量单位": "米",
        "带号": str(chosen),
        "精度": "0.001",
        "转换参数": ",,,,,,",
    }
    lines = ["[属性描述]", *(f"{name}={value}" for name, value in head.items()), "[地块坐标]"]
    way = Transformer.from_crs(
        CRS.from_epsg(STORAGE_EPSG), CRS.from_epsg(zone_epsg(chosen, prefixed=prefixed)), always_xy=True
    )
    for plot in plots:
        lines += _plot_lines(plot, way)
    return "\r\n".join(lines) + "\r\n"


def _centre_lon(plots: Sequence[SurveyPlot]) -> float:
    if not plots:
        raise ValueError("没有地块")
    return float(plots[0].geometry.centroid.x)


def _plot_lines(plot: SurveyPlot, way: Transformer) -> Iterator[str]:
    rings = list(_rings(plot.geometry, way))
    count = sum(len(ring) for _, ring in rings)
    hectares = area_m2(plot.geometry) / 10_000
    cells = [f"{count}", f"{hectares:.4f}", plot.number, plot.name, "面", "", plot.use, plot.land_class, "@"]
    yield ",".join(_plain(cell) for cell in cells)
    for number, ring in rings:
        for at, (east, north) in enumerate(ring, start=1):
            yield f"J{at if at < len(ring) else 1},{number},{north:.3f},{east:.3f}"


def _rings(geometry: BaseGeometry, way: Transformer) -> Iterator[tuple[int, FloatArray]]:
    """Ring number and closed corners in easting, northing: each part's outer ring is 1, its holes 2 and on."""
    if not isinstance(geometry, Polygon | MultiPolygon):
        raise TypeError("只有面可以写成地块坐标")
    for part in [geometry] if isinstance(geometry, Polygon) else geometry.geoms:
        for number, ring in enumerate((part.exterior, *part.interiors), start=1):
            lonlat = shapely.get_coordinates(ring)
            corners = np.column_stack(way.transform(lonlat[:, 0], lonlat[:, 1]))
            yield number, _ordered(corners, clockwise=number == 1)


def _ordered(corners: FloatArray, *, clockwise: bool) -> FloatArray:
    """From the north-western corner on, in the given sense."""
    if shapely.is_ccw(shapely.linearrings(corners)) == clockwise:
        corners = corners[::-1]
    start = int(np.argmin(corners[:-1, 0] - corners[:-1, 1]))
    turned = np.roll(corners[:-1], -start, axis=0)
    return np.vstack((turned, turned[:1]))


def _plain(text: str) -> str:
    """A text that cannot break out of its cell."""
    return " ".join(text.replace(",", "，").split())
