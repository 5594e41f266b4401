"""File Geodatabases (.gdb, packed as .zip): every layer of areas or points, through GDAL's open driver."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np

from qingshan.geo.archives import Member, Meter, extract_member, list_members, open_zip
from qingshan.geo.cleaning import clean_attributes, clean_text
from qingshan.geo.features import FeatureFile, FloatArray, RawRow, ReadError, SourceRow
from qingshan.geo.finishing import finish_rows
from qingshan.geo.placing import Placing, decide_placing
from qingshan.geo.readers.gdal import Layer, corners_in, describe_layers, has_geodatabases, rows_in
from qingshan.geo.readers.leftovers import leftovers
from qingshan.geo.readers.protocol import SourceFile
from qingshan.geo.readers.scratch import in_scratch, rows_with_scratch

_ADVICE = "请把整个 .gdb 文件夹打包为 .zip；仍不能读取时请导出为 Shapefile 或 GeoPackage"
_LINES = ("LineString", "Curve")


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseLayer:
    """A layer (要素类) with its corners looked at and its datum decided."""

    layer: Layer
    sample: FloatArray
    placing: Placing


def read_geodatabase(source: SourceFile) -> FeatureFile:
    """Open every geodatabase in the archive; raises `ReadError` when one is not wholly readable."""
    if not has_geodatabases():
        raise ReadError("本机没有 File Geodatabase 的读取组件", "请导出为 Shapefile 或 GeoPackage 后导入")
    folder, (layers, notes) = in_scratch(lambda folder: _open_all(source, folder))
    if len(layers) > 1:
        names = "、".join(clean_text(one.layer.name) for one in layers)
        notes = (*notes, f"数据库内有 {len(layers)} 个图层，全部读入：{names}")
    return FeatureFile(
        rows=rows_with_scratch(_rows(layers), folder),
        count=sum(one.layer.count for one in layers),
        format="gdb",
        crs_text="；".join(dict.fromkeys(one.placing.text for one in layers)),
        encoding="UTF-8",
        layers=tuple(clean_text(one.layer.name) for one in layers),
        notes=tuple(dict.fromkeys([*notes, *(note for one in layers for note in one.placing.notes)])),
        sample=np.concatenate([one.sample for one in layers]),
    )


def _open_all(source: SourceFile, folder: Path) -> tuple[list[BaseLayer], tuple[str, ...]]:
    with open_zip(source.path) as archive:
        members = list_members(archive, source.limits)
        bases: dict[PurePosixPath, Path] = {}
        meter = Meter(packed_bytes=source.path.stat().st_size, limits=source.limits)
        for member in members:
            if _belongs(member, members):
                base = bases.setdefault(member.name.parent, folder / f"base{len(bases)}.gdb")
                base.mkdir(exist_ok=True)
                extract_member(archive, member, base / member.name.name.lower(), meter)
    found, notes = [], list(leftovers([member.name for member in members], "gdb"))
    for base in bases.values():
        for layer in describe_layers(base):
            if layer.kind is None:
                notes.append(f"{clean_text(layer.name)} 为没有图形的表，未读入")
            elif any(mark in layer.kind for mark in _LINES):
                notes.append(f"图层 {clean_text(layer.name)} 为线，未读入")
            else:
                found.append(layer)
    if not found:
        raise ReadError("File Geodatabase 中没有可读的面图层或点图层", "；".join([*notes, _ADVICE]))
    return [_base_layer(layer, source) for layer in found], tuple(notes)


def _belongs(member: Member, members: list[Member]) -> bool:
    """Whether a file is a part of a geodatabase: beside tables, flat, with a plain name."""
    tables = {one.name.parent for one in members if one.suffix == ".gdbtable"}
    name = member.name.name.lower()
    return member.name.parent in tables and name.isascii() and not name.startswith(".") and "/" not in name


def _base_layer(layer: Layer, source: SourceFile) -> BaseLayer:
    sample = corners_in(layer)
    return BaseLayer(
        layer=layer,
        sample=sample,
        placing=decide_placing(declared=layer.crs, reading=source.reading, sample=sample),
    )


def _rows(layers: list[BaseLayer]) -> Iterator[SourceRow]:
    first = 1
    for one in layers:
        yield from finish_rows(_raw_rows(one.layer, first), one.placing)
        first += one.layer.count


def _raw_rows(layer: Layer, first: int) -> Iterator[RawRow]:
    read = 0
    for values, shape in rows_in(layer):
        attributes, notes = clean_attributes(values)
        yield RawRow(
            index=first + read, attributes=attributes, geometry=shape, notes=notes, layer=clean_text(layer.name)
        )
        read += 1
    if read != layer.count:
        raise ReadError(f"图层 {clean_text(layer.name)} 只读到 {read} 条，应有 {layer.count} 条", _ADVICE)
