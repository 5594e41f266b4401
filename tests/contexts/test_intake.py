"""Taking a batch in: received = accepted + duplicate + rejected, a reason per row, the same file changes nothing."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
import shapely
from django.contrib.gis.geos import MultiPolygon, Polygon

from qingshan.commons.files.models import StoredFile
from qingshan.commons.files.services import path_of
from qingshan.commons.inbox.models import Batch, BatchRow
from qingshan.commons.people.models import Unit
from qingshan.commons.places.models import Area
from qingshan.contexts.leads.models import Dispatch, Source
from qingshan.contexts.leads.public import IntakeResult, Lead, verification_progress
from qingshan.contexts.leads.public_worker import ForbiddenFileError, wipe_forbidden
from qingshan.domain.acts import ActRefused
from qingshan.geo.features import ReadError
from tests import cast
from tests.support.making import World
from tests.support.samples import patches, square

DATA = Path(__file__).resolve().parents[1] / "data" / "patches"
READABLE = (
    "patches.geojson",
    "patches.gpkg",
    "utf8-cpg-4490.zip",
    "gbk-cpg-4526.zip",
    "gbk-nocpg-4547.zip",
    "gbk-nested-4547.zip",
    "gbk-nocpg-noprj-4526.zip",
)


def batch_rows(world: World, result: IntakeResult) -> list[BatchRow]:
    """What became of each row."""
    with world.seeing_all():
        return list(BatchRow.objects.filter(batch_id=result.batch_id).order_by("row_no"))


def leads_of(world: World, result: IntakeResult) -> list[Lead]:
    """Leads of a batch."""
    with world.seeing_all():
        return list(Lead.objects.select_related("unit").filter(batch_id=result.batch_id).order_by("number"))


def counts(result: IntakeResult) -> tuple[int, int, int, int]:
    """received, accepted, duplicate, rejected."""
    return result.received, result.accepted, result.duplicate, result.rejected


# --- formats ---------------------------------------------------------------------------------------------------------


@pytest.mark.clause("三-1-2①b")
@pytest.mark.parametrize("name", READABLE)
def test_every_format_gives_the_same_leads(world: World, name: str) -> None:
    result = world.take_in((DATA / name).read_bytes(), file_name=name)
    assert counts(result) == (48, 48, 0, 0)
    leads = leads_of(world, result)
    first = leads[0]
    assert first.source_no == "130132SJBG24240001"
    assert first.patch_type == "DT"
    assert str(first.earlier_image) == "2024-03-18"
    assert str(first.later_image) == "2024-07-06"
    assert first.area_m2 is not None
    assert first.declared_area_m2 is not None
    assert abs(first.area_m2 - first.declared_area_m2) / first.declared_area_m2 < 0.005
    assert all(lead.state == "dispatched" and lead.due_at is not None for lead in leads)
    assert sum(Counter(lead.unit.slug for lead in leads).values()) == 48


def test_the_formats_place_every_patch_alike(world: World) -> None:
    places = []
    for number, name in enumerate(("patches.geojson", "gbk-nocpg-noprj-4526.zip", "gbk-nested-4547.zip")):
        channel = ("province-patch", "province-clue", "city-push")[number]
        result = world.take_in((DATA / name).read_bytes(), file_name=name, channel=channel)
        places.append([(lead.source_no, lead.division, lead.unit.slug) for lead in leads_of(world, result)])
    assert places[0] == places[1] == places[2]


def test_a_file_whose_datum_cannot_be_told_is_refused_until_it_is_named(world: World) -> None:
    content = (DATA / "utf8-noprj-4547.zip").read_bytes()
    with pytest.raises(ReadError) as refused:
        world.take_in(content, file_name="x.zip", name="无坐标系")
    assert "crs" in str(refused.value).lower() or "坐标系" in str(refused.value)
    assert world.count_entries() == 0
    assert counts(world.take_in(content, file_name="x.zip", name="无坐标系", crs="EPSG:4547")) == (48, 48, 0, 0)


def test_a_packed_file_and_its_name_do_not_matter(world: World) -> None:
    content = gzip.compress((DATA / "patches.geojson").read_bytes())
    assert counts(world.take_in(content, file_name="第三批.dat"))[:2] == (48, 48)


# --- the same again --------------------------------------------------------------------------------------------------


@pytest.mark.clause("三-1-2①a")
def test_the_same_file_again_changes_nothing(world: World) -> None:
    content = (DATA / "patches.geojson").read_bytes()
    first = world.take_in(content, name="第三批", channel="province-clue")
    entries = world.count_entries()
    again = world.take_in(content, name="第三批", channel="province-clue")
    assert counts(again) == (48, 0, 48, 0)
    assert (again.batch_id, again.repeated) == (first.batch_id, True)
    under_another_name = world.take_in(content, name="第三批（重发）", channel="province-clue")
    assert counts(under_another_name) == (48, 0, 48, 0)
    assert all("已登记为线索" in row.reason for row in batch_rows(world, under_another_name))
    with world.seeing_all():
        assert Lead.objects.count() == Source.objects.count() == Dispatch.objects.count() == 48
    assert world.count_entries() == entries


@pytest.mark.clause("三-1-2①a")
def test_the_provinces_number_stands_on_the_lead(world: World) -> None:
    lead = world.make_lead(channel="province-clue", source_no="冀线索2024-0007")
    assert lead.source_no == "冀线索2024-0007"
    assert '"source_no":"冀线索2024-0007"' in world.entries(lead.id)[0].payload


def test_the_same_number_with_another_shape_is_refused(world: World) -> None:
    x, y = world.place_of(cast.SUCUN)
    world.take_in(patches([square(x, y)], JCBH=["A1"]))
    result = world.take_in(patches([square(x, y, half=0.0006), square(x, y)], JCBH=["A1", "A1"]))
    assert counts(result) == (2, 0, 1, 1)
    other, same = batch_rows(world, result)
    assert (other.outcome, same.outcome) == ("rejected", "duplicate")
    assert "编号 A1 已登记为线索" in other.reason
    assert "图形不同" in other.reason
    assert counts(world.take_in(patches([square(x, y)], JCBH=["A1"]), channel="city-push"))[1] == 1, "another channel"


def test_repeats_within_one_file(world: World) -> None:
    x, y = world.place_of(cast.SUCUN)
    shapes = [square(x, y), square(x, y), square(x, y, half=0.0007), square(x + 0.002, y), square(x + 0.002, y)]
    result = world.take_in(patches(shapes, JCBH=["A", "A", "A", None, None]))
    assert counts(result) == (5, 2, 2, 1)
    assert [row.outcome for row in batch_rows(world, result)] == [
        "accepted", "duplicate", "rejected", "accepted", "duplicate",
    ]  # fmt: skip
    assert "与本文件第 1 行" in batch_rows(world, result)[1].reason


# --- rows that cannot be taken ---------------------------------------------------------------------------------------


def test_each_row_is_kept_with_its_outcome_and_reason(world: World) -> None:
    x, y = world.place_of(cast.SUCUN)
    bow_tie = {
        "type": "Polygon",
        "coordinates": [[[x, y], [x + 0.001, y + 0.001], [x + 0.001, y], [x, y + 0.001], [x, y]]],
    }
    far, near = square(116.4, 39.9), square(114.72, 37.78)
    result = world.take_in(patches([square(x, y), None, far, near, bow_tie], JCBH=["1", "2", "3", "4", "5"]))
    rows = batch_rows(world, result)
    assert result.received == 5 == result.accepted + result.duplicate + result.rejected == len(rows)
    assert [row.row_no for row in rows] == [1, 2, 3, 4, 5]
    assert (rows[0].outcome, rows[0].reason) == ("accepted", "")
    assert "没有图形" in rows[1].reason
    for row in rows[2:4]:
        assert row.outcome == "rejected"
        assert row.reason.startswith("不在本县")
        assert "中心点" in row.reason
    assert "距县界约" in rows[2].reason
    if rows[4].outcome == "accepted":
        assert rows[4].notes
    else:
        assert rows[4].reason
    with world.seeing_all():
        batch = Batch.objects.get(id=result.batch_id)
    assert (batch.state, batch.received, batch.rejected) == ("done", result.received, result.rejected)


def test_outside_the_county_is_told_by_the_name_of_the_neighbour_when_it_is_known(world: World) -> None:
    with world.seeing_all():
        Area.objects.create(
            key="130129", kind="outline", name="演示邻县", synthetic=True, source="测试",
            geom=MultiPolygon(Polygon.from_bbox((113.5, 37.5, 113.9, 38.2)), srid=4490),
        )  # fmt: skip
    [row] = batch_rows(world, world.take_in(patches([square(113.7, 37.8)], JCBH=["1"])))
    assert "位于演示邻县" in row.reason
    assert "转交" in row.reason


def test_unknown_columns_are_kept_as_they_came(world: World) -> None:
    x, y = world.place_of(cast.SUCUN)
    content = patches([square(x, y)], JCBH=["1"], 承办人=["演示甲"], 分数=[0.25], 空=[None], 多=["a\tb\"'"])
    result = world.take_in(content)
    [row], [lead] = batch_rows(world, result), leads_of(world, result)
    expected = {"承办人": "演示甲", "分数": 0.25, "多": "a\tb\"'"}
    assert expected.items() <= row.attributes.items()
    assert row.attributes["JCBH"] == "1"
    assert expected.items() <= lead.attributes.items()


@pytest.mark.parametrize(
    ("column", "value"), [("MJ", 6666.67), ("DKMJ", 10.0), ("面积(亩)", "10"), ("MJ_HA", 0.666667)]
)
def test_declared_areas_are_square_metres_whatever_the_unit(world: World, column: str, value: Any) -> None:
    x, y = world.place_of(cast.SUCUN)
    [lead] = leads_of(world, world.take_in(patches([square(x, y)], JCBH=["1"], **{column: [value]})))
    assert float(lead.declared_area_m2 or 0) == pytest.approx(6666.67, abs=0.01)


# --- what was received -----------------------------------------------------------------------------------------------


def test_the_original_is_kept_unchanged_under_its_digest(world: World) -> None:
    content = (DATA / "patches.geojson").read_bytes()
    result = world.take_in(content)
    digest = hashlib.sha256(content).hexdigest()
    with world.seeing_all():
        batch = Batch.objects.get(id=result.batch_id)
        stored = StoredFile.objects.get(id=batch.file_id)
    assert batch.sha256 == stored.sha256 == digest
    assert path_of(digest).read_bytes() == content
    assert path_of(digest).stat().st_mode & 0o777 == 0o440
    lead = leads_of(world, result)[0]
    assert json.loads(world.entries(lead.id)[0].payload)["details"]["file_sha256"] == digest


def test_an_import_is_one_act_and_each_lead_has_its_own_entry(world: World) -> None:
    result = world.take_in((DATA / "patches.geojson").read_bytes())
    leads = leads_of(world, result)
    entries = [world.entries(lead.id) for lead in leads]
    assert all(len(one) == 1 for one in entries)
    assert len({one[0].act_id for one in entries}) == 1
    assert [one[0].seq for one in entries] == [1] * 48
    numbers = [lead.number for lead in leads]
    first = int(numbers[0][-6:-1])  # blocks of numbers are taken for good, also by tests that were rolled back
    assert numbers == [f"元线〔2024〕{n:05d}号" for n in range(first, first + 48)]


def test_a_file_that_cannot_be_read_leaves_no_lead(world: World) -> None:
    for content in (b"{", b"hello", b"PK\x03\x04broken", b'{"type": "FeatureCollection", "features": [{"type": 1}]}'):
        try:
            result = world.take_in(content)
        except ReadError:
            continue
        assert result.accepted == 0
    with pytest.raises(ActRefused, match="空的"):
        world.take_in(b"")
    assert world.count_entries() == 0


@pytest.mark.parametrize(("member", "code"), [(cast.TOWNSHIP_OFFICER, "role"), (cast.COUNTY_LEADER, "role")])
def test_only_the_county_takes_batches_in(world: World, member: cast.Member, code: str) -> None:
    with pytest.raises(ActRefused) as refused:
        world.register(b"{}", member=member)
    assert refused.value.code == code


@pytest.mark.parametrize(("options", "code"), [({"channel": "pigeon"}, "channel"), ({"name": " "}, "name")])
def test_a_batch_has_a_channel_of_the_plan_and_a_name(world: World, options: dict[str, Any], code: str) -> None:
    with pytest.raises(ActRefused) as refused:
        world.register(b"{}", **options)
    assert refused.value.code == code


@pytest.mark.parametrize("mark", ["军事用地", "涉密", "机密图斑（2024）"])
def test_a_file_with_a_forbidden_mark_is_wiped_and_only_count_and_time_are_kept(
    world: World, mark: str, django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[object]]
) -> None:
    x, y = world.place_of(cast.SUCUN)
    content = patches([square(x, y), square(x + 0.003, y)], JCBH=["1", "2"], BZ=["", mark])
    batch = world.register(content, name="某单位秘密名", file_name=f"{mark}.geojson")
    with pytest.raises(ForbiddenFileError):
        world.take_in(content, name="某单位秘密名", file_name=f"{mark}.geojson")
    with django_capture_on_commit_callbacks(execute=True), world.seeing_all():
        message = wipe_forbidden(batch_id=batch.id, now=world.clock.now)
        kept = Batch.objects.get(id=batch.id)
        files = list(StoredFile.objects.filter(sha256=batch.sha256))
        texts = " ".join([kept.name, kept.file_name, kept.problem, message, *(f.original_name for f in files)])
        assert not Lead.objects.exists()
        assert not BatchRow.objects.exists()
    assert not path_of(batch.sha256).exists()
    assert "秘密" not in texts
    assert mark not in texts
    assert (kept.state, kept.preview, kept.finished_at) == ("failed", {}, world.clock.now)


# --- where a patch goes ----------------------------------------------------------------------------------------------


@pytest.mark.clause("三-1-2①b")
def test_a_patch_on_a_border_goes_to_the_larger_share_and_is_marked(world: World) -> None:
    with world.seeing_all():
        areas = {a.key: a.geom for a in Area.objects.filter(current=True, kind="township")}
        names = {u.division_id: u.short for u in Unit.objects.filter(kind="township")}
    pairs = [(a, b) for a in areas for b in areas if a < b and areas[a].intersection(areas[b]).length > 0.01]
    shapes = []
    for one, other in pairs[:8]:
        line = shapely.from_wkb(bytes(areas[one].intersection(areas[other]).wkb))
        x, y = shapely.get_coordinates(line)[len(shapely.get_coordinates(line)) // 2]
        shapes.append(square(float(x), float(y), half=0.004))
    result = world.take_in(patches(shapes, JCBH=[str(n) for n in range(len(shapes))]))
    leads = leads_of(world, result)
    assert len(leads) == len(shapes) > 0
    for lead in leads:
        shares = {
            key: lead.geom.intersection(geometry).area
            for key, geometry in areas.items()
            if lead.geom.intersects(geometry)
        }
        largest = max(shares, key=lambda key: shares[key])
        assert lead.unit.division_id == largest
        assert lead.division.startswith(largest)
        assert lead.border
        assert lead.shares[0][0] == names[largest]
        assert sum(share for _, share in lead.shares) in range(98, 103)
    with world.seeing(cast.BUREAU_OFFICER) as viewer:
        progress = verification_progress(viewer, result.batch_id)
    assert sum(line.received for line in progress) == len(leads)
    assert {line.unit: line.received for line in progress} == Counter(lead.unit.name for lead in leads)


def test_a_patch_well_inside_is_not_marked(world: World) -> None:
    lead = world.make_lead()
    assert not lead.border
    assert lead.division == "130132204201"
    assert (lead.township_name, lead.village_name) == ("苏村乡", "南苏村")


@pytest.mark.clause("三-2-0①")
def test_the_responsible_unit_follows_from_the_place(world: World) -> None:
    for slug, division in ((cast.SUCUN, cast.SUCUN_CODE), (cast.HEISHUIHE, cast.HEISHUIHE_CODE)):
        lead = world.make_lead(township=slug)
        assert lead.unit.slug == slug
        assert lead.division.startswith(division)
    assert Lead._meta.get_field("unit").null is False


def test_the_development_zone_is_routed_by_area_before_any_township(world: World) -> None:
    lead = world.make_lead(township=cast.DEVELOPMENT_ZONE, state="under_verification")
    assert lead.unit.slug == cast.DEVELOPMENT_ZONE
    assert lead.unit.division_id is None
    assert lead.township_name == lead.unit.name
    with world.seeing(cast.ZONE_OFFICER):
        assert Lead.objects.filter(id=lead.id).exists()
    with world.seeing(cast.TOWNSHIP_OFFICER):
        assert not Lead.objects.filter(id=lead.id).exists()


def test_a_batch_can_wait_for_a_person_to_dispatch_it(world: World) -> None:
    result = world.take_in((DATA / "patches.geojson").read_bytes(), dispatch=False)
    assert {lead.state for lead in leads_of(world, result)} == {"received"}
    with world.seeing_all():
        assert not Dispatch.objects.exists()
