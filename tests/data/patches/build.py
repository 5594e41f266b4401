"""Make the files of this folder and the demonstration batch from one downloaded file of real mine detections.

``python tests/data/patches/build.py mining_202400_simplified.geojson.gz``: see README.md beside it. Shapes and sizes
stay real, positions are moved into the hills of the county, so nothing here shows a real place.
"""

import gzip
import json
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyogrio
import shapely
from pyproj import CRS, Transformer
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

HERE = Path(__file__).parent
PLAN = HERE.parents[2] / "plans" / "130132-2024"
NOTE = "演示数据：形状取自 Amazon Mining Watch（Earth Genome，CC BY 4.0），位置已平移，非本地实测"
TYPES = ("CK", "DT", "TD", "TP", "LT", "LY")
FEATURES = {"CK": "开山采石", "DT": "动土", "TD": "推堆土", "TP": "推平", "LT": "裸土地", "LY": "裸岩石砾地"}
EARLIER = ("2024-03-18", "20240318", "2024年3月18日", "2024.3.18", "2024/3/18", "45369", "202403", "2024年3月")
LATER = ("2024-07-06", "20240706", "2024年7月6日", "2024.7.6", "2024/7/6", "45479", "202407", "2024年7月")
HILLS = (114.185, 37.765, 114.37, 37.885)
Box = tuple[float, float, float, float]
Row = tuple[dict[str, Any], BaseGeometry]


def county() -> BaseGeometry:
    """The county's outline in EPSG:4490."""
    document = json.loads((PLAN / "county.geojson").read_text(encoding="utf-8"))
    return shapely.from_geojson(json.dumps(document["features"][0]["geometry"]))


def real_shapes(path: Path) -> list[BaseGeometry]:
    """Valid single detections of 0.8 to 40 ha, in metres about their own middle."""
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        document = json.load(stream)
    shapes: list[BaseGeometry] = []
    for feature in document["features"]:
        shape = shapely.from_geojson(json.dumps(feature["geometry"]))
        middle = shape.centroid
        local = CRS.from_proj4(f"+proj=aeqd +lat_0={middle.y} +lon_0={middle.x} +ellps=GRS80 +units=m")
        flat = moved(shape, Transformer.from_crs("EPSG:4490", local, always_xy=True))
        corners = shapely.get_num_coordinates(flat)
        if isinstance(flat, Polygon) and flat.is_valid and 8_000 <= flat.area <= 400_000 and 6 <= corners <= 60:
            shapes.append(flat)
    return shapes


def moved(shape: BaseGeometry, transformer: Transformer) -> BaseGeometry:
    """The shape with every corner put through ``transformer``."""

    def step(corners: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.column_stack(transformer.transform(corners[:, 0], corners[:, 1]))

    return shapely.transform(shape, step)


def put(shape: BaseGeometry, lon: float, lat: float) -> BaseGeometry:
    """The shape about a new middle, in EPSG:4490 with seven decimals."""
    local = CRS.from_proj4(f"+proj=aeqd +lat_0={lat} +lon_0={lon} +ellps=GRS80 +units=m")
    there = moved(shape, Transformer.from_crs(local, "EPSG:4490", always_xy=True))
    return shapely.transform(there, lambda corners: np.round(corners, 7))


def scatter(shapes: Iterable[BaseGeometry], outline: BaseGeometry, random: np.random.Generator) -> list[BaseGeometry]:
    """The shapes at random places of the hills, inside the county and apart from each other."""
    placed: list[BaseGeometry] = []
    west, south, east, north = HILLS
    for shape in shapes:
        while True:
            there = put(shape, random.uniform(west, east), random.uniform(south, north))
            if outline.covers(there) and not any(there.distance(other) < 0.001 for other in placed):
                placed.append(there)
                break
    return placed


def row(number: int, shape: BaseGeometry, area: float) -> Row:
    """One patch with the columns of a pushed list."""
    kind = TYPES[number % len(TYPES)]
    return {
        "JCBH": f"130132SJBG24{number:06d}",
        "XZQDM": "130132",
        "XMC": "元氏县",
        "TBLX": kind,
        "TZ": FEATURES[kind],
        "QSX": EARLIER[number % len(EARLIER)],
        "HSX": LATER[number % len(LATER)],
        "MJ": round(area, 2),
        "BZ": NOTE,
    }, shape


def rows_of(shapes: list[BaseGeometry], outline: BaseGeometry, first: int, seed: int) -> list[Row]:
    """Rows with running numbers from ``first``."""
    places = scatter(shapes, outline, np.random.default_rng(seed))
    return [row(first + at, place, shape.area) for at, (shape, place) in enumerate(zip(shapes, places, strict=True))]


def write_geojson(path: Path, rows: list[Row], name: str) -> None:
    """A collection with its datum and the remark where it comes from."""
    features = [
        {"type": "Feature", "properties": values, "geometry": json.loads(shapely.to_geojson(shape))}
        for values, shape in rows
    ]
    lines = ",\n".join(json.dumps(feature, ensure_ascii=False) for feature in features)
    head = json.dumps({"type": "FeatureCollection", "name": name, "description": NOTE}, ensure_ascii=False)[:-1]
    datum = '"crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}}'
    path.write_text(f'{head}, {datum}, "features": [\n{lines}\n]}}\n', encoding="utf-8")


def write_layer(path: Path, rows: list[Row], epsg: int, names: Mapping[str, str], **options: Any) -> None:
    """A GeoPackage or Shapefile in the datum ``epsg`` with renamed columns."""
    transformer = Transformer.from_crs(4490, epsg, always_xy=True)
    shapes = [shape if epsg == 4490 else moved(shape, transformer) for _, shape in rows]
    columns = list(rows[0][0])
    pyogrio.raw.write(
        path,
        geometry=shapely.to_wkb(np.array(shapes, dtype=object)),
        field_data=[
            np.array([values[column] for values, _ in rows], dtype=float if column == "MJ" else object)
            for column in columns
        ],
        fields=np.array([names.get(column, column) for column in columns], dtype=object),
        geometry_type="Polygon",
        crs=f"EPSG:{epsg}",
        **options,
    )


def write_shapefile(
    name: str, rows: list[Row], *, epsg: int, encoding: str, folder: str = "", drop: tuple[str, ...] = ()
) -> None:
    """A zipped Shapefile; ``drop`` names the side files that are left out."""
    chinese = {"JCBH": "图斑编号", "MJ": "面积", "BZ": "备注"} if encoding == "GBK" else {}
    with tempfile.TemporaryDirectory() as temporary:
        base = Path(temporary) / f"{name}.shp"
        write_layer(base, rows, epsg, chinese, driver="ESRI Shapefile", encoding=encoding)
        target = HERE / f"{name}.zip"
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for part in sorted(Path(temporary).iterdir()):
                if part.suffix not in drop:
                    archive.writestr(zipfile.ZipInfo(f"{folder}{part.name}"), part.read_bytes(), zipfile.ZIP_DEFLATED)


def write_test_files(rows: list[Row]) -> None:
    """The same patches in every format that the reader takes."""
    write_geojson(HERE / "patches.geojson", rows, "patches")
    package = HERE / "patches.gpkg"
    package.unlink(missing_ok=True)
    write_layer(package, rows, 4490, {}, driver="GPKG", layer="图斑", layer_options={"SPATIAL_INDEX": "NO"})
    write_shapefile("utf8-cpg-4490", rows, epsg=4490, encoding="UTF-8")
    write_shapefile("gbk-cpg-4526", rows, epsg=4526, encoding="GBK")
    write_shapefile("gbk-nocpg-4547", rows, epsg=4547, encoding="GBK", drop=(".cpg",))
    write_shapefile("gbk-nocpg-noprj-4526", rows, epsg=4526, encoding="GBK", drop=(".cpg", ".prj"))
    write_shapefile("utf8-noprj-4547", rows, epsg=4547, encoding="UTF-8", drop=(".prj",))
    write_shapefile("gbk-nested-4547", rows, epsg=4547, encoding="GBK", folder="下发数据/第3批/", drop=(".cpg",))


def demo_rows(shapes: list[BaseGeometry], outline: BaseGeometry) -> list[Row]:
    """The third batch of the demonstration: ordinary patches and one of every kind of trouble."""
    rows = rows_of(shapes[:55], outline, 300_001, 3)
    outside = [put(shapes[55], 114.300, 37.700), put(shapes[56], 114.720, 37.780)]
    rows += [row(300_056 + at, place, shapes[55 + at].area) for at, place in enumerate(outside)]
    bow_tie = Polygon([(114.3011, 37.8102), (114.3042, 37.8129), (114.3042, 37.8102), (114.3011, 37.8129)])
    rows.append(row(300_058, bow_tie, 40_960.0))
    large = max(shapes[57:], key=lambda shape: float(shape.area))
    rows.append(row(300_059, put(large, 114.274, 37.816), large.area))
    slip = [(114.341, 37.87), (114.341, 37.87008), (114.3409, 37.87008), (114.3409, 37.86992), (114.3411, 37.86992)]
    ring = [(114.34, 37.87), *slip, (114.3432, 37.87), (114.3433, 37.8722), (114.3401, 37.8722)]
    rows.append(row(300_060, Polygon(ring), 69_730.0))
    rows[9][0]["MJ"] = f"{rows[9][0]['MJ'] / 10_000 * 15:.2f}亩"
    rows.append((dict(rows[4][0]), rows[4][1]))
    return rows


def main(source: Path) -> None:
    """Write everything; the same source gives the same files."""
    outline = county()
    shapes = real_shapes(source)
    np.random.default_rng(2024).shuffle(shapes)
    write_test_files(rows_of(shapes[:48], outline, 240_001, 1))
    demo = PLAN / "demo" / "patches-2024-batch3.geojson"
    demo.parent.mkdir(exist_ok=True)
    write_geojson(demo, demo_rows(shapes[48:120], outline), "patches-2024-batch3")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
