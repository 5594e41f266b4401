"""The work on a batch as its page shows it: which job runs, how far it is, about how long it still takes."""

from datetime import datetime
from hashlib import sha256

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from qingshan.commons.inbox.models import Batch
from qingshan.commons.jobs.models import Job
from qingshan.commons.jobs.services import latest_job
from qingshan.interfaces.web.middleware import OfficeRequest

ACTIVE = frozenset({"waiting", "running"})
ENOUGH = 5
"""Seconds of work after which the time left can be told."""


def job_of(batch: Batch) -> Job | None:
    """The newest work on the batch; only who started it sees how far it is."""
    jobs = [job for kind in ("inspect", "accept") if (job := latest_job(batch.id, kind)) is not None]
    return max(jobs, key=lambda job: job.created_at, default=None)


def is_running(batch: Batch) -> bool:
    """Whether work on the batch waits or runs."""
    job = job_of(batch)
    return job is not None and job.state in ACTIVE


def job_context(batch: Batch, job: Job | None, now: datetime) -> dict[str, object]:
    """What the progress bar needs. Without a visible job a batch that is not read yet is somebody else's work."""
    shown: Job | dict[str, object] | None = job
    if job is None and batch.state == "received":
        shown = {"state": "running", "title": _("正在读取 %(name)s") % {"name": batch.name}, "done": 0, "total": 0}
    running = job is not None and job.state in ACTIVE
    return {
        "job": shown,
        "running": running or (job is None and batch.state == "received"),
        "left": time_left(job, now) if running and job is not None else "",
        "url": reverse("web:batch_progress", args=[batch.id]),
    }


def time_left(job: Job, now: datetime) -> str:
    """About how long the work still takes, from its speed so far; "" while too little is known."""
    spent = (now - job.created_at).total_seconds()
    if job.state != "running" or not job.done or not job.total or spent < ENOUGH:
        return ""
    seconds = spent / job.done * max(job.total - job.done, 0)
    if seconds < 60:
        return _("还需约 %(n)s 秒") % {"n": max(5, round(seconds / 5) * 5)}
    return _("还需约 %(n)s 分钟") % {"n": round(seconds / 60)}


def progress_response(request: OfficeRequest, batch: Batch, job: Job | None) -> HttpResponse:
    """The bar alone; 304 while nothing moved; when the work has ended the page is loaded anew and asks no more."""
    context = job_context(batch, job, request.now)
    if not context["running"]:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    seen = f"{batch.state} {job.state} {job.done} {job.total}" if job is not None else batch.state
    tag = f'"{sha256(seen.encode()).hexdigest()[:16]}"'
    if request.headers.get("If-None-Match") == tag:
        response = HttpResponse(status=304)
    else:
        response = render(request, "web/components/progress.html", context)
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = "private, no-cache"
    return response
