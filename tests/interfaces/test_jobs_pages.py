"""Long work on its pages: found again, told to the item, given out again, seen by its owner only."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from qingshan.commons.base.ids import new_id
from qingshan.commons.base.scope import system_scope
from qingshan.commons.files.services import path_of, store_file
from qingshan.commons.files.tables import store_table
from qingshan.commons.files.tasks import forget_expired_copies
from qingshan.commons.jobs.models import Job, JobItem
from qingshan.commons.jobs.running import run_items
from qingshan.commons.jobs.selectors import PAGE
from qingshan.commons.jobs.services import ItemInput, finish_job, start_job
from qingshan.commons.people.models import Account
from qingshan.commons.people.viewer import Acting
from qingshan.domain.acts import ActRefused
from tests import cast
from tests.support.making import World

pytestmark = pytest.mark.django_db
TASK = "qingshan.tests.no_such_task"
SignIn = Callable[[cast.Member], Client]


def _start(items: int, who: cast.Member = cast.BUREAU_OFFICER, division: str = "") -> Job:
    with system_scope():
        account = Account.objects.get(username=who.username)
        return start_job(
            kind="trial",
            task=TASK,
            title="试办一批",
            subject_id=new_id(),
            created_by=account.id,
            post_id=None,
            now=cast.CLOCK.now,
            params={"back": "/leads/?state=received"},
            items=[ItemInput(subject_id=None, label=f"第 {n} 项") for n in range(1, items + 1)],
            division=division,
        )


def _refuse_even(_job: Job, item: JobItem, _acting: Acting) -> None:
    if item.position % 2 == 0:
        raise ActRefused("state", "已办结", ("缺照片", "缺签收"))


def _page(client: Client, name: str, job_id: UUID, query: str = "") -> str:
    return client.get(reverse(f"web:{name}", args=[job_id]) + query).content.decode()


def test_refused_items_come_first_with_their_reasons(world: World, sign_in: SignIn) -> None:
    job = _start(4)
    run_items(job.id, _refuse_even)
    html = _page(sign_in(cast.BUREAU_OFFICER), "job_detail", job.id)
    order = [html.index(f"第 {n} 项") for n in (2, 4, 1, 3)]
    assert order == sorted(order)
    assert "已办结：缺照片；缺签收" in html
    assert "重办未办的 2 项" in html
    assert 'href="/leads/?state=received"' in html


def test_items_page_by_key_and_none_is_lost(world: World, sign_in: SignIn) -> None:
    job, client = _start(2 * PAGE + 7), sign_in(cast.BUREAU_OFFICER)
    run_items(job.id, _refuse_even)
    seen: list[int] = []
    query: str = ""
    while True:
        context = client.get(reverse("web:job_detail", args=[job.id]) + query).context
        seen += [row["item"].position for row in context["rows"]]
        query = context["next_url"]
        if not query:
            break
    total = 2 * PAGE + 7
    assert seen == [n for n in range(1, total + 1) if n % 2 == 0] + [n for n in range(1, total + 1) if n % 2]


def test_nonsense_in_the_address_is_the_first_page(world: World, sign_in: SignIn) -> None:
    job, client = _start(1), sign_in(cast.BUREAU_OFFICER)
    for query in ("?after=9-1", "?after=0-99999999999999", "?after=0-²", "?outcome=x", "?after=%00"):
        response = client.get(reverse("web:job_detail", args=[job.id]) + query)
        assert response.status_code == 200
        assert len(response.context["rows"]) == 1
    assert client.get(reverse("web:job_list") + "?before=x&state=%27").status_code == 200


def test_retry_takes_what_was_refused_and_only_once(world: World, sign_in: SignIn) -> None:
    job, client = _start(4), sign_in(cast.BUREAU_OFFICER)
    run_items(job.id, _refuse_even)
    first = client.post(reverse("web:job_retry", args=[job.id]))
    second = client.post(reverse("web:job_retry", args=[job.id]))
    assert first.headers["Location"] == second.headers["Location"] != reverse("web:job_detail", args=[job.id])
    with system_scope():
        again = Job.objects.exclude(id=job.id).get()
        assert [i.label for i in JobItem.objects.filter(job=again).order_by("position")] == ["第 2 项", "第 4 项"]
        assert (again.task, again.state, again.params["retry_of"]) == (TASK, "waiting", str(job.id))
    run_items(again.id, lambda *_: None)
    assert "重办未办的" not in _page(client, "job_detail", job.id)


def test_a_running_job_is_not_given_out_again(world: World, sign_in: SignIn) -> None:
    job, client = _start(2), sign_in(cast.BUREAU_OFFICER)
    response = client.post(reverse("web:job_retry", args=[job.id]), follow=True)
    assert "任务还没有办完" in response.content.decode()
    with system_scope():
        assert Job.objects.count() == 1


def test_progress_is_told_only_when_it_moved(world: World, sign_in: SignIn) -> None:
    job, client = _start(3), sign_in(cast.BUREAU_OFFICER)
    address = reverse("web:job_progress", args=[job.id])
    first = client.get(address)
    assert client.get(address, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    with system_scope():
        Job.objects.filter(id=job.id).update(state="running", done=1)
    moved = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert (moved.status_code, "1 / 3" in moved.content.decode()) == (200, True)
    run_items(job.id, lambda *_: None)
    assert client.get(address).headers["HX-Refresh"] == "true"


def test_work_is_seen_by_its_owner_only(world: World, sign_in: SignIn) -> None:
    job = _start(1)
    for member in (cast.BUREAU_LEADER, cast.ENFORCER, cast.TOWNSHIP_OFFICER, cast.SYSTEM_ADMIN):
        client = sign_in(member)
        for name in ("job_detail", "job_progress", "job_file"):
            assert client.get(reverse(f"web:{name}", args=[job.id])).status_code == 404, name
        assert client.post(reverse("web:job_retry", args=[job.id])).status_code == 404
        assert not client.get(reverse("web:job_list")).context["rows"]


def test_work_on_a_batch_is_seen_by_the_county_and_changed_by_nobody_else(world: World, sign_in: SignIn) -> None:
    job = _start(1, division=cast.COUNTY)
    assert sign_in(cast.BUREAU_LEADER).get(reverse("web:job_detail", args=[job.id])).status_code == 200
    for stranger in (cast.STRANGER, cast.TOWNSHIP_OFFICER):
        assert sign_in(stranger).get(reverse("web:job_detail", args=[job.id])).status_code == 404
    with world.seeing(cast.BUREAU_LEADER):
        assert Job.objects.filter(id=job.id).update(title="改") == 0
        assert JobItem.objects.filter(job=job.id).count() == 1
    with world.seeing(cast.STRANGER):
        assert not Job.objects.exists()
        assert not JobItem.objects.exists()


def test_the_file_has_a_name_for_people_and_one_owner(world: World, sign_in: SignIn) -> None:
    job = _start(1)
    with system_scope():
        stored = store_file(
            chunks=[b"\xef\xbb\xbfa,b\r\n"],
            name="线索清单-20240801.csv",
            uploaded_by=job.created_by,
            now=cast.CLOCK.now,
        )
        Job.objects.filter(id=job.id).update(state="done", result_file=stored.id)
    response = sign_in(cast.BUREAU_OFFICER).get(reverse("web:job_file", args=[job.id]))
    assert b"".join(response.streaming_content) == b"\xef\xbb\xbfa,b\r\n"  # type: ignore[attr-defined]
    assert "%E7%BA%BF%E7%B4%A2%E6%B8%85%E5%8D%95" in response.headers["Content-Disposition"]
    assert response.headers["Content-Type"].startswith("text/csv")
    assert sign_in(cast.BUREAU_LEADER).get(reverse("web:job_file", args=[job.id])).status_code == 404


def test_the_frame_shows_own_work_while_it_runs(world: World, sign_in: SignIn) -> None:
    client = sign_in(cast.BUREAU_OFFICER)
    assert "项任务进行中" not in client.get(reverse("web:workbench")).content.decode()
    job = _start(2)
    assert "1 项任务进行中" in client.get(reverse("web:workbench")).content.decode()
    assert "1 项任务进行中" in client.get(reverse("web:job_running")).content.decode()
    assert "项任务进行中" not in sign_in(cast.BUREAU_LEADER).get(reverse("web:workbench")).content.decode()
    run_items(job.id, lambda *_: None)
    assert "任务已结束" in client.get(reverse("web:job_running")).content.decode()


def test_a_page_from_elsewhere_is_no_way_back(world: World, sign_in: SignIn) -> None:
    job, client = _start(1), sign_in(cast.BUREAU_OFFICER)
    for back in ("//evil.example/x", "https://evil.example/", 7):
        with system_scope():
            Job.objects.filter(id=job.id).update(params={"back": back})
        assert "evil.example" not in _page(client, "job_detail", job.id)


def test_an_exported_file_is_deleted_after_its_time_and_the_page_says_so(
    world: World, sign_in: SignIn, transactional_db: None, settings: Any
) -> None:
    job = _start(0)
    viewer = world.viewer(cast.BUREAU_OFFICER)
    with world.seeing(cast.BUREAU_OFFICER):
        table = store_table(
            name="清单", kind="csv", head=["编号"], rows=[["甲"]], owner=viewer.account_id, now=world.clock.now,
            zone=cast.ZONE,
        )  # fmt: skip
        kept = store_file(chunks=[b"evidence"], name="证据", uploaded_by=viewer.account_id, now=world.clock.now)
        finish_job(job_id=job.id, state="done", message="好了", now=world.clock.now, result_file=table.id)
    client = sign_in(cast.BUREAU_OFFICER)
    assert "保存到" in _page(client, "job_detail", job.id)
    world.clock.tick(days=settings.QINGSHAN_RESULT_DAYS, minutes=-1)
    forget_expired_copies(timestamp=0)
    assert path_of(table.sha256).exists()
    world.clock.tick(minutes=1)
    forget_expired_copies(timestamp=0)
    assert not path_of(table.sha256).exists()
    assert path_of(kept.sha256).exists()
    assert "已过保存期限" in _page(client, "job_detail", job.id)
    assert client.get(reverse("web:job_file", args=[job.id])).status_code == 404
