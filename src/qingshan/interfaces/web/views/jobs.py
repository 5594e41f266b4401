"""Long work (我的任务): one's jobs, one job with its items and its file, refused items given out again."""

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from procrastinate.exceptions import AlreadyEnqueued

from qingshan.commons.files.models import StoredFile
from qingshan.commons.files.selectors import visible_file
from qingshan.commons.files.services import path_of
from qingshan.commons.jobs.models import Job, JobItem
from qingshan.commons.jobs.selectors import ItemKey, active_jobs, item_counts, items_of, job_by_id, own_jobs
from qingshan.commons.jobs.services import RETRIED_AS, retry_job
from qingshan.domain.acts import ActRefused
from qingshan.interfaces.web import labels
from qingshan.interfaces.web.access import page
from qingshan.interfaces.web.acting import read_uuid
from qingshan.interfaces.web.middleware import OfficeRequest
from qingshan.interfaces.web.views.job_bar import bar_response, is_active, time_left

OUTCOMES = ("refused", "waiting", "done")
VIEWS = ("", "active", "done", "refused")


def job_or_404(job_id: UUID) -> Job:
    """The job, when it is one's own or on a batch that one sees."""
    job = job_by_id(job_id)
    if job is None:
        raise Http404(_("没有这项任务，或它不是您提交的"))
    return job


@page()
@require_safe
def job_list(request: OfficeRequest) -> HttpResponse:
    """One's jobs, newest first, by key; running ones move by themselves."""
    state = request.GET.get("state", "")
    state = state if state in VIEWS else ""
    found = own_jobs(request.viewer.account_id, state=state, before=read_uuid(request.GET.get("before", "")))
    here = f"?state={state}" if state else "?"
    context = {
        "rows": [_row(job, request) for job in found.rows],
        "tabs": _list_tabs(state),
        "first_url": here if request.GET.get("before") else "",
        "next_url": f"{here}&before={found.rows[-1].id}" if found.more else "",
        "moving": any(is_active(job) for job in found.rows),
        "filtered": bool(state),
        "now": request.now,
    }
    return render(request, "web/jobs/list.html", context)


def _list_tabs(state: str) -> list[dict[str, object]]:
    words = {"": _("全部"), "active": _("进行中"), "done": _("已完成"), "refused": _("有未办的")}
    return [
        {"label": words[slug], "url": f"?state={slug}" if slug else "?", "count": None, "active": slug == state}
        for slug in VIEWS
    ]


def _row(job: Job, request: OfficeRequest) -> dict[str, object]:
    return {
        "job": job,
        "active": is_active(job),
        "left": time_left(job, request.now),
        "file_url": reverse("web:job_file", args=[job.id]) if job.result_file else "",
    }


@page()
@require_safe
def job_running(request: OfficeRequest) -> HttpResponse:
    """The small sign in the frame: own work that runs; asked for while there is some."""
    jobs = active_jobs(request.viewer.account_id)
    return render(request, "web/components/running.html", {"running_jobs": jobs, "asked": True})


@page()
@require_safe
def job_detail(request: OfficeRequest, job_id: UUID) -> HttpResponse:
    """One job: progress or result, what was refused and why, the file, the way back."""
    job = job_or_404(job_id)
    outcome = request.GET.get("outcome", "")
    outcome = outcome if outcome in OUTCOMES else ""
    after = ItemKey.read(request.GET.get("after", ""))
    found, counts = items_of(job.id, outcome=outcome, after=after), item_counts(job.id)
    own, result = (
        job.created_by == request.viewer.account_id,
        visible_file(job.result_file) if job.result_file else None,
    )
    here = f"?outcome={outcome}" if outcome else "?"
    undone = counts.get("refused", 0) + (counts.get("waiting", 0) if job.state == "failed" else 0)
    context = {
        **_bar(job, request),
        "back": back_of(job),
        "counts": {name: counts.get(name, 0) for name in OUTCOMES},
        "has_items": bool(counts),
        "rows": [_item(item) for item in found.rows],
        "tabs": _item_tabs(counts, outcome),
        "total": counts.get(outcome, 0) if outcome else sum(counts.values()),
        "first_url": here if after else "",
        "next_url": f"{here}&after={found.next}" if found.next else "",
        "result_file": result,
        "result_gone": own and bool(job.result_file) and (result is None or not path_of(result.sha256).is_file()),
        "undone": undone if own and not is_active(job) and job.task else 0,
        "retried": job.result.get(RETRIED_AS, ""),
        "retry_of": job.params.get("retry_of", ""),
        "now": request.now,
    }
    return render(request, "web/jobs/detail.html", context)


def _bar(job: Job, request: OfficeRequest) -> dict[str, object]:
    return {
        "job": job,
        "running": is_active(job),
        "left": time_left(job, request.now),
        "url": reverse("web:job_progress", args=[job.id]),
    }


def _item(item: JobItem) -> dict[str, object]:
    return {"item": item, "url": item_url(item)}


def _item_tabs(counts: dict[str, int], outcome: str) -> list[dict[str, object]]:
    tabs: list[dict[str, object]] = [
        {"label": _("全部"), "url": "?", "count": sum(counts.values()), "active": not outcome}
    ]
    return tabs + [
        {
            "label": labels.word("item", name),
            "url": f"?outcome={name}",
            "count": counts.get(name, 0),
            "active": outcome == name,
        }
        for name in OUTCOMES
        if counts.get(name) or outcome == name
    ]


BATCH_KINDS = frozenset({"inspect", "accept"})


def back_of(job: Job) -> dict[str, str]:
    """Where the work came from: a batch, or the page that was told when the work was asked for (``params.back``)."""
    if job.kind in BATCH_KINDS and job.subject_id:
        return {"url": reverse("web:batch_detail", args=[job.subject_id]), "label": _("回到批次")}
    back = job.params.get("back", "")
    if isinstance(back, str) and back.startswith("/") and not back.startswith("//"):
        return {"url": back, "label": _("回到提交任务的页面")}
    return {}


def item_url(item: JobItem) -> str:
    """The page of the matter behind an item, when its job said what it is (``params.matter``)."""
    pages = {"lead": "web:lead_detail", "case": "web:case_detail"}
    name = pages.get(str(item.params.get("matter", "")))
    return reverse(name, args=[item.subject_id]) if name and item.subject_id else ""


@page()
@require_safe
def job_progress(request: OfficeRequest, job_id: UUID) -> HttpResponse:
    """The progress bar, asked for every second: 304 while nothing moved, a reload of the page at the end."""
    job = job_or_404(job_id)
    bar = _bar(job, request)
    return bar_response(request, bar, running=is_active(job), seen=f"{job.state} {job.done} {job.total} {bar['left']}")


@page()
@require_safe
def job_file(request: OfficeRequest, job_id: UUID) -> HttpResponseBase:
    """The file that the work made, with a name for people; only for its owner."""
    job = job_or_404(job_id)
    row = visible_file(job.result_file) if job.result_file else None
    if row is None or not path_of(row.sha256).is_file():
        raise Http404(_("这项任务没有可以下载的文件，或文件已过保存期限"))
    response = FileResponse(
        path_of(row.sha256).open("rb"), as_attachment=True, filename=row.original_name, content_type=_media_type(row)
    )
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Content-Security-Policy"] = "sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


MEDIA = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".csv": "text/csv; charset=utf-8",
}


def _media_type(row: StoredFile) -> str:
    end = row.original_name[row.original_name.rfind(".") :].lower()
    return MEDIA.get(end, row.media_type)


@page()
@require_POST
def job_retry(request: OfficeRequest, job_id: UUID) -> HttpResponse:
    """Give the items that were not done out again as a new job; a second click leads to the same one."""
    job = job_or_404(job_id)
    viewer, to = request.viewer, reverse("web:job_detail", args=[job.id])
    try:
        with transaction.atomic():
            again = retry_job(job_id=job.id, account_id=viewer.account_id, post_id=viewer.post_id, now=request.now)
        to = reverse("web:job_detail", args=[again.id])
        messages.success(request, _("已提交重办，只办上次没有办成的"))
    except ActRefused as refusal:
        messages.error(request, refusal.message)
    except AlreadyEnqueued:
        messages.warning(request, _("同样的任务还在排队，请等它开始后再重办"))
    return HttpResponseRedirect(to)
