"""Work of the worker process. The web process queues these by name and never imports this module."""

from datetime import datetime
from uuid import UUID

from procrastinate.contrib.django import app

from qingshan.commons.base.counters import reserved_blocks
from qingshan.commons.jobs.models import Job
from qingshan.commons.jobs.progress import Progress
from qingshan.commons.jobs.running import Outcome, run_whole
from qingshan.commons.people.viewer import Acting
from qingshan.contexts.leads.services.batches import ACCEPT_TASK, INSPECT_TASK, fail_batch
from qingshan.contexts.leads.services.inspecting import inspect_batch
from qingshan.contexts.leads.services.intake import ForbiddenFileError, accept_batch, wipe_forbidden
from qingshan.geo.features import ReadError

BROKEN = "程序出错，没有导入任何一行；原件已保存，请联系系统管理人员查看后台日志"


@app.task(name=INSPECT_TASK, queue="batches", retry=3)
def inspect_batch_task(job_id: str) -> None:
    """Read a batch for its preview."""
    run_whole(UUID(job_id), _inspect, failed=_failed)


@app.task(name=ACCEPT_TASK, queue="batches", retry=3)
def accept_batch_task(job_id: str) -> None:
    """Take a batch in. Killed in the middle nothing is written; the queue gives the job out again."""
    run_whole(UUID(job_id), _accept, failed=_failed)


def _inspect(job: Job, acting: Acting, progress: Progress) -> Outcome:
    content = inspect_batch(batch_id=_batch(job), acting=acting, progress=progress)
    return Outcome(message=f"已读取 {content.get('received', 0)} 行")


def _accept(job: Job, acting: Acting, progress: Progress) -> Outcome:
    with reserved_blocks(_batch(job), acting.now()) as blocks:
        result = accept_batch(batch_id=_batch(job), acting=acting, progress=progress, blocks=blocks)
    counts = f"接收 {result.accepted}，重复 {result.duplicate}，拒收 {result.rejected}"
    return Outcome(message=f"收到 {result.received} 行：{counts}")


def _batch(job: Job) -> UUID:
    """The batch a job works on; such jobs are never started without one."""
    if job.subject_id is None:
        raise LookupError("任务没有批次")
    return job.subject_id


def _failed(job: Job, error: Exception, now: datetime) -> str | None:
    """Keep with the batch why it was not taken in; a forbidden file leaves only its time and the reason."""
    if isinstance(error, ForbiddenFileError):
        return wipe_forbidden(batch_id=_batch(job), now=now)
    problem = str(error) if isinstance(error, ReadError) else BROKEN
    fail_batch(batch_id=_batch(job), problem=problem, now=now)
    return problem if isinstance(error, ReadError) else None
