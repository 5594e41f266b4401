"""One act on many matters (批量办理) and lists as files (导出): jobs with an outcome per matter, as on the pages."""

from collections.abc import Sequence
from typing import Annotated, Literal
from uuid import UUID

from django.http import Http404
from ninja import Field, Router

from qingshan.commons.jobs.models import Job
from qingshan.commons.jobs.selectors import job_by_id
from qingshan.contexts.cases.public import (
    CASE_EXPORT_COLUMNS,
    MOST_CASES_AT_ONCE,
    case_labels,
    case_labels_of,
    export_cases,
    report_cases,
)
from qingshan.contexts.leads.public import (
    EXPORT_COLUMNS,
    MOST_AT_ONCE,
    bulk_leads,
    export_leads,
    labels_of,
    lead_labels,
)
from qingshan.domain.case import TABLE as CASE_ACTS
from qingshan.domain.lead import TABLE as LEAD_ACTS
from qingshan.domain.roles import MATTER_ROLES
from qingshan.interfaces.api.acting import acting_of
from qingshan.interfaces.api.authentication import ApiRequest
from qingshan.interfaces.api.faults import one_fault
from qingshan.interfaces.api.fields import Body, Day, Key
from qingshan.interfaces.api.filters import CaseView, LeadView, view_of
from qingshan.interfaces.api.shown_common import JobOut, job_out
from qingshan.interfaces.api.specs import Spec, operation

router = Router(tags=["批量办理与导出"])
Labels = Sequence[tuple[UUID, str]]
View = Annotated[str, Field(max_length=4000, description="列表的查询串，例如 state=dispatched&overdue=1；空串：全部")]
RECEIVE = Spec(scope="leads:write", roles=LEAD_ACTS["lead.receive"].roles, acts=True, body="json")
DISPATCH = Spec(scope="leads:write", roles=LEAD_ACTS["lead.dispatch"].roles, acts=True, body="json")
REPORT = Spec(scope="cases:write", roles=CASE_ACTS["case.report_city"].roles, acts=True, body="json")
EXPORT_LEADS = Spec(scope="leads:read", roles=MATTER_ROLES, acts=True, body="json")
EXPORT_CASES = Spec(scope="cases:read", roles=MATTER_ROLES, acts=True, body="json")


class ManyLeads(Body):
    """The leads: by id, or all of a view; one of the two."""

    lead_ids: Annotated[list[Key], Field(max_length=MOST_AT_ONCE)] | None = None
    view: View | None = None


class ManyToUnit(ManyLeads):
    """To which unit; left out: each to the township where it lies. A reason as for one lead."""

    unit_id: Key | None = None
    reason: Annotated[str, Field(max_length=500)] = ""


class ManyCases(Body):
    """The cases, by id or all of a view, and the report's number and day."""

    case_ids: Annotated[list[Key], Field(max_length=MOST_CASES_AT_ONCE)] | None = None
    view: View | None = None
    number: Annotated[str, Field(max_length=80)]
    reported_on: Day


def _leads(request: ApiRequest, content: ManyLeads) -> Labels:
    _one_of(content.lead_ids, content.view, "lead_ids")
    if content.view is not None:
        return lead_labels(request.viewer, view_of(LeadView, content.view, "view").filter(), request.now)
    return _all_there(content.lead_ids or [], labels_of(request.viewer, content.lead_ids or []))


def _cases(request: ApiRequest, content: ManyCases) -> Labels:
    _one_of(content.case_ids, content.view, "case_ids")
    if content.view is not None:
        return case_labels(request.viewer, view_of(CaseView, content.view, "view").filter(), request.now)
    return _all_there(content.case_ids or [], case_labels_of(request.viewer, content.case_ids or []))


def _one_of(ids: list[UUID] | None, view: str | None, field: str) -> None:
    if (ids is None) == (view is None):
        raise one_fault("body", field, f"{field} 和 view 须填其中一项", code="one_of")


def _all_there(asked: Sequence[UUID], found: Labels) -> Labels:
    """Nothing is left out in silence: a program that names a matter it cannot see is told."""
    lost = len(set(asked)) - len(found)
    if lost:
        raise Http404(f"其中 {lost} 件没有找到，或不在您的辖区内")
    return found


def _shown(job: Job) -> JobOut:
    """The job as it stands: a small one is done already."""
    return job_out(job_by_id(job.id) or job)


@operation(router, "POST", "/leads/bulk/receive", RECEIVE, summary="批量签收", answer=JobOut, status=202)
def receive_many(request: ApiRequest, content: ManyLeads) -> JobOut:
    """Sign for many leads; each is its own act, and the job's items say what was refused and why."""
    leads = _leads(request, content)
    return _shown(bulk_leads(act="receive", leads=leads, params={}, back="", acting=acting_of(request)))


@operation(router, "POST", "/leads/bulk/dispatch", DISPATCH, summary="批量分派", answer=JobOut, status=202)
def dispatch_many(request: ApiRequest, content: ManyToUnit) -> JobOut:
    """Give many leads to a unit, or each to the township where it lies."""
    params = {"unit_id": str(content.unit_id or ""), "reason": content.reason.strip()}
    leads = _leads(request, content)
    return _shown(bulk_leads(act="dispatch", leads=leads, params=params, back="", acting=acting_of(request)))


@operation(router, "POST", "/cases/bulk/report", REPORT, summary="批量上报市局", answer=JobOut, status=202)
def report_many(request: ApiRequest, content: ManyCases) -> JobOut:
    """Report the accepted ones of many cases as one report; the others are left out, each with its reason."""
    job = report_cases(
        cases=_cases(request, content),
        number=content.number,
        reported_on=content.reported_on,
        back="",
        acting=acting_of(request),
    )
    return _shown(job)


class ExportIn(Body):
    """The view in its order; the columns (all where they are left out)."""

    view: View = ""
    format: Literal["xlsx", "csv"] = "xlsx"
    columns: Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=40)] = Field(default_factory=list)


def _columns(asked: Sequence[str], known: Sequence[str]) -> list[str]:
    unknown = [name for name in asked if name not in known]
    if unknown:
        raise one_fault("body", "columns", f"没有“{unknown[0]}”这一列，可用：{'、'.join(known)}", code="enum")
    return list(dict.fromkeys(asked)) or list(known)


@operation(router, "POST", "/leads/exports", EXPORT_LEADS, summary="导出线索清单", answer=JobOut, status=202)
def export_lead_list(request: ApiRequest, content: ExportIn) -> JobOut:
    """Let the worker write a view of the leads as a file; fetch it from the job when it is done."""
    view = view_of(LeadView, content.view, "view")
    job = export_leads(
        wanted=view.filter(),
        sort=view.sort,
        columns=_columns(content.columns, list(EXPORT_COLUMNS)),
        kind=content.format,
        back="",
        acting=acting_of(request),
    )
    return job_out(job)


@operation(router, "POST", "/cases/exports", EXPORT_CASES, summary="导出台账问题清单", answer=JobOut, status=202)
def export_case_list(request: ApiRequest, content: ExportIn) -> JobOut:
    """Let the worker write a view of the cases as a file; no personal values, as in the list."""
    view = view_of(CaseView, content.view, "view")
    job = export_cases(
        wanted=view.filter(),
        sort=view.sort,
        columns=_columns(content.columns, list(CASE_EXPORT_COLUMNS)),
        kind=content.format,
        back="",
        acting=acting_of(request),
    )
    return job_out(job)
