"""Foreign files (导入文件): one door for every format. For the worker and the command line only.

The kind is told by the content, not by the name. A file is read wholly or refused: whatever makes it unreadable is a
`ReadError`; whatever is wrong with one row is that row's problem. `protocol` says how a reader is added.
"""

from pathlib import Path

from qingshan.geo.archives import ArchiveLimits
from qingshan.geo.features import FeatureFile, ReadError
from qingshan.geo.readers.bundle import read_bundle
from qingshan.geo.readers.geodatabase import read_geodatabase
from qingshan.geo.readers.geojson import read_geojson, read_packed_geojson
from qingshan.geo.readers.geopackage import read_geopackage
from qingshan.geo.readers.kinds import tell_kind
from qingshan.geo.readers.kml import read_kml, read_kmz
from qingshan.geo.readers.protocol import Format, SourceFile
from qingshan.geo.readers.shapefile import read_zipped_shapefile
from qingshan.geo.readers.survey import read_survey
from qingshan.geo.reading import Reading

FORMATS: dict[str, Format] = {
    made.slug: made
    for made in (
        Format(slug="shapefile", label="Shapefile", read=read_zipped_shapefile),
        Format(slug="gdb", label="File Geodatabase", read=read_geodatabase),
        Format(slug="kml", label="KML", read=read_kml),
        Format(slug="kmz", label="KMZ", read=read_kmz),
        Format(slug="survey", label="勘测定界坐标文本", read=read_survey),
        Format(slug="zip", label="压缩包", read=lambda source: read_bundle(source, FORMATS)),
        Format(slug="gpkg", label="GeoPackage", read=read_geopackage),
        Format(slug="geojson", label="GeoJSON", read=read_geojson),
        Format(slug="geojson-gz", label="GeoJSON", read=read_packed_geojson),
    )
}
"""Every format that can be read, by the slug that `tell_kind` tells."""
NOT_READ = {
    "xlsx": "Excel 工作簿",
    "xls": "Excel 97-2003 工作簿",
    "ods": "ODS 表格",
    "csv": "文本或 CSV 表格",
    "photo": "照片",
    "photos": "打包的照片",
}
"""Kinds that are told but have no reader (yet)."""


def format_label(slug: str) -> str:
    """What a person calls a format (格式名称); a table's reader says its name itself."""
    known = FORMATS.get(slug)
    return known.label if known is not None else {**NOT_READ, "photos": "照片"}.get(slug, slug)


def read_features(
    path: Path | str,
    *,
    crs: str | None = None,
    reading: Reading | None = None,
    name: str = "",
    limits: ArchiveLimits | None = None,
) -> FeatureFile:
    """Open a file of patches.

    ``reading`` overrules what the file says (``crs`` is short for a reading that names the datum alone); ``name`` is
    what the file was called where it came from. The rows come in EPSG:4490, in file order, each with its problem or its
    repairs; walking them may still raise `ReadError` when damage shows only then, so that a caller must keep all or
    nothing. Raises `ReadError` with message and advice, `Undecided` where a person has to choose.
    """
    source = SourceFile(
        path=Path(path), name=name, reading=reading or Reading(crs=crs or ""), limits=limits or ArchiveLimits()
    )
    kind = tell_kind(source.path, source.limits)
    made = FORMATS.get(kind)
    if made is None:
        raise ReadError(
            f"不认识的文件格式或尚不支持：{NOT_READ.get(kind, kind)}",
            "请导入 Shapefile（.zip）、GeoPackage 或 GeoJSON",
        )
    return made.read(source)
