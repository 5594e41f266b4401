"""Acting twice, at the same time, on what has changed; content that cannot be; files."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from qingshan.commons.tokens.models import StoredAnswer
from tests import cast
from tests.fixtures_api import ROOT, Caller
from tests.support.making import World
from tests.support.samples import jpeg

MakeCaller = Callable[..., Caller]


def _told(response: Any) -> tuple[int, str]:
    assert response.headers["Content-Type"] == "application/problem+json"
    return response.status_code, response.json()["code"]


def test_the_same_key_acts_once(world: World, caller: MakeCaller) -> None:
    lead, call = world.make_lead(), caller(cast.TOWNSHIP_OFFICER)
    first = call.post(f"/leads/{lead.id}/receive", key="receive-1")
    again = call.post(f"/leads/{lead.id}/receive", key="receive-1")
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.content == first.content
    assert (again.headers["Idempotency-Replayed"], again.headers["ETag"]) == ("true", first.headers["ETag"])
    assert len(world.entries(lead.id)) == 2
    assert _told(call.post(f"/leads/{lead.id}/receive", key="receive-2")) == (409, "state")
    assert len(world.entries(lead.id)) == 2


def test_a_key_is_for_one_request(world: World, caller: MakeCaller) -> None:
    one, two, call = world.make_lead(), world.make_lead(), caller(cast.TOWNSHIP_OFFICER)
    assert call.post(f"/leads/{one.id}/return", {"reason": "甲"}, key="k").status_code == 200
    assert _told(call.post(f"/leads/{one.id}/return", {"reason": "乙"}, key="k")) == (422, "idempotency_reused")
    assert _told(call.post(f"/leads/{two.id}/return", {"reason": "甲"}, key="k")) == (422, "idempotency_reused")
    assert (
        caller(cast.OTHER_TOWNSHIP_OFFICER).post(f"/leads/{two.id}/return", {"reason": "甲"}, key="k").status_code
        == 404
    )
    assert len(world.entries(two.id)) == 1


def test_a_refused_call_leaves_its_key_free(world: World, caller: MakeCaller) -> None:
    lead, call = world.make_lead(), caller(cast.TOWNSHIP_OFFICER)
    assert _told(call.post(f"/leads/{lead.id}/return", {"reason": " "}, key="k")) == (422, "reason")
    with world.seeing_all():
        assert not StoredAnswer.objects.exists()
    assert call.post(f"/leads/{lead.id}/return", {"reason": "邻乡（演示）"}, key="k").status_code == 200


@pytest.mark.parametrize("key", ["有汉字", "a b", "x" * 201])
def test_keys_that_cannot_be(world: World, caller: MakeCaller, key: str) -> None:
    lead, call = world.make_lead(), caller(cast.TOWNSHIP_OFFICER)
    response = Client().post(
        f"{ROOT}/leads/{lead.id}/receive",
        headers=call.headers({"Idempotency-Key": key}),
        content_type="application/json",
    )
    assert _told(response) == (400, "idempotency_key")


def _at_once(calls: list[Callable[[], Any]]) -> list[Any]:
    """Make the calls at the same time, each on a connection of its own."""
    answers: list[Any] = [None] * len(calls)
    ready = threading.Barrier(len(calls))

    def run(number: int) -> None:
        try:
            ready.wait()
            answers[number] = calls[number]()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_the_same_key_at_the_same_time_acts_once(transactional_db: None, world: World, caller: MakeCaller) -> None:
    lead, call = world.make_lead(), caller(cast.TOWNSHIP_OFFICER)
    answers = _at_once([lambda: call.post(f"/leads/{lead.id}/receive", key="both")] * 4)
    assert [a.status_code for a in answers] == [200] * 4
    assert len({a.content for a in answers}) == 1
    assert sorted("Idempotency-Replayed" in a.headers for a in answers) == [False, True, True, True]
    assert len(world.entries(lead.id)) == 2


def test_two_at_once_one_wins_and_the_other_is_told(transactional_db: None, world: World, caller: MakeCaller) -> None:
    lead = world.make_lead()
    first, second = caller(cast.TOWNSHIP_OFFICER), caller(cast.SECOND_TOWNSHIP_OFFICER)
    answers = _at_once(
        [
            lambda: first.post(f"/leads/{lead.id}/receive"),
            lambda: second.post(f"/leads/{lead.id}/receive"),
        ]
    )
    assert sorted(a.status_code for a in answers) == [200, 409]
    assert len(world.entries(lead.id)) == 2


def test_acting_on_what_has_changed_is_refused(world: World, caller: MakeCaller) -> None:
    lead, call = world.make_lead(), caller(cast.TOWNSHIP_OFFICER)
    old = call.get(f"/leads/{lead.id}").headers["ETag"]
    received = call.post(f"/leads/{lead.id}/receive", If_Match=old)
    assert received.status_code == 200
    new = received.headers["ETag"]
    assert new == call.get(f"/leads/{lead.id}").headers["ETag"] != old
    refused = call.post(f"/leads/{lead.id}/return", {"reason": "邻乡"}, If_Match=old)
    assert _told(refused) == (412, "changed")
    assert refused.headers["ETag"] == new
    assert _told(call.post(f"/leads/{lead.id}/return", {"reason": "邻乡"}, If_Match=f"W/{new}")) == (412, "changed")
    assert call.post(f"/leads/{lead.id}/return", {"reason": "邻乡"}, If_Match=f'"x", {new}').status_code == 200


def test_two_at_once_with_the_same_tag(transactional_db: None, world: World, caller: MakeCaller) -> None:
    lead = world.make_lead()
    call = caller(cast.BUREAU_OFFICER)
    tag = call.get(f"/leads/{lead.id}").headers["ETag"]
    answers = _at_once(
        [
            lambda n=n: call.post(  # type: ignore[misc]
                f"/leads/{lead.id}/correct", {"place_text": f"地点{n}", "reason": "更正"}, If_Match=tag
            )
            for n in range(3)
        ]
    )
    assert sorted(a.status_code for a in answers) == [200, 412, 412]
    assert len(world.entries(lead.id)) == 2


VERIFY = '{"verdict":"substantiated","persons":["甲","乙"],"visited_at":"2024-08-01T08:00:00+08:00","finding":"f",%s}'


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 422, "invalid"),
        (b"{", 400, "json"),
        (b"\xff\xfe", 400, "encoding"),
        (b"[" * 100_000, 400, "json"),
        (b'{"finding":' + b"[" * 40 + b"]" * 40 + b"}", 400, "json"),
        (b'{"finding":"a","finding":"b"}', 400, "json"),
        ((VERIFY % '"lon":NaN').encode(), 422, "number"),
        ((VERIFY % '"lon":Infinity').encode(), 422, "number"),
        ((VERIFY % '"lon":1e999').encode(), 422, "number"),
        ((VERIFY % ('"lon":' + "9" * 5000)).encode(), 422, "number"),
        ((VERIFY % '"lon":"114.1"').encode(), 422, "invalid"),
        ((VERIFY % '"lon":true').encode(), 422, "invalid"),
        ((VERIFY % '"lon":181').encode(), 422, "invalid"),
        ((VERIFY % '"extra":1').encode(), 422, "invalid"),
        ((VERIFY % '"missing":"a\\u0000b"').encode(), 422, "invalid"),
        ((VERIFY % '"missing":"\\ud800"').encode(), 422, "invalid"),
        ((VERIFY % '"missing_by":1722470400').encode(), 422, "invalid"),
        ((VERIFY % '"missing_by":"2024-08-01T08:00:00"').encode(), 422, "invalid"),
        ((VERIFY % '"missing_by":"2024-02-30T08:00:00Z"').encode(), 422, "invalid"),
        ((VERIFY % '"missing_by":"9999-12-31T23:59:59-14:00"').encode(), 422, "invalid"),
        ((VERIFY % '"photos":[{"file_id":"1","direction":"up"}]').encode(), 422, "invalid"),
        (b'"text"', 422, "invalid"),
        (b"null", 422, "invalid"),
        (b'{"finding":"' + b"x" * (1024 * 1024) + b'"}', 413, "too_large"),
    ],
)
def test_content_that_cannot_be(world: World, caller: MakeCaller, body: bytes, status: int, code: str) -> None:
    lead, call = world.make_lead(state="under_verification"), caller(cast.TOWNSHIP_OFFICER)
    assert _told(call.post(f"/leads/{lead.id}/verify", body)) == (status, code)
    assert world.lead(lead.id).state == "under_verification"


def test_faults_are_named_by_field(world: World, caller: MakeCaller) -> None:
    lead, call = world.make_lead(state="under_verification"), caller(cast.TOWNSHIP_OFFICER)
    body = {"verdict": "maybe", "persons": ["甲", 2], "visited_at": "yesterday", "finding": None, "wrong": 1}
    told = call.post(f"/leads/{lead.id}/verify", body).json()
    faults = {error["field"]: error["message"] for error in told["errors"]}
    assert set(faults) == {"verdict", "persons.1", "visited_at", "finding", "wrong"}
    assert faults["wrong"] == "没有这个字段"
    assert faults["persons.1"] == "须为文字"


def test_media_types_and_needless_content(world: World, caller: MakeCaller) -> None:
    lead, call = world.make_lead(), caller(cast.TOWNSHIP_OFFICER)
    path = f"{ROOT}/leads/{lead.id}/return"
    for media in ("text/plain", "application/x-www-form-urlencoded", "application/json; charset=gbk"):
        response = Client().post(path, data=b"reason=a", content_type=media, headers=call.headers({}))
        assert _told(response) == (415, "media_type")
    assert _told(call.post(f"/leads/{lead.id}/receive", {"a": 1})) == (422, "invalid")


def test_evidence_is_checked_and_fetched(world: World, caller: MakeCaller) -> None:
    call = caller(cast.TOWNSHIP_OFFICER)
    data = jpeg(lon=114.1, lat=38.1, azimuth=10.0, taken_at=world.clock.now, seed="x")

    def send(name: str, content: bytes, **more: Any) -> Any:
        return call.form("/files", {"file": SimpleUploadedFile(name, content), **more})

    stored = send("照片.jpg", data)
    assert stored.status_code == 201
    file_id = stored.json()["id"]
    fetched = call.get(f"/files/{file_id}")
    assert b"".join(fetched.streaming_content) == data
    assert fetched.headers["Content-Disposition"].startswith("attachment")
    assert call.get(f"/files/{file_id}", If_None_Match=fetched.headers["ETag"]).status_code == 304
    assert call.get(f"/files/{file_id}/small").headers["Content-Type"] == "image/jpeg"
    assert _told(caller(cast.OTHER_TOWNSHIP_OFFICER).get(f"/files/{file_id}")) == (404, "not_found")
    assert _told(send("表.xlsx", b"PK\x03\x04xx")) == (422, "file")
    assert _told(send("空.jpg", b"")) == (422, "file")
    assert _told(send("坏.jpg", b"\xff\xd8\xffbroken")) == (422, "file")
    assert _told(send("照片.jpg", data, more="x")) == (422, "invalid")
    assert _told(call.form("/files", {})) == (422, "invalid")
    pdf = send("文书.pdf", b"%PDF-1.4 x").json()["id"]
    assert _told(call.get(f"/files/{pdf}/small")) == (404, "not_found")


def test_a_file_of_another_proves_nothing(world: World, caller: MakeCaller) -> None:
    lead = world.make_lead(state="under_verification")
    photo = world.photo(cast.SECOND_TOWNSHIP_OFFICER, lon=lead.centre.x, lat=lead.centre.y)
    body = {
        "verdict": "substantiated", "persons": ["甲", "乙"], "visited_at": "2024-08-01T08:00:00+08:00", "finding": "f",
        "photos": [{"file_id": str(photo), "direction": "near"}],
    }  # fmt: skip
    response = caller(cast.TOWNSHIP_OFFICER).post(f"/leads/{lead.id}/verify", body)
    assert _told(response) == (422, "photo")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"nothing": "x"}, "没有“nothing”这一项"),
        ({"notice_no": "x" * 2001}, "长"),
        ({"date": "昨天"}, "不是日期"),
    ],
)
def test_station_fields_are_checked_by_kind(
    world: World, caller: MakeCaller, fields: dict[str, str], said: str
) -> None:
    case = world.make_case(upto="open")
    plan = world.in_force().plan
    station = plan.track_defs["enforcement"].station("stop_notice")
    if "date" in fields:
        slug = next(s for s in station.fields if plan.fields[s].kind == "date")
        fields = {slug: fields["date"]}
    response = caller(cast.ENFORCER).post(f"/cases/{case.id}/tracks/enforcement/stop_notice", {"fields": fields})
    assert response.status_code == 422
    assert said in str(response.json()["missing"] or response.json()["detail"])


def test_a_session_cannot_act_by_form(world: World, sign_in: Callable[[cast.Member], Client]) -> None:
    lead = world.make_lead()
    response = sign_in(cast.TOWNSHIP_OFFICER).post(f"{ROOT}/leads/{lead.id}/receive", content_type="application/json")
    assert response.status_code == 401
    assert world.lead(lead.id).state == "dispatched"
