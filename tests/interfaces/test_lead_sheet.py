"""The paper sheet of a lead: map, corners, code, form; seen with the lead only."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client

from tests import cast
from tests.support.making import World

SignIn = Callable[[cast.Member], Client]


def test_the_sheet_holds_what_is_needed_at_the_place(sign_in: SignIn, world: World) -> None:
    lead = world.make_lead()
    page = sign_in(cast.TOWNSHIP_OFFICER).get(f"/leads/{lead.id}/sheet/").content.decode()
    assert lead.number in page
    assert 'class="qs-a4__patch"' in page
    assert "data:image/svg+xml;base64," in page
    assert f"{lead.geom.coords[0][0][0]:.6f}" in page
    assert "核查人（签名）" in page
    assert sign_in(cast.OTHER_TOWNSHIP_OFFICER).get(f"/leads/{lead.id}/sheet/").status_code == 404


def test_chosen_leads_print_a_page_each_and_others_stay_out(sign_in: SignIn, world: World) -> None:
    own, second = world.make_lead(), world.make_lead()
    foreign = world.make_lead(township=cast.HEISHUIHE)
    chosen = {"id": [str(second.id), str(own.id), str(foreign.id), str(own.id), "no-id"]}
    shown = sign_in(cast.TOWNSHIP_OFFICER).post("/leads/sheets/", chosen)
    page = shown.content.decode()
    assert [one["lead"].id for one in shown.context["sheets"]] == [second.id, own.id]
    assert page.count('class="qs-card qs-a4"') == 2
    assert foreign.number not in page
    many = {"id": [str(own.id)] + [f"01a20ee2-ce16-767d-bd62-{n:012d}" for n in range(45)]}
    assert sign_in(cast.TOWNSHIP_OFFICER).post("/leads/sheets/", many).context["left_out"] == 6
    assert "没有选中的线索" in sign_in(cast.TOWNSHIP_OFFICER).get("/leads/sheets/").content.decode()
