"""The only door to GDAL (经由 pyogrio): shapes of .shp files, layers of geodatabases, with every way out shut.

Belongs to the worker and the command line. GDAL is given a local file under a name of our own, after its first bytes
have been checked; attribute tables and GeoPackages are read without it.
"""

import math
import os
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from qingshan.geo.crs import FloatArray
from qingshan.geo.features import ReadError

DRIVER = "ESRI Shapefile"
GEODATABASE = "OpenFileGDB"
CHUNK_ROWS = 5_000
CHUNK_BYTES = 32 * 1024 * 1024
_NETWORK_DRIVERS = "HTTP,OGR_VRT,GDALG,WFS,OAPIF,CSW,Elasticsearch,Carto,AmigoCloud,NGW,EEDA,PLSCENES,GeoRSS,OGCAPI"
_ADVICE = "请用 GIS 软件打开检查后重新导出"


def _load() -> Any:
    os.environ.setdefault("GDAL_SKIP", _NETWORK_DRIVERS)
    import pyogrio

    pyogrio.set_gdal_config_options({"SHAPE_RESTORE_SHX": True, "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": "none"})
    return pyogrio


_pyogrio = _load()


def describe_shapes(path: Path) -> tuple[str, int]:
    """Geometry type and number of shapes of a .shp file; raises `ReadError` when it is none or damaged."""
    info = _call(_pyogrio.read_info, path, force_feature_count=True)
    if info["driver"] != DRIVER:
        raise ReadError(f"文件内容不是 Shapefile（识别为 {info['driver']}）", _ADVICE)
    return str(info["geometry_type"]), int(info["features"])


def sample_corners(path: Path, count: int) -> FloatArray:
    """First coordinate pair of the first shapes, to tell the datum."""
    _, shapes = _read(path, 0, min(_chunk(path, count), 2_000))
    corners, owners = shapely.get_coordinates(shapes, return_index=True)
    return corners[np.unique(owners, return_index=True)[1]]


def read_shapes(path: Path, count: int) -> Iterator[tuple[int, Any]]:
    """Yield 0-based record number and geometry (None for a null shape) of every shape; raises `ReadError`."""
    size = _chunk(path, count)
    for start in range(0, count, size):
        numbers, shapes = _read(path, start, size)
        yield from zip((int(number) for number in numbers), shapes, strict=True)


def _chunk(path: Path, count: int) -> int:
    """Shapes per piece, fewer when they are heavy."""
    return max(1, min(CHUNK_ROWS, CHUNK_BYTES * max(count, 1) // max(path.stat().st_size, 1)))


def _read(path: Path, start: int, size: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.object_]]:
    _, numbers, shapes, _ = _call(
        _pyogrio.raw.read, path, columns=[], skip_features=start, max_features=size, return_fids=True
    )
    return numbers, np.asarray(shapely.from_wkb(shapes, on_invalid="ignore"), dtype=object)


def _call(function: Any, path: Path, **options: object) -> Any:
    """Call into the library; its errors become `ReadError`, its warnings stay off the log."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return function(path, **options)
        except (RuntimeError, ValueError, OSError) as error:
            raise ReadError(f"图形文件 .shp 无法读取：{str(error)[:200]}", _ADVICE) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """A layer of a geodatabase: where it lies, kind of geometry (None: a table), rows, columns, datum as it says."""

    path: Path
    name: str
    kind: str | None
    count: int
    crs: str | None
    columns: tuple[str, ...]


def has_geodatabases() -> bool:
    """Whether this GDAL reads File Geodatabases."""
    return GEODATABASE in _pyogrio.list_drivers()


def describe_layers(path: Path) -> list[Layer]:
    """Every layer of a geodatabase; raises `ReadError` when it is none or damaged."""
    layers = []
    for name, kind in _call(_pyogrio.list_layers, path):
        info = _call(_pyogrio.read_info, path, layer=str(name), force_feature_count=True)
        if info["driver"] != GEODATABASE:
            raise ReadError(f"文件内容不是 File Geodatabase（识别为 {info['driver']}）", _ADVICE)
        layers.append(
            Layer(
                path=path,
                name=str(name),
                kind=None if kind is None else str(kind),
                count=int(info["features"]),
                crs=info["crs"],
                columns=tuple(str(field) for field in info["fields"]),
            )
        )
    return layers


def corners_in(layer: Layer) -> FloatArray:
    """First coordinate pair of the first shapes of a layer."""
    _, _, shapes, _ = _read_layer(layer, 0, min(layer.count, 2_000), columns=[])
    corners, owners = shapely.get_coordinates(shapely.from_wkb(shapes, on_invalid="ignore"), return_index=True)
    return corners[np.unique(owners, return_index=True)[1]]


def rows_in(layer: Layer) -> Iterator[tuple[dict[str, object], Any]]:
    """Attributes and geometry (None for none) of every row of a layer, in pieces; raises `ReadError`."""
    for start in range(0, layer.count, CHUNK_ROWS):
        head, _, shapes, columns = _read_layer(layer, start, CHUNK_ROWS)
        names = [str(name) for name in head["fields"]]
        plain = [_plain_column(column) for column in columns]
        geometries = np.asarray(shapely.from_wkb(shapes, on_invalid="ignore"), dtype=object)
        for at, shape in enumerate(geometries):
            yield {name: column[at] for name, column in zip(names, plain, strict=True)}, shape


def _read_layer(layer: Layer, start: int, size: int, **options: object) -> Any:
    if not size:
        return {"fields": []}, None, np.empty(0, dtype=object), []
    return _call(_pyogrio.raw.read, layer.path, layer=layer.name, skip_features=start, max_features=size, **options)


def _plain_column(column: npt.NDArray[Any]) -> list[object]:
    """Values of a column as Python has them: numbers, texts, ISO dates; None for nothing."""
    if column.dtype.kind == "M":
        return [None if text == "NaT" else text.removesuffix("T00:00:00.000") for text in column.astype(str).tolist()]
    if column.dtype.kind == "f":
        return [None if math.isnan(value) else value for value in column.tolist()]
    values: list[object] = column.tolist()
    return [f"（二进制 {len(value)} 字节）" if isinstance(value, bytes) else value for value in values]
