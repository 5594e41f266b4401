"""Rosters (人员名册): template, upload, preview to the row, acceptance by the rights administrator."""

from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from procrastinate.exceptions import AlreadyEnqueued

from qingshan.commons.accounts.models import Roster
from qingshan.commons.accounts.roster_template import roster_template
from qingshan.commons.accounts.rosters import MOST_UPLOAD, queue_acceptance, register_roster
from qingshan.commons.accounts.selectors import roster_by_id, roster_rows, rosters
from qingshan.commons.jobs.models import Job
from qingshan.commons.jobs.services import latest_job
from qingshan.domain.acts import ActRefused
from qingshan.interfaces.web.access import page
from qingshan.interfaces.web.account_words import KEEPERS, tabs_of
from qingshan.interfaces.web.acting import acting_of
from qingshan.interfaces.web.casework.listing import read_uuid
from qingshan.interfaces.web.middleware import OfficeRequest
from qingshan.interfaces.web.uploading import perform_upload, posted_file
from qingshan.interfaces.web.views.posts import APPOINTER, today_of

UPLOADER, PAGE = "system_admin", 50
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ACTIVE = frozenset({"waiting", "running"})
UPLOAD, DETAIL = "web/accounts/roster_upload.html", "web/accounts/roster.html"


@page(*KEEPERS)
@require_safe
def roster_list(request: OfficeRequest) -> HttpResponse:
    """Rosters, newest first, by key."""
    before = read_uuid(request.GET.get("before", ""))
    found = rosters(before=before, limit=PAGE + 1)
    context = {
        "rows": found[:PAGE],
        "tabs": tabs_of(request.viewer, "roster_list"),
        "may_upload": request.viewer.has(UPLOADER),
        "first_url": "?" if before else "",
        "next_url": f"?before={found[PAGE - 1].id}" if len(found) > PAGE else "",
        "now": request.now,
    }
    return render(request, "web/accounts/rosters.html", context)


@page(*KEEPERS)
@require_safe
def roster_template_file(request: OfficeRequest) -> HttpResponse:
    """The template with the vacant posts of today."""
    response = HttpResponse(roster_template(today=today_of(request)), content_type=XLSX)
    response.headers["Content-Disposition"] = content_disposition_header(True, "人员名册模板.xlsx") or "attachment"
    return response


@page(UPLOADER)
@require_http_methods(["GET", "POST"])
def roster_upload(request: OfficeRequest) -> HttpResponse:
    """Hand a filled template in; the worker reads it."""
    if request.method != "POST":
        return render(request, UPLOAD, {"now": request.now})
    return perform_upload(
        request,
        lambda: _register(request),
        page="web:roster_detail",
        done=_("名册已收到，正在读取"),
        template=UPLOAD,
        context=lambda: {"now": request.now},
    )


def _register(request: OfficeRequest) -> Roster:
    row = posted_file(request, limit=MOST_UPLOAD)
    if row.media_type != "application/zip":
        raise ActRefused("file", _("“%(name)s”不是 .xlsx 文件，请用模板填写后再上传") % {"name": row.original_name})
    return register_roster(file=row, acting=acting_of(request))


def _roster_or_404(roster_id: UUID) -> Roster:
    roster = roster_by_id(roster_id)
    if roster is None:
        raise Http404(_("没有这份名册"))
    return roster


def _job(roster: Roster) -> Job | None:
    """The newest work on a roster; only who started it sees how far it is."""
    jobs = [job for kind in ("read_roster", "accept_roster") if (job := latest_job(roster.id, kind)) is not None]
    return max(jobs, key=lambda job: job.created_at, default=None)


def _context(request: OfficeRequest, roster_id: UUID) -> dict[str, object]:
    roster = _roster_or_404(roster_id)
    rows, job, only = roster_rows(roster.id), _job(roster), request.GET.get("only", "")
    numbers = {word: sum(row.outcome == word for row in rows) for word in ("new", "same", "refused")}
    running = job is not None and job.state in ACTIVE
    labels = (("", _("全部")), ("new", _("新开")), ("same", _("已有")), ("refused", _("不办")))
    return {
        "roster": roster,
        "job": job if running or (job is not None and job.state == "failed" and roster.state == "read") else None,
        "url": reverse("web:roster_progress", args=[roster.id]),
        "running": running,
        "rows": [row for row in rows if not only or row.outcome == only],
        "numbers": numbers,
        "row_tabs": [
            {"label": label, "url": f"?only={word}", "active": word == only, "count": numbers.get(word, len(rows))}
            for word, label in labels
        ],
        "may_accept": request.viewer.has(APPOINTER) and roster.state == "read" and not running and numbers["new"] > 0,
        "may_print": request.viewer.has(UPLOADER) and roster.state == "done",
        "accounts": list(dict.fromkeys(row.account_id for row in rows if row.outcome == "new" and row.account_id)),
        "now": request.now,
    }


@page(*KEEPERS)
@require_safe
def roster_detail(request: OfficeRequest, roster_id: UUID) -> HttpResponse:
    """One roster: being read, preview to the row, or what became of it."""
    return render(request, DETAIL, _context(request, roster_id))


@page(*KEEPERS)
@require_safe
def roster_progress(request: OfficeRequest, roster_id: UUID) -> HttpResponse:
    """The progress bar; at the end the page is loaded anew."""
    roster = _roster_or_404(roster_id)
    job = _job(roster)
    if job is None or job.state not in ACTIVE:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    url = reverse("web:roster_progress", args=[roster.id])
    return render(request, "web/components/progress.html", {"job": job, "url": url})


@page(APPOINTER)
@require_POST
def roster_accept(request: OfficeRequest, roster_id: UUID) -> HttpResponse:
    """Let the worker create the accounts and appointments; asked twice, it is done once."""
    roster = _roster_or_404(roster_id)
    to = reverse("web:roster_detail", args=[roster.id])
    try:
        with transaction.atomic():
            queue_acceptance(roster_id=roster.id, acting=acting_of(request))
    except AlreadyEnqueued:
        pass
    except ActRefused as refusal:
        return render(request, DETAIL, {**_context(request, roster_id), "refusal": refusal}, status=409)
    return redirect(to)
