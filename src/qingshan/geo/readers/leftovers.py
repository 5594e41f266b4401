"""What else lies in an archive beside what was read (压缩包内其他文件): told, so that nothing is passed over unseen."""

from collections.abc import Sequence
from pathlib import PurePosixPath

_OF_KIND = {"shapefile": {".shp"}, "kmz": {".kml", ".ovkml"}, "gdb": {".gdbtable"}, "zip": set[str]()}
_TELLING = {
    ".shp", ".kml", ".ovkml", ".kmz", ".gpkg", ".geojson", ".xlsx", ".xls", ".csv", ".txt", ".dwg", ".dxf", ".gdbtable",
    ".zip", ".rar", ".7z", ".mdb", ".ovobj", ".ovkmz", ".json",
}  # fmt: skip
SHOWN = 6


def leftovers(names: Sequence[PurePosixPath], kind: str) -> tuple[str, ...]:
    """A note naming files of other formats in an archive read as ``kind``; empty when there are none."""
    own = _OF_KIND[kind]
    inside_gdb = [name for name in names if any(part.lower().endswith(".gdb") for part in name.parts[:-1])]
    found = [
        str(name)
        for name in names
        if name.suffix.lower() in _TELLING - own and (kind != "gdb" or name not in inside_gdb)
    ]
    if not found:
        return ()
    more = f" 等 {len(found)} 个文件" if len(found) > SHOWN else ""
    return (f"压缩包内另有 {'、'.join(found[:SHOWN])}{more}，未读入，需要时请单独导入",)
