"""The ledger over its page and as a file: every verified lead by class, as of a moment, the same whenever re-made."""

import io
import zipfile
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from qingshan.contexts.cases.public import Case
from qingshan.contexts.leads.public import Lead
from qingshan.contexts.ledgers.services import returns
from qingshan.interfaces.web.views import ledger_returns
from tests import cast
from tests.interfaces.forms_of_cases import text_of
from tests.support.making import PARTY, World

SignIn = Callable[[cast.Member], Client]
LEDGER = "/ledger/"


@pytest.fixture
def county(world: World) -> dict[str, Any]:
    """Two cases, one lead found unfounded, one inconclusive, one not yet verified."""
    return {
        "closed": world.make_case(upto="closed"),
        "pit": world.make_case(upto="open", category="licensed_pit", township=cast.HEISHUIHE),
        "unfounded": world.make_lead(state="county_recheck"),
        "inconclusive": world.make_lead(state="inconclusive"),
        "waiting": world.make_lead(state="under_verification"),
    }


def sheet(response: HttpResponse, number: int = 1) -> bytes:
    with zipfile.ZipFile(io.BytesIO(response.content)) as book:
        return book.read(f"xl/worksheets/sheet{number}.xml")


def strings(response: HttpResponse) -> str:
    with zipfile.ZipFile(io.BytesIO(response.content)) as book:
        names = [n for n in book.namelist() if n.endswith(".xml")]
        return "".join(book.read(n).decode() for n in names)


def numbers(response: HttpResponse) -> list[str]:
    return [item["row"].lead_number for item in response.context["rows"]]


def test_verified_leads_are_listed_by_class_and_the_classes_add_up(sign_in: SignIn, county: dict[str, Any]) -> None:
    shown = sign_in(cast.BUREAU_OFFICER).get(LEDGER)
    tabs = {str(tab["label"]): tab["count"] for tab in shown.context["tabs"]}
    assert tabs == {"全部": 4, "查实": 2, "查否": 1, "存疑": 1}
    assert county["waiting"].number not in numbers(shown)
    assert county["unfounded"].number in numbers(shown)


def test_filters_stand_in_the_address(sign_in: SignIn, county: dict[str, Any]) -> None:
    client = sign_in(cast.BUREAU_OFFICER)
    assert numbers(client.get(LEDGER, {"verdict": "unfounded"})) == [county["unfounded"].number]
    assert numbers(client.get(LEDGER, {"category": "licensed_pit"})) == [county["pit"].lead.number]
    assert numbers(client.get(LEDGER, {"state": "closed"})) == [county["closed"].lead.number]
    assert numbers(client.get(LEDGER, {"unit": county["pit"].unit.name})) == [county["pit"].lead.number]
    assert numbers(client.get(LEDGER, {"q": county["closed"].number})) == [county["closed"].lead.number]
    assert "没有符合条件的行" in text_of(client.get(LEDGER, {"q": "没有这个"}))


def test_all_columns_are_one_click_away(sign_in: SignIn, county: dict[str, Any]) -> None:
    client = sign_in(cast.BUREAU_OFFICER)
    few, all_of_them = client.get(LEDGER), client.get(LEDGER, {"columns": "all"})
    assert len(few.context["headers"]) < len(all_of_them.context["headers"])
    assert "整改责任人" in all_of_them.context["headers"]
    assert PARTY in text_of(all_of_them)


def test_the_ledger_is_as_of_a_moment_and_never_of_the_future(
    sign_in: SignIn, world: World, make_case: Callable[..., Case]
) -> None:
    make_case(upto="open")
    moment = world.clock.now
    world.clock.tick(hours=3)
    make_case(upto="open")
    client = sign_in(cast.BUREAU_OFFICER)
    then = moment.astimezone(cast.ZONE).strftime("%Y-%m-%dT%H:%M:%S")
    assert len(client.get(LEDGER, {"as_of": then}).context["ledger"].rows) == 1
    assert len(client.get(LEDGER).context["ledger"].rows) == 2
    ahead = client.get(LEDGER, {"as_of": "2031-01-01T00:00"})
    assert "还没有到" in text_of(ahead)
    assert "不是时刻" in text_of(client.get(LEDGER, {"as_of": "昨天"}))


def test_the_file_is_the_same_whenever_it_is_made_again(sign_in: SignIn, world: World, county: dict[str, Any]) -> None:
    client, address = sign_in(cast.BUREAU_OFFICER), reverse("web:ledger_download")
    as_of = {"as_of": (world.clock.now - timedelta(seconds=1)).isoformat()}
    first = client.get(address, as_of)
    assert first.headers["X-Ledger-Rows"] == "4"
    assert "filename*=UTF-8''" in first.headers["Content-Disposition"]
    assert "共 4 行" in strings(first)
    assert county["closed"].number in strings(first)
    world.clock.tick(days=2)
    world.make_case(upto="open")
    again = client.get(address, as_of)
    assert sheet(again) == sheet(first)
    assert strings(again) == strings(first)
    assert client.get(address).headers["X-Ledger-Rows"] == "5"


def test_a_large_ledger_is_told_by_its_own_moment_and_keeps_it(
    sign_in: SignIn, world: World, county: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qingshan.contexts.ledgers.services.making.AT_ONCE", 4)
    client, address = sign_in(cast.BUREAU_OFFICER), reverse("web:ledger_download")
    small = {"as_of": world.clock.now.isoformat()}
    world.clock.tick(days=1)
    world.make_lead(state="inconclusive")
    large = {"as_of": world.clock.now.isoformat()}
    assert client.get(address, small).headers["X-Ledger-Rows"] == "4"
    refused = client.get(address, large)
    assert refused.status_code == 302
    assert refused.headers["Location"] == f"{LEDGER}?as_of={quote(large['as_of'])}"


def test_a_wrong_or_future_moment_gives_no_file(sign_in: SignIn) -> None:
    client, address = sign_in(cast.BUREAU_OFFICER), reverse("web:ledger_download")
    for as_of, why in (("2031-01-01T00:00", "还没有到"), ("昨天", "截至时刻写得不对")):
        refused = client.get(address, {"as_of": as_of})
        assert refused.status_code == 422
        assert why in text_of(refused)


def test_everybody_gets_his_own_scope_and_names_are_masked_for_readers(sign_in: SignIn, county: dict[str, Any]) -> None:
    other = sign_in(cast.OTHER_TOWNSHIP_OFFICER)
    assert numbers(other.get(LEDGER)) == [county["pit"].lead.number]
    assert other.get(reverse("web:ledger_download")).headers["X-Ledger-Rows"] == "1"
    assert sign_in(cast.STRANGER).get(LEDGER).context["ledger"].rows == ()
    reader = sign_in(cast.CITY_REVIEWER)
    assert PARTY not in text_of(reader.get(LEDGER, {"columns": "all"}))
    assert PARTY not in strings(reader.get(reverse("web:ledger_download")))
    assert PARTY in strings(sign_in(cast.BUREAU_OFFICER).get(reverse("web:ledger_download")))


def test_pages_go_by_key(sign_in: SignIn, county: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    from qingshan.interfaces.web.views import ledger

    monkeypatch.setattr(ledger, "PAGE", 3)
    client = sign_in(cast.BUREAU_OFFICER)
    first = client.get(LEDGER)
    second = client.get(LEDGER + first.context["next_url"])
    assert len(numbers(first)) == 3
    assert len(numbers(second)) == 1
    assert not set(numbers(first)) & set(numbers(second))


@pytest.mark.clause("四-1⑥")
def test_the_summary_adds_up_to_the_whole(sign_in: SignIn, county: dict[str, Any]) -> None:
    shown = sign_in(cast.BUREAU_OFFICER).get(LEDGER)
    columns = list(zip(*(line["counts"] for line in shown.context["summary"]), strict=True))
    assert [sum(column) for column in columns] == [2, 1, 1, 2, 1]


def test_a_return_sheet_that_does_not_hold_all_says_so(
    sign_in: SignIn, make_lead: Callable[..., Lead], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the page and in the head of the sheet: how many wait, how many it holds; silent when it holds them all."""
    for _ in range(3):
        make_lead()
    client = sign_in(cast.TOWNSHIP_OFFICER)
    assert "不在表内" not in client.get("/ledger/returns/").content.decode()
    for room in (ledger_returns, returns):
        monkeypatch.setattr(room, "MOST_IN_SHEET", 2)
    told = client.get("/ledger/returns/").content.decode()
    assert "另有 1 条不在表内" in told
    assert "共 3 条待办，本表只装最早的 2 条" in strings(client.get("/ledger/returns/download/"))
