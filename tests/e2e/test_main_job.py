"""Five people take one real patch from upload to close-out number, in a browser."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import shapely
from playwright.sync_api import Browser

from qingshan.commons.base.scope import system_scope
from qingshan.commons.journal.sealing import make_seal
from qingshan.commons.journal.verifying import verify_journal
from qingshan.contexts.campaigns.public import campaign_in_force
from qingshan.contexts.cases.models import Case
from qingshan.contexts.leads.models import Lead
from qingshan.contexts.leads.services.placing import Gazetteer
from qingshan.domain.plan import Plan
from tests import cast
from tests.e2e.office import WITHOUT_MAPS, Worker, paper, photo
from tests.support.making import World

PATCHES = Path("tests/data/patches/patches.geojson")

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@dataclass
class Office:
    """The county under test: a browser window per person."""

    base: str
    browser: Browser
    plan: Plan

    def person(self, member: cast.Member) -> Worker:
        """A member of the cast at a browser of his own, signed in."""
        context = self.browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
        if member is not cast.BUREAU_LEADER:
            context.add_init_script(WITHOUT_MAPS)
        worker = Worker(context=context, page=context.new_page(), base=self.base, name=member.username)
        worker.sign_in(member.username, cast.PASSWORD)
        return worker


@pytest.fixture
def office(transactional_db: None, world: World, live_server: Any, chromium: Browser) -> Office:
    with system_scope():
        plan = campaign_in_force().plan
    return Office(base=live_server.url, browser=chromium, plan=plan)


def _one_patch(tmp_path: Path) -> Path:
    """A file with one real shape that lies in the township of the cast."""
    content = json.loads(PATCHES.read_text(encoding="utf-8"))
    shapes = [shapely.from_geojson(json.dumps(f["geometry"])) for f in content["features"]]
    with system_scope():
        places = Gazetteer(campaign_in_force()).place_many(shapes)
    own = next(n for n, place in enumerate(places) if not isinstance(place, str) and place.unit.slug == cast.SUCUN)
    content["features"] = [content["features"][own]]
    path = tmp_path / "one.geojson"
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return path


def _local(pattern: str) -> str:
    return cast.CLOCK.now.astimezone(cast.ZONE).strftime(pattern)


def _upload(bureau: Worker, path: Path, run_jobs: Callable[[], None]) -> None:
    bureau.go("/batches/new/")
    bureau.page.set_input_files("input[name=file]", path)
    bureau.fill({"name": "省厅第一批"})
    bureau.page.select_option("select[name=channel]", "province-patch")
    bureau.page.locator("main form button[type=submit]").first.click()
    bureau.page.wait_for_url("**/batches/*-*/")
    run_jobs()
    bureau.page.reload()
    assert "1" in bureau.text()
    bureau.shoot("batch-preview")
    bureau.page.locator("form[action$='/accept/'] button").first.click()
    bureau.page.wait_for_load_state()
    run_jobs()
    bureau.page.reload()


def _lead() -> Lead:
    with system_scope():
        return Lead.objects.select_related("unit").get()


def _case() -> Case:
    with system_scope():
        return Case.objects.get()


def _verify(township: Worker, lead: Lead) -> None:
    township.go(f"/leads/{lead.id}/")
    township.submit("签收")
    cast.CLOCK.tick(hours=3)
    township.go(f"/leads/{lead.id}/verify/")
    township.fill(
        {
            "person_1": "演示核查员甲",
            "person_2": "演示核查员乙",
            "visited_at": _local("%Y-%m-%dT%H:%M"),
            "finding": "现场见新鲜采挖面，有碾压痕迹",
        }
    )
    township.page.check("input[name=verdict][value=substantiated]")
    township.submit("提交核查")
    assert "没有现场照片" in township.text()
    assert township.page.input_value("[name=person_2]") == "演示核查员乙"
    for direction in ("north", "east", "south", "west", "near"):
        township.page.set_input_files(
            f"input[name=photo_{direction}]", photo(direction, lead.centre.x, lead.centre.y, "verify")
        )
    township.shoot("lead-verify")
    township.submit("提交核查")


def _review(leader: Worker, lead: Lead) -> None:
    cast.CLOCK.tick(hours=20)
    leader.go(f"/leads/{lead.id}/review/")
    leader.shoot("lead-review")
    leader.fill({"opinion": "情况清楚"})
    leader.submit("审核通过")


def _open_case(bureau: Worker, lead: Lead) -> None:
    bureau.go(f"/leads/{lead.id}/open-case/")
    bureau.page.select_option("select[name=kind]", "unlicensed:A1")
    bureau.page.select_option("select[name=rectification_mode]", "enforce")
    bureau.fill(
        {"responsible_person": "演示责任人", "due_on": "2024-08-30", "party": "演示当事人", "mineral": "石灰岩"}
    )
    bureau.page.locator("[name=milestone_on]").first.fill("2024-08-20")
    bureau.page.locator("[name=milestone_what]").first.fill("清走设备")
    bureau.shoot("case-open")
    bureau.page.locator("main form button.btn-primary[type=submit]").first.click()
    bureau.page.wait_for_load_state()


def _station(worker: Worker, case: Case, lead: Lead, plan: Plan, track: str, station: str) -> None:
    cast.CLOCK.tick(hours=5)
    worker.go(f"/cases/{case.id}/tracks/{track}/{station}/")
    wanted = plan.track_defs[track].station(station)
    for slug in wanted.fields:
        kind = plan.fields[slug].kind
        if kind == "choice":
            worker.page.select_option(f"select[name={slug}]", plan.fields[slug].choices[0])
        else:
            value = {"date": _local("%Y-%m-%d"), "money": "50000", "number": "3"}.get(kind, "演示甲、演示乙")
            worker.fill({slug: value})
    if wanted.photos:
        shots = [photo("north", lead.centre.x, lead.centre.y, f"{station}{n}") for n in range(wanted.photos)]
        worker.page.set_input_files("input[name=photos]", shots)
    if wanted.files:
        worker.page.set_input_files("input[name=files]", [paper(f"{station}-{n}") for n in range(wanted.files)])
    worker.submit("办结此节点")


@pytest.mark.clause("三-3-1①", "三-3-2⓪", "三-1-3②c", "三-0-3")
def test_a_patch_goes_from_upload_to_its_close_out_number(
    office: Office, run_jobs: Callable[[], None], tmp_path: Path
) -> None:
    bureau, leader = office.person(cast.BUREAU_OFFICER), office.person(cast.BUREAU_LEADER)
    taskforce, city = office.person(cast.TASKFORCE_OFFICE), office.person(cast.CITY_REVIEWER)
    township = office.person(cast.TOWNSHIP_OFFICER)
    _upload(bureau, _one_patch(tmp_path), run_jobs)
    lead = _lead()
    _verify(township, lead)
    _review(leader, lead)
    _open_case(bureau, lead)
    case = _case()
    assert case.number.endswith("0001")

    _station(bureau, case, lead, office.plan, "provincial_entry", "entered")
    leader.go(f"/cases/{case.id}/accept/")
    assert "现在验收会被拒绝" in leader.text()
    for station in office.plan.track_defs["enforcement"].stations:
        worker = leader if station.role == "bureau_leader" else bureau
        _station(worker, case, lead, office.plan, "enforcement", station.slug)
    for station in office.plan.track_defs["site_closure"].stations:
        _station(township, case, lead, office.plan, "site_closure", station.slug)
    bureau.go(f"/cases/{case.id}/")
    bureau.shoot("case-ready")

    leader.go(f"/cases/{case.id}/accept/")
    leader.fill({"members": "演示甲、演示乙", "opinion": "同意验收", "accepted_on": _local("%Y-%m-%d")})
    leader.page.set_input_files("input[name=photos]", photo("east", lead.centre.x, lead.centre.y, "accept"))
    leader.submit("验收通过")
    taskforce.go("/cases/report-city/")
    taskforce.fill({"number": "演示报〔2024〕1号", "reported_on": _local("%Y-%m-%d")})
    taskforce.submit("上报所选问题")
    city.go(f"/cases/{case.id}/city-check/")
    for item in office.plan.checklists["city_check"].items:
        city.page.check(f"input[name=answer_{item.slug}][value=yes]")
    city.fill({"checked_on": _local("%Y-%m-%d")})
    city.page.locator("main form button.btn-primary[type=submit]").first.click()
    city.page.wait_for_load_state()
    bureau.go(f"/cases/{case.id}/close-out/")
    bureau.page.locator("main form button.btn-primary[type=submit]").first.click()
    bureau.page.wait_for_load_state()

    closed = _case()
    assert closed.state == "closed"
    assert closed.close_out_number.endswith("0001")
    bureau.go(f"/cases/{case.id}/")
    assert closed.close_out_number in bureau.text()
    bureau.shoot("case-closed")
    with system_scope():
        make_seal(now=cast.CLOCK.tick(minutes=1), day=cast.CLOCK.today(), reason="测试")
        assert verify_journal().breaks == ()


def test_another_township_finds_neither_lead_nor_case(
    office: Office, run_jobs: Callable[[], None], tmp_path: Path
) -> None:
    bureau, stranger = office.person(cast.BUREAU_OFFICER), office.person(cast.OTHER_TOWNSHIP_OFFICER)
    _upload(bureau, _one_patch(tmp_path), run_jobs)
    lead = _lead()
    assert lead.unit.slug == cast.SUCUN
    response = stranger.page.goto(f"{office.base}/leads/{lead.id}/")
    assert response is not None
    assert response.status == 404
    stranger.go("/leads/")
    assert lead.number not in stranger.text()
