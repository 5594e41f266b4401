"""The journal's pages: entries in scope, seals, and the sheet of roots."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from qingshan.commons.journal.models import Seal
from qingshan.commons.journal.sealing import make_seal
from qingshan.contexts.cases.public import Case
from tests import cast
from tests.interfaces.forms_of_cases import address, text_of
from tests.support.making import PARTY, World

SignIn = Callable[[cast.Member], Client]
MakeCase = Callable[..., Case]
JOURNAL = "/journal/"


def seal(world: World) -> Seal:
    with world.seeing_all():
        return make_seal(now=world.clock.now, day=world.clock.today(), reason="每日封签")


def test_the_newest_entries_come_first_and_lead_to_their_matter(
    sign_in: SignIn, make_case: MakeCase, world: World
) -> None:
    case = make_case(upto="accepted")
    shown = sign_in(cast.BUREAU_OFFICER).get(JOURNAL)
    rows = shown.context["rows"]
    assert (rows[0]["act"], rows[0]["number"]) == ("县级验收", case.number)
    assert rows[0]["url"] == address("case_detail", case)
    assert world.entries(case.id)[-1].hash[:6] in text_of(shown)
    assert {"线索", "台账问题"} == {row["kind"] for row in rows}


def test_entries_are_narrowed_to_one_act(sign_in: SignIn, make_case: MakeCase) -> None:
    make_case(upto="accepted")
    client = sign_in(cast.BUREAU_OFFICER)
    assert {row["act"] for row in client.get(JOURNAL, {"act": "case.accept"}).context["rows"]} == {"县级验收"}
    assert len(client.get(JOURNAL, {"act": "no.such"}).context["rows"]) == len(client.get(JOURNAL).context["rows"])
    assert "没有留痕" in text_of(client.get(JOURNAL, {"act": "case.reopen"}))


def test_pages_go_by_key_and_keep_the_act(
    sign_in: SignIn, make_case: MakeCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    from qingshan.interfaces.web.views import journal

    make_case(upto="tracks")
    monkeypatch.setattr(journal, "PAGE", 4)
    client = sign_in(cast.BUREAU_OFFICER)
    seen: list[Any] = []
    page = client.get(JOURNAL, {"act": "case.track_step"})
    while True:
        seen += [(row["number"], row["seq"]) for row in page.context["rows"]]
        if not page.context["next_url"]:
            break
        assert page.context["next_url"].startswith("?act=case.track_step&before=")
        page = client.get(JOURNAL + page.context["next_url"])
    assert len(seen) == len(set(seen)) == 10


def test_everybody_reads_his_own_scope(sign_in: SignIn, make_case: MakeCase) -> None:
    make_case(upto="open")
    assert sign_in(cast.TOWNSHIP_OFFICER).get(JOURNAL).context["rows"]
    assert sign_in(cast.OTHER_TOWNSHIP_OFFICER).get(JOURNAL).context["rows"] == []
    assert sign_in(cast.STRANGER).get(JOURNAL).context["rows"] == []
    assert sign_in(cast.SYSTEM_ADMIN).get(JOURNAL).status_code == 403


def test_the_auditor_reads_entries_but_opens_no_matter(sign_in: SignIn, make_case: MakeCase) -> None:
    make_case(upto="open")
    rows = sign_in(cast.AUDIT_ADMIN).get(JOURNAL).context["rows"]
    assert rows
    assert all(row["url"] == "" for row in rows)


def test_names_of_the_accused_are_masked_for_readers(sign_in: SignIn, make_case: MakeCase, world: World) -> None:
    case = make_case(upto="open")
    for station in ("stop_notice", "filed", "investigated"):
        world.finish(case, "enforcement", station)
    shown = text_of(sign_in(cast.BUREAU_OFFICER).get(JOURNAL))
    assert "违法主体：（已加密另存" in shown
    assert PARTY not in shown
    masked = text_of(sign_in(cast.COUNTY_LEADER).get(JOURNAL))
    assert "违法主体：仅办案单位可见" in masked
    assert PARTY not in masked


def test_a_seal_covers_what_was_recorded_before_it(sign_in: SignIn, make_case: MakeCase, world: World) -> None:
    case = make_case(upto="open")
    made = seal(world)
    world.clock.tick(hours=1)
    world.finish(case, "enforcement", "stop_notice")
    rows = sign_in(cast.BUREAU_OFFICER).get(JOURNAL).context["rows"]
    assert [row["sealed"] for row in rows][:2] == [False, True]
    note = sign_in(cast.BUREAU_OFFICER).get(address("case_detail", case)).context["seal"]
    assert (note.entries, note.sealed, note.seal.number) == (2, 1, made.number)


def test_the_sheet_prints_the_roots_of_the_chosen_days(sign_in: SignIn, make_case: MakeCase, world: World) -> None:
    make_case(upto="open")
    first = seal(world)
    world.clock.tick(days=1)
    second = seal(world)
    client = sign_in(cast.AUDIT_ADMIN)
    listed = text_of(client.get("/journal/seals/"))
    assert first.root in listed
    assert second.root in listed
    everything = client.get("/journal/seals/print/")
    assert [row["seal"].number for row in everything.context["rows"]] == [second.number, first.number]
    printed = "".join(everything.context["rows"][0]["groups"])
    assert printed == second.root
    assert " ".join(everything.context["rows"][0]["groups"]) in text_of(everything)
    day = (world.clock.today() - timedelta(days=1)).isoformat()
    chosen = client.get("/journal/seals/print/", {"from": day, "to": day})
    assert [row["seal"].number for row in chosen.context["rows"]] == [first.number]
    assert "没有封签" in text_of(client.get("/journal/seals/print/", {"from": "2031-01-01"}))
