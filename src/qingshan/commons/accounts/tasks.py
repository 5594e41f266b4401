"""Work of the worker process. The web process queues these by name and never imports this module."""

from datetime import datetime
from uuid import UUID

from django.utils import timezone
from procrastinate.contrib.django import app

from qingshan.commons.accounts.models import Roster
from qingshan.commons.accounts.roster_reading import RosterUnreadable, read_roster
from qingshan.commons.accounts.rosters import ACCEPT_TASK, READ_TASK, accept_roster, fail_roster, store_rows
from qingshan.commons.accounts.sessions import close_expired_sessions
from qingshan.commons.base.clock import server_clock
from qingshan.commons.base.scope import system_scope
from qingshan.commons.files.services import path_of
from qingshan.commons.jobs.models import Job
from qingshan.commons.jobs.progress import Progress
from qingshan.commons.jobs.retrying import AGAIN
from qingshan.commons.jobs.running import BROKEN, Outcome, WorkFailed, fails_with, run_whole
from qingshan.commons.people.viewer import Acting


@app.task(name=READ_TASK, queue="batches", retry=AGAIN)
def read_roster_task(job_id: str) -> None:
    """Read a roster for its preview."""
    run_whole(UUID(job_id), _read, failed=_failed)


@app.task(name=ACCEPT_TASK, queue="batches", retry=AGAIN)
def accept_roster_task(job_id: str) -> None:
    """Create the accounts of a roster, all or none."""
    run_whole(UUID(job_id), _accept)


EVERY_HOUR = "25 * * * *"


@app.periodic(cron=EVERY_HOUR)
@app.task(
    name="qingshan.commons.accounts.tasks.close_expired", queueing_lock="close_expired_sessions", pass_context=False
)
def close_expired(timestamp: int) -> None:
    """Sign devices out whose sessions ran out. ``timestamp`` is the queue's own."""
    del timestamp
    with system_scope():
        close_expired_sessions(at=timezone.now(), now=server_clock()())


def _read(job: Job, acting: Acting, progress: Progress) -> Outcome:
    roster = _roster(job)
    if roster.state != "received":
        return Outcome(message="名册已经读过")
    rows = read_roster(path_of(roster.sha256))
    progress.report(0, len(rows))
    numbers = store_rows(roster_id=roster.id, rows=rows, acting=acting)
    return Outcome(message=f"已读取 {len(rows)} 行：{_words(numbers)}", result=numbers)


def _accept(job: Job, acting: Acting, _progress: Progress) -> Outcome:
    roster = _roster(job)
    if roster.state == "done":
        return Outcome(message="名册已经办理")
    numbers = accept_roster(roster_id=roster.id, acting=acting)
    return Outcome(message=_words(numbers), result=numbers)


def _roster(job: Job) -> Roster:
    if job.subject_id is None:
        raise LookupError("任务没有名册")
    return Roster.objects.get(id=job.subject_id)


def _words(numbers: dict[str, int]) -> str:
    return f"新开 {numbers['new']}，已有 {numbers['same']}，不办 {numbers['refused']}"


def _failed(job: Job, error: Exception, _now: datetime) -> str | None:
    """Keep with the roster why it was not read."""
    known = isinstance(error, RosterUnreadable | WorkFailed)
    problem = str(error) if known else BROKEN
    if job.subject_id is not None:
        fail_roster(roster_id=job.subject_id, problem=problem)
    return problem if known else None


fails_with(READ_TASK, _failed)
