"""The only door to GDAL (经由 pyogrio): the shapes of a .shp file, in pieces, with every way out of the machine shut.

Belongs to the worker and the command line. GDAL is given a local file under a name of our own, after its first bytes
have been checked; attribute tables and GeoPackages are read without it.
"""

import os
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from qingshan.geo.crs import FloatArray
from qingshan.geo.features import ReadError

DRIVER = "ESRI Shapefile"
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
