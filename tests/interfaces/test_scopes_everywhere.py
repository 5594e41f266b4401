"""Nobody sees a matter outside his scope: by pages, lists, search, tiles, exports, the interface or plain SQL.

Hypothesis draws who looks, through which door, at which matter and with which words; who may see what is written down
apart from the application (`tests/support/scopes.py`).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qingshan.contexts.cases.tasks import export_list_task as export_case_list_task
from qingshan.contexts.leads.tasks import export_list_task
from qingshan.interfaces.web.access import MATTER_ROLES
from tests import cast
from tests.cast import Member
from tests.fixtures_api import Caller
from tests.support.making import World
from tests.support.scopes import Scene
from tests.support.tiles import tile_of

IDS = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
WORDS = ("", "演示", "苏村", "黑水河", "TEST", "元", "2024", "推", "当事人")
FILTERS = (
    "",
    "?state=dispatched",
    "?state=in_review",
    "?channel=province-patch",
    "?overdue=1",
    "?direction=from_above",
)
PAGE_DOORS = ("/leads/", "/leads/", "/cases/", "/", "/map/", "/ledger/", "/journal/", "/batches/")


@dataclass
class Look:
    """One person looking: what he may see, his browser, his program."""

    member: Member
    leads: set[UUID]
    cases: set[UUID]
    client: Client
    caller: Caller
    scene: Scene
    hidden: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Everything that must not be told to him: ids and numbers of the others' matters."""
        for matter in (*self.scene.leads, *self.scene.cases):
            if matter.id not in self.leads | self.cases:
                self.hidden |= {str(matter.id), matter.number}
        self.hidden -= {c.lead_number for c in self.scene.cases if c.id in self.cases}
        # A supervising unit sees a case, and with it which lead it stands on.
        self.hidden -= {str(c.lead_id) for c in self.scene.cases if c.id in self.cases}

    def check(self, text: str) -> None:
        """Nothing hidden stands in an answer."""
        assert [word for word in self.hidden if word in text] == []


@pytest.fixture
def looks(world: World, sign_in: Callable[[Member], Client], caller: Callable[[Member], Caller]) -> dict[Member, Look]:
    """Everybody of the cast before one scene."""
    scene = Scene(world)
    made = {}
    for member in cast.EVERYBODY:
        leads, cases = scene.expected(member)
        made[member] = Look(member, leads, cases, sign_in(member), caller(member), scene)
    return made


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_door_shows_what_is_out_of_scope(looks: dict[Member, Look], world: World, data: st.DataObject) -> None:
    look = looks[data.draw(st.sampled_from(cast.EVERYBODY))]
    door = data.draw(st.sampled_from([page, search, one_lead, one_case, tile, interface, exported, plain_sql]))
    door(look, world, data)


def page(look: Look, _world: World, data: st.DataObject) -> None:
    """A list or overview with any filter and words."""
    path, query = data.draw(st.sampled_from(PAGE_DOORS)), data.draw(st.sampled_from(FILTERS))
    words = data.draw(st.sampled_from(WORDS))
    address = f"{path}{query}{'&' if query else '?'}q={words}" if path in ("/leads/", "/cases/") else path
    answer = look.client.get(address)
    assert answer.status_code in (200, 403)
    look.check(answer.content.decode())
    if address == "/leads/?q=" and answer.status_code == 200:
        shown = set(IDS.findall(answer.content.decode()))
        assert {str(i) for i in look.leads} <= shown


def search(look: Look, _world: World, data: st.DataObject) -> None:
    """Any words, also numbers of matters that are somebody else's."""
    numbers = [m.number for m in (*look.scene.leads, *look.scene.cases)]
    words = data.draw(st.sampled_from([*WORDS, *numbers]))
    answer = look.client.get("/search/", {"q": words}).content.decode()
    text = answer.replace("<mark>", "").replace("</mark>", "")
    if words in look.hidden:
        # The question itself is repeated in the box; a hit would also bring the address.
        text = text.replace(f'value="{words}"', "")
    look.check(text)


def one_lead(look: Look, _world: World, data: st.DataObject) -> None:
    """A lead by its address, by page, geometry and interface."""
    lead = data.draw(st.sampled_from(look.scene.leads))
    may = lead.id in look.leads and look.member.role in MATTER_ROLES
    for address in (f"/leads/{lead.id}/", f"/leads/{lead.id}/geometry/"):
        assert (look.client.get(address).status_code == 200) is may
    assert (look.caller.get(f"/leads/{lead.id}").status_code == 200) is may


def one_case(look: Look, _world: World, data: st.DataObject) -> None:
    """A case by its address and through the interface."""
    case = data.draw(st.sampled_from(look.scene.cases))
    may = case.id in look.cases and look.member.role in MATTER_ROLES
    assert (look.client.get(f"/cases/{case.id}/").status_code == 200) is may
    assert (look.caller.get(f"/cases/{case.id}").status_code == 200) is may


def tile(look: Look, _world: World, data: st.DataObject) -> None:
    """The tile around any matter, from zoom 12 on with the matters themselves."""
    matter = data.draw(st.sampled_from([*look.scene.leads, *look.scene.cases]))
    zoom = data.draw(st.integers(12, 16))
    x, y = tile_of(matter.centre.x, matter.centre.y, zoom)
    answer = look.client.get(f"/tiles/matters/{zoom}/{x}/{y}.mvt")
    assert answer.status_code in (200, 403)
    found = answer.content if answer.status_code == 200 else b""
    assert [word for word in look.hidden if word.encode() in found] == []
    if matter.id in look.leads | look.cases and look.member.role in MATTER_ROLES:
        assert str(matter.id).encode() in found


def interface(look: Look, _world: World, data: st.DataObject) -> None:
    """Lists through the interface hold exactly the scope."""
    kind = data.draw(st.sampled_from(["leads", "cases"]))
    answer = look.caller.get(f"/{kind}")
    assert answer.status_code in (200, 403)
    if answer.status_code == 200:
        wanted = look.leads if kind == "leads" else look.cases
        assert {UUID(row["id"]) for row in answer.json()[kind]} == wanted
    look.check(answer.content.decode())


def exported(look: Look, _world: World, data: st.DataObject) -> None:
    """A list as a file, made by the worker for whoever asked for it: the rows of his scope and no others."""
    kind, task = data.draw(st.sampled_from([("leads", export_list_task), ("cases", export_case_list_task)]))
    answer = look.caller.post(f"/{kind}/exports", {"format": "csv"})
    assert answer.status_code == (202 if look.member.role in MATTER_ROLES else 403)
    if answer.status_code == 202:
        job_id = answer.json()["id"]
        task(job_id)
        file = look.caller.get(f"/jobs/{job_id}/file")
        text = b"".join(file.streaming_content).decode("utf-8-sig")
        numbers = {m.number for m in look.scene.leads if m.id in look.leads}
        if kind == "cases":
            numbers = {m.number for m in look.scene.cases if m.id in look.cases}
        assert {row[0] for row in list(csv.reader(io.StringIO(text)))[1:]} == numbers
        look.check(text)


def plain_sql(look: Look, world: World, data: st.DataObject) -> None:
    """Any condition in plain SQL as the application's role: row security alone holds."""
    table, wanted = data.draw(st.sampled_from([("leads_lead", look.leads), ("cases_case", look.cases)]))
    condition = data.draw(
        st.sampled_from(
            ["true", "number LIKE '%2%'", "search ~ '演示'", "ST_Area(geom) >= 0", "id IS NOT NULL OR true"]
        )
    )
    with world.seeing(look.member), connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM {table} WHERE {condition}")  # noqa: S608 - from the lists above
        found = {row[0] for row in cursor.fetchall()}
        assert found <= wanted
        if condition in ("true", "id IS NOT NULL OR true"):
            assert found == wanted


def test_exported_ledgers_hold_the_scope(looks: dict[Member, Look]) -> None:
    from openpyxl import load_workbook

    for look in looks.values():
        answer = look.client.get("/ledger/download/")
        if answer.status_code != 200:
            assert look.member.role not in MATTER_ROLES
            continue
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        sheet = load_workbook(io.BytesIO(body), read_only=True).worksheets[0]
        look.check(" ".join(str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell is not None))


def test_whoever_sees_a_case_sees_it_on_the_map(looks: dict[Member, Look]) -> None:
    on_maps = [look for look in looks.values() if look.member.role in MATTER_ROLES]
    seen = [(look, case) for look in on_maps for case in look.scene.cases if case.id in look.cases]
    assert len({look.member.role for look, _ in seen}) > 3
    for look, case in seen:
        x, y = tile_of(case.centre.x, case.centre.y, 14)
        assert str(case.id).encode() in look.client.get(f"/tiles/matters/14/{x}/{y}.mvt").content, look.member.username
