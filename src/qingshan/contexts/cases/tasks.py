"""Work of the worker process on cases. The web process queues these by name."""

from uuid import UUID

from procrastinate.contrib.django import app

from qingshan.commons.base.wire import from_wire
from qingshan.commons.files.tables import store_table
from qingshan.commons.jobs.models import Job
from qingshan.commons.jobs.progress import Progress
from qingshan.commons.jobs.retrying import AGAIN
from qingshan.commons.jobs.running import Outcome, run_whole
from qingshan.commons.people.viewer import Acting
from qingshan.contexts.campaigns.public import campaign_in_force
from qingshan.contexts.cases.exporting import CASE_EXPORT_COLUMNS
from qingshan.contexts.cases.listing import CASE_SORTS, CaseFilter, every_case, filtered
from qingshan.contexts.cases.services.bulk import EXPORT_TASK, REPORT_TASK, do_report

REPORTED_EVERY = 500


@app.task(name=REPORT_TASK, queue="acts", retry=AGAIN)
def report_cases_task(job_id: str) -> None:
    """One report of many cases: all of it or nothing of it."""
    run_whole(UUID(job_id), do_report)


@app.task(name=EXPORT_TASK, queue="exports", retry=AGAIN)
def export_list_task(job_id: str) -> None:
    """Write a view of the list as a file for whoever asked."""
    run_whole(UUID(job_id), _export)


def _export(job: Job, acting: Acting, progress: Progress) -> Outcome:
    wanted, now, in_force = from_wire(CaseFilter, job.params["filter"]), acting.now(), campaign_in_force()
    names = [name for name in job.params["columns"] if name in CASE_EXPORT_COLUMNS]
    columns = [CASE_EXPORT_COLUMNS[name] for name in ["number", *(name for name in names if name != "number")]]
    total = filtered(acting.viewer, wanted, now).count()
    cases = every_case(acting.viewer, wanted, now, sort=CASE_SORTS[job.params["sort"]])
    file = store_table(
        name=f"台账问题清单-{now.astimezone(in_force.zone):%Y%m%d-%H%M}-{total}件",
        kind=job.params["format"],
        head=[column.label for column in columns],
        rows=([column.value(case, in_force.plan) for column in columns] for case in cases),
        owner=job.created_by,
        now=now,
        zone=in_force.zone,
        progress=lambda done: progress.report(done, total) if done % REPORTED_EVERY == 0 or done == total else None,
    )
    return Outcome(message=f"共 {total} 件，可以下载", result={"rows": total}, result_file=file.id)
