"""The main job through the interface alone: from a file of patches to the close-out number, by five tokens."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from qingshan.commons.journal.models import Entry
from tests import cast
from tests.fixtures_api import Caller
from tests.support.making import EXTRAS, World
from tests.support.samples import jpeg, patches, square

MakeCaller = Callable[..., Caller]


class Office:
    """Five programs and what they do one after the other."""

    def __init__(self, world: World, caller: MakeCaller) -> None:
        self.world = world
        self.bureau, self.leader = caller(cast.BUREAU_OFFICER), caller(cast.BUREAU_LEADER)
        self.township, self.office = caller(cast.TOWNSHIP_OFFICER), caller(cast.TASKFORCE_OFFICE)
        self.city = caller(cast.CITY_REVIEWER)
        self.enforcer = caller(cast.ENFORCER)
        self.serial = 0

    def now(self, **back: float) -> str:
        """A moment so long ago."""
        return (self.world.clock.now - timedelta(**back)).isoformat()

    def photo(self, call: Caller, lon: float, lat: float) -> str:
        """Upload a photo."""
        self.serial += 1
        data = jpeg(lon=lon, lat=lat, azimuth=90.0, taken_at=self.world.clock.now, seed=f"api {self.serial}")
        return _ok(call.form("/files", {"file": SimpleUploadedFile("演示照片.jpg", data)}), 201)["id"]

    def paper(self, call: Caller) -> str:
        """Upload a paper."""
        self.serial += 1
        data = f"%PDF-1.4\n% api paper {self.serial}\n%%EOF\n".encode()
        return _ok(call.form("/files", {"file": SimpleUploadedFile("演示文书.pdf", data)}), 201)["id"]

    def finish_tracks(self, case: dict[str, Any], plan: dict[str, Any]) -> None:
        """Finish every station of every required track, each by the post that the plan names."""
        players = {"bureau_officer": self.enforcer, "bureau_leader": self.leader, "township_officer": self.township}
        definitions = {t["slug"]: t for t in plan["tracks"]}
        for track in [t for t in case["tracks"] if t["required"]]:
            for station in definitions[track["kind"]]["stations"]:
                self.world.clock.tick(minutes=5)
                call = players[station["role"]]
                files = [self.photo(call, case["lon"], case["lat"]) for _ in range(station["photos"])]
                files += [self.paper(call) for _ in range(station["files"])]
                path = f"/cases/{case['id']}/tracks/{track['kind']}/{station['slug']}"
                fields = {f["slug"]: self._value(f) for f in station["fields"]}
                _ok(call.post(path, {"fields": fields, "file_ids": files}))

    def _value(self, field: dict[str, Any]) -> str:
        made = {"date": self.world.clock.today().isoformat(), "money": "50000", "number": "5"}
        return field["choices"][0] if field["choices"] else made.get(field["kind"], f"演示{field['slug']}")


def _ok(response: Any, status: int = 200) -> Any:
    assert response.status_code == status, response.content.decode()
    return response.json()


@pytest.fixture
def office(transactional_db: None, world: World, caller: MakeCaller) -> Office:
    return Office(world, caller)


def _take_in(office: Office, run_jobs: Callable[[], None]) -> str:
    x, y = office.world.place_of(cast.SUCUN)
    content = patches([square(x, y)], JCBH=["API-0001"])
    file = SimpleUploadedFile("演示图斑.geojson", content)
    form = {"name": "接口批次", "channel": "province-patch", "file": file}
    batch = _ok(office.bureau.form("/batches", form), 202)["batch"]
    run_jobs()
    seen = _ok(office.bureau.get(f"/batches/{batch['id']}"))
    assert (seen["state"], seen["received"], seen["job"]["state"]) == ("inspected", 1, "done")
    _ok(office.bureau.post(f"/batches/{batch['id']}/accept"), 202)
    run_jobs()
    seen = _ok(office.bureau.get(f"/batches/{batch['id']}"))
    assert (seen["state"], seen["accepted"]) == ("done", 1)
    [row] = _ok(office.bureau.get(f"/batches/{batch['id']}/rows"))["rows"]
    assert row["source_no"] == "API-0001"
    return str(row["lead_id"])


def _substantiate(office: Office, lead_id: str) -> dict[str, Any]:
    office.world.clock.tick(minutes=10)
    lead = _ok(office.township.post(f"/leads/{lead_id}/receive"))
    assert (lead["state"], "lead.verify" in lead["acts"]) == ("under_verification", True)
    office.world.clock.tick(hours=2)
    directions = ("north", "near")
    photos = [{"file_id": office.photo(office.township, lead["lon"], lead["lat"]), "direction": d} for d in directions]
    form = {
        "verdict": "substantiated",
        "persons": [m.name for m in cast.OFFICERS[cast.SUCUN]],
        "visited_at": office.now(minutes=30),
        "finding": "现场有采坑一处（演示）",
        "photos": photos,
    }
    incomplete = office.township.post(f"/leads/{lead_id}/verify", {**form, "persons": ["演示·苏甲"], "photos": []})
    assert (incomplete.status_code, len(incomplete.json()["missing"])) == (422, 3)
    assert _ok(office.township.post(f"/leads/{lead_id}/verify", form))["state"] == "in_review"
    office.world.clock.tick(minutes=10)
    lead = _ok(office.leader.post(f"/leads/{lead_id}/review", {"passed": True, "opinion": "同意（演示）"}))
    assert (lead["state"], lead["verdict"]) == ("substantiated", "substantiated")
    return dict(lead)


def _opening(office: Office) -> dict[str, Any]:
    due = office.world.clock.today() + timedelta(days=21)
    return {
        "category": "unlicensed",
        "subcode": "A1",
        "rectification_mode": "enforce",
        "responsible_person": cast.TOWNSHIP_LEADER.name,
        "due_on": due.isoformat(),
        "milestones": [{"on": due.isoformat(), "what": "取缔到位（演示）"}],
        "extras": EXTRAS,
        "party": "演示当事人某某",
        "mineral": "建筑石料用灰岩",
    }


@pytest.mark.clause("三-3-1①", "三-3-2⓪")
def test_from_a_file_to_the_close_out_number(office: Office, run_jobs: Callable[[], None]) -> None:
    lead_id = _take_in(office, run_jobs)
    _substantiate(office, lead_id)
    plan = _ok(office.bureau.get("/plan"))
    opened = office.bureau.post(f"/leads/{lead_id}/case", _opening(office))
    case = _ok(opened, 201)
    assert opened.headers["Location"] == f"/api/v1/cases/{case['id']}"
    acceptance = {
        "members": [cast.BUREAU_LEADER.name, cast.ENFORCER.name],
        "opinion": "同意验收（演示）",
        "accepted_on": office.world.clock.today().isoformat(),
        "file_ids": [office.photo(office.leader, case["lon"], case["lat"])],
    }
    too_early = office.leader.post(f"/cases/{case['id']}/accept", acceptance)
    assert (too_early.status_code, too_early.json()["code"]) == (422, "gate")
    assert too_early.json()["missing"] == case["missing_for_acceptance"]
    office.finish_tracks(case, plan)
    assert _ok(office.leader.post(f"/cases/{case['id']}/accept", acceptance))["state"] == "accepted"
    today = office.world.clock.today().isoformat()
    report = {"case_ids": [case["id"]], "number": "演示报1", "reported_on": today}
    assert _ok(office.office.post("/city-reports", report), 201)["cases"] == [case["id"]]
    answers = [{"question": q["slug"], "passed": True} for q in plan["city_questions"]]
    checked = _ok(office.city.post(f"/cases/{case['id']}/city-check", {"answers": answers, "checked_on": today}))
    assert checked["state"] == "city_passed"
    closed = _ok(office.bureau.post(f"/cases/{case['id']}/close-out"))
    assert closed["close_out_number"]
    assert closed["state"] == "closed"
    ledger = _ok(office.bureau.get("/ledger", {"state": "closed"}))
    assert ledger["rows"][0]["texts"]["close_out_number"] == closed["close_out_number"]
    with office.world.seeing_all():
        doors = set(Entry.objects.exclude(act="lead.register").values_list("door", flat=True))
    assert doors == {"api"}
    reopened = _ok(
        office.leader.post(f"/cases/{case['id']}/reopen", {"reason": "又采（演示）", "tracks": ["enforcement"]})
    )
    assert (reopened["state"], reopened["reopened"]) == ("open", 1)


def test_a_raw_upload_is_the_same_batch(office: Office, run_jobs: Callable[[], None]) -> None:
    content = patches([square(*office.world.place_of(cast.SUCUN))], JCBH=["API-0002"])
    query = "name=流式批次&channel=province-patch&file_name=a.geojson&crs=EPSG:4490&dispatch=false"
    call = office.bureau

    def send(key: str, data: bytes) -> Any:
        return call.client.post(
            f"/api/v1/batches/raw?{query}",
            data=data,
            content_type="application/octet-stream",
            headers=call.headers({"Idempotency-Key": key}),
        )

    first = _ok(send("k1", content), 202)
    assert (first["new"], first["batch"]["dispatch"], first["batch"]["crs"]) == (True, False, "EPSG:4490")
    again = send("k1", content)
    assert (again.headers["Idempotency-Replayed"], again.json()) == ("true", first)
    assert send("k1", content + b" ").json()["code"] == "idempotency_reused"
    assert _ok(send("k2", content), 202)["new"] is False
    assert send("k3", b"\x7fELF\x02\x01\x01" + bytes(60)).status_code == 422
    assert send("k4", b"").status_code == 422
    run_jobs()
    assert _ok(call.get(f"/batches/{first['batch']['id']}"))["state"] == "inspected"


def test_unfounded_leads_are_rechecked_and_archived(office: Office) -> None:
    lead = office.world.make_lead(state="county_recheck")
    for level, call, pair in (
        ("county", office.enforcer, (cast.ENFORCER, cast.SECOND_ENFORCER)),
        ("city", office.city, (cast.CITY_REVIEWER, cast.SECOND_CITY_REVIEWER)),
    ):
        office.world.clock.tick(hours=2)
        form = {
            "level": level,
            "outcome": "confirmed",
            "persons": [m.name for m in pair],
            "visited_at": office.now(minutes=30),
            "finding": "复核现场（演示）",
            "photos": [{"file_id": office.photo(call, lead.centre.x, lead.centre.y), "direction": "near"}],
        }
        found = _ok(call.post(f"/leads/{lead.id}/recheck", form))
    assert found["state"] == "archived"
    assert [r["level"] for r in found["rechecks"]] == ["county", "city"]


def test_registering_returning_dispatching_correcting_flagging(office: Office) -> None:
    x, y = office.world.place_of(cast.SUCUN)
    form = {
        "channel": "hotline", "lon": x, "lat": y, "description": "夜间有车装石料（演示）", "source_no": "R-1",
        "discovered_at": office.now(hours=1), "place_text": "北坡",
    }  # fmt: skip
    channels = [c["slug"] for c in _ok(office.bureau.get("/plan"))["channels"]]
    form["channel"] = next(c for c in channels if c != "province-patch")
    created = office.bureau.post("/leads", form)
    lead = _ok(created, 201)
    path = f"/leads/{lead['id']}"
    assert created.headers["Location"] == f"/api/v1{path}"
    duplicate = office.bureau.post("/leads", form)
    assert (duplicate.status_code, duplicate.json()["code"]) == (409, "duplicate")
    assert _ok(office.township.post(f"{path}/return", {"reason": "在邻乡（演示）"}))["state"] == "returned"
    other = next(u for u in _ok(office.bureau.get("/units"))["units"] if u["slug"] == cast.HEISHUIHE)
    assert office.bureau.post(f"{path}/dispatch", {"unit_id": other["id"]}).status_code == 422
    sent = _ok(office.bureau.post(f"{path}/dispatch", {"unit_id": other["id"], "reason": "实测（演示）"}))
    assert sent["unit"]["slug"] == cast.HEISHUIHE
    assert office.township.get(path).status_code == 404
    flagged = _ok(office.bureau.post(f"{path}/flag-active", {"facts": "两台挖机正在作业（演示）"}))
    assert flagged["stop_notice"]["text"]
    corrected = _ok(office.bureau.post(f"{path}/correct", {"place_text": "南坡", "reason": "方位写反（演示）"}))
    assert (corrected["place_text"], corrected["description"]) == ("南坡", form["description"])
    assert json.dumps(corrected, ensure_ascii=False).count("夜间有车装石料") == 1


def test_the_ledger_as_a_file_is_a_job(office: Office, run_jobs: Callable[[], None]) -> None:
    office.world.make_lead(state="substantiated")
    job = _ok(office.bureau.post("/ledger/exports", {}), 202)
    assert office.bureau.post("/ledger/exports", {}).json()["code"] == "done"
    assert office.bureau.post("/ledger/exports", {"as_of": "2199-01-01T00:00:00Z"}).status_code == 422
    run_jobs()
    done = _ok(office.bureau.get(f"/jobs/{job['id']}"))
    assert (done["state"], office.township.get(f"/jobs/{job['id']}").status_code) == ("done", 404)
    content = b"".join(office.bureau.get(f"/files/{done['result_file_id']}").streaming_content)
    assert content.startswith(b"PK")
    assert office.township.get(f"/files/{done['result_file_id']}").status_code == 404
