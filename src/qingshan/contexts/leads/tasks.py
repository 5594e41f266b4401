"""Work of the worker process. The web process queues these by name and never imports this module."""

from datetime import datetime
from time import monotonic
from uuid import UUID

from procrastinate.contrib.django import app

from qingshan.commons.base.clock import server_clock
from qingshan.commons.base.counters import reserved_blocks
from qingshan.commons.base.wire import from_wire
from qingshan.commons.files.models import StoredFile
from qingshan.commons.files.services import path_of
from qingshan.commons.files.tables import store_table
from qingshan.commons.inbox.models import Batch
from qingshan.commons.jobs.models import Job
from qingshan.commons.jobs.progress import Progress
from qingshan.commons.jobs.retrying import AGAIN
from qingshan.commons.jobs.running import Outcome, WorkFailed, fails_with, run_items, run_whole
from qingshan.commons.people.viewer import Acting
from qingshan.contexts.campaigns.public import campaign_in_force
from qingshan.contexts.leads.exporting import EXPORT_COLUMNS
from qingshan.contexts.leads.listing import LEAD_SORTS, LeadFilter, every_lead, filtered
from qingshan.contexts.leads.pictures import CHIPS_TASK, queue_chips
from qingshan.contexts.leads.services.batches import ACCEPT_TASK, INSPECT_TASK, fail_batch
from qingshan.contexts.leads.services.bulk import BULK_TASK, EXPORT_TASK, do_bulk_item
from qingshan.contexts.leads.services.chips import attach_chips, holds_pictures, preview_chips
from qingshan.contexts.leads.services.inspecting import inspect_batch, only_duplicates
from qingshan.contexts.leads.services.intake import ForbiddenFileError, accept_batch, wipe_forbidden
from qingshan.contexts.leads.services.pairing import PAIR_TASK, find_pairs
from qingshan.contexts.leads.services.plausible import asked_of
from qingshan.contexts.leads.services.proving import PROVE_TASK, make_proof_file
from qingshan.geo.features import ReadError, Undecided

BROKEN = "程序出错，没有导入任何一行；原件已保存，请联系系统管理人员查看后台日志"


@app.task(name=INSPECT_TASK, queue="batches", retry=AGAIN)
def inspect_batch_task(job_id: str) -> None:
    """Read a batch for its preview."""
    run_whole(UUID(job_id), _inspect, failed=_failed)


@app.task(name=ACCEPT_TASK, queue="batches", retry=AGAIN)
def accept_batch_task(job_id: str) -> None:
    """Take a batch in. Killed in the middle nothing is written; the queue gives the job out again."""
    run_whole(UUID(job_id), _accept, failed=_failed)


@app.task(name=BULK_TASK, queue="acts", retry=AGAIN)
def bulk_act_task(job_id: str) -> None:
    """One act on many leads, each with its own outcome. Killed in the middle it goes on where it stopped."""
    run_items(UUID(job_id), do_bulk_item)


@app.task(name=EXPORT_TASK, queue="exports", retry=AGAIN)
def export_list_task(job_id: str) -> None:
    """Write a view of the list as a file for whoever asked."""
    run_whole(UUID(job_id), _export)


@app.task(name=PROVE_TASK, queue="exports", retry=AGAIN)
def write_proof_task(job_id: str) -> None:
    """Write the completeness proof as a workbook for whoever asked."""
    run_whole(UUID(job_id), make_proof_file)


@app.task(name=CHIPS_TASK, queue="batches", retry=AGAIN)
def attach_chips_task(job_id: str) -> None:
    """Give the pictures of a package to the leads of a batch."""
    run_whole(UUID(job_id), _attach_chips)


EVERY_THREE_MINUTES = "*/3 * * * *"
PAIR_SECONDS = 20
"""What one search for pairs takes of the worker; a large import is caught up with over several."""


@app.periodic(cron=EVERY_THREE_MINUTES)
@app.task(name=PAIR_TASK, queue="pairs", queueing_lock="find_pairs", pass_context=False)
def find_pairs_task(timestamp: int = 0) -> None:
    """Compare the leads that came in or were corrected since the last time (查重), for some seconds at most."""
    until = monotonic() + PAIR_SECONDS
    find_pairs(server_clock()(), go_on=lambda: monotonic() < until)


def _export(job: Job, acting: Acting, progress: Progress) -> Outcome:
    wanted, now, in_force = from_wire(LeadFilter, job.params["filter"]), acting.now(), campaign_in_force()
    names = [name for name in job.params["columns"] if name in EXPORT_COLUMNS]
    names = ["number", *(name for name in names if name != "number")]
    columns = [EXPORT_COLUMNS[name] for name in names]
    total = filtered(acting.viewer, wanted, now).count()
    leads = every_lead(acting.viewer, wanted, now, sort=LEAD_SORTS[job.params["sort"]])
    file = store_table(
        name=f"线索清单-{now.astimezone(in_force.zone):%Y%m%d-%H%M}-{total}条",
        kind=job.params["format"],
        head=[column.label for column in columns],
        rows=([column.value(lead, in_force.plan) for column in columns] for lead in leads),
        owner=job.created_by,
        now=now,
        zone=in_force.zone,
        progress=lambda done: progress.report(done, total) if done % REPORTED_EVERY == 0 or done == total else None,
    )
    return Outcome(message=f"共 {total} 条，可以下载", result={"rows": total}, result_file=file.id)


REPORTED_EVERY = 1000


def _inspect(job: Job, acting: Acting, progress: Progress) -> Outcome:
    content = inspect_batch(batch_id=_batch(job), acting=acting, progress=progress)
    preview_chips(batch_id=_batch(job), acting=acting)
    if only_duplicates(content):
        # Nothing is left to decide: the rows are kept with their reasons, and the batch has come to its end.
        result = accept_batch(batch_id=_batch(job), acting=acting, progress=progress)
        _bring_chips(_batch(job), acting)
        return Outcome(message=f"全部 {result.received} 行与已有线索重复，没有产生新线索")
    return Outcome(message=f"已读取 {content.get('received', 0)} 行")


def _accept(job: Job, acting: Acting, progress: Progress) -> Outcome:
    with reserved_blocks(_batch(job), acting.now()) as blocks:
        result = accept_batch(batch_id=_batch(job), acting=acting, progress=progress, blocks=blocks)
    _bring_chips(_batch(job), acting)
    counts = f"接收 {result.accepted}，重复 {result.duplicate}，拒收 {result.rejected}"
    return Outcome(message=f"收到 {result.received} 行：{counts}")


def _bring_chips(batch_id: UUID, acting: Acting) -> None:
    """Pictures that came in the same package as the patches are attached next, as long work of its own."""
    batch = Batch.objects.get(id=batch_id)
    file = StoredFile.objects.get(id=batch.file_id)
    if file.media_type == "application/zip" and holds_pictures(path_of(batch.sha256)):
        queue_chips(batch=batch, file=file, acting=acting)


def _attach_chips(job: Job, acting: Acting, progress: Progress) -> Outcome:
    try:
        report = attach_chips(batch_id=_batch(job), sha256=job.params["sha256"], acting=acting, progress=progress)
    except ReadError as fault:
        raise WorkFailed(str(fault)) from fault
    told = f"影像 {report.pictures} 张：附到 {report.leads} 条线索 {report.attached} 张，已有 {report.repeated} 张，"
    return Outcome(message=f"{told}未附 {report.left} 张", result=report.content())


def _batch(job: Job) -> UUID:
    """The batch a job works on; such jobs are never started without one."""
    if job.subject_id is None:
        raise LookupError("任务没有批次")
    return job.subject_id


def _failed(job: Job, error: Exception, now: datetime) -> str | None:
    """Keep with the batch why it was not taken in; a forbidden file leaves only its time and the reason."""
    if isinstance(error, ForbiddenFileError):
        return wipe_forbidden(batch_id=_batch(job), now=now)
    known = isinstance(error, ReadError | WorkFailed)
    problem = str(error) if known else BROKEN
    asked = asked_of(error) if isinstance(error, Undecided) else None
    fail_batch(batch_id=_batch(job), problem=problem, now=now, asked=asked)
    return problem if known else None


for _task in (INSPECT_TASK, ACCEPT_TASK):
    fails_with(_task, _failed)
