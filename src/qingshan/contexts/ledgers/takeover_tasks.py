"""Work of the worker process on old ledgers: reading, checking, taking over. Queued by name."""

from datetime import datetime
from uuid import UUID

from procrastinate.contrib.django import app

from qingshan.commons.base.counters import reserved_blocks
from qingshan.commons.files.packages import SheetRefused
from qingshan.commons.jobs.models import Job
from qingshan.commons.jobs.progress import Progress
from qingshan.commons.jobs.retrying import AGAIN
from qingshan.commons.jobs.running import Outcome, WorkFailed, fails_with, run_whole
from qingshan.commons.people.viewer import Acting
from qingshan.contexts.ledgers.services.takeovers import CHECK_TASK, READ_TASK, TAKE_TASK, fail_take_over
from qingshan.contexts.ledgers.services.taking_over import check_take_over, outcome_text, read_take_over, take_over

BROKEN = "程序出错，没有写入任何一行；原件已保存，请联系系统管理人员查看后台日志"


@app.task(name=READ_TASK, queue="ledgers", retry=AGAIN)
def read_take_over_task(job_id: str) -> None:
    """Read an old ledger for its mapping."""
    run_whole(UUID(job_id), _read, failed=_failed)


@app.task(name=CHECK_TASK, queue="ledgers", retry=AGAIN)
def check_take_over_task(job_id: str) -> None:
    """Check an old ledger to the row."""
    run_whole(UUID(job_id), _check, failed=_failed)


@app.task(name=TAKE_TASK, queue="ledgers", retry=AGAIN)
def take_over_task(job_id: str) -> None:
    """Take an old ledger over. Killed in the middle nothing is written; the queue gives the job out again."""
    run_whole(UUID(job_id), _take, failed=_failed)


def _read(job: Job, acting: Acting, _progress: Progress) -> Outcome:
    row = read_take_over(take_over_id=_subject(job), acting=acting)
    sheets = row.content.get("sheets", [])
    return Outcome(message=f"读出 {len(sheets)} 张工作表，{sum(s['rows'] for s in sheets)} 行")


def _check(job: Job, acting: Acting, progress: Progress) -> Outcome:
    row = check_take_over(take_over_id=_subject(job), acting=acting, progress=progress)
    return Outcome(message=outcome_text(row.counts), result=row.counts, result_file=row.report_file)


def _take(job: Job, acting: Acting, progress: Progress) -> Outcome:
    with reserved_blocks(_subject(job), acting.now()) as blocks:
        row = take_over(take_over_id=_subject(job), acting=acting, progress=progress, blocks=blocks)
    return Outcome(message=f"已接管。{outcome_text(row.counts)}")


def _subject(job: Job) -> UUID:
    """What a job works on; such jobs are never started without it."""
    if job.subject_id is None:
        raise LookupError("任务没有对象")
    return job.subject_id


def _failed(job: Job, error: Exception, now: datetime) -> str | None:
    """Keep with the take-over why the work failed; what was done before stands."""
    told = str(error) if isinstance(error, SheetRefused | WorkFailed) else None
    fail_take_over(take_over_id=_subject(job), problem=told or BROKEN, now=now)
    return told


for _task in (READ_TASK, CHECK_TASK, TAKE_TASK):
    fails_with(_task, _failed)
