"""Work of the worker process. The web process queues these by name and never imports this module."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from qingshan.commons.base.clock import server_clock
from qingshan.commons.base.scope import system_scope
from qingshan.commons.jobs.models import Job
from qingshan.commons.jobs.progress import Progress, progress_of
from qingshan.commons.jobs.services import finish_job
from qingshan.commons.people.models import Account
from qingshan.commons.people.viewer import Acting, viewer_of
from qingshan.contexts.leads.services.batches import ACCEPT_TASK, INSPECT_TASK, fail_batch
from qingshan.contexts.leads.services.inspecting import inspect_batch
from qingshan.contexts.leads.services.intake import ForbiddenFileError, accept_batch, wipe_forbidden
from qingshan.geo.features import ReadError

Work = Callable[[UUID, Acting, Progress], str]


@app.task(name=INSPECT_TASK, queue="batches", retry=3)
def inspect_batch_task(job_id: str) -> None:
    """Read a batch for its preview."""
    _run(UUID(job_id), _inspect)


@app.task(name=ACCEPT_TASK, queue="batches", retry=3)
def accept_batch_task(job_id: str) -> None:
    """Take a batch in. Killed in the middle nothing is written; the queue gives the job out again."""
    _run(UUID(job_id), _accept)


def _inspect(batch_id: UUID, acting: Acting, progress: Progress) -> str:
    content = inspect_batch(batch_id=batch_id, acting=acting, progress=progress)
    return f"已读取 {content.get('received', 0)} 行"


def _accept(batch_id: UUID, acting: Acting, progress: Progress) -> str:
    result = accept_batch(batch_id=batch_id, acting=acting, progress=progress)
    return f"收到 {result.received} 行：接收 {result.accepted}，重复 {result.duplicate}，拒收 {result.rejected}"


def _run(job_id: UUID, work: Work) -> None:
    clock = server_clock()
    with system_scope():
        job = Job.objects.filter(id=job_id).exclude(state="done").first()
        if job is None or job.subject_id is None:
            return
        acting = _acting(job, clock)
    if acting is None:
        _end(job_id, "failed", "提交人已无任职，任务未执行", clock)
        return
    try:
        with transaction.atomic(), progress_of(job_id, clock) as progress:
            acting.viewer.apply_scope()
            message = work(job.subject_id, acting, progress)
    except ForbiddenFileError:
        with system_scope():
            message = wipe_forbidden(batch_id=job.subject_id, now=clock())
        _end(job_id, "failed", message, clock)
    except ReadError as error:
        with system_scope():
            fail_batch(batch_id=job.subject_id, problem=str(error), now=clock())
        _end(job_id, "failed", str(error), clock)
    except (OperationalError, InterfaceError):
        raise  # the database went away: the queue tries again
    except Exception:
        problem = "程序出错，没有导入任何一行；原件已保存，请联系系统管理人员查看后台日志"
        with system_scope():
            fail_batch(batch_id=job.subject_id, problem=problem, now=clock())
        _end(job_id, "failed", problem, clock)
        raise
    else:
        _end(job_id, "done", message, clock)


def _acting(job: Job, clock: Callable[[], datetime]) -> Acting | None:
    account = Account.objects.filter(id=job.created_by, is_active=True).first() if job.created_by else None
    if account is None:
        return None
    viewer = viewer_of(account, today=timezone.localdate(clock()), post_id=job.post_id)
    return Acting(viewer=viewer, clock=clock, door="job") if viewer else None


def _end(job_id: UUID, state: str, message: str, clock: Callable[[], datetime]) -> None:
    with system_scope():
        finish_job(job_id=job_id, state=state, message=message, now=clock())
