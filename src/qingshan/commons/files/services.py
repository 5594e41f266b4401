"""Storing originals: content decides the type, the digest is the name, nothing is overwritten."""

import hashlib
import os
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from qingshan.commons.base.scope import system_scope
from qingshan.commons.files.exif import read_header
from qingshan.commons.files.models import FileUse, StoredFile
from qingshan.geo.pictures import is_heic

MAX_PHOTO = 30 * 1024 * 1024
MAX_BATCH = 2 * 1024 * 1024 * 1024
PHOTO_TYPES = ("image/jpeg", "image/png")
EVIDENCE_TYPES = (*PHOTO_TYPES, "application/pdf")
"""Media types that may stand as evidence: other uploads (tables, imagery, exports) may not."""
_SIGNATURES = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"SQLite format 3\x00", "application/geopackage+sqlite3"),
    (b"\x1f\x8b", "application/gzip"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"II+\x00", "image/tiff"),
    (b"MM\x00+", "image/tiff"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/vnd.ms-excel"),
)
_MARKS = (b"\xff\xfe", b"\xfe\xff")
_NO_TEXT = frozenset(range(32)) - frozenset(b"\t\n\r\x0c")


class FileRefused(Exception):
    """A file that cannot be taken, with the reason and what to do (Chinese)."""


def sniff(head: bytes) -> str:
    """Media type by the first bytes; the name and the browser's claim do not count."""
    for signature, media_type in _SIGNATURES:
        if head.startswith(signature):
            return media_type
    if is_heic(head):
        return "image/heic"
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if text.startswith(b"{"):
        return "application/geo+json"
    if text.startswith((b"<?xml", b"<kml", b"<ovkml")):
        return "application/vnd.google-earth.kml+xml"
    if not head or text.startswith(b"<"):
        return "application/octet-stream"
    plain = head.startswith(_MARKS) or not _NO_TEXT.intersection(head)
    return "text/plain" if plain else "application/octet-stream"


def path_of(sha256: str) -> Path:
    """Where an original lies."""
    return Path(settings.QINGSHAN_FILES) / sha256[:2] / sha256[2:4] / sha256


def store_file(
    *,
    chunks: Iterable[bytes],
    name: str,
    uploaded_by: UUID | None,
    now: datetime,
    limit: int | None = None,
    expires_at: datetime | None = None,
    archive_type: Callable[[Path, str], str] | None = None,
) -> StoredFile:
    """Write an original durably and register it; the same bytes are stored once, each upload has its own row.

    ``limit``: bytes after which the file is refused (`FileRefused`) and nothing of it kept; ``expires_at``: when it is
    deleted, for copies that can be made anew. ``archive_type``: says what a zip archive is, from where it lies and its
    name, or refuses it (nothing of it is kept); without it an archive is an archive.
    """
    root = Path(settings.QINGSHAN_FILES)
    root.mkdir(parents=True, exist_ok=True)
    incoming = _receive(root, chunks, limit)
    if incoming is None:
        raise FileRefused(f"文件“{name}”超过 {(limit or 0) // 1024 // 1024} MB，请压缩或拆分后再传")
    row = StoredFile(
        sha256=incoming.sha256,
        size=incoming.size,
        media_type=_type_of(incoming, name, archive_type),
        original_name=Path(name.replace("\\", "/")).name[:255] or "未命名",
        uploaded_by=uploaded_by,
        uploaded_at=now,
        expires_at=expires_at,
    )
    with transaction.atomic():
        # Whoever wipes the same bytes waits until this row is seen, or has wiped them before they are laid down anew.
        _lock_bytes(row.sha256, shared=True)
        _settle(incoming.path, path_of(row.sha256))
        _read_photo(row)
        row.save(force_insert=True)
    return row


@dataclass(frozen=True, slots=True, kw_only=True)
class _Incoming:
    path: Path
    sha256: str
    size: int
    head: bytes


def _receive(root: Path, chunks: Iterable[bytes], limit: int | None) -> _Incoming | None:
    """Write what comes to a temporary file; None for too much. Nothing is left of what breaks off."""
    digest, size, head = hashlib.sha256(), 0, b""
    with tempfile.NamedTemporaryFile(dir=root, prefix=".incoming-", delete=False) as handle:
        path = Path(handle.name)
        try:
            for chunk in chunks:
                head = head or chunk[:64]
                digest.update(chunk)
                size += len(chunk)
                if limit is not None and size > limit:
                    path.unlink()
                    return None
                handle.write(chunk)
            handle.flush()
            os.fsync(handle.fileno())
        except BaseException:
            path.unlink(missing_ok=True)
            raise
    return _Incoming(path=path, sha256=digest.hexdigest(), size=size, head=head)


def _type_of(incoming: _Incoming, name: str, archive_type: Callable[[Path, str], str] | None) -> str:
    """Media type of what came; nothing is left of an archive that is refused."""
    media_type = sniff(incoming.head)
    if archive_type is None or media_type != "application/zip":
        return media_type
    try:
        return archive_type(incoming.path, name)
    except BaseException:
        incoming.path.unlink(missing_ok=True)
        raise


def copy_expiry(now: datetime) -> datetime:
    """When a copy made now (导出文件) is deleted."""
    return now + timedelta(days=settings.QINGSHAN_RESULT_DAYS)


def forget_expired(*, now: datetime) -> int:
    """Delete copies whose time is over, with their bytes; one that became evidence of a matter stays."""
    over = StoredFile.objects.filter(expires_at__lte=now).exclude(Exists(FileUse.objects.filter(file=OuterRef("id"))))
    digests = list(over.values_list("sha256", flat=True))
    over.delete()
    for sha256 in set(digests):
        wipe_bytes(sha256)
    return len(digests)


def wipe_bytes(sha256: str) -> None:
    """Once the present transaction is kept, delete the bytes of an original that no upload of anybody has any more.

    The caller sees only his own part of the uploads, so the question is asked anew, over all of them.
    """
    transaction.on_commit(lambda: wipe_unused(sha256))


def wipe_unused(sha256: str) -> bool:
    """Delete bytes that no upload has; waits for uploads of the same bytes under way. False: somebody has them."""
    with system_scope():
        _lock_bytes(sha256, shared=False)
        if StoredFile.objects.filter(sha256=sha256).exists():
            return False
        path_of(sha256).unlink(missing_ok=True)
    return True


def _lock_bytes(sha256: str, *, shared: bool) -> None:
    """Until the end of the transaction: uploads of the same bytes beside each other, wiping alone."""
    lock = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {lock}(hashtextextended('qingshan.file:' || %s, 0))", [sha256])


def _settle(temporary: Path, final: Path) -> None:
    final.parent.mkdir(parents=True, exist_ok=True)
    if final.exists():
        temporary.unlink()
        return
    temporary.chmod(0o440)
    temporary.rename(final)
    descriptor = os.open(final.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read_photo(row: StoredFile) -> None:
    if row.media_type not in PHOTO_TYPES or row.size > MAX_PHOTO:
        return
    header = read_header(path_of(row.sha256).read_bytes())
    if header is not None:
        row.lon, row.lat, row.azimuth = header.lon, header.lat, header.azimuth
        row.taken_at, row.device, row.software = header.taken_at, header.device, header.software


def store_evidence(*, chunks: Iterable[bytes], name: str, uploaded_by: UUID | None, now: datetime) -> StoredFile:
    """Store a photo or a scanned paper; anything else is refused with the reason."""
    row = store_file(chunks=chunks, name=name, uploaded_by=uploaded_by, now=now, limit=MAX_PHOTO)
    return _checked_evidence(row, "不是照片（JPG、PNG）或 PDF")


def _checked_evidence(row: StoredFile, told: str) -> StoredFile:
    """The stored file, when it is a whole photo or a PDF; else refused with what is ``told``."""
    if row.size == 0:
        raise FileRefused(f"文件“{row.original_name}”是空的，请重新选择")
    if row.media_type not in EVIDENCE_TYPES:
        raise FileRefused(f"文件“{row.original_name}”{told}，请换一份")
    if row.media_type.startswith("image/") and read_header(path_of(row.sha256).read_bytes()) is None:
        raise FileRefused(f"照片“{row.original_name}”打不开（文件已损坏或像素过大），请重新拍摄或选择")
    return row


DOCUMENTS: Mapping[str, tuple[str, str]] = {
    ".docx": ("word/document.xml", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ".xlsx": ("xl/workbook.xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ".ofd": ("OFD.xml", "application/ofd"),
}
"""Office documents by the ending of their names: the part that must be in them, and their media type."""
_DOCUMENT_TYPES = frozenset(media_type for _part, media_type in DOCUMENTS.values())
ATTACHMENT_TYPES = _DOCUMENT_TYPES.union(EVIDENCE_TYPES)
"""Media types that may go with an order."""
MOST_PARTS, MOST_INDEX = 5000, 1024 * 1024
"""Parts of a document and bytes of their list, above which it is no document."""
_LONGEST_END = 22 + 65_535 + 20
"""Bytes at the end of an archive in which its last record begins."""


def store_attachment(*, chunks: Iterable[bytes], name: str, uploaded_by: UUID | None, now: datetime) -> StoredFile:
    """Store what goes with an order: a photo, a PDF, or an office document (docx, xlsx, ofd), which we never open.

    The ending and the list of parts must agree; macros and other archives are refused (`FileRefused`).
    """
    row = store_file(
        chunks=chunks, name=name, uploaded_by=uploaded_by, now=now, limit=MAX_PHOTO, archive_type=_document_type
    )
    if row.media_type in _DOCUMENT_TYPES:
        return row
    return _checked_evidence(row, "不是照片（JPG、PNG）、PDF 或 Office 文档（docx、xlsx、ofd）")


def _document_type(path: Path, name: str) -> str:
    """Media type of an office document, by its list of parts alone; nothing is unpacked."""
    ending = Path(name).suffix.lower()
    part, media_type = DOCUMENTS.get(ending, ("", ""))
    if not part:
        raise FileRefused(f"附件“{name}”是压缩包，请把里面的文件逐个上传")
    names = _parts_of(path)
    if part not in names:
        raise FileRefused(f"附件“{name}”不是完好的 {ending[1:]} 文件，请另存一份再传")
    if any(one.lower().endswith("vbaproject.bin") for one in names):
        raise FileRefused(f"附件“{name}”带有宏，请另存为不带宏的文件再传")
    return media_type


def _parts_of(path: Path) -> set[str]:
    """Names of the parts of an archive, from its index; none where that is broken or too long."""
    if not _has_short_index(path):
        return set()
    try:
        with zipfile.ZipFile(path) as archive:
            return set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return set()


def _has_short_index(path: Path) -> bool:
    """Whether the end of the archive promises a short index, so that reading it costs little (no zip64)."""
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - _LONGEST_END))
        tail = stream.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < 22 or b"PK\x06\x07" in tail:
        return False
    parts, size = int.from_bytes(tail[at + 10 : at + 12], "little"), int.from_bytes(tail[at + 12 : at + 16], "little")
    return parts <= MOST_PARTS and size <= MOST_INDEX


def use_file(*, file_id: UUID, matter_id: UUID, purpose: str, label: str, now: datetime) -> None:
    """Attach a file to a matter; from then on it is visible with the matter."""
    FileUse.objects.bulk_create(
        [FileUse(file_id=file_id, matter_id=matter_id, purpose=purpose, label=label, used_at=now)]
    )


def use_files(*, file_ids: Sequence[UUID], matter_ids: Sequence[UUID], purpose: str, label: str, now: datetime) -> None:
    """Attach each of the files to each of the matters: one paper that goes out to many."""
    FileUse.objects.bulk_create(
        [
            FileUse(file_id=file_id, matter_id=matter_id, purpose=purpose, label=label, used_at=now)
            for matter_id in matter_ids
            for file_id in file_ids
        ]
    )


def used_in(*, matter_id: UUID, digests: set[str]) -> set[str]:
    """Those of ``digests`` that already stand as evidence in this matter."""
    rows = FileUse.objects.filter(matter_id=matter_id, file__sha256__in=digests)
    return set(rows.values_list("file__sha256", flat=True))


def was_used_elsewhere(*, sha256: str, matter_id: UUID) -> bool:
    """Whether the same bytes already stand as evidence in another matter."""
    return FileUse.objects.filter(file__sha256=sha256).exclude(matter_id=matter_id).exists()


def read_chunks(path: Path, size: int = 1 << 20) -> Iterator[bytes]:
    """Chunks of a local file."""
    with path.open("rb") as handle:
        yield from read_handle(handle, size)


def read_handle(handle: BinaryIO, size: int = 1 << 20) -> Iterator[bytes]:
    """Chunks of an open file, from where it stands."""
    while chunk := handle.read(size):
        yield chunk
