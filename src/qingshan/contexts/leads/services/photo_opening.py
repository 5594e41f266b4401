"""Opening received photos (照片线索): position, time and direction from EXIF; photos of one place make one lead.

Worker and command line only. The originals stay untouched; what is read here says where they stand.
"""

import hashlib
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Final

import numpy as np
import shapely

from qingshan.commons.files.exif import LOCAL, PhotoHeader, read_header
from qingshan.commons.files.services import MAX_PHOTO, path_of
from qingshan.commons.inbox.models import Batch
from qingshan.geo.archives import ArchiveLimits, Member, Meter, MeteredReader, list_members, open_zip
from qingshan.geo.attributes import DISCOVERED, AliasLike
from qingshan.geo.coordinate_text import CoordinateProblem, hand_position
from qingshan.geo.datum import storage_crs
from qingshan.geo.features import FeatureFile, FloatArray, RawRow, ReadError, Scalar, SourceRow
from qingshan.geo.finishing import finish_rows
from qingshan.geo.pictures import HEIC_HOW, is_heic
from qingshan.geo.placing import CHINA, Placing, decide_placing
from qingshan.geo.readers.kinds import PICTURES
from qingshan.geo.reading import EACH, PHOTOS, POSITION, Reading, reading_of
from qingshan.geo.table_columns import ColumnAlias

KINDS: Final = frozenset({"photo", "photos"})
"""Kinds of files that are read as photos."""
TOGETHER_M: Final = 50.0
TOGETHER: Final = timedelta(hours=2)
"""Photos as near and as soon after the first one as this show one place, unless the person says otherwise."""
NAMED: Final = 20
_TAKEN, _SHOWN = "拍摄时间", 3
_HOW: Final = "请在手机相机里打开“位置信息”后重拍；或在“读取方式”里填写这张照片的位置后重新读取"


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoFile:
    """A received photo: name, digest of its bytes, azimuth, the member of the archive that holds it."""

    name: str
    sha256: str
    azimuth: float | None
    member: Member | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedPhotos:
    """Photos opened for one pass; ``members``: row → the photos that it stands for."""

    file: FeatureFile
    members: Mapping[int, Sequence[PhotoFile]]

    @property
    def aliases(self) -> tuple[AliasLike, ...]:
        """The time of the photo is when the matter was found."""
        return (ColumnAlias(field=DISCOVERED, names=(_TAKEN,), unit=""),)


@dataclass(slots=True, kw_only=True)
class _Row:
    """What becomes one row: photos of one place, or one that cannot be used."""

    photos: list[PhotoFile]
    header: PhotoHeader
    at: tuple[float, float] | None = None
    by_hand: bool = False
    problem: str = ""
    notes: list[str] = field(default_factory=list)


def open_photos(batch: Batch) -> OpenedPhotos:
    """Open a batch whose original is a photo or an archive of photos; raises `ReadError`."""
    reading = reading_of({**batch.reading, "crs": batch.crs})
    try:
        given = hand_position(reading.more.get(POSITION, ""))
    except CoordinateProblem as problem:
        raise ReadError(str(problem), "请改正后重新读取") from problem
    rows: list[_Row] = []
    seen: dict[str, _Row] = {}
    others: list[str] = []
    total = 0
    for photo, data in _photos(batch, others):
        total += 1
        first = seen.get(photo.sha256)
        if first is not None:
            first.notes.append(f"{photo.name} 与 {first.photos[0].name} 是同一张照片，只留一份")
            continue
        row = _read(photo, data, reading, given)
        seen[photo.sha256] = _joined(rows, row, each=reading.more.get(PHOTOS) == EACH)
    if not rows:
        raise ReadError("压缩包内没有照片", "请打包 JPG 照片后导入")
    return _opened(rows, reading, total, others)


# --- reading ---------------------------------------------------------------------------------------------------------


def _photos(batch: Batch, others: list[str]) -> Iterator[tuple[PhotoFile, bytes]]:
    """Each photo with its bytes, one at a time; names of what is none go to ``others``."""
    path, limits = path_of(batch.sha256), ArchiveLimits()
    if not _is_archive(path):
        yield _named(batch.file_name, path.read_bytes(), None)
        return
    with open_zip(path) as archive:
        meter = Meter(packed_bytes=path.stat().st_size, limits=limits)
        for member in list_members(archive, limits):
            if member.suffix not in PICTURES:
                others.append(str(member.name))
                continue
            yield _named(member.name.name, photo_bytes(archive, member, meter), member)


def photo_bytes(archive: object, member: Member, meter: Meter) -> bytes:
    """The bytes of a photo in an archive, one more than the most when it is too large; raises `ReadError`."""
    try:
        with archive.open(member.info) as packed:  # type: ignore[attr-defined]
            reader, blocks, size = MeteredReader(packed, meter), [], 0
            while size <= MAX_PHOTO and (block := reader.read(1 << 20)):
                blocks.append(block)
                size += len(block)
            return b"".join(blocks)
    except ReadError:
        raise
    except Exception as error:
        raise ReadError(f"压缩包内“{member.name}”无法解压", "请确认文件传输完整，重新打包后再导入") from error


def _is_archive(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(2) == b"PK"


def _named(name: str, data: bytes, member: Member | None) -> tuple[PhotoFile, bytes]:
    header = read_header(data) if len(data) <= MAX_PHOTO else None
    azimuth = header.azimuth if header else None
    digest = hashlib.sha256(data).hexdigest()
    return PhotoFile(name=name[:120], sha256=digest, azimuth=azimuth, member=member), data


def _read(photo: PhotoFile, data: bytes, reading: Reading, given: tuple[float, float] | None) -> _Row:
    header = read_header(data) if 0 < len(data) <= MAX_PHOTO else None
    row = _Row(photos=[photo], header=header or PhotoHeader())
    if header is None:
        row.problem = _unreadable(photo, data)
        return row
    _place(row, reading, given)
    if header.taken_at is None:
        row.notes.append(f"{photo.name} 没有拍摄时间，发现时间按导入时间记")
    return row


def _unreadable(photo: PhotoFile, data: bytes) -> str:
    if not data:
        return f"照片“{photo.name}”是空的（0 字节）：请重新导出后再传"
    if len(data) > MAX_PHOTO:
        return f"照片“{photo.name}”超过 {MAX_PHOTO >> 20} MB：请用手机原图或压缩后再传"
    if is_heic(data):
        return f"照片“{photo.name}”是 HEIC 格式，不能读取：{HEIC_HOW}"
    return f"照片“{photo.name}”打不开（已损坏，或不是 JPG、PNG）：请重新导出后再传"


def _place(row: _Row, reading: Reading, given: tuple[float, float] | None) -> None:
    """Where the photo was taken, as its camera or the person says; what is odd is mended and told, or refused."""
    name, written = row.photos[0].name, row.header.written
    if written is not None and written != (0.0, 0.0):
        row.at, told = _sound(written, swap=reading.axes == "yx")
        if row.at is not None:
            row.notes += [f"{name}：{told}"] if told else []
            return
        problem = f"照片“{name}”{told}：请核对；确实颠倒的，把“坐标次序”改为先纵后横重新读取"
    elif written is not None:
        problem = f"照片“{name}”的位置是 0，0（拍摄时手机没有定位成功）：{_HOW}"
    else:
        problem = f"照片“{name}”里没有位置：{_HOW}"
    if given is None:
        row.problem = problem
        return
    row.at, row.by_hand = given, True
    row.notes.append(f"{name} 没有可用的位置，按导入人指定的位置落图")


def _sound(written: tuple[float, float], *, swap: bool) -> tuple[tuple[float, float] | None, str]:
    """Longitude and latitude that can be, with what was mended; None with what is wrong."""
    west, south, east, north = CHINA
    lon, lat = written[::-1] if swap else written
    if west <= abs(lon) <= east and south <= abs(lat) <= north and (lon < 0 or lat < 0):
        return (abs(lon), abs(lat)), "照片把经度写成西经或把纬度写成南纬，按东经、北纬读取，请核对"
    if abs(lat) > 90 or abs(lon) > 180:
        return None, f"的位置（经度 {lon:g}，纬度 {lat:g}）不是经纬度，像是写颠倒了"
    return (lon, lat), ""


# --- rows ------------------------------------------------------------------------------------------------------------


def _joined(rows: list[_Row], row: _Row, *, each: bool) -> _Row:
    """The row of the place that the photo shows: one that is there, or a new one."""
    if row.at is not None and not each:
        for other in reversed(rows):
            if other.at is not None and _together(other, row):
                other.photos += row.photos
                other.notes += row.notes
                return other
    rows.append(row)
    return row


def _together(first: _Row, row: _Row) -> bool:
    a, b = first.header.taken_at, row.header.taken_at
    if (a is None) != (b is None) or (a is not None and b is not None and abs(a - b) > TOGETHER):
        return False
    (lon, lat), (x, y) = first.at or (0.0, 0.0), row.at or (0.0, 0.0)
    return math.hypot((lon - x) * 111_320 * math.cos(math.radians(lat)), (lat - y) * 110_950) <= TOGETHER_M


def _opened(rows: Sequence[_Row], reading: Reading, total: int, others: Sequence[str]) -> OpenedPhotos:
    sample: FloatArray = np.array([row.at for row in rows if row.at and not row.by_hand], dtype=float).reshape(-1, 2)
    placing = decide_placing(declared=storage_crs(), reading=replace(reading, axes=""), sample=sample)
    placed = sum(row.at is not None for row in rows)
    notes = [f"共 {total} 张照片，按位置和时间合为 {placed} 处"] if total > 1 else []
    if others:
        notes.append(f"压缩包内另有 {len(others)} 个文件不是照片，没有读取：{'、'.join(others[:_SHOWN])}")
    return OpenedPhotos(
        file=FeatureFile(
            rows=_source_rows(rows, placing),
            count=len(rows),
            format="photos",
            crs_text=f"照片 EXIF 位置，{placing.text}",
            encoding=None,
            layers=(),
            notes=(*notes, *placing.notes),
            sample=sample,
        ),
        members={number: row.photos for number, row in enumerate(rows, start=1)},
    )


def _source_rows(rows: Sequence[_Row], placing: Placing) -> Iterator[SourceRow]:
    raw = (
        RawRow(
            index=number,
            attributes=_attributes(row),
            geometry=shapely.Point(row.at) if row.at else None,
            problem=row.problem or None,
            notes=tuple(row.notes) if row.problem else (*row.notes, _evidence(row.photos)),
        )
        for number, row in enumerate(rows, start=1)
    )
    for row, finished in zip(rows, finish_rows(raw, placing), strict=True):
        key = min(photo.sha256 for photo in row.photos)
        if row.by_hand and row.at is not None:
            placed = shapely.Point(row.at)  # a person points at our map: no shift to take back
            yield replace(finished, geometry=placed, problem=None, key=key)
        else:
            yield replace(finished, key=key)


def _attributes(row: _Row) -> dict[str, Scalar]:
    names = [photo.name for photo in row.photos]
    more = f" 等 {len(names)} 张" if len(names) > NAMED else ""
    taken, header = row.header.taken_at, row.header
    made: dict[str, Scalar] = {
        "照片": "、".join(names[:NAMED]) + more,
        _TAKEN: taken.astimezone(LOCAL).strftime("%Y-%m-%d %H:%M:%S") if taken else None,
        "方位角": header.azimuth,
        "设备": header.device or None,
    }
    return {name: value for name, value in made.items() if value is not None}


def _evidence(photos: Sequence[PhotoFile]) -> str:
    """Which photos stand behind the lead, for its journal."""
    return f"附 {len(photos)} 张照片：" + "、".join(f"{one.name}（SHA-256 {one.sha256[:16]}）" for one in photos)
