"""Starting and ending long work. The queue is procrastinate, in the same database and the same transaction."""

from datetime import datetime
from uuid import UUID

from procrastinate.contrib.django import app

from qingshan.commons.jobs.models import Job


def start_job(
    *, kind: str, task: str, title: str, subject_id: UUID, created_by: UUID | None, post_id: UUID | None, now: datetime
) -> Job:
    """Register a job and queue ``task`` by name (the web process never imports what the worker needs)."""
    job = Job.objects.create(
        kind=kind,
        title=title,
        subject_id=subject_id,
        created_by=created_by,
        post_id=post_id,
        created_at=now,
        updated_at=now,
    )
    app.configure_task(task, queueing_lock=f"{kind}:{subject_id}").defer(job_id=str(job.id))
    return job


def finish_job(*, job_id: UUID, state: str, message: str, now: datetime) -> None:
    """Write the end of a job: ``done`` or ``failed`` with a message a clerk can read."""
    Job.objects.filter(id=job_id).update(state=state, message=message, updated_at=now)


def latest_job(subject_id: UUID, kind: str) -> Job | None:
    """The newest job of this kind on a subject."""
    return Job.objects.filter(subject_id=subject_id, kind=kind).order_by("-created_at").first()
