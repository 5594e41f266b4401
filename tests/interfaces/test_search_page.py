"""The search page: any two characters, only what the viewer may see."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from qingshan.commons.base.scope import system_scope
from qingshan.commons.journal.models import PersonalValue
from qingshan.commons.journal.personal import erase_subject
from qingshan.contexts.cases.models import Case, TrackStep
from qingshan.contexts.leads.models import Lead
from tests import cast
from tests.support.making import PARTY, World
from tests.support.samples import patches, square

SignIn = Callable[[cast.Member], Client]
MOST_QUERIES = 22


def _text(client: Client, q: str) -> str:
    return client.get("/search/", {"q": q}).content.decode().replace("<mark>", "").replace("</mark>", "")


def _named(lead: Lead, **values: str) -> None:
    with system_scope():
        Lead.objects.filter(id=lead.id).update(**values)


def test_any_two_characters_find_a_lead(world: World, sign_in: SignIn) -> None:
    lead, other = world.make_lead(), world.make_lead()
    _named(lead, title="云岭采石场北侧新增裸露", source_no="HB２０２４—００７７")
    client = sign_in(cast.BUREAU_OFFICER)
    for q in ("岭采", "采石场 裸露", "0077", "hb2024", "新增裸", lead.number, lead.number.lower()):
        assert lead.number in _text(client, q), q
    assert lead.number not in _text(client, "岭采石 水库")
    assert other.number not in _text(client, "岭采")


def test_a_changed_text_is_found_and_the_old_one_is_not(world: World, sign_in: SignIn) -> None:
    lead = world.make_lead()
    _named(lead, title="云岭采石场")
    _named(lead, title="青坡料堆")
    client = sign_in(cast.BUREAU_OFFICER)
    assert lead.number in _text(client, "坡料")
    assert lead.number not in _text(client, "云岭")


@pytest.mark.parametrize("who", [cast.OTHER_TOWNSHIP_OFFICER, cast.STRANGER, cast.SYSTEM_ADMIN])
def test_nothing_outside_the_scope_is_found(world: World, sign_in: SignIn, who: cast.Member) -> None:
    lead = world.make_lead(township=cast.SUCUN)
    _named(lead, title="云岭采石场")
    assert lead.number not in _text(sign_in(who), "云岭采石场")


def test_a_case_is_found_by_its_party_and_by_its_papers(world: World, sign_in: SignIn) -> None:
    case = world.make_case(upto="tracks")
    client = sign_in(cast.BUREAU_OFFICER)
    assert case.number in _text(client, PARTY[:3])
    assert case.number not in _text(sign_in(cast.STRANGER), PARTY)
    with system_scope():
        paper = TrackStep.objects.filter(track__case=case).first()
        assert paper is not None
        TrackStep.objects.filter(id=paper.id).update(fields={**paper.fields, "number": "元自然资罚〔2024〕77号"})
    assert case.number in _text(client, "罚〔2024〕77")


@pytest.mark.parametrize(
    "who", [cast.COUNTY_LEADER, cast.DISCIPLINE, cast.CITY_REVIEWER, cast.VILLAGE_PATROLLER, cast.PROVINCE_READER]
)
def test_whoever_may_not_read_persons_finds_no_case_by_a_name(world: World, sign_in: SignIn, who: cast.Member) -> None:
    case = world.make_case(upto="tracks")
    page = _text(sign_in(who), PARTY[:3])
    assert PARTY not in page
    assert case.number not in page
    assert case.number in _text(sign_in(cast.TOWNSHIP_OFFICER), PARTY[:3])


def test_an_erased_name_is_found_no_more(world: World, sign_in: SignIn) -> None:
    case = world.make_case(upto="tracks")
    with system_scope():
        for subject in PersonalValue.objects.filter(matter_id=case.id).values_list("subject_id", flat=True):
            erase_subject(subject_id=subject, rule="测试", now=cast.CLOCK.now)
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM search_namegrams WHERE matter_id = %s", [case.id])
            assert cursor.fetchone() == (0,)
    assert case.number not in _text(sign_in(cast.BUREAU_OFFICER), PARTY)


def test_names_stand_nowhere_in_clear(world: World) -> None:
    world.make_case(upto="tracks")
    with system_scope(), connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(tokens::text, ' ') FROM search_namegrams")
        assert PARTY[:2] not in cursor.fetchone()[0]
        assert not Case.objects.extra(where=["search LIKE %s"], params=[f"%{PARTY}%"]).exists()


def test_units_people_and_places(world: World, sign_in: SignIn) -> None:
    page = _text(sign_in(cast.TOWNSHIP_OFFICER), "苏村")
    assert "/units/sucun/" in page
    assert cast.SUCUN_CODE in page
    assert cast.TOWNSHIP_LEADER.name in _text(sign_in(cast.SYSTEM_ADMIN), "苏长")


@pytest.mark.parametrize(
    "q", ["", " ", "%_'\\\"", "，。--", "\x00", "苏" * 500, "<script>alert(1)</script>", "a'b:*&|!"]
)
def test_odd_questions_are_answered(world: World, sign_in: SignIn, q: str) -> None:
    response = sign_in(cast.BUREAU_OFFICER).get("/search/", {"q": q})
    assert response.status_code == 200
    assert "<script>alert" not in response.content.decode()


def test_query_budget(world: World, sign_in: SignIn) -> None:
    for _ in range(3):
        world.make_case(upto="tracks")
    client = sign_in(cast.BUREAU_OFFICER)
    client.get("/search/", {"q": "苏村"})
    with CaptureQueriesContext(connection) as queries:
        client.get("/search/", {"q": "苏村"})
    assert len(queries) <= MOST_QUERIES


def test_a_batch_of_the_early_morning_came_on_that_day(world: World, sign_in: SignIn) -> None:
    world.clock.now = datetime(2024, 8, 1, 23, 30, tzinfo=UTC)
    batch = world.register(patches([square(*world.place_of(cast.SUCUN))]))
    found = _text(sign_in(cast.BUREAU_OFFICER), batch.name)
    assert batch.name in found
    assert "2024-08-02" in found
    assert "2024-08-01" not in found
