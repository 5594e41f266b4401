"""Verification and re-checks over their pages: complete, incomplete, kept photos, hostile files, levels."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from qingshan.contexts.leads.public import Lead, Verification, VerificationPhoto
from tests import cast
from tests.interfaces.forms_of_leads import local_text, photo, verification_form, visit_form
from tests.support.making import World

SignIn = Callable[[cast.Member], Client]
MakeLead = Callable[..., Lead]


def address(name: str, lead: Lead, *more: str) -> str:
    return reverse(f"web:{name}", args=[lead.id, *more])


def test_a_complete_verification_goes_to_review(sign_in: SignIn, make_lead: MakeLead, world: World) -> None:
    lead = make_lead(state="under_verification")
    client = sign_in(cast.TOWNSHIP_OFFICER)
    response = client.post(address("lead_verify", lead), verification_form(world, lead))
    assert response.status_code == 302, response.content.decode()
    assert world.lead(lead.id).state == "in_review"
    with world.seeing_all():
        row = Verification.objects.get(lead=lead)
        photos = list(VerificationPhoto.objects.filter(lead=lead).order_by("direction"))
    assert row.persons == [cast.TOWNSHIP_OFFICER.name, cast.SECOND_TOWNSHIP_OFFICER.name]
    assert row.distance_m < 1
    assert sorted(p.direction for p in photos) == ["east", "near", "north", "south", "west"]
    assert all(p.flags == [] for p in photos)


@pytest.mark.clause("三-1-2①c")
def test_a_desk_verdict_on_a_pushed_patch_is_refused_with_all_that_is_missing(
    sign_in: SignIn, make_lead: MakeLead, world: World
) -> None:
    lead = make_lead(state="under_verification")
    client = sign_in(cast.TOWNSHIP_OFFICER)
    refused = client.post(address("lead_verify", lead), {"verdict": "unfounded", "person_1": "演示·苏甲"})
    text = refused.content.decode()
    assert refused.status_code == 422
    for missing in ("核查人不足", "到场时间未填", "核查位置未填", "现场情况未填", "没有现场照片", "查否原因未选"):
        assert missing in text, missing
    assert world.lead(lead.id).state == "under_verification"
    assert [e.act for e in world.entries(lead.id)] == ["lead.register", "lead.receive"]


def test_a_refused_form_keeps_texts_and_photos(sign_in: SignIn, make_lead: MakeLead, world: World) -> None:
    lead = make_lead(state="under_verification")
    client, form = sign_in(cast.TOWNSHIP_OFFICER), address("lead_verify", lead)
    refused = client.post(form, verification_form(world, lead, finding="", person_2="演示·苏乙"))
    assert refused.status_code == 422
    fields = {item["field"]["name"]: item for item in refused.context["photo_fields"]}
    kept = {item["kept_name"]: str(item["kept"][0].id) for item in fields.values() if item["kept"]}
    assert len(kept) == 5
    assert 'value="演示·苏乙"' in refused.content.decode()
    texts: dict[str, Any] = {
        name: value for name, value in verification_form(world, lead).items() if not name.startswith("photo_")
    }
    assert client.post(form, texts | kept).status_code == 302
    with world.seeing_all():
        assert VerificationPhoto.objects.filter(lead=lead).count() == 5


def test_a_kept_photo_of_somebody_else_is_not_taken(sign_in: SignIn, make_lead: MakeLead, world: World) -> None:
    lead = make_lead(state="under_verification")
    foreign = world.photo(cast.OTHER_TOWNSHIP_OFFICER, lon=lead.centre.x, lat=lead.centre.y)
    form = {n: v for n, v in verification_form(world, lead).items() if not n.startswith("photo_")}
    refused = sign_in(cast.TOWNSHIP_OFFICER).post(
        address("lead_verify", lead), form | {"photo_north_kept": str(foreign)}
    )
    assert refused.status_code == 422
    assert "没有现场照片" in refused.content.decode()


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("photo.jpg", b"<html><script>alert(1)</script>", "不是照片"),
        ("photo.jpg", b"\xff\xd8\xff\xe0 not really a picture", "打不开"),
        ("photo.jpg", b"", "空的"),
        ("../../etc/passwd.jpg", b"MZ\x90\x00 program", "不是照片"),
        ("photo.jpg", b"%PDF-1.4\n% a paper, no photo\n%%EOF\n", "不是照片"),
    ],
)
def test_a_hostile_file_is_refused_and_nothing_is_handed_in(
    sign_in: SignIn, make_lead: MakeLead, world: World, name: str, data: bytes, reason: str
) -> None:
    lead = make_lead(state="under_verification")
    hostile = SimpleUploadedFile(name, data, content_type="image/jpeg")
    refused = sign_in(cast.TOWNSHIP_OFFICER).post(
        address("lead_verify", lead), verification_form(world, lead, photo_wide=hostile)
    )
    assert refused.status_code == 422
    assert reason in refused.content.decode()
    assert "alert(1)" not in refused.content.decode()
    assert world.lead(lead.id).state == "under_verification"


def test_a_position_that_cannot_be_is_told_and_not_replaced(sign_in: SignIn, make_lead: MakeLead, world: World) -> None:
    lead = make_lead(state="under_verification")
    refused = sign_in(cast.TOWNSHIP_OFFICER).post(
        address("lead_verify", lead), verification_form(world, lead, lon="214", lat="37.6")
    )
    assert refused.status_code == 422
    assert "经纬度“214，37.6”不是有效的度数" in refused.content.decode()


def test_far_photos_are_taken_and_flagged(sign_in: SignIn, make_lead: MakeLead, world: World) -> None:
    lead = make_lead(state="under_verification")
    far = photo(world, lead, away=0.02, azimuth=None)
    client = sign_in(cast.TOWNSHIP_OFFICER)
    form = verification_form(world, lead, photo_near=far, lon=f"{lead.centre.x}", lat=f"{lead.centre.y}")
    assert client.post(address("lead_verify", lead), form).status_code == 302
    shown = client.get(address("lead_detail", lead)).content.decode()
    assert "超过 200 米" in shown
    assert "照片无方位角" in shown


def test_an_inconclusive_verdict_says_what_is_missing_and_by_when(
    sign_in: SignIn, make_lead: MakeLead, world: World
) -> None:
    lead = make_lead(state="under_verification")
    client, form = sign_in(cast.TOWNSHIP_OFFICER), address("lead_verify", lead)
    refused = client.post(form, verification_form(world, lead, verdict="inconclusive"))
    assert refused.status_code == 422
    assert "存疑须写明还缺什么" in refused.content.decode()
    complete = verification_form(
        world, lead, verdict="inconclusive", missing="采矿许可证（演示）", missing_by="2024-08-20"
    )
    assert client.post(form, complete).status_code == 302
    shown = client.get(address("lead_detail", lead)).content.decode()
    assert "采矿许可证（演示）" in shown
    assert "8月20日 23:59" in shown


def recheck_form(world: World, lead: Lead, **changes: Any) -> dict[str, Any]:
    return visit_form(world, lead, persons=("演示·甲", "演示·乙"), **({"outcome": "confirmed"} | changes))


@pytest.mark.clause("四-2-2③b", "三-3-2⑤")
def test_every_unfounded_lead_is_rechecked_on_site_by_county_and_city(
    sign_in: SignIn, make_lead: MakeLead, world: World
) -> None:
    lead = make_lead(state="county_recheck")
    world.clock.tick(hours=3)
    county, city = address("lead_recheck", lead, "county"), address("lead_recheck", lead, "city")
    desk = sign_in(cast.ENFORCER).post(county, {"outcome": "confirmed", "finding": "看过材料"})
    assert desk.status_code == 422
    assert "不接受桌面结论" in desk.content.decode()
    assert sign_in(cast.ENFORCER).post(county, recheck_form(world, lead)).status_code == 302
    assert world.lead(lead.id).state == "city_recheck"
    assert sign_in(cast.CITY_REVIEWER).post(city, recheck_form(world, lead)).status_code == 302
    assert world.lead(lead.id).state == "archived"
    shown = sign_in(cast.CITY_REVIEWER).get(address("lead_detail", lead))
    assert [(visit["level"], len(visit["photos"])) for visit in shown.context["visits"]] == [
        ("city", 5),
        ("county", 5),
        ("", 2),
    ]


def test_an_overturned_lead_is_substantiated(sign_in: SignIn, make_lead: MakeLead, world: World) -> None:
    lead = make_lead(state="county_recheck")
    world.clock.tick(hours=3)
    form = recheck_form(world, lead, outcome="overturned")
    assert sign_in(cast.ENFORCER).post(address("lead_recheck", lead, "county"), form).status_code == 302
    assert world.lead(lead.id).state == "substantiated"


def test_each_level_is_for_its_own_posts(sign_in: SignIn, make_lead: MakeLead, world: World) -> None:
    lead = make_lead(state="county_recheck")
    form = address("lead_recheck", lead, "county")
    assert sign_in(cast.TOWNSHIP_OFFICER).get(form).status_code == 403
    assert sign_in(cast.STRANGER).get(form).status_code == 404
    assert sign_in(cast.CITY_REVIEWER).get(form).status_code == 409
    assert sign_in(cast.CITY_REVIEWER).post(form, recheck_form(world, lead)).status_code == 422
    assert sign_in(cast.ENFORCER).get(address("lead_recheck", lead, "village")).status_code == 404
    assert world.lead(lead.id).state == "county_recheck"


def test_the_form_asks_nothing_a_browser_without_script_cannot_send(
    sign_in: SignIn, make_lead: MakeLead, world: World
) -> None:
    lead = make_lead(state="under_verification")
    text = sign_in(cast.TOWNSHIP_OFFICER).get(address("lead_verify", lead)).content.decode()
    names = ("person_1", "visited_at", "photo_north", "photo_near", "verdict", "unfounded_reason", "missing_by")
    for name in names:
        assert f'name="{name}"' in text, name
    assert 'enctype="multipart/form-data"' in text
    assert f'max="{local_text(world, hours_ago=0)}"' in text
