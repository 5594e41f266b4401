"""The progress bar of long work: about how long it still takes, and the answer to a page that asks again and again."""

from datetime import datetime
from hashlib import sha256

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from qingshan.commons.jobs.models import Job
from qingshan.commons.jobs.selectors import ACTIVE
from qingshan.interfaces.web.middleware import OfficeRequest

ENOUGH = 5
"""Seconds of work after which the time left can be told."""


def is_active(job: Job | None) -> bool:
    """Whether the work waits or runs."""
    return job is not None and job.state in ACTIVE


def time_left(job: Job, now: datetime) -> str:
    """About how long the work still takes, from its speed so far; "" while too little is known."""
    spent = (now - job.created_at).total_seconds()
    if job.state != "running" or not job.done or not job.total or spent < ENOUGH:
        return ""
    seconds = spent / job.done * max(job.total - job.done, 0)
    if seconds < 60:
        return _("还需约 %(n)s 秒") % {"n": max(5, round(seconds / 5) * 5)}
    return _("还需约 %(n)s 分钟") % {"n": round(seconds / 60)}


def bar_response(request: OfficeRequest, context: dict[str, object], *, running: bool, seen: str) -> HttpResponse:
    """The bar alone; 304 while ``seen`` is what it was; when the work has ended the page is loaded anew."""
    if not running:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    tag = f'"{sha256(seen.encode()).hexdigest()[:16]}"'
    if request.headers.get("If-None-Match") == tag:
        response = HttpResponse(status=304)
    else:
        response = render(request, "web/components/progress.html", context)
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = "private, no-cache"
    return response
