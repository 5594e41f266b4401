"""Appointing, ending, changing posts, standing in, handing over: who may, what is refused, what the journal says."""

from __future__ import annotations

import json
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest

from qingshan.commons.accounts.posts import (
    appoint_person,
    end_holding,
    hand_over,
    name_substitute,
    register_person,
    transfer_person,
)
from qingshan.commons.journal.models import Entry
from qingshan.commons.journal.services import actor_text
from qingshan.commons.people.models import Account, Holding, Person, Post
from qingshan.commons.people.viewer import Acting, viewer_of
from qingshan.contexts.leads.public import leads_on_turn, receive_lead
from qingshan.domain.acts import ActRefused
from tests import cast
from tests.contexts.test_two_at_once import assert_one_won, at_once
from tests.support.making import World

TODAY = cast.START.date()


def post_of(slug: str) -> Post:
    return Post.objects.get(slug=slug)


def person_of(member: cast.Member) -> Person:
    person = Account.objects.select_related("person").get(username=member.username).person
    assert person is not None
    return person


def holding_of(member: cast.Member) -> Holding:
    return Holding.objects.get(person=person_of(member), post__slug=member.post)


def refused(world: World, code: str, service: Any, who: cast.Member = cast.RIGHTS_ADMIN, **values: Any) -> str:
    with pytest.raises(ActRefused) as refusal:
        world.perform(who, service, **values)
    assert refusal.value.code == code
    return refusal.value.message


def newcomer(world: World, name: str = "演示·新甲") -> Person:
    return world.perform(cast.RIGHTS_ADMIN, register_person, name=name)


def test_a_vacant_post_is_taken_up_and_the_person_has_a_chain(world: World) -> None:
    person = newcomer(world)
    world.perform(
        cast.RIGHTS_ADMIN, appoint_person, person_id=person.id, post_id=post_of("sucun.township-head").id, since=TODAY
    )
    entries = world.entries(person.id)
    assert [e.act for e in entries] == ["person.register", "person.appoint"]
    payload = json.loads(entries[-1].payload)
    assert payload["division"] == "admin"
    assert payload["ledger"]["posts"][0]["post"] == "sucun.township-head"


def test_what_is_refused_when_appointing(world: World) -> None:
    person, vacant = newcomer(world), post_of("sucun.township-head")
    taken = post_of(cast.TOWNSHIP_LEADER.post)
    appoint = partial(refused, world, service=appoint_person, person_id=person.id)
    assert cast.TOWNSHIP_LEADER.name in appoint("state", post_id=taken.id, since=TODAY)
    appoint("span", post_id=vacant.id, since=TODAY, until=TODAY - timedelta(days=1))
    appoint("role", post_id=vacant.id, since=TODAY, who=cast.SYSTEM_ADMIN)
    appoint("role", post_id=vacant.id, since=TODAY, who=cast.BUREAU_LEADER)
    me = person_of(cast.RIGHTS_ADMIN).id
    refused(world, "self", appoint_person, person_id=me, post_id=vacant.id, since=TODAY)
    for member in (cast.SYSTEM_ADMIN, cast.AUDIT_ADMIN):
        values = {"person_id": person_of(member).id, "post_id": vacant.id, "since": TODAY}
        assert "不能兼任" in refused(world, "combination", appoint_person, **values)
    assert not Holding.objects.filter(post=vacant).exists()


def test_a_post_is_free_again_after_its_last_day(world: World) -> None:
    row, person = holding_of(cast.TOWNSHIP_LEADER), newcomer(world)
    world.perform(cast.RIGHTS_ADMIN, end_holding, holding_id=row.id, last_day=TODAY, reason="调离")
    values = {"person_id": person.id, "post_id": row.post_id}
    refused(world, "state", appoint_person, **values, since=TODAY)
    world.perform(cast.RIGHTS_ADMIN, appoint_person, **values, since=TODAY + timedelta(days=1))
    assert world.viewer(cast.TOWNSHIP_LEADER).post_title
    refused(world, "done", end_holding, holding_id=row.id, last_day=TODAY + timedelta(days=3), reason="调离")
    refused(world, "span", end_holding, holding_id=row.id, last_day=date(2024, 5, 1), reason="写错")
    refused(world, "reason", end_holding, holding_id=holding_of(cast.ENFORCER).id, last_day=TODAY, reason=" ")


def test_changing_posts_ends_one_and_begins_the_other(world: World) -> None:
    row, vacant = holding_of(cast.SECOND_TOWNSHIP_OFFICER), post_of("sucun.township-head")
    since = TODAY + timedelta(days=2)
    values = {"holding_id": row.id, "since": since, "reason": "调整分工"}
    refused(world, "same", transfer_person, post_id=row.post_id, **values)
    refused(world, "state", transfer_person, post_id=post_of(cast.TOWNSHIP_LEADER.post).id, **values)
    world.perform(cast.RIGHTS_ADMIN, transfer_person, post_id=vacant.id, **values)
    row.refresh_from_db()
    assert row.until == since - timedelta(days=1)
    assert Holding.objects.get(post=vacant).since == since


def test_a_substitute_acts_in_the_post_on_his_days_and_says_for_whom(world: World) -> None:
    row, stand_in = holding_of(cast.TOWNSHIP_LEADER), person_of(cast.TOWNSHIP_OFFICER)
    until = TODAY + timedelta(days=3)
    world.perform(
        cast.RIGHTS_ADMIN, name_substitute, holding_id=row.id, person_id=stand_in.id, since=TODAY, until=until,
        reason="请假",
    )  # fmt: skip
    account = Account.objects.get(username=cast.TOWNSHIP_OFFICER.username)
    viewer = viewer_of(account, today=TODAY, post_id=row.post_id)
    assert viewer is not None
    assert viewer.substitute_for == cast.TOWNSHIP_LEADER.name
    assert actor_text(Acting(viewer=viewer, clock=world.clock)).endswith(f"，代 {cast.TOWNSHIP_LEADER.name}）")
    assert viewer.has("township_leader")
    own = viewer_of(account, today=TODAY)
    assert own is not None
    assert own.substitute_for == ""
    after = viewer_of(account, today=until + timedelta(days=1), post_id=row.post_id)
    assert after is not None
    assert not after.has("township_leader")
    assert world.viewer(cast.TOWNSHIP_LEADER).post_id == row.post_id


def test_an_act_of_a_substitute_names_whom_he_stands_in_for(world: World) -> None:
    lead = world.make_lead()
    row, stand_in = holding_of(cast.TOWNSHIP_OFFICER), person_of(cast.OTHER_TOWNSHIP_OFFICER)
    world.perform(
        cast.RIGHTS_ADMIN, name_substitute, holding_id=row.id, person_id=stand_in.id, since=TODAY, until=TODAY,
        reason="出差",
    )  # fmt: skip
    account = Account.objects.get(username=cast.OTHER_TOWNSHIP_OFFICER.username)
    viewer = viewer_of(account, today=TODAY, post_id=row.post_id)
    assert viewer is not None
    world.perform(Acting(viewer=viewer, clock=world.clock), receive_lead, lead_id=lead.id)
    assert f"代 {cast.TOWNSHIP_OFFICER.name}" in world.entries(lead.id)[-1].actor


def test_what_is_refused_for_substitutes(world: World) -> None:
    row, other = holding_of(cast.TOWNSHIP_LEADER), person_of(cast.TOWNSHIP_OFFICER)
    name = partial(refused, world, service=name_substitute, holding_id=row.id, reason="请假")
    later = TODAY + timedelta(days=5)
    name("self", person_id=row.person_id, since=TODAY, until=later)
    name("span", person_id=other.id, since=later, until=TODAY)
    name("span", person_id=other.id, since=date(2024, 5, 1), until=later)
    name("combination", person_id=person_of(cast.AUDIT_ADMIN).id, since=TODAY, until=later)
    world.perform(
        cast.RIGHTS_ADMIN,
        name_substitute,
        holding_id=row.id,
        person_id=other.id,
        since=TODAY,
        until=later,
        reason="请假",
    )
    third = person_of(cast.SECOND_TOWNSHIP_OFFICER).id
    assert other.name in name("state", person_id=third, since=later, until=later)
    standing = Holding.objects.get(post=row.post, kind="substitute")
    refused(
        world, "kind", name_substitute, holding_id=standing.id, person_id=third, since=TODAY, until=TODAY, reason="请假"
    )


def test_one_act_hands_all_posts_over_and_the_work_goes_with_them(world: World) -> None:
    lead = world.make_lead()
    giver, receiver = person_of(cast.TOWNSHIP_OFFICER), newcomer(world)
    second = post_of("sucun.township-head")
    world.perform(cast.RIGHTS_ADMIN, appoint_person, person_id=giver.id, post_id=second.id, since=TODAY)
    ids = list(Holding.objects.filter(person=giver, until=None).values_list("id", flat=True))
    since = TODAY + timedelta(days=1)
    before = world.count_entries()
    moved = world.perform(
        cast.RIGHTS_ADMIN, hand_over, giver_id=giver.id, receiver_id=receiver.id, holding_ids=ids, since=since,
        reason="调离",
    )  # fmt: skip
    assert moved == 2
    assert world.count_entries() == before + 2
    with world.seeing_all():
        acts = set(Entry.objects.filter(act="person.hand_over").values_list("act_id", flat=True))
    assert len(acts) == 1
    account = Account.objects.create_account(username="newcomer", password=None, person=receiver, chosen_at=None)
    viewer = viewer_of(account, today=since, post_id=post_of(cast.TOWNSHIP_OFFICER.post).id)
    assert viewer is not None
    viewer.apply_scope()
    assert lead.id in set(leads_on_turn(viewer).values_list("id", flat=True))
    old = Account.objects.get(username=cast.TOWNSHIP_OFFICER.username)
    assert viewer_of(old, today=since) is None


def test_what_is_refused_when_handing_over(world: World) -> None:
    giver, receiver, row = person_of(cast.TOWNSHIP_OFFICER), newcomer(world), holding_of(cast.TOWNSHIP_OFFICER)
    give = partial(refused, world, service=hand_over, giver_id=giver.id, reason="调离", since=TODAY + timedelta(days=1))
    give("self", receiver_id=giver.id, holding_ids=[row.id])
    give("none", receiver_id=receiver.id, holding_ids=[])
    give("race", receiver_id=receiver.id, holding_ids=[row.id, holding_of(cast.ENFORCER).id])
    give("combination", receiver_id=person_of(cast.SYSTEM_ADMIN).id, holding_ids=[row.id])
    give("self", receiver_id=person_of(cast.RIGHTS_ADMIN).id, holding_ids=[row.id])
    row.refresh_from_db()
    assert row.until is None


def test_who_stood_in_for_the_giver_stands_in_no_longer(world: World) -> None:
    row, receiver = holding_of(cast.TOWNSHIP_LEADER), newcomer(world)
    other, since = person_of(cast.TOWNSHIP_OFFICER), TODAY + timedelta(days=1)
    world.perform(
        cast.RIGHTS_ADMIN, name_substitute, holding_id=row.id, person_id=other.id, since=TODAY,
        until=TODAY + timedelta(days=9), reason="请假",
    )  # fmt: skip
    world.perform(
        cast.RIGHTS_ADMIN, hand_over, giver_id=row.person_id, receiver_id=receiver.id, holding_ids=[row.id],
        since=since, reason="退休",
    )  # fmt: skip
    assert Holding.objects.get(post=row.post, kind="substitute").until == TODAY


@pytest.mark.usefixtures("transactional_db")
def test_two_administrators_at_once_fill_one_post_once(world: World) -> None:
    first, second = newcomer(world, "演示·新甲"), newcomer(world, "演示·新乙")
    acting, post = world.acting(cast.RIGHTS_ADMIN), post_of("sucun.township-head")
    one, two = (
        partial(world.perform, acting, appoint_person, person_id=p.id, post_id=post.id, since=TODAY)
        for p in (first, second)
    )
    assert_one_won(at_once(one, two))
    assert Holding.objects.filter(post=post).count() == 1


@pytest.mark.usefixtures("transactional_db")
def test_one_hand_over_of_two_at_once(world: World) -> None:
    giver, row = person_of(cast.TOWNSHIP_OFFICER), holding_of(cast.TOWNSHIP_OFFICER)
    acting = world.acting(cast.RIGHTS_ADMIN)
    attempts = [
        partial(
            world.perform, acting, hand_over, giver_id=giver.id, receiver_id=newcomer(world, name).id,
            holding_ids=[row.id], since=TODAY + timedelta(days=1), reason="调离",
        )
        for name in ("演示·新甲", "演示·新乙")
    ]  # fmt: skip
    assert_one_won(at_once(*attempts))
    assert Holding.objects.filter(post=row.post, until=None).count() == 1


def test_nobody_who_works_on_matters_sees_chains_of_persons(world: World) -> None:
    person = newcomer(world)
    for member in (cast.BUREAU_OFFICER, cast.COUNTY_LEADER, cast.DISCIPLINE, cast.PROVINCE_READER, cast.AUDIT_ADMIN):
        with world.seeing(member):
            assert not Entry.objects.filter(matter_id=person.id).exists()
    with world.seeing(cast.RIGHTS_ADMIN):
        assert Entry.objects.filter(matter_id=person.id).exists()
    world.make_lead()
    for member in (cast.RIGHTS_ADMIN, cast.SYSTEM_ADMIN):
        with world.seeing(member):
            assert not Entry.objects.exclude(act__startswith="person.").exists()
