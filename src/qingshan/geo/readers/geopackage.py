"""GeoPackage files (.gpkg): read with SQLite alone, row by row; exact integers, no views, no cached counts."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from qingshan.geo.cleaning import clean_attributes, clean_text
from qingshan.geo.crs import FloatArray
from qingshan.geo.features import FeatureFile, RawRow, ReadError, SourceRow
from qingshan.geo.finishing import finish_rows
from qingshan.geo.placing import Placing, decide_placing
from qingshan.geo.readers.protocol import SourceFile
from qingshan.geo.reading import Reading

FETCH = 1_000
SAMPLE_ROWS = 2_000
MAX_VALUE_BYTES = 64 * 1024 * 1024
_ENVELOPES = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}
_DAMAGE = (sqlite3.Error, UnicodeError)
"""What SQLite raises over a damaged file; a damaged schema also shows as text that is none."""
_ADVICE = "请用 GIS 软件打开检查后重新导出为 GeoPackage"


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageLayer:
    """A feature table (要素表): columns in order, the one that holds the geometry, number of rows, placing."""

    name: str
    geometry: str
    columns: tuple[str, ...]
    count: int
    placing: Placing
    sample: FloatArray


def read_geopackage(source: SourceFile) -> FeatureFile:
    """Open every feature table of a GeoPackage; raises `ReadError` when it is damaged or holds none."""
    path = source.path
    try:
        with closing(_connect(path)) as database:
            layers, notes = _layers(database, source.reading)
    except _DAMAGE as error:
        raise ReadError(f"GeoPackage 无法读取：{error}", _ADVICE) from error
    if len(layers) > 1:
        notes.append(f"文件内有 {len(layers)} 个图层，全部读入：{'、'.join(layer.name for layer in layers)}")
    return FeatureFile(
        rows=_all_rows(path, layers),
        count=sum(layer.count for layer in layers),
        format="gpkg",
        crs_text="；".join(dict.fromkeys(layer.placing.text for layer in layers)),
        encoding="UTF-8",
        layers=tuple(layer.name for layer in layers),
        sample=np.concatenate([layer.sample for layer in layers]),
        notes=tuple(dict.fromkeys([*notes, *(note for layer in layers for note in layer.placing.notes)])),
    )


def _connect(path: Path) -> sqlite3.Connection:
    """Open read-only and unchanging, without extensions or functions called by the schema."""
    database = sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=ro&immutable=1", uri=True)
    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_VALUE_BYTES)
    database.text_factory = _text
    database.execute("PRAGMA trusted_schema = OFF")
    database.execute("PRAGMA cell_size_check = ON")
    return database


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def _layers(database: sqlite3.Connection, reading: Reading) -> tuple[list[PackageLayer], list[str]]:
    tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not {"gpkg_contents", "gpkg_geometry_columns", "gpkg_spatial_ref_sys"} <= tables:
        raise ReadError("文件是 SQLite 数据库，但不是 GeoPackage（缺少要素登记表）", _ADVICE)
    rows = database.execute(
        "SELECT g.table_name, g.column_name, upper(g.geometry_type_name), g.srs_id FROM gpkg_geometry_columns g"
        " JOIN gpkg_contents c ON c.table_name = g.table_name WHERE c.data_type = 'features' ORDER BY g.table_name"
    ).fetchall()
    layers: list[PackageLayer] = []
    notes: list[str] = []
    for name, geometry, kind, srs_id in rows:
        if "LINESTRING" in kind or "CURVE" in kind.removeprefix("CURVEPOLYGON"):
            notes.append(f"图层 {clean_text(name)} 为线，未读入")
        elif name not in tables:
            notes.append(f"图层 {clean_text(name)} 为视图，不是数据表，未读入")
        else:
            layers.append(_layer(database, name, geometry, _declared(database, srs_id), reading))
    if not layers:
        raise ReadError("GeoPackage 中没有可读的面图层或点图层", "；".join([*notes, "请检查导出的图层"]))
    return layers, notes


def _layer(
    database: sqlite3.Connection, name: str, geometry: str, declared: str | None, reading: Reading
) -> PackageLayer:
    columns = tuple(row[1] for row in database.execute(f"PRAGMA table_info({_quoted(name)})"))
    if geometry not in columns:
        raise ReadError(f"图层 {clean_text(name)} 登记的几何字段 {clean_text(geometry)} 不存在", _ADVICE)
    (count,) = database.execute(f"SELECT count(*) FROM {_quoted(name)}").fetchone()  # noqa: S608 - quoted identifier
    sample = _sample(database, name, geometry)
    placing = decide_placing(declared=declared, reading=reading, sample=sample)
    return PackageLayer(name=name, geometry=geometry, columns=columns, count=count, placing=placing, sample=sample)


def _declared(database: sqlite3.Connection, srs_id: int) -> str | None:
    """What the file says about a reference system; the codes 0 and -1 mean undefined."""
    row = database.execute(
        "SELECT organization, organization_coordsys_id, definition FROM gpkg_spatial_ref_sys WHERE srs_id = ?",
        (srs_id,),
    ).fetchone()
    if srs_id in {0, -1} or row is None:
        return None
    organisation, code, definition = row
    if str(organisation).upper() == "EPSG" and isinstance(code, int) and code > 0:
        return f"EPSG:{code}"
    return None if str(definition).lower() in {"", "none", "undefined"} else str(definition)


def _sample(database: sqlite3.Connection, name: str, geometry: str) -> FloatArray:
    rows = database.execute(f"SELECT {_quoted(geometry)} FROM {_quoted(name)} LIMIT {SAMPLE_ROWS}")  # noqa: S608 - quoted
    shapes = [shape for shape, _ in _decode_many([blob for (blob,) in rows])]
    corners, owners = shapely.get_coordinates(np.array(shapes, dtype=object), return_index=True)
    return corners[np.unique(owners, return_index=True)[1]]


def _quoted(name: str) -> str:
    """A name from the file as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def _all_rows(path: Path, layers: list[PackageLayer]) -> Iterator[SourceRow]:
    first = 1
    for layer in layers:
        yield from finish_rows(_raw_rows(path, layer, first), layer.placing)
        first += layer.count


def _raw_rows(path: Path, layer: PackageLayer, first: int) -> Iterator[RawRow]:
    names = ", ".join(_quoted(column) for column in layer.columns)
    at = layer.columns.index(layer.geometry)
    read = 0
    try:
        with closing(_connect(path)) as database:
            cursor = database.execute(f"SELECT {names} FROM {_quoted(layer.name)} ORDER BY rowid")  # noqa: S608 - quoted
            while rows := cursor.fetchmany(FETCH):
                for row, (geometry, problem) in zip(rows, _decode_many([row[at] for row in rows]), strict=True):
                    yield _raw_row(layer, row, first + read, geometry, problem)
                    read += 1
    except _DAMAGE as error:
        raise ReadError(f"GeoPackage 在第 {first + read} 行处损坏：{error}", _ADVICE) from error
    if read != layer.count:
        raise ReadError(f"图层 {layer.name} 只读到 {read} 行，应有 {layer.count} 行", "文件可能损坏，请重新导出")


def _raw_row(
    layer: PackageLayer, row: tuple[object, ...], index: int, geometry: BaseGeometry | None, problem: str | None
) -> RawRow:
    values = {name: _plain(value) for name, value in zip(layer.columns, row, strict=True) if name != layer.geometry}
    attributes, notes = clean_attributes(values)
    return RawRow(
        index=index,
        attributes=attributes,
        geometry=geometry,
        problem=problem,
        notes=notes,
        layer=clean_text(layer.name),
    )


def _plain(value: object) -> object:
    """Binary values (pictures) do not enter the attributes; their size does."""
    return f"（二进制 {len(value)} 字节）" if isinstance(value, bytes) else value


def _decode_many(blobs: Sequence[object]) -> list[tuple[BaseGeometry | None, str | None]]:
    """`_decode` of many values: all at once where all are sound, which is nearly always."""
    bodies = [_body(blob) for blob in blobs]
    if None not in bodies:
        try:
            return [(shape, None) for shape in shapely.from_wkb(np.array(bodies, dtype=object))]
        except (shapely.GEOSException, ValueError, NotImplementedError):
            pass  # one of them is not: each by itself, to name it
    return [_decode(blob) for blob in blobs]


def _body(blob: object) -> bytes | None:
    """The WKB inside a GeoPackage geometry value, None when there is none."""
    if not isinstance(blob, bytes) or len(blob) < 8 or blob[:2] != b"GP":
        return None
    size = _ENVELOPES.get((blob[3] >> 1) & 0x07)
    return None if size is None else blob[8 + size :]


def _decode(blob: object) -> tuple[BaseGeometry | None, str | None]:
    """Geometry or problem of a GeoPackage geometry value."""
    if blob is None:
        return None, None
    body = _body(blob)
    if body is None:
        return None, "图形的二进制内容不是 GeoPackage 格式，请重新导出"
    try:
        return shapely.from_wkb(body), None
    except (shapely.GEOSException, ValueError, NotImplementedError):
        return None, "图形无法解析（内容损坏，或为曲线、曲面等特殊类型），请转换为普通面后重新导出"
