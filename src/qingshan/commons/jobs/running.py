"""Running long work in the worker: as whoever asked for it, in his scope, safe to be killed and given out again.

`run_whole` does the work in one transaction (an import: all or nothing); `run_items` does each item in a transaction of
its own together with its outcome, so a repeated run goes on where the killed one stopped.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import DataError, InterfaceError, OperationalError, transaction
from django.utils import timezone

from qingshan.commons.base.clock import server_clock
from qingshan.commons.base.scope import set_scope, system_scope, widened_to_system
from qingshan.commons.jobs.models import Job, JobItem
from qingshan.commons.jobs.progress import Progress, progress_of
from qingshan.commons.jobs.retrying import drop_old_connections
from qingshan.commons.jobs.services import UNDER_WAY, finish_job
from qingshan.commons.people.models import Account
from qingshan.commons.people.viewer import Acting, viewer_of
from qingshan.domain.acts import ActRefused

logger = logging.getLogger(__name__)
Clock = Callable[[], datetime]
BROKEN = "程序出错，任务未执行，数据没有改动；请联系系统管理人员查看后台日志"
ITEM_BROKEN = "程序出错，这一项没有办理；请联系系统管理人员查看后台日志"
NO_POST = "提交人已不担任提交时的职务，任务未执行；请由现任人员重新提交"
STOPPED = "提交人的职务已经变动，这一项没有办理；请由现任人员重新提交"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a job: a sentence for its owner, figures for its page, a file to fetch."""

    message: str
    result: Mapping[str, Any] = field(default_factory=dict)
    result_file: UUID | None = None


class WorkFailed(Exception):
    """The work cannot be done as asked; the text (Chinese) says why and what to do. Nothing of it is kept."""


Failed = Callable[[Job, Exception, datetime], str | None]
_FAILED: dict[str, Failed] = {}
"""By the queue's name of the work: what is kept with its subject when it fails, however it fails."""


def fails_with(task: str, failed: Failed) -> Failed:
    """Name what is asked when work of this name ends without having been done; returns ``failed``."""
    _FAILED[task] = failed
    return failed


def run_whole(
    job_id: UUID,
    work: Callable[[Job, Acting, Progress], Outcome],
    *,
    failed: Failed = lambda _job, _error, _now: None,
) -> None:
    """Do a job in one transaction, its end included: killed at any moment it is undone or done, and never done twice.

    ``failed`` is asked, in a transaction that sees everything, after the work was undone: it may keep a note with the
    subject and returns the message for the owner (None: the general one, and the error goes on to the log). Named with
    `fails_with` as well, it is asked for work that could not even be begun.
    """
    drop_old_connections()
    clock = server_clock()
    found = _take(job_id, clock)
    if found is None:
        return
    job, acting = found
    try:
        with transaction.atomic(), progress_of(job_id, clock) as progress:
            acting.viewer.apply_scope()
            _end_whole(job_id, work(job, acting, progress), clock)
    except _Overtaken:
        logger.warning("job %s was ended by somebody else; what was done here is undone", job_id)
    except (OperationalError, InterfaceError):
        raise  # the database went away: the queue tries again
    except Exception as error:
        if _fail_whole(job, error, failed, clock):
            raise


class _Overtaken(Exception):
    """The job was given up, or done by another worker, while this one was at it."""


def _end_whole(job_id: UUID, outcome: Outcome, clock: Clock) -> None:
    with widened_to_system():
        ended = finish_job(
            job_id=job_id,
            state="done",
            message=outcome.message,
            now=clock(),
            result=outcome.result,
            result_file=outcome.result_file,
        )
    if not ended:
        raise _Overtaken


def _fail_whole(job: Job, error: Exception, failed: Failed, clock: Clock) -> bool:
    """Tell the owner why his job was not done; returns whether nobody foresaw it. An ended job stays as it ended."""
    with system_scope():
        if not Job.objects.select_for_update().filter(id=job.id, state__in=UNDER_WAY).exists():
            return False
        told = failed(job, error, clock())
        expected = isinstance(error, WorkFailed | ActRefused)
        message = told or (str(error) if expected else BROKEN)
        finish_job(job_id=job.id, state="failed", message=message, now=clock())
    return told is None and not expected


def run_items(job_id: UUID, act: Callable[[Job, JobItem, Acting], None]) -> None:
    """Do the waiting items of a job, each with its outcome in one transaction; `ActRefused` refuses that item only.

    Who may act is read anew for each item: a post taken away in the middle stops the rest, with the reason.
    """
    drop_old_connections()
    clock = server_clock()
    found = _take(job_id, clock)
    if found is None:
        return
    job, _ = found
    with progress_of(job_id, clock) as progress:
        waiting = _waiting(job)
        done = job.total - len(waiting)
        progress.report(done, job.total)
        for item_id in waiting:
            if not _do(job, item_id, act, clock):
                with system_scope():
                    _stop_items(job, clock())
                return
            done += 1
            progress.report(done, job.total)
    with system_scope():
        _finish_items(job, clock())


def run_now(job: Job, act: Callable[[Job, JobItem, Acting], None], acting: Acting) -> None:
    """Do the few items of a job at once, in the caller's transaction and scope: the same acts, outcomes and page."""
    for item in JobItem.objects.select_for_update().filter(job=job, outcome="waiting").order_by("position"):
        _settle(job, item, act, acting)
    _finish_items(job, acting.now())


def run_whole_now(job: Job, work: Callable[[Job, Acting, Progress], Outcome], acting: Acting) -> None:
    """Do a small job at once, in the caller's transaction and scope; refused (`ActRefused`), nothing of it is kept."""
    outcome = work(job, acting, Progress(None, None, acting.now))
    finish_job(
        job_id=job.id,
        state="done",
        message=outcome.message,
        now=acting.now(),
        result=outcome.result,
        result_file=outcome.result_file,
    )


def _finish_items(job: Job, now: datetime, *, state: str = "done", added: str = "") -> None:
    refused = JobItem.objects.filter(job=job, outcome="refused").count()
    Job.objects.filter(id=job.id).update(done=job.total, refused=refused)
    message = f"共 {job.total} 项：办理 {job.total - refused}，未办 {refused}{added}"
    finish_job(job_id=job.id, state=state, message=message, now=now)


def _stop_items(job: Job, now: datetime) -> None:
    """What is left is not done any more, and says why; whoever may do it can give it out again."""
    JobItem.objects.filter(job=job, outcome="waiting").update(outcome="refused", problem=STOPPED)
    _finish_items(job, now, state="failed", added="。提交人的职务已经变动，其余没有办理，请由现任人员重新提交")


def _waiting(job: Job) -> list[UUID]:
    with system_scope():
        rows = JobItem.objects.filter(job=job, outcome="waiting").order_by("position")
        return list(rows.values_list("id", flat=True))


def _do(job: Job, item_id: UUID, act: Callable[[Job, JobItem, Acting], None], clock: Clock) -> bool:
    """One item as its owner may act at this moment; False when he may not act any more."""
    with transaction.atomic():
        set_scope(system=True)
        acting = _acting(job, clock)
        if acting is None:
            return False
        acting.viewer.apply_scope()
        item = JobItem.objects.select_for_update().get(id=item_id)
        if item.outcome == "waiting":
            _settle(job, item, act, acting)
    return True


def _settle(job: Job, item: JobItem, act: Callable[[Job, JobItem, Acting], None], acting: Acting) -> None:
    problem = _refusal(job, item, act, acting)
    item.outcome, item.problem = ("refused", problem) if problem else ("done", "")
    item.save(update_fields=["outcome", "problem"])


def _refusal(job: Job, item: JobItem, act: Callable[[Job, JobItem, Acting], None], acting: Acting) -> str:
    try:
        with transaction.atomic():
            act(job, item, acting)
    except ActRefused as refusal:
        return "：".join(part for part in (refusal.message or "不予办理", "；".join(refusal.missing)) if part)
    except DataError:
        return "有一项内容太长或含有不能保存的字符，请修改后重试"
    except (OperationalError, InterfaceError):
        raise  # the database went away: the queue tries again
    except Exception:
        logger.exception("item %s of job %s", item.id, job.id)
        return ITEM_BROKEN
    return ""


def _take(job_id: UUID, clock: Clock) -> tuple[Job, Acting] | None:
    """The job and its owner as he may act today; None when it has ended or he has no post (which ends it)."""
    with system_scope():
        job = Job.objects.filter(id=job_id).exclude(state__in=["done", "failed"]).first()
        if job is None:
            return None
        acting = _acting(job, clock)
        if acting is None:
            give_up(job_id=job_id, message=NO_POST, now=clock())
            return None
    return job, acting


def _acting(job: Job, clock: Clock) -> Acting | None:
    """The owner in the post from which he asked; None when his account or that post is no longer his."""
    account = Account.objects.filter(id=job.created_by, is_active=True).first() if job.created_by else None
    if account is None:
        return None
    viewer = viewer_of(account, today=clock().astimezone(timezone.get_current_timezone()).date(), post_id=job.post_id)
    if viewer is None or (job.post_id is not None and viewer.post_id != job.post_id):
        return None
    return Acting(viewer=viewer, clock=clock, door="job")


def give_up(*, job_id: UUID, message: str, now: datetime) -> bool:
    """End work that was not done and is in no queue any more, and tell its owner; False when it has ended already.

    Must run in a transaction that sees everything. What is kept with the subject is the same as after any failure.
    """
    job = Job.objects.select_for_update().filter(id=job_id, state__in=UNDER_WAY).first()
    if job is None:
        return False
    failed = _FAILED.get(job.task)
    if failed is not None:
        try:
            with transaction.atomic():
                failed(job, WorkFailed(message), now)
        except Exception:
            logger.exception("note of the failed job %s", job.id)
    finish_job(job_id=job.id, state="failed", message=message, now=now)
    return True
