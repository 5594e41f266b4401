"""Long work (我的任务): one's jobs, one job with its items and its file, refused items given out again."""

from collections.abc import Mapping
from typing import Annotated, Literal
from uuid import UUID

from django.http import Http404
from django.http.response import HttpResponseBase
from ninja import Field, Query, Router, Schema

from qingshan.commons.files.selectors import visible_file
from qingshan.commons.jobs.models import Job, JobItem
from qingshan.commons.jobs.selectors import ItemKey, item_counts, items_of, job_by_id, own_jobs
from qingshan.commons.jobs.services import retry_job
from qingshan.interfaces.api.authentication import ApiRequest
from qingshan.interfaces.api.fields import Answer, Key
from qingshan.interfaces.api.problems import Problem
from qingshan.interfaces.api.routes_files import MEDIA, original
from qingshan.interfaces.api.shown_common import JobOut, job_out
from qingshan.interfaces.api.specs import Spec, operation

router = Router(tags=["我的任务"])
ANYBODY = Spec()
FETCH = Spec(scope="files:read")
RETRY = Spec(acts=True)
NOBODY = "没有这个任务，或它不是您提交的"
SCOPE_OF_KIND: Mapping[str, str] = {
    "lead.receive": "leads:write",
    "lead.dispatch": "leads:write",
    "case.report_city": "cases:write",
}
"""What a token must be allowed before it gives this kind of work out again; other kinds are given out on the page."""


class JobsOut(Answer):
    """Own jobs, newest first; ``next`` is the ``before`` of the following page."""

    jobs: list[JobOut]
    next: UUID | None


class JobQuery(Schema):
    """``active``: waiting or running; ``refused``: failed, or with items that were not done."""

    state: Literal["active", "done", "refused"] | None = None
    before: Key | None = None


@operation(router, "GET", "/jobs", ANYBODY, summary="我的任务", answer=JobsOut)
def list_jobs(request: ApiRequest, filters: Query[JobQuery]) -> JobsOut:
    """Long work that the caller started, by page or by program."""
    found = own_jobs(request.viewer.account_id, state=filters.state or "", before=filters.before)
    return JobsOut(jobs=[job_out(job) for job in found.rows], next=found.rows[-1].id if found.more else None)


def job_or_404(job_id: UUID) -> Job:
    """The job, when it is one's own or on a batch that one sees."""
    job = job_by_id(job_id)
    if job is None:
        raise Http404(NOBODY)
    return job


@operation(router, "GET", "/jobs/{uuid:job_id}", ANYBODY, summary="一个任务", answer=JobOut)
def get_job(request: ApiRequest, job_id: UUID) -> JobOut:
    """How far a job is, and what came of it."""
    job = job_or_404(job_id)
    return job_out(job, own=job.created_by == request.viewer.account_id)


class JobItemOut(Answer):
    """One item of a job and what became of it; ``matter``: lead, case or "" for a row of a file."""

    position: int
    subject_id: UUID | None
    matter: str
    label: str
    outcome: str = Field(description="refused、waiting、done")
    problem: str


class JobItemsOut(Answer):
    """Items: refused, waiting, done, each in order; ``next`` is the ``after`` of the following page."""

    items: list[JobItemOut]
    counts: dict[str, int]
    next: str | None


ItemPlace = Annotated[str, Field(pattern=r"^[0-2]-[0-9]{1,9}$")]


class ItemQuery(Schema):
    """One outcome only; the place after which the page begins."""

    outcome: Literal["refused", "waiting", "done"] | None = None
    after: ItemPlace | None = None


@operation(router, "GET", "/jobs/{uuid:job_id}/items", ANYBODY, summary="任务的明细", answer=JobItemsOut)
def list_job_items(request: ApiRequest, job_id: UUID, filters: Query[ItemQuery]) -> JobItemsOut:
    """Every item with its outcome, 50 a page; a refused one says why."""
    job = job_or_404(job_id)
    after = ItemKey.read(filters.after) if filters.after else None
    found = items_of(job.id, outcome=filters.outcome or "", after=after)
    return JobItemsOut(
        items=[_item(item) for item in found.rows],
        counts=item_counts(job.id),
        next=str(found.next) if found.next else None,
    )


def _item(item: JobItem) -> JobItemOut:
    return JobItemOut(
        position=item.position,
        subject_id=item.subject_id,
        matter=str(item.params.get("matter", "")),
        label=item.label,
        outcome=item.outcome,
        problem=item.problem,
    )


@operation(router, "GET", "/jobs/{uuid:job_id}/file", FETCH, summary="任务生成的文件", media=MEDIA)
def fetch_job_file(request: ApiRequest, job_id: UUID) -> HttpResponseBase:
    """The file that the work made; only for who asked for the work."""
    job = job_or_404(job_id)
    row = visible_file(job.result_file) if job.result_file else None
    if row is None:
        raise Http404("这项任务没有可以下载的文件")
    return original(request, row)


@operation(router, "POST", "/jobs/{uuid:job_id}/retry", RETRY, summary="重办未办的", answer=JobOut, status=202)
def retry(request: ApiRequest, job_id: UUID) -> JobOut:
    """Give the items that were not done out again as a new job; asked twice, the first answer stands."""
    job = job_or_404(job_id)
    scope = SCOPE_OF_KIND.get(job.kind)
    if scope is None:
        raise Problem(403, "kind", "这类任务请在“我的任务”页面上重办")
    if scope not in request.token.scopes:
        raise Problem(403, "scope", f"令牌没有“{scope}”权限")
    viewer = request.viewer
    return job_out(retry_job(job_id=job.id, account_id=viewer.account_id, post_id=viewer.post_id, now=request.now))
