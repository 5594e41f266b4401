"""Foreign spatial files (导入文件): one door for GeoJSON, GeoPackage and zipped Shapefile.

For the worker and the command line only.
The kind is told by the content, not by the name. A file is read wholly or refused: whatever makes it unreadable is a
`ReadError`; whatever is wrong with one row is that row's problem.
"""

from pathlib import Path

from qingshan.geo.archives import ArchiveLimits
from qingshan.geo.features import FeatureFile, ReadError
from qingshan.geo.readers_geojson import read_geojson
from qingshan.geo.readers_geopackage import read_geopackage
from qingshan.geo.readers_shapefile import SHP_MAGIC, read_zipped_shapefile

_ACCEPTED = "可导入 GeoJSON（.geojson，可 gzip 压缩）、GeoPackage（.gpkg）和打包为 .zip 的 Shapefile"


def read_features(path: Path | str, *, crs: str | None = None, limits: ArchiveLimits | None = None) -> FeatureFile:
    """Open a file of patches.

    ``crs`` (EPSG code, name or WKT) overrules what the file says about its datum. The rows come in EPSG:4490, in file
    order, each with its problem or its repairs; walking them may still raise `ReadError` when damage shows only then,
    so that a caller must keep all or nothing. Raises `ReadError` with message and advice.
    """
    path = Path(path)
    bounds = limits or ArchiveLimits()
    kind = _kind(path)
    if kind == "zip":
        return read_zipped_shapefile(path, crs=crs, limits=bounds)
    if kind == "gpkg":
        return read_geopackage(path, crs=crs)
    return read_geojson(path, crs=crs, limits=bounds, packed=kind == "gzip")


def _kind(path: Path) -> str:
    """Kind by the first bytes: zip, gpkg, gzip or json; raises `ReadError` for everything else."""
    try:
        with path.open("rb") as stream:
            head = stream.read(512)
    except OSError as error:
        raise ReadError(f"文件 {path.name} 无法打开（{error.strerror}）", "请检查文件路径和权限") from error
    if not head:
        raise ReadError("文件为空（0 字节）", "请确认文件传输完整后重新导入")
    for magic, kind in ((b"PK", "zip"), (b"SQLite format 3\0", "gpkg"), (b"\x1f\x8b", "gzip")):
        if head.startswith(magic):
            return kind
    if head[:4] == SHP_MAGIC.to_bytes(4, "big"):
        raise ReadError("单独的 .shp 没有属性和坐标系", "请把 .shp、.shx、.dbf、.prj、.cpg 一起打包为 .zip 后导入")
    if head.startswith((b"Rar!", b"7z\xbc\xaf")):
        raise ReadError("不支持 RAR 或 7z 压缩", "请解压后重新打包为 .zip")
    text = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if text.startswith(b"{"):
        return "json"
    raise ReadError("不认识的文件格式", _ACCEPTED)
