"""How often a page and an act ask the database: the figures as they are, so that a question more is seen at once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import cast
from tests.support.making import World

SignIn = Callable[[cast.Member], Client]
LIST_MOST, MATTER_MOST = 14, 26


@dataclass(frozen=True)
class Budget:
    """Most queries of a page; transaction, savepoints and finding out who is looking are among them."""

    path: str
    most: int


LISTS = (
    Budget("/leads/", 14),
    Budget("/leads/?overdue=1&q=演示", 13),
    Budget("/cases/", 14),
    Budget("/assignments/", 11),
    Budget("/batches/", 9),
    Budget("/jobs/", 9),
    Budget("/journal/", 10),
    Budget("/units/", 11),
    Budget("/map/", 11),
)
MATTERS = (
    Budget("/leads/{lead}/", 22),
    Budget("/cases/{case}/", 24),
    Budget("/", 25),
    Budget("/search/?q=演示", 22),
)
"""Pages that show several kinds of things; the search asks once for each kind."""
SIGNING, REGISTERING = 17, 21


@pytest.fixture
def matters(world: World) -> dict[str, Any]:
    case = world.make_case(upto="accepted")
    lead = world.make_lead(state="dispatched")
    return {"lead": lead.id, "case": case.id}


def asked(client: Client, address: str, *, post: dict[str, Any] | None = None, status: int = 200) -> int:
    """Queries of the second call: what a process keeps is read by then, and statements planned once are not counted."""
    if post is None:
        client.get(address)
    with CaptureQueriesContext(connection) as seen:
        response = client.get(address) if post is None else client.post(address, post)
    assert response.status_code == status, address
    return sum(not query["sql"].startswith("PREPARE") for query in seen.captured_queries)


def test_every_list_and_matter_page_keeps_its_budget(sign_in: SignIn, matters: dict[str, Any]) -> None:
    client = sign_in(cast.BUREAU_OFFICER)
    found = {b.path: asked(client, b.path.format(**matters)) for b in (*LISTS, *MATTERS)}
    over = {b.path: (found[b.path], b.most) for b in (*LISTS, *MATTERS) if found[b.path] > b.most}
    assert over == {}, f"asked, allowed: {over}; all: {found}"


def test_no_budget_is_wider_than_the_house_allows() -> None:
    assert max(b.most for b in LISTS) <= LIST_MOST
    assert max(b.most for b in MATTERS) <= MATTER_MOST


def test_signing_for_a_lead_and_registering_one_keep_their_budgets(
    sign_in: SignIn, matters: dict[str, Any], world: World
) -> None:
    signed = asked(sign_in(cast.TOWNSHIP_OFFICER), f"/leads/{matters['lead']}/receive/", post={}, status=302)
    x, y = world.place_of(cast.SUCUN)
    form = {
        "channel": "hotline-12345",
        "discovered_at": f"{world.clock():%Y-%m-%d}T00:05",
        "lon": f"{x:.6f}",
        "lat": f"{y:.6f}",
        "description": "演示线索",
        "source_no": "BUDGET-1",
    }
    registered = asked(sign_in(cast.BUREAU_OFFICER), "/leads/new/", post=form, status=302)
    assert signed <= SIGNING
    assert registered <= REGISTERING
