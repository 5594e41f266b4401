"""Archives of single files (压缩包内的单个文件): each read by the reader of its own kind, rows numbered on."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from qingshan.geo.archives import Member, Meter, extract_member, list_members, open_zip
from qingshan.geo.cleaning import clean_text
from qingshan.geo.features import FeatureFile, ReadError, SourceRow
from qingshan.geo.readers.kinds import tell_kind
from qingshan.geo.readers.leftovers import leftovers
from qingshan.geo.readers.protocol import Format, Reader, SourceFile
from qingshan.geo.readers.scratch import in_scratch, rows_with_scratch

READ = {".gpkg", ".geojson", ".json", ".txt", ".csv", ".xlsx", ".xls", ".ods"}
MOST_FILES = 200


def read_bundle(source: SourceFile, formats: Mapping[str, Format]) -> FeatureFile:
    """Open every readable file of an archive; raises `ReadError` when there is none or one is not wholly readable."""
    folder, (files, notes) = in_scratch(lambda folder: _open_all(source, formats, folder))
    rows = rows_with_scratch(_rows(files), folder)
    counts = [file.count for _, file in files]
    told = [note for name, file in files for note in _named(name, file.notes, many=len(files) > 1)]
    return FeatureFile(
        rows=rows,
        count=None if None in counts else sum(count for count in counts if count),
        format="；".join(dict.fromkeys(file.format for _, file in files)),
        crs_text="；".join(dict.fromkeys(file.crs_text for _, file in files if file.crs_text)),
        encoding="；".join(dict.fromkeys(file.encoding for _, file in files if file.encoding)) or None,
        layers=tuple(name for name, _ in files) if len(files) > 1 else files[0][1].layers,
        notes=tuple(dict.fromkeys([*notes, *told])),
        sample=np.concatenate([file.sample for _, file in files]),
    )


def _named(name: str, notes: tuple[str, ...], *, many: bool) -> list[str]:
    return [f"{name}：{note}" for note in notes] if many else list(notes)


def _open_all(
    source: SourceFile, formats: Mapping[str, Format], folder: Path
) -> tuple[list[tuple[str, FeatureFile]], tuple[str, ...]]:
    with open_zip(source.path) as archive:
        members = list_members(archive, source.limits)
        wanted = [member for member in members if member.suffix in READ]
        if not wanted:
            raise _nothing(members)
        if len(wanted) > MOST_FILES:
            raise ReadError(f"压缩包内有 {len(wanted)} 个数据文件，超过上限 {MOST_FILES} 个", "请分批导入")
        meter = Meter(packed_bytes=source.path.stat().st_size, limits=source.limits)
        files = []
        for number, member in enumerate(wanted):
            target = folder / f"file{number}{member.suffix}"
            extract_member(archive, member, target, meter)
            files.append((clean_text(str(member.name)), _open_one(source, formats, target, member)))
    others = [member.name for member in members if member.suffix not in READ]
    return files, leftovers(others, "zip")


def _open_one(source: SourceFile, formats: Mapping[str, Format], target: Path, member: Member) -> FeatureFile:
    try:
        return _reader_of(target, source, formats)(replace(source, path=target, name=member.name.name))
    except ReadError as error:
        error.message = f"压缩包内 {clean_text(str(member.name))[:80]}：{error.message}"
        error.args = (f"{error.message}。{error.advice}",)
        raise


def _reader_of(target: Path, source: SourceFile, formats: Mapping[str, Format]) -> Reader:
    kind = tell_kind(target, source.limits)
    if kind not in formats or kind == "zip":
        raise ReadError("不认识的文件格式或尚不支持", "请只打包需要导入的数据文件")
    return formats[kind].read


def _nothing(members: list[Member]) -> ReadError:
    suffixes = {member.suffix for member in members}
    if "[Content_Types].xml" in {member.name.name for member in members}:
        return ReadError("这是 Office 文档，不是空间数据", "请导入 Shapefile、GeoPackage、GeoJSON 或表格")
    if suffixes & {".zip", ".kmz", ".rar", ".7z"}:
        return ReadError("压缩包内还有压缩包", "请解开外层，直接导入里面的压缩包")
    return ReadError(
        "压缩包内没有可读取的数据文件", "请把 .shp、.shx、.dbf、.prj、.cpg（或其他数据文件）一起打包为 .zip"
    )


def _rows(files: list[tuple[str, FeatureFile]]) -> Iterator[SourceRow]:
    first = 0
    for name, file in files:
        last = first
        for row in file.rows:
            last = first + row.index
            yield row if len(files) == 1 else replace(row, index=last, layer=row.layer or name)
        first = last
