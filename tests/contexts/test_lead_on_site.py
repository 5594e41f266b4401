"""On site: what a verification stores and shows, an act in progress, the county's review."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from qingshan.contexts.leads.models import StopNoticeDraft, Verification, VerificationPhoto
from qingshan.contexts.leads.public import (
    Lead,
    PhotoInput,
    flag_active,
    lead_duties,
    resume_verification,
    submit_verification,
    verification_progress,
)
from qingshan.domain.acts import ActRefused
from tests import cast
from tests.support.making import World


def submit(
    world: World, lead: Lead, photos: list[PhotoInput], verdict: str = "substantiated", **changes: object
) -> Lead:
    """Hand in with these photos."""
    form = world.verification(lead, verdict, **changes)
    return world.perform(cast.TOWNSHIP_OFFICER, submit_verification, lead_id=lead.id, form=form, photos=photos)


def photo_rows(world: World, lead: Lead) -> list[VerificationPhoto]:
    """Stored photos."""
    with world.seeing_all():
        return list(VerificationPhoto.objects.filter(lead=lead).select_related("file").order_by("id"))


@pytest.mark.clause("三-1-2①c")
@pytest.mark.parametrize("channel", ["province-patch", "province-clue", "city-push"])
@pytest.mark.parametrize("verdict", ["substantiated", "unfounded", "inconclusive"])
def test_no_verdict_from_the_desk_on_what_was_pushed(world: World, channel: str, verdict: str) -> None:
    lead = world.make_lead(state="under_verification", channel=channel)
    with pytest.raises(ActRefused) as refused:
        submit(world, lead, [], verdict)
    assert any("没有现场照片" in text for text in refused.value.missing)
    assert world.lead(lead.id).state == "under_verification"
    assert submit(world, lead, world.photos(cast.TOWNSHIP_OFFICER, lead), verdict).state == "in_review"


@pytest.mark.clause("三-1-2①c")
def test_the_rate_is_verified_of_all_and_100_only_when_none_is_missing(world: World) -> None:
    for state in ("archived", "substantiated", "in_review"):
        world.make_lead(state=state)
    with world.seeing(cast.BUREAU_OFFICER) as viewer:
        [line] = verification_progress(viewer)
    assert (line.unit, line.received, line.verified, line.percent) == ("苏村乡人民政府", 3, 2, 66)
    with world.seeing_all():
        waiting = Lead.objects.get(state="in_review")
    world.review(waiting)
    with world.seeing(cast.BUREAU_OFFICER) as viewer:
        [line] = verification_progress(viewer)
    assert line.percent == 100


def test_position_azimuth_digest_and_distance_are_read_from_the_photo(world: World) -> None:
    lead = world.make_lead(state="under_verification")
    who, x, y = cast.TOWNSHIP_OFFICER, lead.centre.x, lead.centre.y
    world.clock.tick(hours=1)
    near = world.photo(who, lon=x, lat=y, azimuth=45.5)
    far = world.photo(who, lon=x + 0.02, lat=y)
    bare = world.photo(who, lon=None, lat=None, azimuth=None, taken_at=None)
    submit(
        world, lead, [PhotoInput(file_id=f, direction=d) for f, d in ((near, "north"), (far, "east"), (bare, "near"))]
    )
    first, second, third = photo_rows(world, lead)
    assert (first.file.azimuth, first.flags) == (45.5, [])
    assert first.distance_m is not None
    assert first.distance_m < 1
    assert second.distance_m is not None
    assert 1600 < second.distance_m < 1800
    assert second.flags == [
        f"距图斑 {second.distance_m:.0f} 米，超过 {world.in_force().plan.photo_rules.max_distance_m} 米"
    ]
    assert third.flags == ["照片无定位", "照片无方位角", "照片无拍摄时间"]
    details = json.loads(world.entries(lead.id)[-1].payload)["details"]
    assert [p["sha256"] for p in details["photos"]] == [p.file.sha256 for p in (first, second, third)]
    assert [p["direction"] for p in details["photos"]] == ["north", "east", "near"]


def test_a_photo_used_before_is_flagged_and_a_strangers_upload_refused(world: World) -> None:
    one, other = world.make_lead(state="under_verification"), world.make_lead(state="under_verification")
    photos = world.photos(cast.TOWNSHIP_OFFICER, one)
    submit(world, one, photos)
    submit(world, other, photos)
    assert all("同一照片已在别处使用" in row.flags for row in photo_rows(world, other))
    third = world.make_lead(state="under_verification")
    with pytest.raises(ActRefused) as refused:
        submit(world, third, world.photos(cast.SECOND_TOWNSHIP_OFFICER, third))
    assert refused.value.code == "photo"
    with pytest.raises(ActRefused) as refused:
        submit(world, third, [PhotoInput(file_id=world.paper(cast.TOWNSHIP_OFFICER), direction="north")])
    assert refused.value.code == "photo"


def test_without_a_typed_position_the_first_located_photo_gives_it(world: World) -> None:
    lead = world.make_lead(state="under_verification")
    submit(world, lead, world.photos(cast.TOWNSHIP_OFFICER, lead), lon=None, lat=None)
    with world.seeing_all():
        row = Verification.objects.get(lead=lead)
    assert row.position.x == pytest.approx(lead.centre.x, abs=1e-5)
    assert row.distance_m < 1


def test_a_visit_far_from_the_patch_is_shown_to_the_reviewer_not_refused(world: World) -> None:
    lead = world.make_lead(state="under_verification")
    submit(world, lead, world.photos(cast.TOWNSHIP_OFFICER, lead), lon=lead.centre.x + 0.01)
    with world.seeing_all():
        row = Verification.objects.get(lead=lead)
    assert row.flags[0].startswith("核查位置距图斑 ")
    assert any("个方向" in flag for flag in row.flags)


# --- review ----------------------------------------------------------------------------------------------------------


@pytest.mark.clause("三-1-3①b")
@pytest.mark.parametrize(
    ("verdict", "state"),
    [("substantiated", "substantiated"), ("unfounded", "county_recheck"), ("inconclusive", "inconclusive")],
)
def test_a_reviewed_verdict_puts_the_lead_in_its_class(world: World, verdict: str, state: str) -> None:
    lead = world.make_lead(state="in_review", verdict=verdict)
    reviewed = world.review(lead)
    assert (reviewed.state, reviewed.verdict) == (state, verdict)


def test_a_verification_sent_back_is_done_anew_in_a_second_round(world: World) -> None:
    lead = world.make_lead(state="in_review")
    assert world.review(lead, passed=False).state == "under_verification"
    assert world.lead(lead.id).verdict == ""
    world.clock.tick(hours=2)
    world.verify(lead, "unfounded")
    with world.seeing_all():
        rounds = list(Verification.objects.filter(lead=lead).order_by("round"))
    assert [(r.round, r.verdict, r.review_passed) for r in rounds] == [
        (1, "substantiated", False),
        (2, "unfounded", None),
    ]
    assert world.review(lead).state == "county_recheck"


def test_inconclusive_stands_until_its_date_and_is_taken_up_again(world: World) -> None:
    lead = world.make_lead(state="inconclusive")
    assert lead.missing_by is not None
    assert lead.due_at is not None
    assert lead.due_at <= lead.missing_by
    resumed = world.perform(cast.TOWNSHIP_OFFICER, resume_verification, lead_id=lead.id, note="影像已到（演示）")
    assert (resumed.state, resumed.verdict, resumed.missing_by) == ("under_verification", "", None)


# --- an act in progress ----------------------------------------------------------------------------------------------


@pytest.mark.clause("二-1⑤")
def test_an_act_in_progress_drafts_the_notice_and_the_task_of_24_hours_at_once(world: World) -> None:
    lead = world.make_lead(state="under_verification")
    world.clock.tick(hours=3)
    flagged = world.perform(cast.TOWNSHIP_OFFICER, flag_active, lead_id=lead.id, facts="挖掘机装车（演示）")
    with world.seeing_all():
        draft = StopNoticeDraft.objects.get(lead=lead)
    assert draft.drafted_at == world.clock.now
    assert draft.onsite_due_at == world.clock.now + timedelta(hours=24)
    assert "挖掘机装车（演示）" in draft.text
    assert lead.number in draft.text
    assert "责令停止违法行为通知书（草稿）" in draft.text
    assert flagged.due_at == draft.onsite_due_at
    assert world.clock.now + timedelta(hours=24) in {
        duty.due_at for duty in lead_duties(flagged, world.in_force(), world.clock.now)
    }


def test_it_is_marked_once_with_facts_before_a_verdict_by_whoever_works_it(world: World) -> None:
    lead, done = world.make_lead(state="under_verification"), world.make_lead(state="substantiated")
    attempts = (
        (cast.TOWNSHIP_OFFICER, lead, " ", "reason"),
        (cast.TOWNSHIP_OFFICER, done, "x", "state"),
        (cast.OTHER_TOWNSHIP_OFFICER, lead, "x", "not_found"),
        (cast.COUNTY_LEADER, lead, "x", "role"),
        (cast.VILLAGE_PATROLLER, lead, "x", "role"),
    )
    for member, target, facts, code in attempts:
        with pytest.raises(ActRefused) as refused:
            world.perform(member, flag_active, lead_id=target.id, facts=facts)
        assert refused.value.code == code
    world.perform(cast.BUREAU_OFFICER, flag_active, lead_id=lead.id, facts="演示")
    with pytest.raises(ActRefused) as refused:
        world.perform(cast.TOWNSHIP_OFFICER, flag_active, lead_id=lead.id, facts="演示")
    assert refused.value.code == "done"
