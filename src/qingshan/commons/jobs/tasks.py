"""Work of the worker process: jobs whose worker died are given out again, jobs that are lost are ended."""

from uuid import UUID

from asgiref.sync import sync_to_async
from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.jobs import Status

from qingshan.commons.base.clock import server_clock
from qingshan.commons.base.scope import system_scope
from qingshan.commons.jobs.models import Job
from qingshan.commons.jobs.retrying import AGAIN, drop_old_connections
from qingshan.commons.jobs.running import give_up

MOST_ATTEMPTS = 3
GIVEN_UP = "后台程序办这项任务时多次中断，任务已停止；请检查所传的文件，改小后重新提交，或联系系统管理人员"
LOST = (
    "后台多次没有办成（数据库连接中断，或后台程序出错），任务已停止，办成的各项有效；"
    "请稍后重新提交，仍不成请联系系统管理人员查看后台日志"
)
EVERY_MINUTES = "*/2 * * * *"
NIGHTLY = "10 18 * * *"
"""02:10 in China, written in UTC as the queue reads it."""
KEPT_HOURS = 30 * 24
"""What has ended stays in the queue for a month, for whoever looks into a failure; people read their own jobs."""


@app.periodic(cron=EVERY_MINUTES)
@app.task(name="qingshan.commons.jobs.tasks.retry_stalled", queueing_lock="retry_stalled", pass_context=True)
async def retry_stalled(context: JobContext, timestamp: int) -> None:
    """Give jobs of dead workers out again; each is written to be repeated safely (``timestamp`` is the queue's own).

    Work that killed its worker time and again is given up, so that it does not stop everybody else's.
    """
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs():
        if job.attempts < MOST_ATTEMPTS:
            await manager.retry_job(job)
        else:
            await sync_to_async(give_up_stalled)(str(job.task_kwargs.get("job_id") or ""))
            await manager.finish_job(job, Status.FAILED, delete_job=False)


@app.periodic(cron=EVERY_MINUTES)
@app.task(name="qingshan.commons.jobs.tasks.end_lost", queueing_lock="end_lost", pass_context=False, retry=AGAIN)
def end_lost(timestamp: int) -> None:
    """End every job that still counts as under way though the queue has ended it (``timestamp`` is the queue's own)."""
    del timestamp
    drop_old_connections()
    end_lost_jobs()


@app.periodic(cron=NIGHTLY)
@app.task(name="qingshan.commons.jobs.tasks.forget_ended", queueing_lock="forget_ended", pass_context=True)
async def forget_ended(context: JobContext, timestamp: int) -> None:
    """Delete what has ended from the queue (``timestamp`` is the queue's own); periodic work alone adds 1,400 a day."""
    del timestamp
    await context.app.job_manager.delete_old_jobs(
        KEPT_HOURS, include_failed=True, include_cancelled=True, include_aborted=True
    )


def end_lost_jobs() -> int:
    """End jobs under way that no queue holds; returns how many. A job and its place in the queue are made together."""
    with system_scope():
        # In this order: a job that comes about meanwhile is in neither, one that ends meanwhile is left as it ended.
        under_way = list(Job.objects.filter(state__in=["waiting", "running"]).values_list("id", flat=True))
        if not under_way:
            return 0
        queued = ProcrastinateJob.objects.filter(status__in=["todo", "doing"]).values_list("args", flat=True)
        held = {str(args.get("job_id")) for args in queued}
    ended = 0
    for job_id in under_way:
        if str(job_id) not in held:
            with system_scope():
                ended += give_up(job_id=job_id, message=LOST, now=server_clock()())
    return ended


def give_up_stalled(job_id: str) -> None:
    """Tell the owner of a job that it was given up; one that has ended stays as it is."""
    if job_id:
        with system_scope():
            give_up(job_id=UUID(job_id), message=GIVEN_UP, now=server_clock()())
