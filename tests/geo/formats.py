"""One set of shapes written in every format and datum (各种格式): the other side of the readers, for tests only."""

import json
import zipfile
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pyogrio
import shapely
from pyproj import CRS, Transformer
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from qingshan.geo.offsets import BD09, GCJ02, bd09_of, gcj02_of
from tests.geo.making import blob, dbf_bytes, polygon_record, shp_bytes, write_package, write_zip
from tests.geo.survey_writer import SurveyPlot, survey_text

PIT = Polygon(
    [(114.3001, 37.7501), (114.3035, 37.7507), (114.3042, 37.7489), (114.3021, 37.7478), (114.3003, 37.7485)],
    [[(114.3018, 37.7497), (114.3028, 37.7497), (114.3026, 37.7491)]],
)
"""A pit with an island, in the county."""
MADE_ON = date(2024, 7, 25)
Write = Callable[[Path, BaseGeometry, str], Path]


def in_system(shape: BaseGeometry, system: str) -> BaseGeometry:
    """The shape in ``EPSG:…``, GCJ-02 or BD-09."""
    if system in (GCJ02, BD09):
        move = gcj02_of if system == GCJ02 else bd09_of
        return shapely.transform(shape, move)
    crs = CRS.from_user_input(system)
    if crs.is_geographic:
        return shape
    way = Transformer.from_crs(CRS.from_epsg(4490), crs, always_xy=True)
    return shapely.transform(shape, lambda corners: np.column_stack(way.transform(corners[:, 0], corners[:, 1])))


def rings(shape: BaseGeometry) -> list[list[tuple[float, float]]]:
    """Rings of a polygon, outer first."""
    assert isinstance(shape, Polygon)
    return [[(x, y) for x, y in ring.coords] for ring in (shape.exterior, *shape.interiors)]


def write_shapefile(folder: Path, shape: BaseGeometry, system: str) -> Path:
    """A zipped Shapefile with a .prj, in a nested folder, GBK texts."""
    turned = [ring[::-1] if shapely.is_ccw(shapely.linearrings(ring)) else ring for ring in rings(shape)]
    members = {
        "数据/2024/图斑.shp": shp_bytes([polygon_record([turned[0], *(ring[::-1] for ring in turned[1:])])]),
        "数据/2024/图斑.dbf": dbf_bytes([("图斑编号".encode("gbk"), "C", 20)], [["坑一".encode("gbk")]], 0x4D),
    }
    if system not in (GCJ02, BD09):
        members["数据/2024/图斑.prj"] = CRS.from_user_input(system).to_wkt("WKT1_ESRI").encode()
    return write_zip(folder / "图斑.zip", members)


def write_geopackage(folder: Path, shape: BaseGeometry, system: str) -> Path:
    """A GeoPackage; shifted coordinates are declared as WGS 84, as people do."""
    code = 4326 if system in (GCJ02, BD09) else int(system.removeprefix("EPSG:"))
    return write_package(folder / "a.gpkg", [(blob(shape), "坑一")], srs=code)


def write_geojson(folder: Path, shape: BaseGeometry, system: str) -> Path:
    """A GeoJSON collection that names its datum."""
    crs = {} if system in (GCJ02, BD09) else {"crs": {"type": "name", "properties": {"name": system}}}
    row = {"type": "Feature", "properties": {"JCBH": "坑一"}, "geometry": json.loads(shapely.to_geojson(shape))}
    path = folder / "a.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", **crs, "features": [row]}), encoding="utf-8")
    return path


def write_geodatabase(folder: Path, shape: BaseGeometry, system: str, **columns: Sequence[object]) -> Path:
    """A packed File Geodatabase."""
    base = folder / "a.gdb"
    fields = {"JCBH": ["坑一"], **columns}
    pyogrio.raw.write(
        base,
        geometry=np.array([shapely.to_wkb(shapely.MultiPolygon([shape]))], dtype=object),
        field_data=[
            np.array(values, dtype=object if isinstance(values[0], str) else None) for values in fields.values()
        ],
        fields=list(fields),
        geometry_type="MultiPolygon",
        crs="EPSG:4326" if system in (GCJ02, BD09) else system,
        driver="OpenFileGDB",
        layer="图斑",
    )
    return pack(base, folder / "a.gdb.zip")


def pack(folder: Path, path: Path) -> Path:
    """A folder as an archive."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for one in sorted(folder.iterdir()):
            archive.write(one, f"{folder.name}/{one.name}")
    return path


def kml_text(shape: BaseGeometry, name: str = "坑一") -> str:
    """A KML with one placemark."""
    outer, *inner = (" ".join(f"{x!r},{y!r},0" for x, y in ring) for ring in rings(shape))
    holes = "".join(
        f"<innerBoundaryIs><LinearRing><coordinates>{text}</coordinates></LinearRing></innerBoundaryIs>"
        for text in inner
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>采坑</name>'
        f'<Folder><name>第一批</name><Placemark><name>{name}</name><ExtendedData><Data name="图斑编号"><value>{name}'
        "</value></Data></ExtendedData><Polygon><outerBoundaryIs><LinearRing><coordinates>"
        f"{outer}</coordinates></LinearRing></outerBoundaryIs>{holes}</Polygon></Placemark></Folder></Document></kml>"
    )


def write_kml(folder: Path, shape: BaseGeometry, system: str) -> Path:
    """A KML; with GCJ-02 it is an OVKML."""
    path = folder / ("a.ovkml" if system == GCJ02 else "a.kml")
    path.write_text(kml_text(shape), encoding="utf-8")
    return path


def write_kmz(folder: Path, shape: BaseGeometry, system: str) -> Path:
    """A KMZ; with GCJ-02 it is an OVKMZ."""
    return write_zip(folder / ("a.ovkmz" if system == GCJ02 else "a.kmz"), {"doc.kml": kml_text(shape).encode()})


def write_survey(folder: Path, shape: BaseGeometry, system: str) -> Path:
    """A survey text of our own writer, for the zones with and without prefix; ``shape`` in degrees."""
    code = int(system.removeprefix("EPSG:"))
    prefixed = code < 4534
    zone = code - (4513 if prefixed else 4534) + 25
    plot = SurveyPlot(geometry=shape, number="坑一", name="演示·采坑")
    path = folder / "a.txt"
    text = survey_text([plot], unit="演示单位", made_on=MADE_ON, zone=zone, prefixed=prefixed)
    path.write_bytes(text.encode("gbk"))
    return path


def survey_bytes(
    points: Sequence[tuple[float, float]], *, head: str = "", encoding: str = "gbk", **properties: str
) -> bytes:
    """A survey text by hand: points as (X north, Y east), numbered on in ring 1."""
    told = {"坐标系": "2000国家大地坐标系", "几度分带": "3", "带号": "38", "转换参数": ",,,,,,"} | properties
    lines = ["[属性描述]", *(f"{name}={value}" for name, value in told.items()), "[地块坐标]"]
    lines.append(head or f"{len(points)},0.8000,DK001,疑似采坑1,面,,采矿用地,0602,@")
    lines += [f"J{number},1,{x:.3f},{y:.3f}" for number, (x, y) in enumerate(points, start=1)]
    return ("\r\n".join(lines) + "\r\n").encode(encoding)
