"""Starting and ending long work. The queue is procrastinate, in the same database and the same transaction."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from procrastinate.contrib.django import app

from qingshan.commons.jobs.models import Job, JobItem
from qingshan.domain.acts import ActRefused

ITEMS_AT_ONCE = 2000
UNDER_WAY = frozenset({"waiting", "running"})
ENDED = frozenset({"done", "failed"})
AGAIN = "（重办未办的）"
TITLE = 200
LABEL = 200
RETRIED_AS = "retried_as"
"""Key in a job's result: the job that took over what was not done."""


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
    division: str = "",
    lock: str = "",
) -> Job:
    """Register a job with its items and queue ``task`` by name (the web process never imports what the worker needs).

    ``division``: readers of this county see the progress too (without it the owner alone).
    Raises `procrastinate.exceptions.AlreadyEnqueued` while the same kind of work on the same subject (or with the same
    ``lock``) still waits.
    """
    job = open_job(
        kind=kind,
        task=task,
        title=title,
        subject_id=subject_id,
        created_by=created_by,
        post_id=post_id,
        now=now,
        params=params,
        items=items,
        division=division,
    )
    app.configure_task(task, queueing_lock=lock or f"{kind}:{subject_id}").defer(job_id=str(job.id))
    return job


def open_job(
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
    division: str = "",
) -> Job:
    """Register a job with its items without queueing it: `start_job` does that, or `run_now` does the work at once."""
    rows = list(items)
    job = Job.objects.create(
        kind=kind,
        task=task,
        title=title[:TITLE],
        division=division,
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
            JobItem(job=job, position=n, subject_id=i.subject_id, label=i.label[:LABEL], params=dict(i.params))
            for n, i in enumerate(rows, 1)
        ],
        batch_size=ITEMS_AT_ONCE,
    )
    return job


def retry_job(*, job_id: UUID, account_id: UUID | None, post_id: UUID | None, now: datetime) -> Job:
    """A new job (重办) for the items of an ended job that were not done; asked twice, the first answer stands.

    Only its owner may ask. Raises `ActRefused`: not found, still under way, nothing left to do.
    """
    job = Job.objects.select_for_update().filter(id=job_id, created_by=account_id).first()
    if job is None:
        raise ActRefused("not_found", "没有这项任务，或它不是您提交的")
    before = job.result.get(RETRIED_AS)
    if before:
        return Job.objects.get(id=UUID(before))
    if job.state not in ENDED:
        raise ActRefused("state", "任务还没有办完，请等它结束后再重办")
    left = JobItem.objects.filter(job=job).exclude(outcome="done").order_by("position")
    items = [ItemInput(subject_id=i.subject_id, label=i.label, params=i.params) for i in left]
    if not items or not job.task:
        raise ActRefused("done", "这项任务没有可以重办的明细")
    again = start_job(
        kind=job.kind,
        task=job.task,
        title=f"{job.title.removesuffix(AGAIN)}{AGAIN}",
        subject_id=job.subject_id or job.id,
        created_by=job.created_by,
        post_id=post_id,
        now=now,
        params={**job.params, "retry_of": str(job.id)},
        items=items,
        division=job.division,
        lock=f"again:{job.id}",
    )
    Job.objects.filter(id=job.id).update(result={**job.result, RETRIED_AS: str(again.id)})
    return again


def finish_job(
    *,
    job_id: UUID,
    state: str,
    message: str,
    now: datetime,
    result: Mapping[str, Any] | None = None,
    result_file: UUID | None = None,
) -> bool:
    """Write the end of a job: ``done`` or ``failed`` with a message a clerk can read; False when it had ended."""
    return bool(
        Job.objects.filter(id=job_id, state__in=UNDER_WAY).update(
            state=state, message=message, updated_at=now, result=dict(result or {}), result_file=result_file
        )
    )


def latest_job(subject_id: UUID, kind: str) -> Job | None:
    """The newest job of this kind on a subject."""
    return Job.objects.filter(subject_id=subject_id, kind=kind).order_by("-created_at").first()
