"""Own imagery, taking over an old ledger and the form of the ledger through the interface, from file to outcome."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from qingshan.commons.image_layers.tasks import read_image_layer
from qingshan.commons.jobs.models import Job
from qingshan.contexts.ledgers import takeover_tasks, tasks
from tests import cast
from tests.contexts.test_image_layers import geotiff
from tests.contexts.test_ledger_templates import blank_form
from tests.fixtures_api import Caller
from tests.support.making import World
from tests.support.old_ledgers import row, write

MakeCaller = Callable[..., Caller]
WORK: dict[str, Callable[[str], None]] = {
    "image_layer": read_image_layer,
    "ledger_template": tasks.read_template_task,
    "take-over-read": takeover_tasks.read_take_over_task,
    "take-over-check": takeover_tasks.check_take_over_task,
    "take-over": takeover_tasks.take_over_task,
}


def work(world: World, kind: str) -> None:
    """Do what waits for the worker."""
    with world.seeing_all():
        waiting = list(Job.objects.filter(kind=kind, state="waiting").values_list("id", flat=True))
    assert waiting, kind
    for job_id in waiting:
        WORK[kind](str(job_id))


def sent(path: Path, name: str) -> SimpleUploadedFile:
    """A file as a program sends it."""
    return SimpleUploadedFile(name, path.read_bytes())


def taken(answer: Any, status: int) -> Any:
    """The content of an answer with this status."""
    assert answer.status_code == status, answer.content.decode()
    return answer.json()


def test_a_picture_goes_from_file_to_everybody_s_map(world: World, caller: MakeCaller, tmp_path: Path) -> None:
    bureau, township = caller(cast.BUREAU_OFFICER), caller(cast.TOWNSHIP_OFFICER)
    words = {"name": "无人机（演示）", "image_date": "2024-08-01", "source": "演示", "licence": "仅供演示"}
    file = sent(geotiff(tmp_path / "a.tif"), "a.tif")
    made = taken(bureau.form("/image-layers", {"file": file, **words}, key="once"), 202)
    file.seek(0)
    assert taken(bureau.form("/image-layers", {"file": file, **words}, key="once"), 202)["id"] == made["id"]
    one = f"/image-layers/{made['id']}"
    assert made["state"] == "reading"
    assert taken(bureau.post(f"{one}/publish", {}), 409)["code"] == "state"
    work(world, "image_layer")
    drawn = taken(bureau.get(one), 200)
    assert (drawn["state"], drawn["job"]["state"]) == ("draft", "done")
    assert taken(township.get("/image-layers"), 200)["layers"] == []
    assert township.get(one).status_code == 404
    shown = taken(bureau.post(f"{one}/publish", {"show_from": 8}), 200)
    assert (shown["state"], shown["show_from"], shown["show_to"]) == ("published", 8, 22)
    assert [layer["id"] for layer in taken(township.get("/image-layers"), 200)["layers"]] == [made["id"]]
    z, x, y = _tile(drawn)
    tile = township.get(f"{one}/tiles/{z}/{x}/{y}")
    assert (tile.status_code, tile.headers["Content-Type"][:6]) == (200, "image/")
    assert township.get(f"{one}/tiles/{z}/0/0").status_code == 404
    assert bureau.post(f"{one}/withdraw", {"reason": " "}).status_code == 422
    assert taken(bureau.post(f"{one}/withdraw", {"reason": "重新配准（演示）"}), 200)["state"] == "withdrawn"
    assert township.get(one).status_code == 404


def _tile(layer: dict[str, Any]) -> tuple[int, int, int]:
    """The tile over the middle of a layer at its coarsest zoom."""
    import math

    z = layer["min_zoom"]
    lon, lat = (layer["west"] + layer["east"]) / 2, math.radians((layer["south"] + layer["north"]) / 2)
    y = (1 - math.asinh(math.tan(lat)) / math.pi) / 2
    return z, int((lon + 180) / 360 * 2**z), int(y * 2**z)


def test_a_file_that_is_no_picture_is_told(caller: MakeCaller) -> None:
    words = {"name": "图", "image_date": "2024-08-01", "source": "演示", "licence": "演示"}
    file = SimpleUploadedFile("a.tif", b"%PDF-1.4")
    assert "GeoTIFF" in taken(caller(cast.BUREAU_OFFICER).form("/image-layers", {"file": file, **words}), 422)["detail"]


def test_an_old_ledger_is_taken_over_to_the_row(world: World, caller: MakeCaller, tmp_path: Path) -> None:
    officer, leader = caller(cast.BUREAU_OFFICER), caller(cast.BUREAU_LEADER)
    path = write(tmp_path / "old.xlsx", [row("旧001"), row("旧002", 村="南苏村"), row("旧003", 乡镇="不存在镇")])
    one = f"/take-overs/{taken(officer.form('/take-overs', {'file': sent(path, '旧.xlsx')}), 202)['id']}"
    work(world, "take-over-read")
    found = taken(officer.get(f"{one}/columns"), 200)
    assert leader.get(f"{one}/columns").status_code == 200
    sheets = [s for s in found["sheets"] if sum(bool(c["guess"]) for c in s["columns"]) >= 3]
    mapping = {
        "sheets": [s["name"] for s in sheets],
        "columns": {c["name"]: c["guess"] for s in sheets for c in s["columns"] if c["guess"]},
        "year": found["year"],
    }
    before = taken(officer.get(one), 200)["round"]
    assert taken(officer.post(f"{one}/mapping", {"round": before - 1, **mapping}), 409)["code"] == "race"
    taken(officer.post(f"{one}/mapping", {"round": before, **mapping}), 202)
    work(world, "take-over-check")
    checked = taken(officer.get(one), 200)
    assert checked["state"] == "checked", checked
    assert sum(checked["outcomes"].values()) == checked["rows"]
    refused = taken(officer.get(f"{one}/rows", {"outcome": "refused"}), 200)["rows"]
    assert [r["number"] for r in refused] == ["旧003"]
    assert "不存在镇" in refused[0]["reasons"]
    report = officer.get(f"/files/{checked['report_file_id']}")
    assert b"".join(report.streaming_content)[:2] == b"PK"
    totals = {kind: {s["name"]: s["rows"] for s in group} for kind, group in checked["sums"].items()}
    short = {"round": checked["round"], "totals": totals}
    assert taken(officer.post(f"{one}/submit", short), 422)["missing"]
    handed = taken(officer.post(f"{one}/submit", {**short, "explanation": "一行乡镇有误（演示）"}), 200)
    assert officer.post(f"{one}/approve", {"round": handed["round"]}).status_code == 403
    assert leader.post(f"{one}/send-back", {"round": handed["round"]}).status_code == 422
    taken(leader.post(f"{one}/approve", {"round": handed["round"], "opinion": "同意"}), 202)
    work(world, "take-over")
    assert taken(officer.get(one), 200)["state"] == "done"
    rows = taken(officer.get(f"{one}/rows", {"outcome": "ready"}), 200)["rows"]
    rows += taken(officer.get(f"{one}/rows", {"outcome": "warning"}), 200)["rows"]
    assert len(rows) == 2
    assert all(officer.get(f"/cases/{r['case_id']}").status_code == 200 for r in rows)


def test_a_form_is_mapped_proposed_and_put_in_force(world: World, caller: MakeCaller, tmp_path: Path) -> None:
    officer, leader = caller(cast.BUREAU_OFFICER), caller(cast.BUREAU_LEADER)
    no_book = {"name": "演示版", "file": SimpleUploadedFile("a.xlsx", b"%PDF-1.4")}
    assert "工作簿" in taken(officer.form("/ledger/templates", no_book), 422)["detail"]
    form = {"name": "演示版", "file": sent(blank_form(tmp_path / "form.xlsx"), "表样.xlsx")}
    one = f"/ledger/templates/{taken(officer.form('/ledger/templates', form), 202)['id']}"
    work(world, "ledger_template")
    draft = taken(officer.get(one), 200)
    assert draft["state"] == "draft"
    columns = [{k: v for k, v in c.items() if k != "title"} for c in draft["layout"]["columns"]]
    columns[-1] = columns[-1] | {"hidden": True}
    content = {"changed_at": "2024-01-01T00:00:00Z", "columns": columns}
    assert taken(officer.post(f"{one}/map", content), 409)["code"] == "race"
    mapped = taken(officer.post(f"{one}/map", content | {"changed_at": draft["changed_at"]}), 200)
    assert mapped["layout"]["columns"][-1]["hidden"]
    assert mapped["problems"] == []
    assert taken(officer.post(f"{one}/propose"), 200)["state"] == "proposed"
    assert leader.post(f"{one}/decide", {"passed": True, "valid_from": "2024-01-01"}).status_code == 422
    day = (world.clock.now.date()).replace(year=world.clock.now.year + 1).isoformat()
    assert caller(cast.TASKFORCE_OFFICE).post(f"{one}/decide", {"passed": True, "valid_from": day}).status_code == 403
    decided = taken(leader.post(f"{one}/decide", {"passed": True, "valid_from": day}), 200)
    assert (decided["state"], decided["valid_from"]) == ("in_force", day)
    assert taken(leader.post(f"{one}/decide", {"passed": False, "opinion": "改"}), 409)["code"] == "state"


@pytest.mark.parametrize("path", ["/take-overs", "/ledger/templates", "/image-layers"])
def test_reading_and_writing_have_scopes_of_their_own(caller: MakeCaller, path: str) -> None:
    reader = caller(cast.BUREAU_OFFICER, ["ledger:read", "images:read"])
    assert reader.get(path).status_code == 200
    assert taken(reader.form(path, {}), 403)["code"] == "scope"
    assert taken(caller(cast.BUREAU_OFFICER, ["leads:read"]).get(path), 403)["code"] == "scope"


def test_an_office_document_goes_with_an_order_and_is_no_evidence(
    world: World, caller: MakeCaller, tmp_path: Path
) -> None:
    call, township = caller(cast.BUREAU_OFFICER), caller(cast.TOWNSHIP_OFFICER)
    path = write(tmp_path / "list.xlsx", [row("旧001")])
    told = taken(call.form("/files", {"file": sent(path, "名单.xlsx")}), 422)
    assert "PDF" in told["detail"]
    kept = taken(call.form("/files", {"file": sent(path, "名单.xlsx"), "purpose": "attachment"}), 201)
    unit = taken(call.get(f"/units/{cast.SUCUN}"), 200)["id"]
    due = (world.clock.now + timedelta(days=3)).isoformat()
    order = {"kind": "order", "title": "排查（演示）", "text": "见附件", "unit_ids": [unit], "due_at": due}
    made = taken(call.post("/assignments", {**order, "file_ids": [kept["id"]]}), 201)
    assert [f["id"] for f in made["files"]] == [kept["id"]]
    line = f"/assignment-lines/{made['lines'][0]['id']}"
    assert [f["id"] for f in taken(township.get(line), 200)["files"]] == [kept["id"]]
    assert b"".join(township.get(f"/files/{kept['id']}").streaming_content)[:2] == b"PK"
    taken(township.post(f"{line}/receive"), 200)
    answer = taken(township.form("/files", {"file": sent(path, "答复.xlsx"), "purpose": "attachment"}), 201)["id"]
    replied = taken(township.post(f"{line}/reply", {"text": "已办（演示）", "file_ids": [answer]}), 200)
    assert [f["id"] for f in replied["replies"][0]["files"]] == [answer]
    batch = SimpleUploadedFile("a.geojson", b'{"type":"FeatureCollection","features":[]}')
    fields = {"file": batch, "name": "空（演示）", "channel": "province-patch"}
    other = taken(call.form("/batches", fields), 202)["batch"]["file_id"]
    assert "附件" in taken(call.post("/assignments", {**order, "file_ids": [other]}), 422)["detail"]
    case = world.make_case(upto="open")
    for file_id in (kept["id"], other):
        body = {"fields": {}, "file_ids": [file_id]}
        said = taken(call.post(f"/cases/{case.id}/tracks/enforcement/stop_notice", body), 422)
        assert "不能作证据" in said["detail"]
    mine = taken(township.form("/files", {"file": sent(path, "名单.xlsx"), "purpose": "attachment"}), 201)["id"]
    visit = {"persons": ["甲", "乙"], "visited_at": "2024-07-01T08:00:00+08:00", "finding": "现场（演示）"}
    photos = [{"file_id": mine, "direction": "wide"}]
    lead = world.make_lead(state="under_verification")
    said = taken(
        township.post(f"/leads/{lead.id}/verify", {"verdict": "substantiated", **visit, "photos": photos}), 422
    )
    assert said["code"] in ("photo", "invalid"), said
