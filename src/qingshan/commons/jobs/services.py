"""Starting and ending long work. The queue is procrastinate, in the same database and the same transaction."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from procrastinate.contrib.django import app

from qingshan.commons.jobs.models import Job, JobItem

ITEMS_AT_ONCE = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemInput:
    """One item of a job to be: the matter, its label for people, what is to be done with it."""

    subject_id: UUID | None
    label: str
    params: Mapping[str, Any] = field(default_factory=dict)


def start_job(
    *,
    kind: str,
    task: str,
    title: str,
    subject_id: UUID,
    created_by: UUID | None,
    post_id: UUID | None,
    now: datetime,
    params: Mapping[str, Any] | None = None,
    items: Iterable[ItemInput] = (),
) -> Job:
    """Register a job with its items and queue ``task`` by name (the web process never imports what the worker needs).

    Raises `procrastinate.exceptions.AlreadyEnqueued` while the same kind of work on the same subject still waits.
    """
    rows = list(items)
    job = Job.objects.create(
        kind=kind,
        title=title,
        subject_id=subject_id,
        params=dict(params or {}),
        total=len(rows),
        created_by=created_by,
        post_id=post_id,
        created_at=now,
        updated_at=now,
    )
    JobItem.objects.bulk_create(
        [
            JobItem(job=job, position=n, subject_id=i.subject_id, label=i.label, params=dict(i.params))
            for n, i in enumerate(rows, 1)
        ],
        batch_size=ITEMS_AT_ONCE,
    )
    app.configure_task(task, queueing_lock=f"{kind}:{subject_id}").defer(job_id=str(job.id))
    return job


def finish_job(
    *,
    job_id: UUID,
    state: str,
    message: str,
    now: datetime,
    result: Mapping[str, Any] | None = None,
    result_file: UUID | None = None,
) -> None:
    """Write the end of a job: ``done`` or ``failed`` with a message a clerk can read."""
    Job.objects.filter(id=job_id).update(
        state=state, message=message, updated_at=now, result=dict(result or {}), result_file=result_file
    )


def latest_job(subject_id: UUID, kind: str) -> Job | None:
    """The newest job of this kind on a subject."""
    return Job.objects.filter(subject_id=subject_id, kind=kind).order_by("-created_at").first()
