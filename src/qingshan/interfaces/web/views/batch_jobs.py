"""The work on a batch as its page shows it: which job runs, how far it is, about how long it still takes."""

from datetime import datetime

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from qingshan.commons.inbox.models import Batch
from qingshan.commons.jobs.models import Job
from qingshan.contexts.leads.public import batch_work, is_worked_on
from qingshan.interfaces.web.middleware import OfficeRequest
from qingshan.interfaces.web.views.job_bar import bar_response, is_active, time_left

job_of, is_running = batch_work, is_worked_on


def job_context(batch: Batch, job: Job | None, now: datetime) -> dict[str, object]:
    """What the progress bar needs. Without a visible job a batch that is not read yet is somebody else's work."""
    shown: Job | dict[str, object] | None = job
    if job is None and batch.state == "received":
        shown = {"state": "running", "title": _("正在读取 %(name)s") % {"name": batch.name}, "done": 0, "total": 0}
    running = is_active(job)
    return {
        "job": shown,
        "running": running or (job is None and batch.state == "received"),
        "left": time_left(job, now) if running and job is not None else "",
        "url": reverse("web:batch_progress", args=[batch.id]),
    }


def progress_response(request: OfficeRequest, batch: Batch, job: Job | None) -> HttpResponse:
    """The bar alone; 304 while nothing moved; when the work has ended the page is loaded anew and asks no more."""
    context = job_context(batch, job, request.now)
    seen = f"{batch.state} {job.state} {job.done} {job.total}" if job is not None else batch.state
    return bar_response(request, context, running=bool(context["running"]), seen=seen)
