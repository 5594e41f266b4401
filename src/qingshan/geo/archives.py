"""Opening of packed files (压缩包安全): limits on size and names, nothing is ever written outside one folder."""

import errno
import re
import stat
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO

from qingshan.geo.features import ReadError

MIB = 1024 * 1024
BLOCK = 256 * 1024
_DAMAGED = "请确认文件传输完整，重新打包后再导入"


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveLimits:
    """Safety limits (解压限额): members, bytes after unpacking, and the ratio allowed beyond ``free_bytes``."""

    members: int = 2_000
    expanded_bytes: int = 1024 * MIB
    free_bytes: int = 64 * MIB
    ratio: int = 200


@dataclass(slots=True, kw_only=True)
class Meter:
    """Counts unpacked bytes against the limits; the packed file's own figures are not believed."""

    packed_bytes: int
    limits: ArchiveLimits
    seen: int = field(default=0)

    def add(self, count: int) -> None:
        """Count ``count`` more bytes; raises `ReadError` beyond a limit (解压炸弹)."""
        self.seen += count
        if self.seen > self.limits.expanded_bytes:
            raise ReadError(
                f"解压后超过 {self.limits.expanded_bytes // MIB} MB 的上限", "请拆分为几个较小的文件分批导入"
            )
        if self.seen > self.limits.free_bytes and self.seen > self.limits.ratio * max(self.packed_bytes, 1):
            raise ReadError(
                f"压缩比超过 {self.limits.ratio} 倍，疑似解压炸弹，已拒绝", "请核实文件来源，重新导出后再导入"
            )


class MeteredReader:
    """Read side of a packed stream that counts every byte on a `Meter`."""

    def __init__(self, stream: IO[bytes], meter: Meter) -> None:
        self._stream = stream
        self._meter = meter

    def read(self, size: int) -> bytes:
        """Return up to ``size`` bytes; raises `ReadError` when the packed data are damaged or over a limit."""
        try:
            block = self._stream.read(size)
        except (EOFError, OSError, zlib.error, zipfile.BadZipFile) as error:
            raise ReadError("压缩数据不完整或已损坏", _DAMAGED) from error
        self._meter.add(len(block))
        return block


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A file inside the archive: its name as read and its entry."""

    name: PurePosixPath
    info: zipfile.ZipInfo

    @property
    def suffix(self) -> str:
        """Lower-case ending with dot."""
        return self.name.suffix.lower()


def open_zip(path: Path) -> zipfile.ZipFile:
    """Open a zip; raises `ReadError` when it is truncated or none."""
    try:
        return zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError) as error:
        raise ReadError("压缩包不完整或已损坏，无法打开", _DAMAGED) from error


def list_members(archive: zipfile.ZipFile, limits: ArchiveLimits) -> list[Member]:
    """Return the files of the archive after checking every name; raises `ReadError` on the first dangerous one."""
    infos = archive.infolist()
    if len(infos) > limits.members:
        raise ReadError(f"压缩包内有 {len(infos)} 个文件，超过上限 {limits.members} 个", "请只打包需要导入的图层")
    members = []
    for info in infos:
        name = _checked_name(info)
        if not info.is_dir() and "__MACOSX" not in name.parts:
            members.append(Member(name=name, info=info))
    return members


def _checked_name(info: zipfile.ZipInfo) -> PurePosixPath:
    text = _decoded_name(info).replace("\\", "/")
    name = PurePosixPath(text)
    if "\0" in info.orig_filename or name.is_absolute() or ".." in name.parts or re.match(r"^[A-Za-z]:", text):
        raise ReadError(f"压缩包内文件名“{text[:80]}”指向包外位置，已拒绝", "请重新打包，只包含普通文件名")
    if stat.S_ISLNK(info.external_attr >> 16):
        raise ReadError(f"压缩包内“{text[:80]}”是链接而不是文件，已拒绝", "请打包实际文件")
    if info.flag_bits & 0x1:
        raise ReadError("压缩包设有密码", "请去除密码后重新打包")
    return name


def _decoded_name(info: zipfile.ZipInfo) -> str:
    """Names without the UTF-8 mark come from Chinese Windows more often than from DOS."""
    if info.flag_bits & 0x800:
        return info.filename
    raw = info.filename.encode("cp437", "replace")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.filename


def extract_member(archive: zipfile.ZipFile, member: Member, target: Path, meter: Meter) -> None:
    """Write one member to ``target``, counting on ``meter``; raises `ReadError` when damaged or over a limit."""
    try:
        with archive.open(member.info) as packed, target.open("wb") as out:
            reader = MeteredReader(packed, meter)
            while block := reader.read(BLOCK):
                out.write(block)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        raise ReadError(f"压缩包内“{member.name}”无法解压", _DAMAGED) from error
    except OSError as error:
        if error.errno != errno.EINVAL:  # anything else is about this machine, a full disk perhaps
            raise
        raise ReadError(f"压缩包内“{member.name}”的位置有误，无法解压", _DAMAGED) from error
