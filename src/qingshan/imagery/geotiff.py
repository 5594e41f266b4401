"""From a GeoTIFF to tiles: georeference checked, warped to web mercator, lower zooms made of higher ones."""

import io
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from PIL import Image
from pyproj import CRS
from rasterio.enums import ColorInterp, Resampling
from rasterio.errors import RasterioError
from rasterio.vrt import WarpedVRT
from rasterio.warp import transform_bounds
from rasterio.windows import from_bounds

from qingshan.geo.datum import check_datum, crs_label, horizontal
from qingshan.geo.features import ReadError
from qingshan.imagery.tiles import DEEPEST, Box, PictureRefused, Pyramid, TileWriter, meets

MOST_PIXELS = 4_000_000_000
MOST_BLOCK = 128 * 1024 * 1024
"""Bytes of one block with all its bands: a file in a single huge strip would have to be unpacked at once."""
SIDE = 256
HALF = 20_037_508.342789244
COARSEST = 8
QUALITY = 82
OPTIONS = {
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    "GDAL_PAM_ENABLED": "NO",
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
    "GDAL_CACHEMAX": 128 * 1024 * 1024,
    "GDAL_NUM_THREADS": "1",
}
"""No neighbours of the file are read, nothing is fetched, memory is bounded."""


def build_pyramid(source: Path, target: Path, county: Box, tell: Callable[[int, int], None]) -> Pyramid:
    """Tiles of a GeoTIFF within its own resolution; raises `PictureRefused`. ``tell`` hears done and total."""
    try:
        with rasterio.Env(**OPTIONS), rasterio.open(source, driver="GTiff") as raster:
            crs = _checked_crs(raster)
            _check_size(raster)
            box = _extent(raster, county)
            return _warp(raster, crs, box, target, tell)
    except RasterioError as error:
        raise PictureRefused(
            "GeoTIFF 打不开或数据不完整，请重新导出（建议无压缩或 LZW/DEFLATE、分块）后再传"
        ) from error


def _checked_crs(raster: Any) -> CRS:
    if raster.crs is None:
        raise PictureRefused("影像没有坐标系，请先定义坐标系（例如 EPSG:4490 或 EPSG:4526）后导出 GeoTIFF")
    if raster.transform.is_identity:
        raise PictureRefused("影像没有地理定位（缺仿射参数），请先配准后导出 GeoTIFF")
    try:
        return check_datum(horizontal(CRS.from_wkt(raster.crs.to_wkt())))
    except ReadError as error:
        raise PictureRefused(f"{error.message}。请换成 CGCS2000（EPSG:4490、4491–4554）或 WGS 84 后重新导出") from error


def _check_size(raster: Any) -> None:
    if raster.width * raster.height > MOST_PIXELS:
        raise PictureRefused(f"影像为 {raster.width}×{raster.height} 像素，超过 40 亿，请分幅或降低分辨率")
    if raster.dtypes[0] not in ("uint8", "uint16") or raster.count not in (1, 2, 3, 4):
        raise PictureRefused(
            f"影像为 {raster.count} 个波段、{raster.dtypes[0]}；请导出为 1、3 或 4 波段的 8 位或 16 位影像"
        )
    pixel = raster.count * np.dtype(raster.dtypes[0]).itemsize
    if any(rows * columns * pixel > MOST_BLOCK for rows, columns in raster.block_shapes):
        raise PictureRefused("影像没有分块（一块解开超过 128 MB），请按 256×256 或 512×512 分块导出")


def _extent(raster: Any, county: Box) -> Box:
    west, south, east, north = transform_bounds(raster.crs, "EPSG:4326", *raster.bounds, densify_pts=21)
    if not all(math.isfinite(v) for v in (west, south, east, north)) or west >= east or south >= north:
        raise PictureRefused("影像范围换算不出经纬度，请核对坐标系与带号")
    if not meets((west, south, east, north), county):
        raise PictureRefused(
            f"影像范围（{west:.3f}–{east:.3f}°E，{south:.3f}–{north:.3f}°N）与本县没有重叠，请核对文件、坐标系和带号"
        )
    return west, south, east, north


def _has_alpha(raster: Any) -> bool:
    return ColorInterp.alpha in raster.colorinterp


def _zooms(vrt: Any) -> tuple[int, int]:
    metres = max(abs(vrt.transform.a), 1e-6)
    deepest = min(DEEPEST, max(0, round(math.log2(2 * HALF / SIDE / metres))))
    width = max(vrt.width, vrt.height) * metres
    coarsest = max(0, min(deepest, COARSEST, math.floor(math.log2(2 * HALF / width))))
    return coarsest, deepest


def _warp(raster: Any, crs: CRS, box: Box, target: Path, tell: Callable[[int, int], None]) -> Pyramid:
    # CGCS2000 and WGS 84 agree to centimetres: both are taken as WGS 84 on the way to web mercator.
    with WarpedVRT(raster, crs="EPSG:3857", resampling=Resampling.bilinear, add_alpha=not _has_alpha(raster)) as vrt:
        low, high = _zooms(vrt)
        builder = _Builder(vrt, TileWriter(target), high, _stretch(raster), tell)
        builder.build_all(low)
        builder.writer.finish()
    if builder.writer.count == 0:
        raise PictureRefused("影像没有有效像素（全部为无效值），请核对 NoData 设置")
    notes = ("16 位影像已按 2%–98% 分位拉伸为 8 位",) if builder.stretch else ()
    return Pyramid(
        path=target, min_zoom=low, max_zoom=high, box=box, tiles=builder.writer.count, crs=crs_label(crs), notes=notes
    )


def _stretch(raster: Any) -> tuple[float, float] | None:
    """Bounds by which 16 bits become 8: second and 98th percentile of a small copy."""
    if raster.dtypes[0] == "uint8":
        return None
    scale = max(1, max(raster.width, raster.height) // 512)
    bands = list(range(1, min(3, raster.count) + 1))
    small = raster.read(
        bands, out_shape=(len(bands), max(1, raster.height // scale), max(1, raster.width // scale)), masked=True
    )
    values = small.compressed()
    if values.size == 0:
        return None
    low, high = np.percentile(values, [2, 98])
    return float(low), float(max(high, low + 1))


class _Builder:
    """Depth first: a tile of the highest zoom is read, a lower one is made of its four children."""

    def __init__(
        self,
        vrt: Any,
        writer: TileWriter,
        high: int,
        stretch: tuple[float, float] | None,
        tell: Callable[[int, int], None],
    ) -> None:
        self.vrt, self.writer, self.high, self.stretch, self.tell = vrt, writer, high, stretch, tell
        left, bottom, right, top = vrt.bounds
        span = 2 * HALF / (1 << high)
        self.first = (math.floor((left + HALF) / span), math.floor((HALF - top) / span))
        self.last = (math.floor((right + HALF) / span), math.floor((HALF - bottom) / span))
        self.total = (self.last[0] - self.first[0] + 1) * (self.last[1] - self.first[1] + 1)
        self.done = 0
        alpha = [i for i, kind in enumerate(vrt.colorinterp, 1) if kind == ColorInterp.alpha]
        colours = [i for i in range(1, vrt.count + 1) if i not in alpha]
        self.bands = (colours * 3)[:3] if len(colours) < 3 else colours[:3]
        self.alpha = alpha[-1] if alpha else None
        if self.total > 300_000:
            raise PictureRefused(f"按影像分辨率要切 {self.total} 块瓦片，超过 30 万，请分幅或降低分辨率")

    def build_all(self, low: int) -> None:
        """All tiles from the lowest zoom on."""
        shift = self.high - low
        for x in range(self.first[0] >> shift, (self.last[0] >> shift) + 1):
            for y in range(self.first[1] >> shift, (self.last[1] >> shift) + 1):
                self._build(low, x, y)

    def _build(self, z: int, x: int, y: int) -> Image.Image | None:
        shift = self.high - z
        if not (
            self.first[0] >> shift <= x <= self.last[0] >> shift
            and self.first[1] >> shift <= y <= self.last[1] >> shift
        ):
            return None
        image = self._read(x, y) if z == self.high else self._merge(z, x, y)
        if image is None or image.getchannel("A").getbbox() is None:
            return None
        out = io.BytesIO()
        image.save(out, "WEBP", quality=QUALITY)
        self.writer.add(z, x, y, out.getvalue())
        return image

    def _merge(self, z: int, x: int, y: int) -> Image.Image | None:
        whole, found = Image.new("RGBA", (2 * SIDE, 2 * SIDE)), False
        for dx in (0, 1):
            for dy in (0, 1):
                child = self._build(z + 1, 2 * x + dx, 2 * y + dy)
                if child is not None:
                    whole.paste(child, (dx * SIDE, dy * SIDE))
                    found = True
        return whole.resize((SIDE, SIDE), Image.Resampling.BOX) if found else None

    def _read(self, x: int, y: int) -> Image.Image:
        span = 2 * HALF / (1 << self.high)
        left, top = x * span - HALF, HALF - y * span
        window = from_bounds(left, top - span, left + span, top, self.vrt.transform)
        pixels = self._whole(window) if self._inside(window) else self._clipped(window)
        self.done += 1
        if self.done % 50 == 0:
            self.tell(self.done, self.total)
        return self._picture(pixels)

    @property
    def _all(self) -> list[int]:
        return [*self.bands, *([self.alpha] if self.alpha else [])]

    def _whole(self, window: Any) -> Any:
        bands = self._all
        return self.vrt.read(bands, window=window, out_shape=(len(bands), SIDE, SIDE), resampling=Resampling.bilinear)

    def _inside(self, window: Any) -> bool:
        ends = (window.col_off + window.width, window.row_off + window.height)
        return bool(
            min(window.col_off, window.row_off) >= 0 and ends[0] <= self.vrt.width and ends[1] <= self.vrt.height
        )

    def _clipped(self, window: Any) -> Any:
        """A tile over the edge: the part that exists, at its place in the tile."""
        bands = self._all
        pixels = np.zeros((len(bands), SIDE, SIDE), dtype=self.vrt.dtypes[0])
        across, down = SIDE / window.width, SIDE / window.height
        x0, x1 = max(0.0, window.col_off), min(float(self.vrt.width), window.col_off + window.width)
        y0, y1 = max(0.0, window.row_off), min(float(self.vrt.height), window.row_off + window.height)
        i0, i1 = round((x0 - window.col_off) * across), round((x1 - window.col_off) * across)
        j0, j1 = round((y0 - window.row_off) * down), round((y1 - window.row_off) * down)
        if i1 > i0 and j1 > j0 and x1 > x0 and y1 > y0:
            part = ((y0, y1), (x0, x1))
            pixels[:, j0:j1, i0:i1] = self.vrt.read(bands, window=part, out_shape=(len(bands), j1 - j0, i1 - i0))
        return pixels

    def _picture(self, pixels: Any) -> Image.Image:
        colours = pixels[:3]
        if self.stretch:
            low, high = self.stretch
            colours = np.clip((colours.astype("float32") - low) / (high - low) * 255, 0, 255)
        alpha = pixels[3] > 0 if self.alpha else np.ones(pixels.shape[1:], dtype=bool)
        stacked = np.dstack([*colours.astype("uint8"), np.where(alpha, 255, 0).astype("uint8")])
        return Image.fromarray(stacked, "RGBA")
