"""Reporting many cases to the city at once (批量上报), and the list as a file (导出)."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from qingshan.commons.base.ids import new_id
from qingshan.commons.base.wire import to_wire
from qingshan.commons.files.tables import FORMATS
from qingshan.commons.jobs.models import Job, JobItem
from qingshan.commons.jobs.progress import Progress
from qingshan.commons.jobs.running import Outcome, run_whole_now
from qingshan.commons.jobs.services import ItemInput, open_job, start_job
from qingshan.commons.people.viewer import Acting
from qingshan.contexts.cases.listing import CASE_SORTS, MOST_AT_ONCE, CaseFilter
from qingshan.contexts.cases.policy import visible_cases
from qingshan.contexts.cases.services.gates import report_to_city
from qingshan.domain.acts import ActRefused
from qingshan.domain.case import TABLE, CaseState

REPORT_TASK = "qingshan.contexts.cases.tasks.report_cases"
EXPORT_TASK = "qingshan.contexts.cases.tasks.export_list"
ACT = "case.report_city"
AT_ONCE = 50
"""Up to so many cases are reported while the person waits."""


def report_cases(
    *, cases: Sequence[tuple[UUID, str]], number: str, reported_on: date | None, back: str, acting: Acting
) -> Job:
    """Report these cases (id and number) to the city as one report.

    Cases that are not accepted are left out, each with its reason. Refuses a post that may not report, nothing chosen,
    an incomplete form.
    """
    if acting.viewer.roles.isdisjoint(TABLE[ACT].roles):
        raise ActRefused("role", "您的职务不能上报市局")
    if not cases:
        raise ActRefused("empty", "没有选中台账问题，请先勾选")
    if len(cases) > MOST_AT_ONCE:
        raise ActRefused("too_many", f"一次最多上报 {MOST_AT_ONCE} 件，请先用筛选缩小范围")
    if not number.strip() or reported_on is None:
        raise ActRefused("incomplete", "上报文号和日期须填")
    given: dict[str, Any] = {
        "kind": ACT,
        "task": REPORT_TASK,
        "title": f"上报市局 {len(cases)} 件：{number.strip()}",
        "subject_id": new_id(),
        "created_by": acting.viewer.account_id,
        "post_id": acting.viewer.post_id,
        "now": acting.now(),
        "params": {"number": number.strip(), "reported_on": reported_on.isoformat(), "back": back},
        "items": [ItemInput(subject_id=i, label=n, params={"matter": "case"}) for i, n in cases],
    }
    if len(cases) > AT_ONCE:
        return start_job(**given)
    job = open_job(**given)
    run_whole_now(job, do_report, acting)
    return job


def do_report(job: Job, acting: Acting, progress: Progress) -> Outcome:
    """The report with every case that may be reported; the others are told apart, each with its reason."""
    items = list(JobItem.objects.filter(job=job).order_by("position"))
    states = dict(visible_cases(acting.viewer).filter(id__in=[i.subject_id for i in items]).values_list("id", "state"))
    for item in items:
        item.problem = _problem(states, item.subject_id)
        item.outcome = "refused" if item.problem else "done"
    ready = [i.subject_id for i in items if i.outcome == "done" and i.subject_id is not None]
    progress.report(0, len(items))
    if ready:
        report_to_city(
            case_ids=ready,
            number=str(job.params["number"]),
            reported_on=date.fromisoformat(job.params["reported_on"]),
            acting=acting,
        )
    JobItem.objects.bulk_update(items, ["outcome", "problem"], batch_size=500)
    refused = len(items) - len(ready)
    Job.objects.filter(id=job.id).update(done=len(items), refused=refused)
    return Outcome(message=f"共 {len(items)} 件：上报 {len(ready)}，未上报 {refused}")


def _problem(states: Mapping[UUID, str], case_id: UUID | None) -> str:
    state = states.get(case_id) if case_id is not None else None
    if state is None:
        return "没有这个台账问题，或它不在您的辖区内"
    if state == CaseState.OPEN:
        return "尚未通过县级验收，验收后再上报"
    return "" if state == CaseState.ACCEPTED else "已经上报过，不再重复上报"


def export_cases(*, wanted: CaseFilter, sort: str, columns: Sequence[str], kind: str, back: str, acting: Acting) -> Job:
    """Let the worker write the view as a file, in its order and with the chosen columns."""
    if kind not in FORMATS or sort not in CASE_SORTS:
        raise ActRefused("format", "请选择 Excel 或 CSV 格式")
    return start_job(
        kind="case.export",
        task=EXPORT_TASK,
        title=f"导出台账问题清单（{'Excel' if kind == 'xlsx' else 'CSV'}）",
        subject_id=new_id(),
        created_by=acting.viewer.account_id,
        post_id=acting.viewer.post_id,
        now=acting.now(),
        params={"filter": to_wire(wanted), "sort": sort, "columns": list(columns), "format": kind, "back": back},
    )
