"""A pyramid of picture tiles in one file (MBTiles): writing ours, and reading one from outside under suspicion."""

import io
import math
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, UnidentifiedImageError

MOST_TILES = 400_000
MOST_TILE_BYTES = 2 * 1024 * 1024
MOST_SIDE = 1024
"""Pixels of a tile's side: larger ones are no tiles but an attack on memory."""
DEEPEST = 21
STEPS = 20_000_000
"""Steps of SQLite's machine between two looks at whether a foreign file keeps us busy for nothing."""
SIGNATURES = ((b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"))

Box = tuple[float, float, float, float]
"""West, south, east, north in degrees."""


class PictureRefused(Exception):
    """A picture that cannot be taken (影像不能接收); the text says why and what to do (Chinese)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pyramid:
    """What was built: file, zooms, extent in degrees, number of tiles, and notes for people."""

    path: Path
    min_zoom: int
    max_zoom: int
    box: Box
    tiles: int
    crs: str
    notes: tuple[str, ...] = ()


def picture_type(data: bytes) -> str:
    """Media type by content; "" when it is no picture that a browser draws."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for signature, kind in SIGNATURES if data.startswith(signature)), "")


def tile_box(z: int, x: int, y: int) -> Box:
    """Extent of a tile in degrees."""
    n = 1 << z

    def lat(row: int) -> float:
        return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * row / n))))

    return x / n * 360 - 180, lat(y + 1), (x + 1) / n * 360 - 180, lat(y)


def meets(a: Box, b: Box) -> bool:
    """Whether two extents have something in common."""
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


class TileWriter:
    """Writes a new MBTiles file; rows from the south as its standard wants."""

    def __init__(self, path: Path) -> None:
        """Open an empty file."""
        self.count, self.zooms = 0, set[int]()
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.execute("PRAGMA journal_mode=OFF")
        self._database.execute("PRAGMA synchronous=OFF")
        self._database.execute("CREATE TABLE metadata (name TEXT, value TEXT)")
        self._database.execute(
            "CREATE TABLE tiles (zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER, tile_data BLOB,"
            " PRIMARY KEY (zoom_level, tile_column, tile_row)) WITHOUT ROWID"
        )
        self._database.execute("BEGIN")

    def add(self, z: int, x: int, y: int, data: bytes) -> None:
        """Write one tile; a second one at the same place is a fault of the file."""
        if self.count >= MOST_TILES:
            raise PictureRefused(f"瓦片超过 {MOST_TILES} 块，请降低最大级别或分幅上传")
        try:
            self._database.execute("INSERT INTO tiles VALUES (?, ?, ?, ?)", (z, x, (1 << z) - 1 - y, data))
        except sqlite3.IntegrityError as error:
            raise PictureRefused(f"瓦片 {z}/{x}/{y} 重复出现，文件有误，请重新导出") from error
        self.count += 1
        self.zooms.add(z)

    def finish(self) -> None:
        """Close the file; nothing more can be added."""
        self._database.execute("COMMIT")
        self._database.close()


def read_foreign(source: Path, target: Path, county: Box, tell: Callable[[int, int], None]) -> Pyramid:
    """Copy an MBTiles from outside tile by tile into a file of ours, checking each; raises `PictureRefused`."""
    try:
        with closing(_open_suspect(source)) as database:
            _check_metadata(database)
            return _copy(database, target, county, tell)
    except sqlite3.DatabaseError as error:
        raise PictureRefused("文件不是完整的 MBTiles（SQLite 数据库读不出来），请重新导出后再传") from error


def _open_suspect(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)
    for pragma in ("trusted_schema=OFF", "cell_size_check=ON", "query_only=ON"):
        database.execute(f"PRAGMA {pragma}")
    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MOST_TILE_BYTES)
    rounds = iter(range(3_000))
    database.set_progress_handler(lambda: next(rounds, None) is None, STEPS)
    return database


def _check_metadata(database: sqlite3.Connection) -> None:
    tables = {row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")}
    if "tiles" not in tables:
        raise PictureRefused("文件里没有瓦片（缺 tiles 表），不是 MBTiles；GeoTIFF 请直接上传 .tif")
    rows = database.execute("SELECT name, value FROM metadata") if "metadata" in tables else ()
    words = {str(name): str(value) for name, value in rows}
    if words.get("format", "").lower() in ("pbf", "mvt"):
        raise PictureRefused("这是矢量瓦片，不是影像；请上传栅格（png、jpg、webp）瓦片")


def _copy(database: sqlite3.Connection, target: Path, county: Box, tell: Callable[[int, int], None]) -> Pyramid:
    total = int(database.execute("SELECT count(*) FROM tiles").fetchone()[0])
    if total == 0:
        raise PictureRefused("文件里一块瓦片也没有，请检查导出范围和级别")
    if total > MOST_TILES:
        raise PictureRefused(f"瓦片共 {total} 块，超过 {MOST_TILES} 块，请降低最大级别或分幅上传")
    writer, box, near = TileWriter(target), None, False
    for z, x, y, data in _checked_rows(database):
        extent = tile_box(z, x, y)
        box = extent if box is None or z > max(writer.zooms) else _union(box, extent) if z == max(writer.zooms) else box
        near = near or meets(extent, county)
        writer.add(z, x, y, data)
        if writer.count % 500 == 0:
            tell(writer.count, total)
    writer.finish()
    if not near or box is None or not meets(box, county):
        raise PictureRefused("影像范围与本县没有重叠，请核对文件；MBTiles 的瓦片应为 Web 墨卡托（TMS 行号）")
    zooms = (min(writer.zooms), max(writer.zooms))
    if missing := sorted(set(range(zooms[0], zooms[1])) - writer.zooms):
        levels = "、".join(map(str, missing))
        raise PictureRefused(
            f"缺第 {levels} 级瓦片，地图放到这些级别会是空白；请按 {zooms[0]}–{zooms[1]} 级连续导出后再传"
        )
    return Pyramid(
        path=target, min_zoom=zooms[0], max_zoom=zooms[1], box=box, tiles=writer.count, crs="Web 墨卡托（EPSG:3857）"
    )


def _checked_rows(database: sqlite3.Connection) -> Iterator[tuple[int, int, int, bytes]]:
    rows = database.execute(
        "SELECT zoom_level, tile_column, tile_row, tile_data FROM tiles ORDER BY zoom_level, tile_column, tile_row"
    )
    for z, x, row, data in rows:
        if not all(isinstance(n, int) for n in (z, x, row)) or not 0 <= z <= DEEPEST:
            raise PictureRefused(f"瓦片编号有误（级别 {str(z)[:20]}），级别应在 0–{DEEPEST} 之间")
        if not (0 <= x < 1 << z and 0 <= row < 1 << z):
            raise PictureRefused(f"瓦片 {z} 级 {x} 列 {row} 行超出范围，文件有误，请重新导出")
        yield z, x, (1 << z) - 1 - row, _checked_picture(z, x, row, data)


def _checked_picture(z: int, x: int, row: int, data: object) -> bytes:
    place = f"{z} 级 {x} 列 {row} 行"
    if not isinstance(data, bytes) or not data or len(data) > MOST_TILE_BYTES:
        raise PictureRefused(f"瓦片（{place}）是空的或超过 2 MB，请重新导出")
    if not picture_type(data):
        raise PictureRefused(f"瓦片（{place}）不是 png、jpg 或 webp 图片，请重新导出")
    try:
        with Image.open(io.BytesIO(data), formats=["PNG", "JPEG", "WEBP"]) as image:
            width, height = image.size
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise PictureRefused(f"瓦片（{place}）的图片打不开，请重新导出") from error
    if max(width, height) > MOST_SIDE:
        raise PictureRefused(f"瓦片（{place}）为 {width}×{height} 像素，超过 {MOST_SIDE}，不是正常瓦片")
    return data


def _union(a: Box, b: Box) -> Box:
    return min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])
