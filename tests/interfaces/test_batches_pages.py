"""Batches over their pages: upload, preview, acceptance by the worker, result to the row, report."""

import csv
import io
import json
from collections.abc import Callable
from uuid import UUID

import pytest
import shapely
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from qingshan.commons.inbox.models import Batch
from qingshan.commons.jobs.models import Job
from qingshan.commons.jobs.progress import Progress
from qingshan.commons.places.models import Area
from qingshan.contexts.leads.public import Lead
from qingshan.contexts.leads.public_worker import accept_batch, fail_batch, inspect_batch
from tests import cast
from tests.support.making import World
from tests.support.samples import patches, square

SignIn = Callable[[cast.Member], Client]
UPLOAD = "/batches/new/"


def page(name: str, batch: Batch) -> str:
    return reverse(f"web:{name}", args=[batch.id])


def posted(content: bytes, file_name: str = "演示图斑.geojson", **changes: str) -> dict[str, object]:
    file = SimpleUploadedFile(file_name, content, content_type="application/octet-stream")
    return {"file": file, "name": "演示第一批", "channel": "province-patch", "crs": "", "dispatch": "on"} | changes


@pytest.fixture
def content(world: World) -> bytes:
    """Three good rows of two townships, one given twice, one far away, one without a shape."""
    (ax, ay), (bx, by) = world.place_of(cast.SUCUN), world.place_of(cast.HEISHUIHE)
    shapes = [
        square(ax, ay),
        square(ax + 0.002, ay),
        square(bx, by),
        square(bx, by),
        square(116.4, 39.9),
        None,
    ]
    numbers = ["P-1", "P-2", "P-3", "P-3", "P-5", "P-6"]
    return patches(shapes, JCBH=numbers, BZ=["=1+1", "b", "c", "c", "e", "f"], XZQ=["一"] * 6)


def only_batch(world: World) -> Batch:
    with world.seeing_all():
        return Batch.objects.get()


def work(world: World, batch: Batch, *kinds: str) -> None:
    """Do what the worker does for the batch, as the person who uploaded it."""
    progress = Progress(None, None, world.clock)
    for kind in kinds:
        service = {"inspect": inspect_batch, "accept": accept_batch}[kind]
        world.perform(cast.BUREAU_OFFICER, service, batch_id=batch.id, progress=progress)
        with world.seeing_all():
            Job.objects.filter(subject_id=batch.id, kind=kind).update(state="done")


@pytest.fixture
def client(sign_in: SignIn) -> Client:
    return sign_in(cast.BUREAU_OFFICER)


@pytest.fixture
def uploaded(client: Client, content: bytes, world: World) -> Batch:
    """A batch that was uploaded over the page."""
    assert client.post(UPLOAD, posted(content)).status_code == 302
    return only_batch(world)


def test_an_uploaded_file_is_stored_and_queued_for_reading(client: Client, content: bytes, world: World) -> None:
    response = client.post(UPLOAD, posted(content))
    batch = only_batch(world)
    assert response["Location"] == page("batch_detail", batch)
    with world.seeing_all():
        assert [job.kind for job in Job.objects.filter(subject_id=batch.id)] == ["inspect"]
    shown = client.get(page("batch_detail", batch)).content.decode()
    assert page("batch_progress", batch) in shown
    assert batch.sha256 in shown
    original = client.get(reverse("web:file", args=[batch.file_id]))
    assert b"".join(original.streaming_content) == content


def test_the_preview_counts_rows_shows_shapes_and_says_why_not(client: Client, uploaded: Batch, world: World) -> None:
    work(world, uploaded, "inspect")
    shown = client.get(page("batch_detail", uploaded))
    text = shown.content.decode()
    assert "导入这 3 行" in text
    assert "不在本县" in text
    assert "与本文件第 3 行相同" in text
    with world.seeing_all():
        assert not Lead.objects.exists()
    features = shown.context["batch"].preview["features"]["features"]
    assert [f["properties"]["source_no"] for f in features] == ["P-1", "P-2", "P-3", "P-5"]
    assert [f["properties"]["outcome"] for f in features] == ["accepted"] * 3 + ["rejected"], "far away, drawn in red"


def test_the_result_adds_up_to_the_row(client: Client, uploaded: Batch, world: World) -> None:
    work(world, uploaded, "inspect")
    assert client.post(page("batch_accept", uploaded)).status_code == 302
    work(world, uploaded, "accept")
    shown = client.get(page("batch_detail", uploaded))
    batch = shown.context["batch"]
    assert (batch.received, batch.accepted, batch.duplicate, batch.rejected) == (6, 3, 1, 2)
    assert {str(tab["label"]): tab["count"] for tab in shown.context["row_tabs"]} == {
        "拒收": 2,
        "重复": 1,
        "已接收": 3,
    }
    assert [(row["index"], row["outcome"]) for row in shown.context["rows"]] == [(5, "rejected"), (6, "rejected")]
    assert all(row["reason"] for row in shown.context["rows"])
    accepted = client.get(f"{page('batch_rows', uploaded)}?outcome=accepted")
    assert [row["source_no"] for row in accepted.context["rows"]] == ["P-1", "P-2", "P-3"]
    for row in accepted.context["rows"]:
        assert client.get(row["url"]).status_code == 200


@pytest.mark.clause("三-1-2①c")
def test_a_batch_is_verified_only_when_every_township_stands_at_100_per_cent(
    client: Client, uploaded: Batch, world: World
) -> None:
    work(world, uploaded, "accept")
    with world.seeing_all():
        leads = list(Lead.objects.filter(batch_id=uploaded.id).select_related("unit"))

    def bars() -> dict[str, tuple[int, int]]:
        units = client.get(page("batch_detail", uploaded)).context["units"]
        return {unit.unit: (unit.verified, unit.received) for unit in units}

    assert bars() == {"苏村乡人民政府": (0, 2), "黑水河乡人民政府": (0, 1)}
    for lead in leads:
        world._work_lead(lead, "in_review", "substantiated")
    assert bars()["苏村乡人民政府"] == (0, 2), "handed in is not yet reviewed"
    for lead in leads:
        world.review(lead)
    assert bars() == {"苏村乡人民政府": (2, 2), "黑水河乡人民政府": (1, 1)}


def test_the_report_holds_every_row_and_column_and_runs_no_formula(
    client: Client, uploaded: Batch, world: World
) -> None:
    assert client.get(page("batch_report", uploaded)).status_code == 404
    work(world, uploaded, "accept")
    response = client.get(page("batch_report", uploaded))
    data = b"".join(response.streaming_content) if response.streaming else response.content
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    assert [row["结果"] for row in rows] == ["已接收", "已接收", "已接收", "重复", "拒收", "拒收"]
    assert all(row["原因与办法"] for row in rows[3:])
    assert rows[0]["BZ"] == "'=1+1"
    assert rows[0]["XZQ"] == "一"
    assert rows[0]["线索编号"]
    assert "attachment" in response["Content-Disposition"]


def test_progress_is_told_once_per_change_and_ends_with_a_reload(client: Client, uploaded: Batch, world: World) -> None:
    asked = page("batch_progress", uploaded)
    first = client.get(asked)
    assert first.status_code == 200
    assert "hx-get" in first.content.decode()
    assert client.get(asked, headers={"If-None-Match": first["ETag"]}).status_code == 304
    with world.seeing_all():
        Job.objects.filter(subject_id=uploaded.id).update(state="running", done=30, total=60)
    world.clock.tick(seconds=30)
    moved = client.get(asked, headers={"If-None-Match": first["ETag"]})
    assert "30 / 60" in moved.content.decode()
    assert "还需约 30 秒" in moved.content.decode()
    work(world, uploaded, "inspect")
    ended = client.get(asked)
    assert ended.status_code == 204
    assert ended["HX-Refresh"] == "true"


def test_accepting_twice_queues_one_job(client: Client, uploaded: Batch, world: World) -> None:
    work(world, uploaded, "inspect")
    for _ in range(2):
        assert client.post(page("batch_accept", uploaded)).status_code == 302
    with world.seeing_all():
        assert Job.objects.filter(subject_id=uploaded.id, kind="accept").count() == 1
    work(world, uploaded, "accept")
    late = client.post(page("batch_accept", uploaded))
    assert late.status_code == 409
    assert "已经处理过" in late.content.decode()


@pytest.mark.clause("三-1-2①a")
def test_the_same_file_again_changes_nothing(client: Client, content: bytes, uploaded: Batch, world: World) -> None:
    work(world, uploaded, "accept")
    before = world.count_entries()
    again = client.post(UPLOAD, posted(content))
    assert again["Location"] == page("batch_detail", uploaded)
    assert only_batch(world).id == uploaded.id
    assert world.count_entries() == before
    with world.seeing_all():
        assert sorted(Lead.objects.values_list("source_no", flat=True)) == ["P-1", "P-2", "P-3"]


@pytest.mark.clause("三-1-2①b")
def test_a_patch_over_a_border_goes_to_the_larger_share_and_is_marked(client: Client, world: World) -> None:
    codes = (cast.SUCUN_CODE, cast.HEISHUIHE_CODE)
    areas = {code: _township(code) for code in codes}
    place = shapely.intersection(*areas.values()).representative_point()
    shares = {code: shape.intersection(place.buffer(0.001)).area for code, shape in areas.items()}
    larger = max(shares, key=lambda code: shares[code])
    x, y = world.place_of(cast.SUCUN)
    content = patches([square(place.x, place.y, half=0.001), square(x, y)], JCBH=["BORDER-1", "INSIDE-1"])
    client.post(UPLOAD, posted(content))
    batch = only_batch(world)
    work(world, batch, "accept")
    shown = client.get(page("batch_detail", batch))
    assert sum(unit.received for unit in shown.context["units"]) == shown.context["batch"].accepted == 2
    leads = {row["lead"].source_no: row["lead"] for row in client.get("/leads/").context["rows"]}
    assert leads["BORDER-1"].border
    assert leads["BORDER-1"].unit.division_id == larger
    assert not leads["INSIDE-1"].border
    detail = client.get(reverse("web:lead_detail", args=[leads["BORDER-1"].id]))
    assert len(detail.context["shares"]) == 2
    assert all(share in detail.content.decode() for share in detail.context["shares"])


def _township(code: str) -> shapely.Geometry:
    area = Area.objects.get(key=code, kind="township", current=True)
    return shapely.from_wkb(bytes(area.geom.wkb))


def test_a_file_that_cannot_be_read_says_so_and_asks_for_another(client: Client, uploaded: Batch, world: World) -> None:
    with world.seeing_all():
        Job.objects.filter(subject_id=uploaded.id).update(state="failed")
        fail_batch(batch_id=uploaded.id, problem="第 3 行不是 GeoJSON：请重新导出", now=world.clock.now)
    shown = client.get(page("batch_detail", uploaded)).content.decode()
    assert "第 3 行不是 GeoJSON：请重新导出" in shown
    assert UPLOAD in shown


@pytest.mark.parametrize(
    ("data", "name", "reason"),
    [
        (b"", "empty.geojson", "是空的"),
        (b"MZ\x90\x00 a program", "patches.geojson", "不能导入"),
        (b"MZ\x90\x00 <svg onload=alert(1)>", "<img src=x>.json", "不能导入"),
        (b"%PDF-1.4 a paper", "paper.zip", "不能导入"),
    ],
)
def test_a_hostile_or_wrong_file_is_refused(client: Client, world: World, data: bytes, name: str, reason: str) -> None:
    refused = client.post(UPLOAD, posted(data, name))
    text = refused.content.decode()
    assert refused.status_code == 422
    assert reason in text
    assert "<img src=x>" not in text
    assert "演示第一批" in text
    with world.seeing_all():
        assert not Batch.objects.exists()


@pytest.mark.parametrize(
    ("changes", "reason"), [({"name": " "}, "批次名称未填"), ({"channel": "nowhere"}, "不在方案内")]
)
def test_what_is_missing_is_said(client: Client, content: bytes, changes: dict[str, str], reason: str) -> None:
    refused = client.post(UPLOAD, posted(content, **changes))
    assert refused.status_code == 422
    assert reason in refused.content.decode()


def test_without_a_file_the_form_says_so(client: Client) -> None:
    refused = client.post(UPLOAD, {"name": "演示", "channel": "province-patch"})
    assert refused.status_code == 422
    assert "没有选择文件" in refused.content.decode()


@pytest.mark.parametrize(
    ("member", "reads", "takes_in"),
    [
        (cast.TASKFORCE_OFFICE, 200, 302),
        (cast.COUNTY_LEADER, 200, 403),
        (cast.CITY_REVIEWER, 200, 403),
        (cast.TOWNSHIP_OFFICER, 403, 403),
        (cast.VILLAGE_PATROLLER, 403, 403),
        (cast.STRANGER, 404, 404),
    ],
)
def test_who_reads_and_who_takes_in(
    sign_in: SignIn, uploaded: Batch, world: World, member: cast.Member, reads: int, takes_in: int
) -> None:
    work(world, uploaded, "inspect")
    visitor = sign_in(member)
    assert visitor.get(page("batch_detail", uploaded)).status_code == reads
    assert visitor.post(page("batch_accept", uploaded)).status_code == takes_in


def test_a_colleague_sees_that_a_batch_is_being_read(sign_in: SignIn, uploaded: Batch) -> None:
    shown = sign_in(cast.BUREAU_LEADER).get(page("batch_detail", uploaded)).content.decode()
    assert f"读取 {uploaded.name}" in shown


def test_the_list_tells_what_became_of_each_batch(client: Client, uploaded: Batch, world: World) -> None:
    work(world, uploaded, "accept")
    shown = client.get("/batches/").content.decode()
    assert "演示第一批" in shown
    assert page("batch_detail", uploaded) in shown


def test_columns_nobody_knows_stay_with_the_lead(client: Client, uploaded: Batch, world: World) -> None:
    work(world, uploaded, "accept")
    with world.seeing_all():
        lead: UUID = Lead.objects.get(source_no="P-2").id
    shown = client.get(reverse("web:lead_detail", args=[lead]))
    assert ("XZQ", "一") in shown.context["columns"]
    assert json.loads(client.get(reverse("web:lead_geometry", args=[lead])).content)["features"][0]["properties"][
        "kind"
    ] == ("patch")
