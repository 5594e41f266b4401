"""Answers that several rooms give: units, lists by key, jobs, journal entries, files."""

from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Field

from qingshan.commons.files.models import StoredFile
from qingshan.commons.jobs.models import Job
from qingshan.commons.jobs.services import RETRIED_AS
from qingshan.commons.journal.selectors import HistoryLine
from qingshan.commons.people.models import Unit
from qingshan.domain.acts import CATALOGUE
from qingshan.interfaces.api.fields import Answer


class UnitRef(Answer):
    """A unit by key, slug and name."""

    id: UUID
    slug: str
    name: str


def unit_ref(unit: Unit) -> UnitRef:
    """A unit as others refer to it."""
    return UnitRef(id=unit.id, slug=unit.slug, name=unit.name)


class JobOut(Answer):
    """A long piece of work (后台任务): ask for it until it is done or failed."""

    id: UUID
    kind: str
    title: str
    state: str = Field(description="waiting、running、done、failed")
    done: int
    total: int
    refused: int
    message: str
    subject_id: UUID | None
    result: dict[str, Any]
    result_file_id: UUID | None
    retry_of: str = Field(description="重办的是哪个任务；空：不是重办")
    retried_as: str = Field(description="未办的明细已由哪个任务重办；空：没有重办")
    created_at: datetime
    updated_at: datetime


def job_out(job: Job, *, own: bool = True) -> JobOut:
    """A job as its owner sees it; others who may follow it (a batch's) are not told of its file."""
    return JobOut(
        id=job.id,
        kind=job.kind,
        title=job.title,
        state=job.state,
        done=job.done,
        total=job.total,
        refused=job.refused,
        message=job.message,
        subject_id=job.subject_id,
        result=job.result,
        result_file_id=job.result_file if own else None,
        retry_of=str(job.params.get("retry_of", "")),
        retried_as=str(job.result.get(RETRIED_AS, "")),
        created_at=job.created_at,
        updated_at=job.updated_at,
    )


class EntryOut(Answer):
    """One entry of the journal (留痕)."""

    id: UUID
    act_id: UUID
    matter_id: UUID
    kind: str
    number: str
    seq: int
    act: str
    act_label: str
    actor: str
    door: str
    acted_at: datetime
    recorded_at: datetime
    details: dict[str, Any]
    hash: str


def entry_out(line: HistoryLine) -> EntryOut:
    """An entry; names of persons never stand in it in the open."""
    known = CATALOGUE.get(line.act)
    return EntryOut(
        id=line.entry_id,
        act_id=line.act_id,
        matter_id=line.matter_id,
        kind=line.kind,
        number=line.number,
        seq=line.seq,
        act=line.act,
        act_label=known.label if known else line.act,
        actor=line.actor,
        door=line.door,
        acted_at=line.acted_at,
        recorded_at=line.recorded_at,
        details=line.details,
        hash=line.hash,
    )


class EntriesOut(Answer):
    """Entries, newest first; ``next`` is the ``before`` of the following page, null at the end."""

    entries: list[EntryOut]
    next: UUID | None


class FileOut(Answer):
    """An uploaded original (原件)."""

    id: UUID
    name: str
    sha256: str
    size: int
    media_type: str
    uploaded_at: datetime
    lon: float | None
    lat: float | None
    azimuth: float | None
    taken_at: datetime | None


def file_out(row: StoredFile) -> FileOut:
    """A file with what was read from it."""
    return FileOut(
        id=row.id,
        name=row.original_name,
        sha256=row.sha256,
        size=row.size,
        media_type=row.media_type,
        uploaded_at=row.uploaded_at,
        lon=row.lon,
        lat=row.lat,
        azimuth=row.azimuth,
        taken_at=row.taken_at,
    )
