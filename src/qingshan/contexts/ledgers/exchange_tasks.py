"""Work of the worker process for exchange: writing files, comparing returned ones, accepting rows."""

from datetime import datetime
from uuid import UUID

from procrastinate.contrib.django import app

from qingshan.commons.files.packages import SheetRefused
from qingshan.commons.files.services import path_of
from qingshan.commons.jobs.models import Job, JobItem
from qingshan.commons.jobs.progress import Progress
from qingshan.commons.jobs.retrying import AGAIN
from qingshan.commons.jobs.running import Outcome, WorkFailed, fails_with, run_items, run_whole
from qingshan.commons.people.viewer import Acting
from qingshan.contexts.ledgers.exchange_judging import judge, known_of
from qingshan.contexts.ledgers.exchange_reading import read_returned
from qingshan.contexts.ledgers.layout import layout_of
from qingshan.contexts.ledgers.models import ExchangeSheet
from qingshan.contexts.ledgers.services.exchange import (
    ACCEPT_TASK,
    EXPORT_TASK,
    JUDGE_TASK,
    accept_row,
    fail_exchange,
    keep_judged,
    make_exchange_file,
)

BROKEN = "程序出错，没有读取；原件已保存，请联系系统管理人员查看后台日志"


@app.task(name=EXPORT_TASK, queue="ledgers", retry=AGAIN)
def write_exchange_task(job_id: str) -> None:
    """Write the file for an outside system."""
    run_whole(UUID(job_id), make_exchange_file)


@app.task(name=JUDGE_TASK, queue="ledgers", retry=AGAIN)
def judge_exchange_task(job_id: str) -> None:
    """Compare a returned file row by row; changes nothing else."""
    run_whole(UUID(job_id), judge_exchange, failed=exchange_failed)


@app.task(name=ACCEPT_TASK, queue="ledgers", retry=AGAIN)
def accept_exchange_task(job_id: str) -> None:
    """Accept the ticked rows of a returned file, each as its own act."""
    run_items(UUID(job_id), accept_item)


def judge_exchange(job: Job, acting: Acting, _progress: Progress) -> Outcome:
    """Read and compare the file of a job."""
    sheet = ExchangeSheet.objects.select_for_update(of=("self",)).select_related("template").get(id=_subject(job))
    rows, notes = read_returned(path_of(sheet.file_sha256), layout_of(sheet.template.layout))
    counts = keep_judged(sheet, judge(sheet, rows, known_of(acting.viewer, rows)), notes)
    told = f"有差异 {counts['changed']}，无差异 {counts['unchanged']}，不能接受 {counts['refused']}"
    return Outcome(message=f"收到 {len(rows)} 行：{told}")


def exchange_failed(job: Job, error: Exception, _now: datetime) -> str | None:
    """Keep with the file why it could not be read."""
    known = isinstance(error, SheetRefused | WorkFailed)
    problem = str(error) if known else BROKEN
    fail_exchange(sheet_id=_subject(job), problem=problem)
    return problem if known else None


def accept_item(_job: Job, item: JobItem, acting: Acting) -> None:
    """One ticked row."""
    if item.subject_id is None:
        raise LookupError("明细没有对象")
    accept_row(row_id=item.subject_id, acting=acting)


def _subject(job: Job) -> UUID:
    if job.subject_id is None:
        raise LookupError("任务没有对象")
    return job.subject_id


fails_with(JUDGE_TASK, exchange_failed)
