"""Working the tracks of a case over the pages of their stations."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from qingshan.commons.files.models import FileUse
from qingshan.contexts.cases.public import Case, Track, TrackStep
from tests import cast
from tests.interfaces.forms_of_cases import address, paper, photo, station, station_form, text_of
from tests.support.making import World

SignIn = Callable[[cast.Member], Client]
POINTS = ("people_gone", "equipment_gone", "buildings_gone", "workings_sealed")


@pytest.fixture
def case(world: World) -> Case:
    found = world.make_case(upto="open")
    world.clock.tick(hours=1)
    return found


def done(world: World, case: Case) -> set[str]:
    with world.seeing_all():
        return set(TrackStep.objects.filter(track__case=case, void=False).values_list("station", flat=True))


@pytest.mark.clause("三-2-1②a")
def test_each_point_of_closure_needs_its_photo(sign_in: SignIn, world: World, case: Case) -> None:
    client = sign_in(cast.TOWNSHIP_OFFICER)
    for point in POINTS:
        form = station(case, "site_closure", point)
        refused = client.post(form, station_form(world, case, "site_closure", point, photos=None))
        assert refused.status_code == 422
        assert "还缺照片 1 张" in text_of(refused)
        assert point not in done(world, case)
        taken = client.post(form, station_form(world, case, "site_closure", point))
        assert taken.status_code == 302
        assert taken["Location"] == address("case_detail", case)
        with world.seeing_all():
            assert FileUse.objects.filter(matter_id=case.id, purpose=f"track:site_closure:{point}").count() == 1
    assert done(world, case) == set(POINTS)


def test_a_refused_form_keeps_values_and_photos(sign_in: SignIn, world: World, case: Case) -> None:
    client, form = sign_in(cast.TOWNSHIP_OFFICER), station(case, "site_closure", "people_gone")
    refused = client.post(form, station_form(world, case, "site_closure", "people_gone", checked_on=""))
    assert refused.status_code == 422
    assert refused.context["form"].errors["checked_on"] == ["现场确认日期未填"]
    [kept] = refused.context["kept"]
    assert kept["distance_m"] is not None
    assert kept["azimuth"] == 45.0
    again = {"checked_on": world.clock.today().isoformat(), "photos_kept": str(kept["id"])}
    assert client.post(form, again).status_code == 302
    assert "people_gone" in done(world, case)


def test_the_uploads_of_another_person_are_not_taken(sign_in: SignIn, world: World, case: Case) -> None:
    foreign = world.photo(cast.OTHER_TOWNSHIP_OFFICER, lon=case.centre.x, lat=case.centre.y)
    form = {"checked_on": world.clock.today().isoformat(), "photos_kept": str(foreign)}
    refused = sign_in(cast.TOWNSHIP_OFFICER).post(station(case, "site_closure", "people_gone"), form)
    assert refused.status_code == 422
    assert done(world, case) == set()


def test_a_file_that_is_no_photo_is_named(sign_in: SignIn, world: World, case: Case) -> None:
    broken = photo(world, case)
    broken.seek(0)
    broken.write(b"not a picture at all")
    broken.seek(0)
    values = station_form(world, case, "site_closure", "people_gone", photos=broken)
    refused = sign_in(cast.TOWNSHIP_OFFICER).post(station(case, "site_closure", "people_gone"), values)
    assert refused.status_code == 422
    assert "现场.jpg" in text_of(refused)


@pytest.mark.clause("一-3")
def test_enforcement_goes_station_by_station_with_its_papers(sign_in: SignIn, world: World, case: Case) -> None:
    officer, leader = sign_in(cast.ENFORCER), sign_in(cast.BUREAU_LEADER)
    early = officer.post(station(case, "enforcement", "filed"), station_form(world, case, "enforcement", "filed"))
    assert early.status_code == 422
    assert "前面还有 1 个节点未办结" in text_of(early)
    for slug in ("stop_notice", "filed", "investigated", "decided", "executed"):
        client = leader if slug == "decided" else officer
        bare = client.post(
            station(case, "enforcement", slug), station_form(world, case, "enforcement", slug, files=None)
        )
        assert bare.status_code == 422
        assert "还缺文件 1 份" in text_of(bare)
        values = station_form(world, case, "enforcement", slug)
        assert client.post(station(case, "enforcement", slug), values).status_code == 302
        world.clock.tick(minutes=5)
    assert done(world, case) == {"stop_notice", "filed", "investigated", "decided", "executed"}


def test_a_penalty_is_decided_by_the_leader(sign_in: SignIn, world: World, case: Case) -> None:
    for slug in ("stop_notice", "filed", "investigated"):
        world.finish(case, "enforcement", slug)
    form = station(case, "enforcement", "decided")
    officer = sign_in(cast.ENFORCER)
    assert "负责人" in text_of(officer.get(form))
    assert officer.post(form, station_form(world, case, "enforcement", "decided")).status_code == 403
    assert "decided" not in done(world, case)


def test_amounts_and_days_are_checked_where_they_are_typed(sign_in: SignIn, world: World, case: Case) -> None:
    for slug in ("stop_notice", "filed", "investigated"):
        world.finish(case, "enforcement", slug)
    client, form = sign_in(cast.BUREAU_LEADER), station(case, "enforcement", "decided")
    wrong = client.post(
        form, station_form(world, case, "enforcement", "decided", fine_yuan="五万", decided_on="2024-13-40")
    )
    assert wrong.status_code == 422
    errors = wrong.context["form"].errors
    assert "“五万”不是金额或数量" in errors["fine_yuan"][0]
    assert "“2024-13-40”不是日期" in errors["decided_on"][0]
    right = station_form(world, case, "enforcement", "decided", fine_yuan="５０，０００．５")
    assert client.post(form, right).status_code == 302
    with world.seeing_all():
        assert TrackStep.objects.get(track__case=case, station="decided").fields["fine_yuan"] == "50000.5"


def test_closure_is_the_townships_own(sign_in: SignIn, world: World, case: Case) -> None:
    form = station(case, "site_closure", "people_gone")
    for member in (cast.BUREAU_OFFICER, cast.CITY_REVIEWER, cast.COUNTY_LEADER):
        client = sign_in(member)
        assert "苏村乡经办人办理" in text_of(client.get(form))
        assert client.post(form, station_form(world, case, "site_closure", "people_gone")).status_code == 403
    assert done(world, case) == set()


def test_for_another_township_the_case_does_not_exist(sign_in: SignIn, world: World, case: Case) -> None:
    client, form = sign_in(cast.OTHER_TOWNSHIP_OFFICER), station(case, "site_closure", "people_gone")
    assert client.get(form).status_code == 404
    assert client.post(form, station_form(world, case, "site_closure", "people_gone")).status_code == 404


def test_unknown_tracks_and_stations_are_not_found(sign_in: SignIn, case: Case) -> None:
    client = sign_in(cast.BUREAU_OFFICER)
    assert client.get(station(case, "enforcement", "nothing")).status_code == 404
    assert client.get(station(case, "no-track", "filed")).status_code == 404


def test_a_station_done_twice_is_told_to_the_second(sign_in: SignIn, world: World, case: Case) -> None:
    form = station(case, "provincial_entry", "entered")
    values: dict[str, Any] = station_form(world, case, "provincial_entry", "entered")
    assert sign_in(cast.ENFORCER).post(form, values).status_code == 302
    second = sign_in(cast.BUREAU_OFFICER).post(form, values)
    assert second.status_code == 409
    assert "已办结" in text_of(second)
    assert address("case_detail", case) in text_of(second)


def test_two_at_once_on_one_track_one_wins(
    sign_in: SignIn, world: World, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    from qingshan.contexts.cases.services import stepping

    check = stepping.check_step

    def meanwhile(*facts: Any) -> None:
        check(*facts)
        Track.objects.filter(case=case, kind="site_closure").update(steps=1)

    monkeypatch.setattr(stepping, "check_step", meanwhile)
    values = station_form(world, case, "site_closure", "people_gone")
    late = sign_in(cast.TOWNSHIP_OFFICER).post(station(case, "site_closure", "people_gone"), values)
    assert late.status_code == 409
    assert "刚被他人办理" in text_of(late)
    assert done(world, case) == set()


def test_a_finished_station_shows_its_record_and_evidence(sign_in: SignIn, world: World, case: Case) -> None:
    world.finish(case, "enforcement", "stop_notice")
    shown = sign_in(cast.TOWNSHIP_OFFICER).get(station(case, "enforcement", "stop_notice"))
    labels = [row["label"] for row in shown.context["record"]]
    fields = world.in_force().plan.track_defs["enforcement"].station("stop_notice").fields
    assert labels == [world.in_force().plan.fields[slug].label for slug in fields]
    assert "演示文书.pdf" in text_of(shown)
    assert cast.ENFORCER.name in text_of(shown)


def test_a_station_says_how_long_there_is_and_why(sign_in: SignIn, world: World, case: Case) -> None:
    shown = sign_in(cast.ENFORCER).get(station(case, "provincial_entry", "entered"))
    duty = shown.context["duty"]
    assert duty.due_at is not None
    assert duty.due_at > world.clock.now + timedelta(days=4)
    assert duty.explanation[0] in text_of(shown)
    assert "自“列入台账”起 5个工作日" in text_of(shown)


def test_after_acceptance_stations_are_closed(sign_in: SignIn, world: World) -> None:
    case = world.make_case(upto="accepted", category="project_cover")
    client, form = sign_in(cast.TOWNSHIP_OFFICER), station(case, "site_closure", "people_gone")
    assert "办理线不再改动" in text_of(client.get(form))
    assert client.post(form, station_form(world, case, "site_closure", "people_gone")).status_code == 409


def test_a_paper_is_kept_with_its_digest(sign_in: SignIn, world: World, case: Case) -> None:
    values = station_form(world, case, "enforcement", "stop_notice", files=[paper(), paper()])
    assert sign_in(cast.ENFORCER).post(station(case, "enforcement", "stop_notice"), values).status_code == 302
    with world.seeing_all():
        uses = list(FileUse.objects.filter(matter_id=case.id).select_related("file"))
    assert [use.label for use in uses] == ["责令停止", "责令停止"]
    assert len({use.file.sha256 for use in uses}) == 2
