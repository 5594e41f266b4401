"""What an act leaves behind: one entry, with the claimed and the server's time; corrections keep the old value."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from qingshan.commons.journal.models import Entry, PersonalValue, SubjectKey
from qingshan.commons.journal.personal import ALTERED, ERASED, erase_subject, read_personal
from qingshan.commons.journal.sealing import make_seal
from qingshan.commons.journal.selectors import history_of, ledgers_as_of
from qingshan.commons.journal.verifying import verify_journal
from qingshan.contexts.cases.public import Case, correct_case, correct_station
from qingshan.contexts.leads.models import StopNoticeDraft
from qingshan.contexts.leads.public import correct_lead, flag_active, receive_lead
from qingshan.contexts.ledgers.public import COLUMNS, ledger_as_of, read_texts
from qingshan.domain.acts import ActRefused
from tests import cast
from tests.support.making import PARTY, World


def payload(entry: Entry) -> dict[str, Any]:
    """What was signed."""
    content: dict[str, Any] = json.loads(entry.payload)
    return content


def refs_of(case: Case) -> set[UUID]:
    """Ids of the personal values of a case."""
    return {ref for ref in (case.party_ref, case.responsible_ref) if ref is not None}


def test_an_entry_says_who_in_which_post_did_what_and_when(world: World) -> None:
    lead = world.make_lead()
    world.clock.tick(hours=5)
    claimed = world.clock.now - timedelta(hours=3)
    world.perform(world.acting(cast.TOWNSHIP_OFFICER, acted_at=claimed), receive_lead, lead_id=lead.id)
    entry = world.entries(lead.id)[-1]
    assert (entry.act, entry.act_version, entry.door) == ("lead.receive", 1, "web")
    assert entry.actor == "演示·苏甲（苏村乡人民政府·苏村乡执法人员（1））"
    assert (entry.acted_at, entry.recorded_at) == (claimed, world.clock.now)
    assert payload(entry)["ledger"]["state"] == "under_verification"
    assert world.lead(lead.id).events["lead.receive"] == claimed.isoformat()


def test_duties_run_from_the_claimed_time_and_ledgers_freeze_by_the_recorded_one(world: World) -> None:
    lead = world.make_lead(state="under_verification")
    world.clock.tick(hours=6)
    claimed = world.clock.now - timedelta(hours=4)
    officer = world.acting(cast.TOWNSHIP_OFFICER, acted_at=claimed)
    world.perform(officer, flag_active, lead_id=lead.id, facts="正在装车（演示）")
    with world.seeing_all():
        assert StopNoticeDraft.objects.get(lead=lead).onsite_due_at == claimed + timedelta(hours=24)
        [before] = ledgers_as_of(world.clock.now - timedelta(hours=1))
        [after] = ledgers_as_of(world.clock.now)
    assert before.ledger["active_since"] == "", "not recorded yet, whatever was claimed"
    assert after.ledger["active_since"] == claimed.astimezone(cast.ZONE).strftime("%Y-%m-%d %H:%M")


def test_every_act_of_a_full_life_leaves_exactly_one_entry_in_its_chain(world: World) -> None:
    case = world.make_case(upto="closed")
    acts = [entry.act for entry in world.entries(case.lead_id)]
    assert acts == ["lead.register", "lead.receive", "lead.verify", "lead.review_approve", "case.open"]
    case_acts = [entry.act for entry in world.entries(case.id)]
    steps = ["case.track_step"] * 10
    assert case_acts == [
        "case.open", *steps, "case.accept", "case.report_city", "case.city_check", "case.close_out",
    ]  # fmt: skip
    for matter_id in (case.id, case.lead_id):
        entries = world.entries(matter_id)
        assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
        assert len({entry.act_id for entry in entries}) == len(entries)


def test_opening_a_case_is_one_act_on_two_matters(world: World) -> None:
    case = world.make_case(upto="open")
    on_case, on_lead = world.entries(case.id)[-1], world.entries(case.lead_id)[-1]
    assert on_case.act_id == on_lead.act_id
    assert payload(on_lead)["details"] == {"case": case.number}
    assert payload(on_lead)["ledger"]["due_at"] == "", "nothing is owed on the lead any more"


def test_one_act_on_three_cases_is_one_act_with_one_entry_each(world: World) -> None:
    cases = [world.make_case(upto="accepted", category="licensed_pit") for _ in range(3)]
    before = world.count_entries()
    world.report(*cases)
    last = [world.entries(case.id)[-1] for case in cases]
    assert world.count_entries() - before == 3
    assert len({entry.act_id for entry in last}) == 1


def test_a_refused_act_leaves_nothing(world: World) -> None:
    case = world.make_case(upto="open")
    before = world.count_entries()
    with pytest.raises(ActRefused):
        world.accept(case)
    with pytest.raises(ActRefused):
        world.finish(case, "enforcement", "decided")
    assert world.count_entries() == before
    assert world.case(case.id).state == "open"


def test_a_correction_is_a_second_act_with_reason_and_old_value(world: World) -> None:
    lead = world.make_lead()
    who = cast.BUREAU_OFFICER
    values = {"place_text": "南坡（演示）"}
    world.perform(who, correct_lead, lead_id=lead.id, values=values, reason="  村名有误（演示） ")
    world.perform(who, correct_lead, lead_id=lead.id, values={"place_text": "北坡（演示）"}, reason="再次核对（演示）")
    first, second = world.entries(lead.id)[-2:]
    assert payload(first)["details"] == {"changed": {"place_text": ["", "南坡（演示）"]}, "reason": "村名有误（演示）"}
    assert payload(second)["details"]["changed"] == {"place_text": ["南坡（演示）", "北坡（演示）"]}
    with pytest.raises(ActRefused, match="理由"):
        world.perform(who, correct_lead, lead_id=lead.id, values=values, reason=" ")
    with pytest.raises(ActRefused, match="没有改动"):
        world.perform(who, correct_lead, lead_id=lead.id, values={"place_text": "北坡（演示）"}, reason="x")


def test_a_corrected_station_and_case_keep_the_old_value(world: World) -> None:
    case = world.make_case(upto="tracks")
    who = cast.BUREAU_OFFICER
    world.perform(
        who, correct_station, case_id=case.id, track="provincial_entry", station="entered",
        fields={"province_no": "省演示002"}, reason="抄错（演示）",
    )  # fmt: skip
    world.perform(who, correct_case, case_id=case.id, values={"due_on": "2024-09-30"}, reason="延期批准（演示）")
    station, changed = (payload(entry) for entry in world.entries(case.id)[-2:])
    assert station["details"]["changed"]["province_no"] == ["演示province_no", "省演示002"]
    assert station["ledger"]["tracks"]["provincial_entry"]["entered"]["province_no"] == "省演示002"
    assert changed["details"]["changed"] == {"完成时限": [case.due_on.isoformat(), "2024-09-30"]}
    assert changed["ledger"]["due_on"] == "2024-09-30"


def test_past_a_gate_only_the_leader_corrects(world: World) -> None:
    case, member = world.make_case(upto="accepted", category="licensed_pit"), cast.BUREAU_OFFICER
    for somebody in (member, cast.TASKFORCE_OFFICE):
        with pytest.raises(ActRefused) as refused:
            world.perform(somebody, correct_case, case_id=case.id, values={"mineral": "铁矿"}, reason="x")
        assert refused.value.code == "role"
    leader = cast.BUREAU_LEADER
    corrected = world.perform(leader, correct_case, case_id=case.id, values={"mineral": "铁矿"}, reason="x")
    assert corrected.mineral == "铁矿"
    lead = world.make_lead(state="substantiated")
    with pytest.raises(ActRefused):
        world.perform(member, correct_lead, lead_id=lead.id, values={"place_text": "y"}, reason="x")


# --- personal values -------------------------------------------------------------------------------------------------


def test_no_entry_holds_the_name_of_the_party_or_of_the_responsible_person(world: World) -> None:
    case = world.make_case(upto="closed")
    for entry in world.entries(case.id):
        assert PARTY not in entry.payload
        assert cast.TOWNSHIP_LEADER.name not in entry.payload
    with world.seeing_all():
        assert list(read_personal(refs_of(case)).values()).count(PARTY) == 1
        assert all(PARTY.encode() not in bytes(row.ciphertext) for row in PersonalValue.objects.all())


def test_an_erased_subject_reads_as_erased_and_the_chain_still_verifies(world: World) -> None:
    case = world.make_case(upto="open")
    with world.seeing_all():
        [subject] = PersonalValue.objects.filter(id__in=refs_of(case)).values_list("subject_id", flat=True).distinct()
        erase_subject(subject_id=subject, rule="满年限（演示）", now=world.clock.now)
        make_seal(now=world.clock.now, day=world.clock.today(), reason="测试")
        found = verify_journal()
        assert read_personal(refs_of(case)) == dict.fromkeys(refs_of(case), ERASED)
        key = SubjectKey.objects.get(id=subject)
        assert (key.wrapped, key.erased_rule) == (None, "满年限（演示）")
        ledger = ledger_as_of(world.viewer(cast.BUREAU_OFFICER), world.clock.now, now=world.clock.now)
        texts = [texts for _, texts in read_texts(ledger, ledger.rows)]
    assert found.breaks == ()
    party = [column.key for column in COLUMNS].index("party")
    assert [row[party] for row in texts] == [ERASED]


def test_a_damaged_ciphertext_says_so_and_does_not_stop_the_page(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    case = world.make_case(upto="open")
    with world.seeing_all():
        row = PersonalValue.objects.select_related("subject").get(matter_id=case.id, field="party")
        row.ciphertext = bytes(row.ciphertext)[:-1] + b"x"
        monkeypatch.setattr(PersonalValue.objects, "filter", lambda **_: _Rows([row]))
        assert read_personal({row.id}) == {row.id: ALTERED}


class _Rows(list[PersonalValue]):
    """Stands for a query whose rows were read."""

    def select_related(self, _name: str) -> _Rows:
        return self

    def values_list(self, *_names: str) -> list[tuple[object, ...]]:
        return [(row.id, row.nonce, row.ciphertext, row.subject_id, row.subject.wrapped) for row in self]


# --- seals -----------------------------------------------------------------------------------------------------------


def test_an_entry_recorded_by_a_slow_clock_falls_behind_the_seal_not_into_it(world: World) -> None:
    lead = world.make_lead()
    sealed_at = world.clock.now
    with world.seeing_all():
        make_seal(now=sealed_at, day=world.clock.today(), reason="测试")
    world.clock.tick(seconds=-30)
    world.perform(cast.TOWNSHIP_OFFICER, receive_lead, lead_id=lead.id)
    other = world.make_lead()
    assert world.entries(lead.id)[-1].recorded_at > sealed_at
    assert world.entries(other.id)[-1].recorded_at > sealed_at
    with world.seeing_all():
        assert verify_journal().breaks == ()


def test_seals_of_two_days_cover_every_entry_once(world: World) -> None:
    world.make_case(upto="open")
    with world.seeing_all():
        first = make_seal(now=world.clock.now, day=world.clock.today(), reason="测试")
    world.clock.tick(days=1)
    with world.seeing_all():
        empty = make_seal(now=world.clock.now, day=world.clock.today(), reason="测试")
    world.clock.tick(days=1)
    world.make_lead()
    with world.seeing_all():
        third = make_seal(now=world.clock.now, day=world.clock.today(), reason="测试")
        assert verify_journal().breaks == ()
    assert [s.number for s in (first, empty, third)] == [1, 2, 3]
    assert first.entries + empty.entries + third.entries == world.count_entries()
    assert empty.entries == 0
    assert (empty.previous_root, third.previous_root) == (first.root, empty.root)


def test_the_history_of_a_matter_is_newest_first(world: World) -> None:
    lead = world.make_lead(state="in_review")
    with world.seeing(cast.TOWNSHIP_OFFICER):
        lines = history_of(lead.id)
    assert [line.act for line in lines] == ["lead.verify", "lead.receive", "lead.register"]
    with world.seeing(cast.OTHER_TOWNSHIP_OFFICER):
        assert history_of(lead.id) == []
