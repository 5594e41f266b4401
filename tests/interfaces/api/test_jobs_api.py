"""Long work through the interface: own jobs, items with their outcome, the file, what was not done given out again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from qingshan.commons.base.ids import new_id
from qingshan.commons.files.services import store_file
from qingshan.commons.jobs.models import Job, JobItem
from tests import cast
from tests.fixtures_api import Caller
from tests.support.making import World

MakeCaller = Callable[..., Caller]
TASK = "qingshan.commons.tokens.tasks.forget_old_answers"


def _job(world: World, member: cast.Member, outcomes: str = "", **values: Any) -> Job:
    """A job of a member; ``outcomes``: one letter an item (d done, r refused, w waiting)."""
    viewer = world.viewer(member)
    words = {"d": "done", "r": "refused", "w": "waiting"}
    now = world.clock.now
    given = {"kind": "lead.receive", "task": TASK, "title": "批量签收（演示）", "state": "done"} | values
    with world.seeing_all():
        job = Job.objects.create(
            created_by=viewer.account_id, post_id=viewer.post_id, created_at=now, updated_at=now,
            total=len(outcomes), refused=outcomes.count("r"), subject_id=new_id(), **given,
        )  # fmt: skip
        JobItem.objects.bulk_create(
            JobItem(
                job=job, position=n, subject_id=UUID(int=n), label=f"线索{n}", params={"matter": "lead"},
                outcome=words[letter], problem="不在本单位（演示）" if letter == "r" else "",
            )
            for n, letter in enumerate(outcomes, 1)
        )  # fmt: skip
    return job


def test_jobs_are_one_s_own_and_told_apart(world: World, caller: MakeCaller) -> None:
    running = _job(world, cast.BUREAU_OFFICER, state="running")
    failed = _job(world, cast.BUREAU_OFFICER, state="failed")
    refused = _job(world, cast.BUREAU_OFFICER, "dr")
    other = _job(world, cast.TOWNSHIP_OFFICER, "d")
    call = caller(cast.BUREAU_OFFICER)

    def keys(**query: str) -> list[str]:
        return [row["id"] for row in call.get("/jobs", query).json()["jobs"]]

    assert keys() == [str(j.id) for j in (refused, failed, running)]
    assert keys(state="active") == [str(running.id)]
    assert keys(state="refused") == [str(refused.id), str(failed.id)]
    assert keys(before=str(refused.id)) == [str(failed.id), str(running.id)]
    assert call.get("/jobs", {"state": "lost"}).status_code == 422
    for rest in ("", "/items", "/file"):
        assert call.get(f"/jobs/{other.id}{rest}").status_code == 404
    assert call.post(f"/jobs/{other.id}/retry").status_code == 404


def test_whoever_reads_a_county_sees_how_far_its_batches_are(world: World, caller: MakeCaller) -> None:
    job = _job(world, cast.BUREAU_OFFICER, "d", division="990101", kind="accept")
    county = world.viewer(cast.BUREAU_LEADER).prefix
    with world.seeing_all():
        Job.objects.filter(id=job.id).update(division=county)
    assert caller(cast.BUREAU_LEADER).get(f"/jobs/{job.id}").status_code == 200
    assert caller(cast.STRANGER).get(f"/jobs/{job.id}").status_code == 404


def test_items_come_with_what_was_refused_first(
    world: World, caller: MakeCaller, monkeypatch: pytest.MonkeyPatch
) -> None:
    from qingshan.commons.jobs import selectors

    monkeypatch.setattr(selectors, "PAGE", 2)
    job = _job(world, cast.BUREAU_OFFICER, "drwdr")
    call, seen, after = caller(cast.BUREAU_OFFICER), [], None
    while True:
        page = call.get(f"/jobs/{job.id}/items", {"after": after} if after else {}).json()
        seen += [(row["position"], row["outcome"], bool(row["problem"])) for row in page["items"]]
        after = page["next"]
        if after is None:
            break
    assert seen == [
        (2, "refused", True),
        (5, "refused", True),
        (3, "waiting", False),
        (1, "done", False),
        (4, "done", False),
    ]
    assert page["counts"] == {"done": 2, "refused": 2, "waiting": 1}
    found = call.get(f"/jobs/{job.id}/items", {"outcome": "waiting"}).json()["items"]
    assert [(row["position"], row["matter"]) for row in found] == [(3, "lead")]
    for query in ({"after": "7-1"}, {"after": "1"}, {"outcome": "x"}):
        assert call.get(f"/jobs/{job.id}/items", query).status_code == 422


def test_what_was_not_done_is_given_out_again_once(world: World, caller: MakeCaller) -> None:
    job = _job(world, cast.TOWNSHIP_OFFICER, "drr")
    call = caller(cast.TOWNSHIP_OFFICER)
    assert caller(cast.TOWNSHIP_OFFICER, ["leads:read"]).post(f"/jobs/{job.id}/retry").json()["code"] == "scope"
    answer = call.post(f"/jobs/{job.id}/retry")
    assert answer.status_code == 202, answer.content
    again = answer.json()
    assert (again["state"], again["total"], again["retry_of"]) == ("waiting", 2, str(job.id))
    assert call.post(f"/jobs/{job.id}/retry").json()["id"] == again["id"]
    assert call.get(f"/jobs/{job.id}").json()["retried_as"] == again["id"]
    assert call.post(f"/jobs/{again['id']}/retry").json()["code"] == "state"
    whole = _job(world, cast.TOWNSHIP_OFFICER, "d")
    assert call.post(f"/jobs/{whole.id}/retry").status_code == 409
    roster = _job(world, cast.TOWNSHIP_OFFICER, "r", kind="roster")
    assert call.post(f"/jobs/{roster.id}/retry").json()["code"] == "kind"


def test_the_file_of_a_job_is_for_who_asked_for_it(world: World, caller: MakeCaller) -> None:
    viewer = world.viewer(cast.BUREAU_OFFICER)
    content = b"\xef\xbb\xbfnumber\r\n1\r\n"
    with world.seeing_all():
        row = store_file(chunks=[content], name="清单.csv", uploaded_by=viewer.account_id, now=world.clock.now)
    job = _job(world, cast.BUREAU_OFFICER, result_file=row.id)
    call = caller(cast.BUREAU_OFFICER)
    answer = call.get(f"/jobs/{job.id}/file")
    assert b"".join(answer.streaming_content) == content
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert call.get(f"/jobs/{job.id}/file", If_None_Match=answer.headers["ETag"]).status_code == 304
    assert caller(cast.BUREAU_LEADER).get(f"/jobs/{job.id}/file").status_code == 404
    assert caller(cast.BUREAU_OFFICER, ["leads:read"]).get(f"/jobs/{job.id}/file").json()["code"] == "scope"
    assert call.get(f"/jobs/{_job(world, cast.BUREAU_OFFICER).id}/file").status_code == 404
