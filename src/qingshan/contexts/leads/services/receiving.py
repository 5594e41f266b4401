"""Receiving a batch file from any door: stored first, checked by content, registered, handed to the worker."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from procrastinate.exceptions import AlreadyEnqueued

from qingshan.commons.files.models import StoredFile
from qingshan.commons.files.services import MAX_BATCH, MAX_PHOTO, FileRefused, store_file
from qingshan.commons.inbox.models import Batch
from qingshan.commons.jobs.models import Job
from qingshan.commons.jobs.services import latest_job
from qingshan.commons.people.viewer import Acting
from qingshan.contexts.leads.services.batches import queue_acceptance, queue_inspection, register_batch
from qingshan.domain.acts import ActRefused
from qingshan.domain.lead import REGISTER_ROLES
from qingshan.geo.pictures import HEIC_HOW

SPATIAL = frozenset(
    {
        "application/geo+json",
        "application/zip",
        "application/gzip",
        "application/geopackage+sqlite3",
        "application/vnd.google-earth.kml+xml",
    }
)
TABLES = frozenset({"application/vnd.ms-excel", "text/plain"})
PHOTOS = frozenset({"image/jpeg", "image/png"})
"""Media types, told by content, that a batch may have."""
ACTIVE = frozenset({"waiting", "running"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A batch as it stands after its file came; ``new``: not given before under this name and channel."""

    batch: Batch
    new: bool


def receive_batch(
    *,
    chunks: Iterable[bytes],
    file_name: str,
    name: str,
    channel: str,
    crs: str,
    dispatch: bool,
    acting: Acting,
    supplements: Batch | None = None,
    reading: Mapping[str, Any] | None = None,
) -> Received:
    """Store a file and let the worker read it for the preview; the same file again changes nothing.

    ``supplements``: the batch whose refused rows, mended, the file brings.
    """
    if not acting.viewer.roles & REGISTER_ROLES:
        raise ActRefused("role", "您的职务不能导入批次：由县自然资源部门或专班办公室导入")
    batch, new = register_batch(
        file=_store(chunks, file_name, acting),
        name=name,
        channel=channel,
        crs=crs,
        dispatch=dispatch,
        acting=acting,
        supplements=supplements,
        reading=reading,
    )
    if new or (batch.state in ("received", "failed") and not is_worked_on(batch)):
        try:
            with transaction.atomic():
                queue_inspection(batch=batch, acting=acting)
        except AlreadyEnqueued:
            pass
    return Received(batch=batch, new=new)


def _store(chunks: Iterable[bytes], name: str, acting: Acting) -> StoredFile:
    try:
        row = store_file(
            chunks=chunks, name=name, uploaded_by=acting.viewer.account_id, now=acting.now(), limit=MAX_BATCH
        )
    except FileRefused as refusal:
        raise ActRefused("file", str(refusal)) from refusal
    if row.media_type == "image/heic":
        raise ActRefused("file", f"“{row.original_name}”是 HEIC 照片，不能读取：{HEIC_HOW}")
    if row.media_type in PHOTOS and row.size > MAX_PHOTO:
        raise ActRefused("file", f"照片“{row.original_name}”超过 {MAX_PHOTO >> 20} MB：请用手机原图或压缩后再传")
    if row.size and row.media_type not in SPATIAL | TABLES | PHOTOS:
        told = (
            "不能导入：请上传打包成一个 zip 的 Shapefile 或 File Geodatabase、GeoPackage、GeoJSON、KML/KMZ、"
            "奥维 OVKML、[地块坐标] 文本、Excel、CSV 表格，或手机拍的 JPG 照片"
        )
        raise ActRefused("file", f"“{row.original_name}”{told}")
    return row


def start_acceptance(*, batch_id: UUID, acting: Acting) -> Job | None:
    """Let the worker take a batch in; asked twice, it is done once. Returns the work under way."""
    try:
        with transaction.atomic():
            return queue_acceptance(batch_id=batch_id, acting=acting)
    except AlreadyEnqueued:
        return latest_job(batch_id, "accept")


def batch_work(batch: Batch) -> Job | None:
    """The work under way on a batch, else the newest; only who started it sees it."""
    jobs = Job.objects.filter(subject_id=batch.id, kind__in=("inspect", "accept"))
    return max(jobs, key=lambda job: (job.state in ACTIVE, job.created_at, job.id), default=None)


def is_worked_on(batch: Batch) -> bool:
    """Whether work on the batch waits or runs."""
    job = batch_work(batch)
    return job is not None and job.state in ACTIVE
