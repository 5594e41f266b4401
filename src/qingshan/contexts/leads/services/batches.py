"""Batches as the web sees them: stored first, then inspected and taken in by the worker."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from qingshan.commons.files.models import StoredFile
from qingshan.commons.inbox.models import Batch, BatchRow
from qingshan.commons.jobs.models import Job
from qingshan.commons.jobs.services import start_job
from qingshan.commons.journal.services import actor_text
from qingshan.commons.people.viewer import Acting
from qingshan.contexts.campaigns.public import campaign_in_force
from qingshan.domain.acts import ActRefused
from qingshan.domain.lead import REGISTER_ROLES

INSPECT_TASK = "qingshan.contexts.leads.tasks.inspect_batch"
ACCEPT_TASK = "qingshan.contexts.leads.tasks.accept_batch"


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeResult:
    """Counts of a batch, to the row: received = accepted + duplicate + rejected."""

    batch_id: UUID
    batch: str
    received: int
    accepted: int
    duplicate: int
    rejected: int
    repeated: bool = False


def register_batch(
    *,
    file: StoredFile,
    name: str,
    channel: str,
    crs: str,
    dispatch: bool,
    acting: Acting,
    supplements: Batch | None = None,
    reading: Mapping[str, Any] | None = None,
) -> tuple[Batch, bool]:
    """Register a received file as a batch; the same file under the same name and channel is the same batch.

    ``supplements``: the batch whose refused rows this file brings mended; its columns are read as that one's.
    ``reading``: how it is to be read beside ``crs`` (see `rereading`). Returns the batch and whether it is new.
    """
    if not acting.viewer.roles & REGISTER_ROLES:
        raise ActRefused("role", "您的职务不能导入批次：由县自然资源部门或专班办公室导入")
    in_force = campaign_in_force()
    if supplements is not None and supplements.state != "done":
        raise ActRefused("state", "原批次还没有导入：请先导入，再补充拒收的行")
    if channel not in {c.slug for c in in_force.plan.channels}:
        known = "、".join(c.slug for c in in_force.plan.channels)
        raise ActRefused("channel", f"渠道“{channel}”不在方案内，可用：{known}")
    if not name.strip():
        raise ActRefused("name", "批次名称未填，例如“省厅第三批”")
    if file.size == 0:
        raise ActRefused("file", f"文件“{file.original_name}”是空的，请重新选择")
    said = _said_of(crs.strip(), dict(reading or {}), supplements)
    batch, new = Batch.objects.get_or_create(
        channel=channel,
        name=name.strip()[:120],
        sha256=file.sha256,
        defaults={
            "file_id": file.id,
            "file_name": file.original_name,
            **said,
            "dispatch": dispatch,
            "division": in_force.county_code,
            "created_by": acting.viewer.account_id,
            "created_by_text": actor_text(acting),
            "created_at": acting.now(),
            "supplements": supplements,
            "mapping": {} if supplements is None else supplements.mapping | {"sheets": []},
        },
    )
    if not new and batch.state != "done":
        _give_again(batch, file, said, dispatch=dispatch)
    return batch, new


def _said_of(crs: str, reading: dict[str, Any], parent: Batch | None) -> dict[str, Any]:
    """How a file is read: as was said; a supplement else in the datum and order of axes of what it supplements."""
    if parent is None or crs not in ("", parent.crs):
        return {"crs": crs, "reading": reading}
    kept = {name: value for name, value in parent.reading.items() if name != "encoding"}  # it is another file
    return {"crs": parent.crs, "reading": kept | reading}


def _give_again(batch: Batch, file: StoredFile, said: dict[str, Any], *, dispatch: bool) -> None:
    """The same file given again before it was taken in: what was said now counts, e.g. another datum."""
    changes = {**said, "dispatch": dispatch, "file_id": file.id, "state": "received", "problem": "", "preview": {}}
    if Batch.objects.filter(id=batch.id).exclude(state="done").update(**changes):
        for name, value in changes.items():
            setattr(batch, name, value)


def queue_inspection(*, batch: Batch, acting: Acting) -> Job:
    """Let the worker read the file for the preview."""
    return _queue(batch, "inspect", INSPECT_TASK, f"读取 {batch.name}", acting)


def queue_acceptance(*, batch_id: UUID, acting: Acting) -> Job:
    """Let the worker take the batch in."""
    if not acting.viewer.roles & REGISTER_ROLES:
        raise ActRefused("role", "您的职务不能导入批次")
    batch = Batch.objects.filter(id=batch_id).first()
    if batch is None:
        raise ActRefused("not_found", "没有这个批次")
    if batch.state not in ("received", "inspected"):
        raise ActRefused("state", "这个批次已经处理过")
    return _queue(batch, "accept", ACCEPT_TASK, f"导入 {batch.name}", acting)


def _queue(batch: Batch, kind: str, task: str, title: str, acting: Acting) -> Job:
    return start_job(
        kind=kind,
        task=task,
        title=title,
        subject_id=batch.id,
        created_by=acting.viewer.account_id,
        post_id=acting.viewer.post_id,
        now=acting.now(),
        division=batch.division,
    )


def repeated_result(batch: Batch) -> IntakeResult:
    """The result of giving the same file again: nothing changes, what was accepted is now a duplicate."""
    return IntakeResult(
        batch_id=batch.id,
        batch=batch.name,
        received=batch.received,
        accepted=0,
        duplicate=batch.accepted + batch.duplicate,
        rejected=batch.rejected,
        repeated=True,
    )


def fail_batch(*, batch_id: UUID, problem: str, now: datetime, asked: Mapping[str, Any] | None = None) -> None:
    """Write down why a batch could not be read, and what a person is asked about it; the original stays."""
    Batch.objects.filter(id=batch_id).exclude(state="done").update(
        state="failed", problem=problem, finished_at=now, preview=dict(asked or {})
    )


def rows_for_report(batch_id: UUID) -> list[BatchRow]:
    """All rows of a batch for the report."""
    return list(BatchRow.objects.filter(batch_id=batch_id).order_by("row_no"))


SUPPLEMENT = "（补充）"


def supplement_name(parent: Batch) -> str:
    """Name of a batch that brings the refused rows of another one mended."""
    return parent.name if parent.name.endswith(SUPPLEMENT) else f"{parent.name[:110]}{SUPPLEMENT}"
