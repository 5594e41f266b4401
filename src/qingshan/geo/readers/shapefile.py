"""Zipped Shapefiles (压缩的 Shapefile): nested folders, Chinese names, several layers, with or without .prj, .cpg."""

import struct
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np

from qingshan.geo.archives import ArchiveLimits, Member, Meter, extract_member, list_members, open_zip
from qingshan.geo.cleaning import clean_attributes, clean_text
from qingshan.geo.features import FeatureFile, FloatArray, RawRow, ReadError, SourceRow
from qingshan.geo.finishing import finish_rows
from qingshan.geo.placing import Placing, decide_placing
from qingshan.geo.readers.dbf import Table, find_encoding, open_table, read_attributes
from qingshan.geo.readers.gdal import describe_shapes, read_shapes, sample_corners
from qingshan.geo.readers.kinds import SHP_MAGIC
from qingshan.geo.readers.leftovers import leftovers
from qingshan.geo.readers.protocol import SourceFile
from qingshan.geo.readers.scratch import in_scratch, rows_with_scratch
from qingshan.geo.reading import Reading

_WANTED = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_LINE = "LineString"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShapeLayer:
    """One Shapefile of the archive (图层), unpacked, its table opened, its datum and encoding decided."""

    name: str
    shp: Path
    kind: str
    count: int
    deleted: int
    table: Table
    codec: str
    encoding: str
    placing: Placing
    sample: FloatArray
    notes: tuple[str, ...]


def read_zipped_shapefile(source: SourceFile) -> FeatureFile:
    """Open every layer of areas or points in the archive; raises `ReadError` when one is not wholly readable."""
    folder, (usable, notes) = in_scratch(lambda folder: _open_all(source, folder))
    return FeatureFile(
        rows=rows_with_scratch(_all_rows(usable), folder),
        count=sum(layer.count - layer.deleted for layer in usable),
        format="shapefile",
        crs_text="；".join(dict.fromkeys(layer.placing.text for layer in usable)),
        encoding="；".join(dict.fromkeys(layer.encoding for layer in usable)),
        layers=tuple(layer.name for layer in usable),
        sample=np.concatenate([layer.sample for layer in usable]),
        notes=tuple(dict.fromkeys([*notes, *(note for layer in usable for note in layer.notes)])),
    )


def _open_all(source: SourceFile, folder: Path) -> tuple[list[ShapeLayer], list[str]]:
    with open_zip(source.path) as archive:
        sets = _unpack(archive, folder, source.limits, source.path.stat().st_size)
        others = leftovers([member.name for member in list_members(archive, source.limits)], "shapefile")
    layers, notes = _choose([_open_layer(name, base, source.reading) for name, base in sets.items()])
    return layers, [*others, *notes]


def _choose(layers: list[ShapeLayer]) -> tuple[list[ShapeLayer], list[str]]:
    """The layers that patches can stand in, and what to tell of the others; raises `ReadError` if there is none."""
    lines = [layer.name for layer in layers if _LINE in layer.kind]
    usable = [layer for layer in layers if _LINE not in layer.kind]
    if not usable:
        raise ReadError(f"压缩包内只有线图层（{'、'.join(lines)}）", "图斑应为面图层，请转换后重新打包")
    notes = [f"图层 {name} 为线，未读入" for name in lines]
    if len(usable) > 1:
        notes.append(f"压缩包内有 {len(usable)} 个图层，全部读入：{'、'.join(layer.name for layer in usable)}")
    return usable, notes


def _unpack(archive: zipfile.ZipFile, folder: Path, limits: ArchiveLimits, size: int) -> dict[str, Path]:
    """Write the parts of every Shapefile under numbered names; return layer name → path without ending."""
    parts: dict[PurePosixPath, dict[str, Member]] = defaultdict(dict)
    members = list_members(archive, limits)
    for member in members:
        if member.suffix in _WANTED:
            stem = member.name.with_suffix("")
            parts[PurePosixPath(str(stem).lower())].setdefault(member.suffix, member)
    found = {stem: files for stem, files in parts.items() if ".shp" in files}
    if not found:
        raise ReadError("压缩包内没有 .shp 文件", "请把 .shp、.shx、.dbf、.prj、.cpg 一起打包为 .zip")
    meter = Meter(packed_bytes=size, limits=limits)
    sets: dict[str, Path] = {}
    for number, files in enumerate(found.values()):
        name = _layer_name(files[".shp"].name, [other[".shp"].name for other in found.values()])
        if ".dbf" not in files:
            raise ReadError(f"图层 {name} 缺少属性表 .dbf", "请把 .shp、.shx、.dbf、.prj、.cpg 一起打包")
        base = folder / f"layer{number}"
        for suffix, member in files.items():
            extract_member(archive, member, base.with_suffix(suffix), meter)
        sets[name] = base
    return sets


def _layer_name(path: PurePosixPath, every: list[PurePosixPath]) -> str:
    """File name of the layer, with its folder when another layer has the same."""
    twins = sum(other.stem.casefold() == path.stem.casefold() for other in every)
    return clean_text(path.stem if twins == 1 else str(path.with_suffix("")))


def _open_layer(name: str, base: Path, reading: Reading) -> ShapeLayer:
    """Check the parts of one Shapefile against each other and decide datum and encoding."""
    shp = _isolated(base)
    _check_length(name, shp)
    kind, count = describe_shapes(shp)
    table = open_table(base.with_suffix(".dbf"))
    if table.records != count:
        raise ReadError(f"图层 {name} 的图形 {count} 个，属性 {table.records} 条，数目不符", "请重新导出后再打包")
    codec, label, note = find_encoding(table, _text_of(base.with_suffix(".cpg")), reading.encoding)
    deleted = sum(record[:1] == b"*" for record in table.raw_records())
    gone = f"图层 {name} 有 {deleted} 条已删除的记录，未读入" if deleted else None
    sample = sample_corners(shp, count)
    placing = decide_placing(declared=_text_of(base.with_suffix(".prj")), reading=reading, sample=sample)
    return ShapeLayer(
        name=name,
        shp=shp,
        kind=kind,
        count=count,
        deleted=deleted,
        table=table,
        codec=codec,
        encoding=label,
        placing=placing,
        sample=sample,
        notes=tuple(told for told in (*placing.notes, note, gone) if told),
    )


def _isolated(base: Path) -> Path:
    """Put the shapes apart from table and datum, which GDAL need not see."""
    folder = base.with_name(f"{base.name}-shapes")
    folder.mkdir()
    for suffix in (".shp", ".shx"):
        if base.with_suffix(suffix).exists():
            base.with_suffix(suffix).rename(folder / f"shapes{suffix}")
    return folder / "shapes.shp"


def _check_length(name: str, shp: Path) -> None:
    """Refuse a .shp that is none or shorter than its head says."""
    with shp.open("rb") as stream:
        head = stream.read(100)
    magic, words = (struct.unpack(">i20xi", head[:28])) if len(head) == 100 else (0, 0)
    if magic != SHP_MAGIC:
        raise ReadError(f"图层 {name} 的 .shp 为空或不是 Shapefile", "请重新导出后再打包")
    if shp.stat().st_size < words * 2:
        raise ReadError(f"图层 {name} 的 .shp 不完整：应有 {words * 2} 字节", "请确认文件传输完整，重新打包后再导入")


def _text_of(path: Path) -> str | None:
    """Text of a small side file (.prj, .cpg); None when missing or empty."""
    if not path.exists():
        return None
    with path.open("rb") as stream:
        raw = stream.read(64 * 1024)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("gb18030", "replace")
    return text.strip(" \0\r\n\t") or None


def _all_rows(layers: list[ShapeLayer]) -> Iterator[SourceRow]:
    """Rows of all layers, numbered on."""
    first = 1
    for layer in layers:
        yield from finish_rows(_raw_rows(layer, first), layer.placing)
        first += layer.count


def _raw_rows(layer: ShapeLayer, first: int) -> Iterator[RawRow]:
    attributes = read_attributes(layer.table, layer.codec)
    read = 0
    for (number, shape), values in zip(read_shapes(layer.shp, layer.count), attributes, strict=False):
        read += 1
        if values is None:
            continue
        cleaned, notes = clean_attributes(values)
        yield RawRow(index=first + number, attributes=cleaned, geometry=shape, notes=notes, layer=layer.name)
    if read != layer.count:
        raise ReadError(f"图层 {layer.name} 只读到 {read} 条，应有 {layer.count} 条", "文件可能损坏，请重新导出")
