"""Several sources on one lead: each keeps its number, its day, its duty to be answered, and its own clock (三-4-3③)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection

from qingshan.commons.people.models import Unit
from qingshan.contexts.campaigns.public import campaign_in_force
from qingshan.contexts.leads.models import Source
from qingshan.contexts.leads.public import (
    Lead,
    LeadFilter,
    LeadForm,
    ReplyForm,
    SourceFilter,
    add_source,
    correct_lead,
    direction_counts,
    enter_platform_no,
    lead_rows,
    register_lead,
    reply_source,
    settle_all_sources,
    sign_hand_over,
    source_counts,
    source_rows,
    sources_of,
    visible_leads,
    waive_reply,
)
from qingshan.contexts.leads.services.sources import store_source
from qingshan.domain.acts import ActRefused
from qingshan.domain.sources import SourceForm
from tests import cast
from tests.cast import Member
from tests.support.making import World


def form(world: World, channel: str, *, township: str = cast.SUCUN, **changes: object) -> LeadForm:
    """A complete form of this channel."""
    lon, lat = world.place_of(township)
    values: dict[str, object] = {
        "channel": channel, "lon": lon, "lat": lat, "place_text": "村南（演示）", "description": "夜间有车（演示）",
        "source_no": "", "discovered_at": world.clock.now - timedelta(hours=2),
    }  # fmt: skip
    return LeadForm(**(values | changes))  # type: ignore[arg-type]


def register(world: World, member: Member, channel: str, **changes: object) -> Lead:
    """Enter a lead as this person."""
    return world.perform(member, register_lead, form=form(world, channel, **changes))  # type: ignore[arg-type]


def sources(world: World, lead: Lead) -> list[Source]:
    """The lead's sources, the first one first."""
    with world.seeing(cast.BUREAU_OFFICER) as viewer:
        return [line.source for line in sources_of(viewer, lead.id)]


def answer(world: World, source_id: UUID, **changes: object) -> None:
    """The desk answers a source."""
    values: dict[str, object] = {
        "final": True, "text": "已到现场核查，属实，已列入台账（演示）", "to_whom": "举报人",
        "replied_at": world.clock.now,
    }  # fmt: skip
    world.perform(
        cast.HOTLINE_DESK,
        reply_source,
        source_id=source_id,
        form=ReplyForm(**(values | changes)),  # type: ignore[arg-type]
    )


def conclude(world: World, lead: Lead) -> None:
    """The township verifies, the county reviews: substantiated."""
    world._work_lead(world.lead(lead.id), "substantiated", "substantiated")


@pytest.mark.clause("一-1")
def test_both_directions_stand_in_one_list_and_are_counted_apart(world: World) -> None:
    above = world.make_lead(channel="province-patch")
    below = register(world, cast.VILLAGE_PATROLLER, "patrol")
    with world.seeing(cast.BUREAU_OFFICER) as viewer:
        assert direction_counts(viewer) == {"from_above": 1, "from_below": 1}
        for direction, lead in (("from_above", above), ("from_below", below)):
            found = lead_rows(viewer, LeadFilter(direction=direction), world.clock.now).rows
            assert [row.id for row in found] == [lead.id]


def test_every_lead_has_its_source_also_without_a_number(world: World) -> None:
    lead = register(world, cast.BUREAU_OFFICER, "patrol")
    [source] = sources(world, lead)
    assert (source.channel, source.number, source.reply_state) == ("patrol", "", "")
    pushed = world.make_lead(channel="province-patch", source_no="TB-1")
    [source] = sources(world, pushed)
    assert (source.number, source.came_at, source.reply_state) == ("TB-1", pushed.received_at, "")


def test_a_batch_of_a_channel_that_is_owed_an_answer_brings_the_duty_with_every_row(world: World) -> None:
    lead = world.make_lead(channel="hotline-12345", source_no="工单-1")
    [source] = sources(world, lead)
    assert (source.reply_state, source.platform_state) == ("open", "open")
    assert source.reply_due_at is not None
    assert source.platform_due_at is not None


@pytest.mark.clause("三-4-3③")
def test_two_sources_are_two_answers_and_one_is_no_excuse_for_the_other(world: World) -> None:
    lead = register(world, cast.HOTLINE_DESK, "public-report", source_no="举1")
    world.perform(
        cast.HOTLINE_DESK, add_source, lead_id=lead.id, note="同一处（演示）",
        form=SourceForm(channel="hotline-12345", source_no="工单-7"),
    )  # fmt: skip
    first, second = sources(world, lead)
    assert (first.number, second.number) == ("举1", "工单-7")
    assert first.reply_due_at is None  # runs from the result
    assert second.reply_due_at == datetime(2024, 8, 20, 23, 59, 59, tzinfo=cast.ZONE)  # 13 workdays from 1 August
    conclude(world, lead)
    first, second = sources(world, lead)
    assert first.reply_due_at == datetime(2024, 8, 8, 23, 59, 59, tzinfo=cast.ZONE)  # 5 workdays from the result
    answer(world, first.id)
    first, second = sources(world, lead)
    assert (first.reply_state, second.reply_state) == ("done", "open")
    with world.seeing(cast.BUREAU_OFFICER) as viewer:
        open_ones = source_rows(viewer, SourceFilter(desk="reply"), world.clock.now).rows
        assert [row.id for row in open_ones] == [second.id]
        assert source_counts(viewer, SourceFilter(), world.clock.now) == {
            "reply": 1, "platform": 1, "done": 1, "waived": 0
        }  # fmt: skip


@pytest.mark.clause("三-4-3③")
def test_no_final_answer_without_a_result_but_one_on_the_way(world: World) -> None:
    lead = register(world, cast.HOTLINE_DESK, "public-report")
    [source] = sources(world, lead)
    with pytest.raises(ActRefused) as refused:
        answer(world, source.id)
    assert "还没有结论" in refused.value.missing[0]
    answer(world, source.id, final=False, text="已转苏村镇核查（演示）")
    assert sources(world, lead)[0].reply_state == "open"
    conclude(world, lead)
    answer(world, source.id)
    with pytest.raises(ActRefused) as refused:
        answer(world, source.id)
    assert refused.value.code == "done"
    acts = [entry.act for entry in world.entries(lead.id)]
    assert acts.count("lead.reply") == 2


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"text": " "}, "答复内容未填"),
        ({"to_whom": ""}, "答复对象未填"),
        ({"replied_at": None}, "答复时间未填"),
        ({"to_whom": "张某 13812345678"}, "电话或证件号码"),
    ],
)
def test_an_answer_says_what_when_and_to_whom_without_names(
    world: World, changes: dict[str, object], part: str
) -> None:
    lead = register(world, cast.HOTLINE_DESK, "public-report")
    with pytest.raises(ActRefused) as refused:
        answer(world, sources(world, lead)[0].id, final=False, **changes)
    assert any(part in line for line in refused.value.missing)


def test_an_answer_is_waived_by_a_leader_with_a_reason_only(world: World) -> None:
    lead = register(world, cast.HOTLINE_DESK, "public-report")
    [source] = sources(world, lead)
    for member, reason, code in (
        (cast.HOTLINE_DESK, "匿名", "role"),
        (cast.BUREAU_OFFICER, "匿名", "role"),
        (cast.BUREAU_LEADER, " ", "reason"),
    ):
        with pytest.raises(ActRefused) as refused:
            world.perform(member, waive_reply, source_id=source.id, reason=reason)
        assert refused.value.code == code
    world.perform(cast.BUREAU_LEADER, waive_reply, source_id=source.id, reason="匿名举报，没有联系方式（演示）")
    assert sources(world, lead)[0].reply_state == "waived"


@pytest.mark.clause("三-4-3④")
def test_the_number_of_the_petition_platform_is_owed_noted_and_used_once(world: World) -> None:
    lead = register(world, cast.HOTLINE_DESK, "gov-website", dated=date(2024, 8, 1))
    other = register(world, cast.HOTLINE_DESK, "media-exposure", origin="演示日报", dated=date(2024, 8, 1))
    source, second = sources(world, lead)[0], sources(world, other)[0]
    assert source.platform_due_at == datetime(2024, 8, 6, 23, 59, 59, tzinfo=cast.ZONE)  # 3 workdays
    world.clock.tick(days=6)
    with world.seeing(cast.BUREAU_OFFICER) as viewer:
        late = source_rows(viewer, SourceFilter(desk="platform", overdue=True), world.clock.now).rows
        assert {row.id for row in late} == {source.id, second.id}
    world.perform(cast.HOTLINE_DESK, enter_platform_no, source_id=source.id, number=" 信平2024-1 ")
    assert sources(world, lead)[0].platform_no == "信平2024-1"
    with pytest.raises(ActRefused, match=lead.number):
        world.perform(cast.HOTLINE_DESK, enter_platform_no, source_id=second.id, number="信平2024-1")
    with pytest.raises(ActRefused) as refused:
        world.perform(cast.HOTLINE_DESK, enter_platform_no, source_id=source.id, number="信平2024-9")
    assert refused.value.code == "done"


def test_a_number_of_a_channel_makes_no_second_source(world: World) -> None:
    lead = register(world, cast.HOTLINE_DESK, "hotline-12345", source_no="工单-9")
    other = register(world, cast.HOTLINE_DESK, "public-report")
    with pytest.raises(ActRefused, match=lead.number):
        world.perform(
            cast.HOTLINE_DESK, add_source, lead_id=other.id, note="",
            form=SourceForm(channel="hotline-12345", source_no=" 工单-9 "),
        )  # fmt: skip


def test_a_corrected_number_moves_the_source_that_carried_the_old_one(world: World) -> None:
    lead = register(world, cast.HOTLINE_DESK, "hotline-12345", source_no="工单-A1")
    world.perform(
        cast.HOTLINE_DESK, add_source, lead_id=lead.id, note="",
        form=SourceForm(channel="hotline-12345", source_no="工单-B1"),
    )  # fmt: skip

    def correct(number: str) -> None:
        values = {"source_no": number}
        world.perform(cast.BUREAU_OFFICER, correct_lead, lead_id=lead.id, values=values, reason="看错号（演示）")

    correct("工单-A2")
    assert [(s.key, s.number) for s in sources(world, lead)] == [("no:工单-A2", "工单-A2"), ("no:工单-B1", "工单-B1")]
    with pytest.raises(ActRefused, match=lead.number):
        correct("工单-B1")
    correct("")
    cleared = sources(world, lead)[0]
    assert (cleared.key, cleared.number) == (f"own:{cleared.id}", "")
    correct("工单-A3")
    assert [s.key for s in sources(world, lead)] == ["no:工单-A3", "no:工单-B1"]


def test_a_number_on_a_lead_out_of_sight_is_refused_without_naming_it(world: World) -> None:
    lead = register(world, cast.OTHER_TOWNSHIP_OFFICER, "public-report", township=cast.HEISHUIHE, source_no="举9")
    with pytest.raises(ActRefused, match="看不到") as refused:
        register(world, cast.TOWNSHIP_OFFICER, "public-report", source_no="举9")
    assert (refused.value.code, lead.number in refused.value.message) == ("duplicate", False)
    with world.seeing_all():
        assert [s.lead_id for s in Source.objects.filter(number="举9")] == [lead.id]


def test_a_source_is_stored_with_every_column_it_has(world: World) -> None:
    lead = world.make_lead()
    values = {
        "number": "令1", "origin": "市政府（演示）", "dated": date(2024, 7, 30), "came_at": world.clock.now,
        "entered_by": "演示·局甲", "unit_id": Unit.objects.get(slug=cast.SUCUN).id, "note": "备注%s$1'",
        "geometry_digest": "ab", "reply_state": "done", "reply_due_at": world.clock.now + timedelta(days=1),
        "platform_state": "done", "platform_no": "信1", "platform_due_at": world.clock.now + timedelta(days=2),
        "seen_at": world.clock.now + timedelta(days=3), "seen_by": "演示·局乙",
    }  # fmt: skip
    given = Source(lead_id=lead.id, channel="leader-instruction", key="no:令1", **values)
    columns = [field.attname for field in Source._meta.concrete_fields]
    assert all(getattr(given, column) not in (None, "") for column in columns)
    with world.seeing(cast.BUREAU_OFFICER):
        store_source(given)
        stored = Source.objects.get(id=given.id)
    assert [getattr(stored, column) for column in columns] == [getattr(given, column) for column in columns]


def test_phone_numbers_do_not_enter_what_others_read(world: World) -> None:
    with pytest.raises(ActRefused) as refused:
        register(world, cast.HOTLINE_DESK, "public-report", description="有车，举报人13812345678")
    assert "13812345678" not in "".join(refused.value.missing)


# --- who enters, who sees --------------------------------------------------------------------------------------------


@pytest.mark.clause("三-1-3①a", "三-4-3⑤")
def test_a_department_hands_over_and_goes_on_seeing_its_own_lead_only(world: World) -> None:
    lead = register(world, cast.DEPARTMENT_OFFICER, "department-handover", source_no="交移〔2024〕1号")
    other = world.make_lead()
    assert (lead.state, lead.unit.slug) == ("dispatched", cast.SUCUN)
    [source] = sources(world, lead)
    assert source.origin == world.viewer(cast.DEPARTMENT_OFFICER).unit_name
    for member in (cast.DEPARTMENT_OFFICER, cast.TOWNSHIP_OFFICER, cast.BUREAU_OFFICER, cast.HOTLINE_DESK):
        with world.seeing(member) as viewer:
            seen = {row.id for row in visible_leads(viewer)}
            assert (lead.id in seen) == (member is not cast.HOTLINE_DESK)
            assert (other.id in seen) == (member in (cast.TOWNSHIP_OFFICER, cast.BUREAU_OFFICER))
    world.perform(cast.BUREAU_OFFICER, sign_hand_over, source_id=source.id)
    with pytest.raises(ActRefused) as refused:
        world.perform(cast.BUREAU_LEADER, sign_hand_over, source_id=source.id)
    assert refused.value.code == "done"
    assert sources(world, lead)[0].seen_at == world.clock.now


def test_the_database_itself_lets_a_department_see_its_own_lead_and_its_journal(world: World) -> None:
    lead = register(world, cast.DEPARTMENT_OFFICER, "department-handover")
    world.make_lead()
    with world.seeing(cast.DEPARTMENT_OFFICER), connection.cursor() as cursor:
        for statement in (
            "SELECT id FROM leads_lead", "SELECT DISTINCT matter_id FROM journal_entry",
            "SELECT id FROM journal_matter", "SELECT lead_id FROM leads_source",
        ):  # fmt: skip
            cursor.execute(statement)
            assert cursor.fetchall() == [(lead.id,)], statement
    with world.seeing(cast.POLICE_OFFICER), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM leads_lead")
        assert cursor.fetchone() == (0,)


def test_a_township_enters_what_lies_next_door_and_sees_it_there(world: World) -> None:
    lead = register(world, cast.TOWNSHIP_OFFICER, "public-report", township=cast.HEISHUIHE)
    assert lead.unit.slug == cast.HEISHUIHE
    with world.seeing(cast.TOWNSHIP_OFFICER) as viewer:
        assert visible_leads(viewer).filter(id=lead.id).exists()
    assert world.lead(lead.id).parties == [Unit.objects.get(slug=cast.SUCUN).id]
    own = register(world, cast.TOWNSHIP_OFFICER, "public-report")
    assert world.lead(own.id).parties == []


@pytest.mark.parametrize(
    ("member", "channel"),
    [
        (cast.DEPARTMENT_OFFICER, "public-report"),
        (cast.POLICE_OFFICER, "department-handover"),
        (cast.VILLAGE_PATROLLER, "public-report"),
        (cast.HOTLINE_DESK, "province-patch"),
        (cast.COUNTY_LEADER, "leader-instruction"),
    ],
    ids=lambda value: value.username if isinstance(value, Member) else value,
)
def test_nobody_enters_a_channel_that_is_not_his(world: World, member: Member, channel: str) -> None:
    with pytest.raises(ActRefused) as refused:
        register(world, member, channel, source_no="1")
    assert refused.value.code == "role"


# --- a plan that changes ---------------------------------------------------------------------------------------------


def test_sources_get_their_duty_when_a_plan_brings_it(world: World) -> None:
    lead = register(world, cast.HOTLINE_DESK, "petition", source_no="信9", dated=date(2024, 8, 1))
    with world.seeing_all():
        due = Source.objects.get(lead=lead).reply_due_at
        Source.objects.filter(lead=lead).update(reply_state="", reply_due_at=None)
        settle_all_sources(campaign_in_force())
        source = Source.objects.get(lead=lead)
        assert (source.reply_state, source.reply_due_at) == ("open", due)
        Source.objects.filter(lead=lead).update(reply_state="done")
        settle_all_sources(campaign_in_force())
        assert Source.objects.get(lead=lead).reply_state == "done"
