"""Work of the worker process: jobs whose worker died are given out again."""

from procrastinate import JobContext
from procrastinate.contrib.django import app

EVERY_MINUTES = "*/2 * * * *"


@app.periodic(cron=EVERY_MINUTES)
@app.task(name="qingshan.commons.jobs.tasks.retry_stalled", queueing_lock="retry_stalled", pass_context=True)
async def retry_stalled(context: JobContext, timestamp: int) -> None:
    """Give jobs of dead workers out again; each is written to be repeated safely (``timestamp`` is the queue's own)."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs():
        await manager.retry_job(job)
