"""Opening a package of pictures (影像压缩包): names, a list of them, and each picture under limits. Worker only."""

import csv
import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from qingshan.commons.files.pictures import NoPicture, copy_of_picture
from qingshan.commons.files.services import MAX_PHOTO, sniff
from qingshan.domain.chips import ChipName, is_manifest, is_picture, name_chip, read_manifest
from qingshan.geo.archives import ArchiveLimits, Member, Meter, MeteredReader, list_members, open_zip
from qingshan.geo.features import ReadError

LIMITS = ArchiveLimits(members=200_000, expanded_bytes=20 * 1024**3)
"""A package of pictures is large and hardly packed; no picture of it is unpacked beyond `MAX_PHOTO`."""
MANIFEST_BYTES = 8 * 1024 * 1024
_TYPES = frozenset({"image/jpeg", "image/png", "image/tiff"})


class ChipRefused(Exception):
    """One picture that is not taken, with the reason (Chinese)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """A picture of a package: its name there and what that tells, None where it tells nothing."""

    path: str
    told: ChipName | None
    member: Member


class ChipPackage:
    """A zip with pictures in it; everything else in it is passed over."""

    def __init__(self, path: Path) -> None:
        """Open it; raises `ReadError` for a broken or dangerous one."""
        self._packed = path.stat().st_size
        self._zip = open_zip(path)
        self._members = list_members(self._zip, LIMITS)
        self._meter = Meter(packed_bytes=self._packed, limits=LIMITS)

    def chips(self) -> list[Chip]:
        """All pictures by name; a list that lies in the package goes before their names."""
        told = self._told()
        return [
            Chip(path=str(m.name), told=told.get(m.name.name.lower()) or name_chip(str(m.name)), member=m)
            for m in sorted(self._members, key=lambda m: str(m.name))
            if is_picture(str(m.name))
        ]

    def _told(self) -> Mapping[str, ChipName]:
        told: dict[str, ChipName] = {}
        for member in self._members:
            if is_manifest(str(member.name)) and member.info.file_size <= MANIFEST_BYTES:
                told |= read_manifest(_rows(self._read(member, MANIFEST_BYTES)))
        return told

    def read(self, chip: Chip) -> tuple[bytes, bytes]:
        """The original and a smaller JPEG of it; raises `ChipRefused`."""
        try:
            data = self._read(chip.member, MAX_PHOTO)
        except ReadError as fault:
            raise ChipRefused(str(fault)) from fault
        if sniff(data[:64]) not in _TYPES:
            raise ChipRefused("内容不是 JPG、PNG 或 TIFF 图片")
        try:
            return data, copy_of_picture(data)
        except NoPicture as fault:
            raise ChipRefused(str(fault)) from fault

    def _read(self, member: Member, most: int) -> bytes:
        if member.info.file_size > most:
            raise ReadError(f"超过 {most // 1024 // 1024} MB", "请压缩后再传")
        found = io.BytesIO()
        meter = Meter(packed_bytes=member.info.compress_size, limits=LIMITS)
        try:
            with self._zip.open(member.info) as packed:
                reader = MeteredReader(packed, meter)
                while block := reader.read(1 << 18):
                    if found.tell() + len(block) > most:
                        raise ReadError(f"超过 {most // 1024 // 1024} MB", "请压缩后再传")
                    found.write(block)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError) as fault:
            raise ReadError("无法解压", "请重新打包") from fault
        self._meter.add(found.tell())
        return found.getvalue()


def _rows(data: bytes) -> Iterator[Mapping[str, str]]:
    """Rows of a list by their headings; not a list, no rows."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        try:
            yield from (
                {str(k).strip(): str(v) for k, v in row.items() if isinstance(v, str)}
                for row in csv.DictReader(io.StringIO(text))
            )
        except csv.Error:
            return
        return
