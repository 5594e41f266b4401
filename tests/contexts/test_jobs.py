"""Long work: each item once, refusals with their reason, a killed run goes on where it stopped."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from inspect import signature
from types import SimpleNamespace
from uuid import UUID

import pytest
from django.db import OperationalError, connection, connections
from django.db.models import F
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.jobs import Status

from qingshan.commons.base.ids import new_id
from qingshan.commons.base.scope import system_scope, widened_to_system
from qingshan.commons.jobs import running, tasks
from qingshan.commons.jobs.models import Job, JobItem
from qingshan.commons.jobs.progress import Progress
from qingshan.commons.jobs.retrying import AGAIN
from qingshan.commons.jobs.running import (
    ITEM_BROKEN,
    NO_POST,
    STOPPED,
    Outcome,
    WorkFailed,
    fails_with,
    give_up,
    run_items,
    run_whole,
)
from qingshan.commons.jobs.services import ItemInput, start_job
from qingshan.commons.jobs.tasks import GIVEN_UP, LOST, MOST_ATTEMPTS, end_lost_jobs, give_up_stalled
from qingshan.commons.people.models import Account, Holding, Post
from qingshan.commons.people.viewer import Acting
from qingshan.domain.acts import ActRefused
from tests import cast
from tests.support.making import World

pytestmark = pytest.mark.django_db
TASK = "qingshan.tests.no_such_task"


def _start(world: World, items: int = 0, who: cast.Member = cast.BUREAU_OFFICER, task: str = TASK) -> Job:
    with system_scope():
        account = Account.objects.get(username=who.username)
        return start_job(
            kind="trial",
            task=task,
            title="试办",
            subject_id=new_id(),
            created_by=account.id,
            post_id=world.viewer(who).post_id,
            now=cast.CLOCK.now,
            items=[ItemInput(subject_id=None, label=f"第 {n} 项") for n in range(1, items + 1)],
        )


def _read(job_id: UUID) -> tuple[Job, list[JobItem]]:
    with system_scope():
        return Job.objects.get(id=job_id), list(JobItem.objects.filter(job=job_id).order_by("position"))


def test_each_item_has_its_outcome(world: World) -> None:
    job = _start(world, 4)

    def act(_job: Job, item: JobItem, _acting: Acting) -> None:
        if item.position == 2:
            raise ActRefused("state", "已办结，不能再办")
        if item.position == 3:
            raise RuntimeError("broken")

    run_items(job.id, act)
    after, items = _read(job.id)
    assert [i.outcome for i in items] == ["done", "refused", "refused", "done"]
    assert [i.problem for i in items] == ["", "已办结，不能再办", ITEM_BROKEN, ""]
    assert (after.state, after.done, after.total, after.refused) == ("done", 4, 4, 2)
    assert after.message == "共 4 项：办理 2，未办 2"


def test_a_killed_run_goes_on_where_it_stopped(world: World) -> None:
    job, seen = _start(world, 3), []

    def dies(_job: Job, item: JobItem, _acting: Acting) -> None:
        seen.append(item.position)
        if item.position == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_items(job.id, dies)
    run_items(job.id, lambda _job, item, _acting: seen.append(item.position))
    assert seen == [1, 2, 2, 3]
    assert [i.outcome for i in _read(job.id)[1]] == ["done"] * 3


def test_whole_work_is_undone_when_it_fails(world: World) -> None:
    job = _start(world)

    def work(_job: Job, _acting: Acting, _progress: object) -> Outcome:
        raise WorkFailed("第 3 行缺少编号，请补上后重试")

    run_whole(job.id, work)
    after, _ = _read(job.id)
    assert (after.state, after.message) == ("failed", "第 3 行缺少编号，请补上后重试")


def test_whole_work_keeps_its_result(world: World) -> None:
    job = _start(world)
    run_whole(job.id, lambda _job, acting, _progress: Outcome(message=acting.viewer.name, result={"rows": 3}))
    after, _ = _read(job.id)
    assert (after.state, after.message, after.result) == ("done", cast.BUREAU_OFFICER.name, {"rows": 3})


def _note(job: Job, _acting: Acting, _progress: object) -> Outcome:
    """Whole work that can be counted: each time it is done, its item is numbered on."""
    JobItem.objects.filter(job=job).update(position=F("position") + 1)
    return Outcome(message="办好了")


def test_whole_work_killed_before_its_end_is_written_is_undone_and_then_done_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = _start(world, 1)

    def dying(**_: object) -> bool:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(running, "finish_job", dying)
        with pytest.raises(KeyboardInterrupt):
            run_whole(job.id, _note)
    after, items = _read(job.id)
    assert (after.state, items[0].position) == ("waiting", 1)
    for _ in range(2):
        run_whole(job.id, _note)
    after, items = _read(job.id)
    assert (after.state, after.message, items[0].position) == ("done", "办好了", 2)


def test_work_that_was_given_up_meanwhile_is_undone(world: World, transactional_db: None) -> None:
    job = _start(world, 1)

    def slow(found: Job, acting: Acting, progress: Progress) -> Outcome:
        outcome = _note(found, acting, progress)
        with ThreadPoolExecutor(1) as beside:
            beside.submit(_give_up, found.id).result()
        progress.report(1, 1)
        return outcome

    run_whole(job.id, slow)
    after, items = _read(job.id)
    assert (after.state, after.message, items[0].position) == ("failed", "已停止", 1)


def test_work_that_fails_after_another_worker_did_it_does_not_say_so(world: World, transactional_db: None) -> None:
    job = _start(world, 1)

    def beaten(found: Job, _acting: Acting, _progress: Progress) -> Outcome:
        with ThreadPoolExecutor(1) as beside:
            beside.submit(_do_beside, found.id).result()
        raise WorkFailed("已经办过")

    run_whole(job.id, beaten)
    after, items = _read(job.id)
    assert (after.state, after.message, items[0].position) == ("done", "办好了", 2)


def _give_up(job_id: UUID) -> None:
    with system_scope():
        give_up(job_id=job_id, message="已停止", now=cast.CLOCK.now)
    connection.close()


def _do_beside(job_id: UUID) -> None:
    run_whole(job_id, _note)
    connection.close()


def test_without_a_post_nothing_is_done(world: World) -> None:
    job = _start(world, 1)
    with system_scope():
        Account.objects.filter(id=job.created_by).update(is_active=False)
    run_items(job.id, lambda *_: pytest.fail("must not run"))
    assert (_read(job.id)[0].state, _read(job.id)[0].message) == ("failed", NO_POST)


def test_a_post_taken_away_in_the_middle_stops_the_rest(world: World) -> None:
    job, seen = _start(world, 3), []

    def act(_job: Job, item: JobItem, acting: Acting) -> None:
        seen.append(item.position)
        if item.position == 2:
            with widened_to_system():
                Holding.objects.filter(post=acting.viewer.post_id, person=acting.viewer.person_id).update(
                    until=cast.SEATED_SINCE
                )

    run_items(job.id, act)
    after, items = _read(job.id)
    assert seen == [1, 2]
    assert [(i.outcome, i.problem) for i in items] == [("done", ""), ("done", ""), ("refused", STOPPED)]
    assert (after.state, after.done, after.refused) == ("failed", 3, 1)
    assert "办理 2，未办 1" in after.message
    assert "职务已经变动" in after.message


def test_another_post_of_the_same_person_does_not_do_what_was_asked_from_the_first(world: World) -> None:
    job = _start(world, 1)
    other = Post.objects.exclude(id=job.post_id).order_by("slug")[0]
    with system_scope():
        held = Holding.objects.filter(post=job.post_id, until__isnull=True)
        person = Account.objects.get(id=job.created_by).person_id
        held.update(until=cast.SEATED_SINCE)
        Holding.objects.filter(post=other, kind="holder").delete()
        Holding.objects.create(post=other, person_id=person, since=cast.SEATED_SINCE, kind="holder")
    run_items(job.id, lambda *_: pytest.fail("must not run"))
    assert (_read(job.id)[0].state, _read(job.id)[0].message) == ("failed", NO_POST)


def test_work_is_tried_again_when_the_database_went_away_and_only_then() -> None:
    for name, task in app.tasks.items():
        ours = name.startswith("qingshan.") and not name.startswith("qingshan.tests.")
        if ours and "job_id" in signature(task.func).parameters:
            assert task.retry_strategy is AGAIN, name
    again = [AGAIN.get_retry_decision(exception=OperationalError(), job=SimpleNamespace(attempts=n)) for n in range(6)]
    assert [decision is not None for decision in again] == [True] * 5 + [False]
    waits = [decision.retry_at for decision in again if decision is not None]
    assert waits == sorted(waits)
    assert AGAIN.get_retry_decision(exception=ValueError(), job=SimpleNamespace(attempts=0)) is None


def test_a_broken_connection_is_dropped_before_work_begins(world: World, transactional_db: None) -> None:
    job = _start(world)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        [number] = cursor.fetchone()
    beside = connections.create_connection("default")
    with beside.cursor() as other:
        other.execute("SELECT pg_terminate_backend(%s)", [number])
    beside.close()
    with pytest.raises(OperationalError), connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    run_whole(job.id, lambda *_: Outcome(message="办好了"))
    assert _read(job.id)[0].state == "done"


BREAKING = "qingshan.tests.breaking"


@app.task(name=BREAKING, retry=RetryStrategy(max_attempts=1, wait=3600, retry_exceptions=(OperationalError,)))
def _breaking(job_id: str) -> None:
    def work(_job: Job, _acting: Acting, progress: Progress) -> Outcome:
        progress.report(1, 2)
        raise OperationalError("server closed the connection")

    run_whole(UUID(job_id), work)


def test_a_job_that_the_queue_has_ended_is_ended_with_what_to_do(
    world: World, transactional_db: None, run_jobs: Callable[[], None]
) -> None:
    noted: list[tuple[UUID, str]] = []
    fails_with(BREAKING, lambda job, error, _now: noted.append((job.id, str(error))))
    waiting, job = _start(world), _start(world, task=BREAKING)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = now() + '1 day' WHERE task_name = %s", [TASK])
    run_jobs()
    assert _read(job.id)[0].state == "running"
    end_lost_jobs()
    assert _read(job.id)[0].state == "running", "the queue tries it again"
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE task_name = %s", [BREAKING])
    run_jobs()
    end_lost_jobs()
    assert (_read(job.id)[0].state, _read(job.id)[0].message) == ("failed", LOST)
    assert noted == [(job.id, LOST)]
    assert _read(waiting.id)[0].state == "waiting"


def test_the_queue_forgets_what_ended_a_month_ago(transactional_db: None, run_jobs: Callable[[], None]) -> None:
    def made(status: str, days: int) -> int:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status) VALUES ('old', 'none', '{}', %s)"
                " RETURNING id",
                [status],
            )
            [number] = cursor.fetchone()
            cursor.execute(
                "UPDATE procrastinate_events SET at = now() - %s * interval '1 day' WHERE job_id = %s", [days, number]
            )
            cursor.execute(
                "INSERT INTO procrastinate_events (job_id, type, at) VALUES (%s, %s, now() - %s * interval '1 day')",
                [number, status, days],
            )
            return int(number)

    old, failed, fresh = made("succeeded", 31), made("failed", 31), made("succeeded", 29)
    tasks.forget_ended.defer(timestamp=0)
    run_jobs()
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM procrastinate_jobs WHERE id = ANY(%s)", [[old, failed, fresh]])
        assert cursor.fetchall() == [(fresh,)]


class _Queue:
    """Stands for the queue's manager: which stalled jobs there are, what was done with them."""

    def __init__(self, *jobs: SimpleNamespace) -> None:
        self.jobs, self.retried, self.ended = jobs, [], []

    async def get_stalled_jobs(self) -> list[SimpleNamespace]:
        return list(self.jobs)

    async def retry_job(self, job: SimpleNamespace) -> None:
        self.retried.append(job)

    async def finish_job(self, job: SimpleNamespace, status: Status, *, delete_job: bool) -> None:
        assert not delete_job
        self.ended.append((job, status))


def test_stalled_work_is_given_out_again_a_few_times_only(monkeypatch: pytest.MonkeyPatch) -> None:
    stalled = [
        SimpleNamespace(attempts=MOST_ATTEMPTS - 1, task_kwargs={"job_id": "first"}),
        SimpleNamespace(attempts=MOST_ATTEMPTS, task_kwargs={"job_id": "last"}),
    ]
    queue, given_up = _Queue(*stalled), []
    monkeypatch.setattr(tasks, "give_up_stalled", given_up.append)
    context = SimpleNamespace(app=SimpleNamespace(job_manager=queue))
    asyncio.run(tasks.retry_stalled(context, 0))
    assert queue.retried == [stalled[0]]
    assert queue.ended == [(stalled[1], Status.FAILED)]
    assert given_up == ["last"]


def test_the_owner_is_told_that_work_was_given_up(world: World) -> None:
    job, done = _start(world), _start(world)
    run_whole(done.id, lambda *_: Outcome(message="办好了"))
    for one in (job, done):
        give_up_stalled(str(one.id))
    assert (_read(job.id)[0].state, _read(job.id)[0].message) == ("failed", GIVEN_UP)
    assert (_read(done.id)[0].state, _read(done.id)[0].message) == ("done", "办好了")
