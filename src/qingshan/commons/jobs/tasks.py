"""Work of the worker process: jobs whose worker died are given out again."""

from uuid import UUID

from asgiref.sync import sync_to_async
from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.jobs import Status

from qingshan.commons.base.clock import server_clock
from qingshan.commons.base.scope import system_scope
from qingshan.commons.jobs.models import Job
from qingshan.commons.jobs.services import finish_job

MOST_ATTEMPTS = 3
GIVEN_UP = "后台程序办这项任务时多次中断，任务已停止；请检查所传的文件，改小后重新提交，或联系系统管理人员"
EVERY_MINUTES = "*/2 * * * *"


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
            await sync_to_async(give_up)(str(job.task_kwargs.get("job_id") or ""))
            await manager.finish_job(job, Status.FAILED, delete_job=False)


def give_up(job_id: str) -> None:
    """Tell the owner of a job that it was given up; one that has ended stays as it is."""
    if not job_id:
        return
    now = server_clock()()
    with system_scope():
        if Job.objects.filter(id=UUID(job_id), state__in=["waiting", "running"]).exists():
            finish_job(job_id=UUID(job_id), state="failed", message=GIVEN_UP, now=now)
