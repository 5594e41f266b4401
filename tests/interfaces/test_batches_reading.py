"""The preview of a batch (读取方式): what was decided, what is doubtful, and reading it again in another way."""

import json
from collections.abc import Callable

import numpy as np
import pytest
import shapely
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from qingshan.commons.inbox.models import Batch
from qingshan.commons.jobs.models import Job
from qingshan.commons.jobs.progress import Progress
from qingshan.contexts.leads.public import Lead
from qingshan.contexts.leads.public_worker import accept_batch, asked_of, fail_batch, inspect_batch
from qingshan.geo.crs import gk_transformer
from qingshan.geo.features import Undecided
from qingshan.geo.offsets import gcj02_of
from qingshan.geo.table_columns import LABELS, LAYOUTS
from qingshan.interfaces.web.views.batch_columns import FIELD_WORDS, LAYOUT_WORDS
from tests import cast
from tests.geo.formats import in_system, kml_text, survey_bytes
from tests.support import samples
from tests.support.intake_tables import workbook
from tests.support.making import World

SignIn = Callable[[cast.Member], Client]


def square(x: float, y: float) -> Polygon:
    """A square about a point."""
    return shapely.box(x - 0.0005, y - 0.0005, x + 0.0005, y + 0.0005)


def patches(shapes: list[BaseGeometry], **columns: list[object]) -> bytes:
    """A GeoJSON file of shapes with columns."""
    return samples.patches([json.loads(shapely.to_geojson(shape)) for shape in shapes], **columns)


def metres(world: World) -> list[tuple[float, float]]:
    """A square in the county as X north, Y east with prefix 38."""
    x, y = world.place_of(cast.SUCUN)
    corners = np.array(square(x, y).exterior.coords)[:-1]
    east, north = gk_transformer(38).transform(corners[:, 0], corners[:, 1])
    return [(float(a), float(b)) for a, b in zip(north, east, strict=True)]


def upload(client: Client, world: World, content: bytes, name: str, **choices: str) -> Batch:
    posted = {"name": f"批 {name}", "channel": "province-patch", "crs": "", "dispatch": "on"} | choices
    file = SimpleUploadedFile(name, content, content_type="application/octet-stream")
    assert client.post("/batches/new/", {"file": file, **posted}).status_code == 302
    with world.seeing_all():
        return Batch.objects.get(name=posted["name"])


def read(world: World, batch: Batch) -> None:
    """What the worker does: the preview, or why not and what is asked."""
    try:
        world.perform(cast.BUREAU_OFFICER, inspect_batch, batch_id=batch.id, progress=Progress(None, None, world.clock))
    except Undecided as error:
        with world.seeing_all():
            fail_batch(batch_id=batch.id, problem=str(error), now=world.clock(), asked=asked_of(error))
    with world.seeing_all():
        Job.objects.filter(subject_id=batch.id).update(state="done")
        with connection.cursor() as cursor:  # what the queue does once the worker has taken the work
            cursor.execute("UPDATE procrastinate_jobs SET status = 'succeeded' WHERE status = 'todo'")
        batch.refresh_from_db()


def take_in(world: World, batch: Batch) -> list[Lead]:
    world.perform(cast.BUREAU_OFFICER, accept_batch, batch_id=batch.id, progress=Progress(None, None, world.clock))
    with world.seeing_all():
        return list(Lead.objects.filter(batch_id=batch.id).order_by("number"))


@pytest.fixture
def client(sign_in: SignIn) -> Client:
    return sign_in(cast.BUREAU_OFFICER)


def detail(batch: Batch) -> str:
    return reverse("web:batch_detail", args=[batch.id])


def reread(client: Client, batch: Batch, **choices: str) -> int:
    return client.post(reverse("web:batch_reread", args=[batch.id]), choices).status_code


@pytest.mark.clause("三-1-2①b")
def test_a_file_without_a_zone_is_asked_about_with_the_zone_that_fits(client: Client, world: World) -> None:
    corners = [(north, east - 38_000_000) for north, east in metres(world)]
    batch = upload(client, world, survey_bytes(corners, 带号=""), "坐标.txt")
    read(world, batch)
    assert batch.state == "failed"
    shown = client.get(detail(batch)).content.decode()
    assert "这样读可以落在本县" in shown
    (found,) = batch.preview["candidates"]
    assert found["crs"] == "EPSG:4547"
    assert reread(client, batch, crs=found["crs"], axes=found["axes"]) == 302
    with world.seeing_all():
        batch.refresh_from_db()
    assert (batch.state, batch.crs) == ("received", "EPSG:4547")
    assert batch.reading["axes"] == "yx"
    assert cast.BUREAU_OFFICER.name in batch.reading["by"]
    read(world, batch)
    assert batch.state == "inspected", batch.problem
    assert batch.preview["outcomes"]["accepted"] == 1
    assert "勘测定界坐标文本" in client.get(detail(batch)).content.decode()
    (lead,) = take_in(world, batch)
    told = json.loads(world.entries(lead.id)[0].payload)["details"]["reading"]
    assert told["format"] == "survey"
    assert "中央经线 114°" in told["crs"]
    assert told["chosen"]["crs"] == "EPSG:4547"
    assert told["chosen"]["by"]


def test_a_shifted_file_is_shown_where_it_falls_and_read_again(client: Client, world: World) -> None:
    x, y = world.place_of(cast.SUCUN)
    shifted = shapely.transform(square(x, y), gcj02_of)
    batch = upload(client, world, patches([shifted], JCBH=["P-1"]), "a.geojson")
    read(world, batch)
    first = shapely.from_geojson(json.dumps(batch.preview["features"]["features"][0]["geometry"]))
    assert reread(client, batch, crs="GCJ-02") == 302
    read(world, batch)
    second = shapely.from_geojson(json.dumps(batch.preview["features"]["features"][0]["geometry"]))
    assert 400 < first.centroid.distance(second.centroid) * 100_000 < 800
    shown = client.get(detail(batch)).content.decode()
    assert "GCJ-02" in shown
    (lead,) = take_in(world, batch)
    assert shapely.from_wkb(bytes(lead.geom.wkb)).centroid.distance(shapely.Point(x, y)) < 5e-5
    assert "不得作为测绘成果" in lead.notes


def test_swapped_axes_are_warned_of_and_one_click_away(client: Client, world: World) -> None:
    x, y = world.place_of(cast.SUCUN)
    turned = shapely.transform(square(x, y), lambda corners: corners[:, ::-1])
    batch = upload(client, world, patches([turned], JCBH=["P-1"]), "a.geojson")
    read(world, batch)
    assert batch.preview["outcomes"]["accepted"] == 0
    assert "颠倒" in batch.preview["warnings"][0]
    shown = client.get(detail(batch)).content.decode()
    assert "先核对" in shown
    found = batch.preview["candidates"][0]
    assert (found["crs"], found["axes"], found["percent"]) == ("EPSG:4490", "yx", 100)
    assert reread(client, batch, crs=found["crs"], axes=found["axes"]) == 302
    read(world, batch)
    assert batch.preview["outcomes"]["accepted"] == 1
    assert not batch.preview["warnings"]


def test_rows_outside_the_county_are_drawn_and_warned_of(client: Client, world: World) -> None:
    batch = upload(client, world, patches([square(116.4, 39.9), square(116.5, 39.9)], JCBH=["A", "B"]), "a.geojson")
    read(world, batch)
    assert "2 行落在县外" in batch.preview["warnings"][0]
    outcomes = [one["properties"]["outcome"] for one in batch.preview["features"]["features"]]
    assert outcomes == ["rejected", "rejected"]
    assert batch.preview["candidates"] == []


def test_a_reading_that_changes_nothing_is_not_offered(client: Client, world: World) -> None:
    x, y = world.place_of(cast.SUCUN)
    batch = upload(client, world, patches([square(x, y), square(116.5, 39.9)], JCBH=["A", "B"]), "a.geojson")
    read(world, batch)
    assert "1 行落在县外" in batch.preview["warnings"][0]
    assert batch.preview["candidates"] == []
    shown = client.get(detail(batch)).content.decode()
    assert "这样读可以落在本县" not in shown


def test_areas_in_another_unit_are_noticed(client: Client, world: World) -> None:
    x, y = world.place_of(cast.SUCUN)
    shapes = [square(x, y), square(x + 0.002, y)]
    batch = upload(client, world, patches(shapes, JCBH=["A", "B"], MJ=[14.6, 14.6]), "a.geojson")
    read(world, batch)
    (warning,) = batch.preview["warnings"]
    assert "2 行的标称面积与图形面积不符" in warning
    assert "亩" in warning
    leads = take_in(world, batch)
    assert all("标称面积 15 平方米与图形面积" in lead.notes for lead in leads)


def test_choices_that_cannot_be_are_refused(client: Client, world: World) -> None:
    x, y = world.place_of(cast.SUCUN)
    batch = upload(client, world, patches([square(x, y)], JCBH=["A"]), "a.geojson")
    read(world, batch)
    for choices in ({"axes": "zz"}, {"encoding": "ebcdic"}, {"crs": "x" * 200}, {"parameters": "1," * 400}):
        assert reread(client, batch, **choices) == 422
    with world.seeing_all():
        batch.refresh_from_db()
    assert batch.state == "inspected"


def test_a_batch_that_is_read_or_done_is_not_read_again(client: Client, world: World) -> None:
    x, y = world.place_of(cast.SUCUN)
    batch = upload(client, world, patches([square(x, y)], JCBH=["A"]), "a.geojson")
    assert reread(client, batch, crs="GCJ-02") == 409  # it is being read: nothing changes
    read(world, batch)
    assert batch.crs == ""
    assert reread(client, batch, crs="GCJ-02") == 302
    assert reread(client, batch, crs="GCJ-02") == 302  # the same button twice
    assert reread(client, batch, crs="BD-09") == 409  # the second of two is told
    with world.seeing_all():
        batch.refresh_from_db()
        assert batch.crs == "GCJ-02"
        assert Job.objects.filter(subject_id=batch.id, kind="inspect", state="waiting").count() == 1
    read(world, batch)
    take_in(world, batch)
    assert reread(client, batch, crs="BD-09") == 409


def test_a_supplement_is_read_in_the_datum_of_what_it_supplements(client: Client, world: World) -> None:
    x, y = world.place_of(cast.SUCUN)
    ((lon, lat),) = gcj02_of(np.array([[x, y]]))
    head = ("图斑编号", "纬", "经")
    batch = upload(client, world, workbook({"表": [head, ("G1", "坏", lon), ("G2", lat, lon)]}), "表.xlsx")
    read(world, batch)
    with world.seeing_all():
        mapping = batch.mapping | {"columns": {"图斑编号": "source_no", "纬": "lat", "经": "lon"}}
        Batch.objects.filter(id=batch.id).update(mapping=mapping)
    assert reread(client, batch, crs="GCJ-02", axes="xy") == 302
    read(world, batch)
    assert batch.preview["outcomes"] == {"accepted": 1, "duplicate": 0, "rejected": 1}
    take_in(world, batch)
    form = client.get(f"/batches/new/?supplement={batch.id}").content.decode()
    assert '<option value="GCJ-02" selected>' in form
    file = SimpleUploadedFile("补.xlsx", workbook({"表": [head, ("G1", lat, lon + 0.001)]}))
    posted = {"file": file, "crs": "", "dispatch": "on", "supplement": str(batch.id)}
    assert client.post("/batches/new/", posted).status_code == 302
    with world.seeing_all():
        mended = Batch.objects.get(supplements=batch)
    assert (mended.crs, mended.reading["axes"]) == ("GCJ-02", "xy")
    read(world, mended)
    (lead,) = take_in(world, mended)
    assert shapely.from_wkb(bytes(lead.geom.wkb)).distance(shapely.Point(x + 0.001, y)) < 5e-5


def test_rows_placed_by_name_do_not_hide_that_all_others_fall_outside(client: Client, world: World) -> None:
    rows = [("图斑编号", "经度", "纬度", "乡镇"), ("N1", 116.4, 39.9, ""), ("N2", 116.4, 39.8, "")]
    rows += [(f"T{n}", "", "", "苏村乡") for n in range(6)]
    rows.append(("T1", "", "", "苏阳乡"))  # refused for its number, not for lying outside
    batch = upload(client, world, workbook({"表": rows}), "表.xlsx")
    read(world, batch)
    assert batch.preview["outcomes"] == {"accepted": 6, "duplicate": 0, "rejected": 3}
    assert batch.preview["warnings"] == ["2 行落在县外，坐标系可能不对"]


def test_who_may_only_read_sees_no_choices(sign_in: SignIn, client: Client, world: World) -> None:
    x, y = world.place_of(cast.SUCUN)
    batch = upload(client, world, patches([square(x, y)], JCBH=["A"]), "a.geojson")
    read(world, batch)
    assert "按此方式重新读取" in client.get(detail(batch)).content.decode()
    reviewer = sign_in(cast.CITY_REVIEWER)
    assert "按此方式重新读取" not in reviewer.get(detail(batch)).content.decode()


@pytest.mark.clause("三-1-2①b")
@pytest.mark.parametrize("name", ["采坑.kml", "采坑.ovkml", "坐标.txt"])
def test_texts_are_taken_by_the_page(client: Client, world: World, name: str) -> None:

    x, y = world.place_of(cast.SUCUN)
    shape = in_system(square(x, y), "GCJ-02") if name.endswith("ovkml") else square(x, y)
    content = survey_bytes(metres(world)) if name.endswith("txt") else kml_text(shape).encode()
    batch = upload(client, world, content, name)
    read(world, batch)
    assert batch.state == "inspected", batch.problem
    (lead,) = take_in(world, batch)
    assert shapely.from_wkb(bytes(lead.geom.wkb)).centroid.distance(shapely.Point(x, y)) < 5e-5
    assert lead.source_no == ("DK001" if name.endswith("txt") else "坑一")


@pytest.mark.clause("三-1-2①b")
def test_a_photo_is_uploaded_placed_by_hand_and_shown_with_its_lead(client: Client, world: World) -> None:
    x, y = world.place_of(cast.SUCUN)
    data = samples.jpeg(lon=None, lat=None, azimuth=45.0, taken_at=None, seed="page")
    batch = upload(client, world, data, "IMG_1.jpg", channel="patrol")
    read(world, batch)
    assert batch.preview["outcomes"]["rejected"] == 1
    shown = client.get(detail(batch)).content.decode()
    assert "里没有位置" in shown
    assert 'name="position"' in shown
    assert reread(client, batch, position="1,2") == 422
    assert reread(client, batch, position=f"{y:.6f},{x:.6f}") == 302
    read(world, batch)
    assert batch.preview["outcomes"]["accepted"] == 1
    (lead,) = take_in(world, batch)
    page = client.get(f"/leads/{lead.id}/").content.decode()
    assert "来件照片" in page
    assert "IMG_1.jpg" in page


def test_a_heic_photo_is_refused_with_what_to_do(client: Client) -> None:
    file = SimpleUploadedFile("IMG_2.heic", b"\0\0\0\x18ftypheic" + bytes(100))
    answer = client.post(
        "/batches/new/", {"file": file, "name": "苹果", "channel": "patrol", "crs": "", "dispatch": "on"}
    )
    assert answer.status_code == 422
    assert "兼容性最佳" in answer.content.decode()


def test_fields_of_a_table_are_named_as_the_readers_name_them() -> None:
    assert {slug: str(word) for slug, word in FIELD_WORDS.items()} == dict(LABELS)
    assert {slug: str(word) for slug, word in LAYOUT_WORDS.items()} == dict(LAYOUTS)
