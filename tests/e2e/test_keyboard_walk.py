"""Five people take one patch from upload to its close-out number without ever touching a mouse."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from qingshan.commons.base.scope import system_scope
from qingshan.contexts.campaigns.public import campaign_in_force
from qingshan.contexts.cases.models import Case
from qingshan.contexts.leads.models import Lead
from qingshan.domain.plan import Plan
from tests import cast
from tests.e2e.axe import STILL
from tests.e2e.keyboard import Hands
from tests.e2e.office import WITHOUT_MAPS, paper, photo
from tests.e2e.test_main_job import _one_patch
from tests.support.making import World

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

Seat = Callable[[cast.Member], Hands]


@pytest.fixture
def seat(transactional_db: None, world: World, live_server: Any, chromium: Browser) -> Seat:
    """Somebody sits down at a browser of his own and signs in, by keyboard; the address is the only thing given."""

    def sit(member: cast.Member, width: int = 1440, height: int = 900) -> Hands:
        context = chromium.new_context(viewport={"width": width, "height": height}, locale="zh-CN")
        context.add_init_script(STILL)
        if member is not cast.BUREAU_LEADER:
            context.add_init_script(WITHOUT_MAPS)
        hands = Hands(context.new_page())
        hands.page.goto(live_server.url + "/sign-in/")
        hands.fill("username", member.username)
        hands.fill("password", cast.PASSWORD)
        hands.press("Enter")
        hands.page.wait_for_url(live_server.url + "/")
        return hands

    return sit


@pytest.fixture
def plan(world: World) -> Plan:
    with system_scope():
        return campaign_in_force().plan


def _local(pattern: str) -> str:
    return cast.CLOCK.now.astimezone(cast.ZONE).strftime(pattern)


def _upload(bureau: Hands, path: Path, run_jobs: Callable[[], None]) -> None:
    bureau.room("批次")
    bureau.follow("导入图斑")
    bureau.skip()
    bureau.hand_in("file", path)
    bureau.fill("name", "省厅第一批")
    bureau.choose("channel", "province-patch")
    bureau.submit("上传并预览")
    run_jobs()
    bureau.page.wait_for_selector("main form[action$='/accept/'] button")
    bureau.follow("导入这 1 行")
    run_jobs()
    bureau.page.wait_for_selector("main a[href*='/leads/']")


def _verify(township: Hands, lead: Lead) -> None:
    township.room("线索")
    township.follow(lead.number)
    township.follow("签收")
    cast.CLOCK.tick(hours=3)
    township.follow("核查")
    township.skip()
    township.fill("person_1", "演示核查员甲")
    township.fill("person_2", "演示核查员乙")
    township.moment("visited_at", _local("%Y-%m-%dT%H:%M"))
    for direction in ("north", "east", "south", "west", "near"):
        township.hand_in(f"photo_{direction}", photo(direction, lead.centre.x, lead.centre.y, "keys"))
    township.fill("finding", "现场见新鲜采挖面，有碾压痕迹")
    township.tick("verdict", "substantiated")
    township.submit("提交核查")


def _review_and_open(leader: Hands, bureau: Hands, lead: Lead) -> None:
    cast.CLOCK.tick(hours=20)
    leader.room("线索")
    leader.follow(lead.number)
    leader.follow("审核")
    leader.skip()
    leader.fill("opinion", "情况清楚")
    leader.submit("审核通过")
    bureau.room("线索")
    bureau.follow(lead.number)
    bureau.follow("列入台账")
    bureau.skip()
    bureau.choose("kind", "unlicensed:A1")
    bureau.fill("party", "演示当事人")
    bureau.fill("mineral", "石灰岩")
    bureau.choose("rectification_mode", "enforce")
    bureau.fill("responsible_person", "演示责任人")
    bureau.moment("due_on", "2024-08-30")
    bureau.moment("milestone_on", "2024-08-20")
    bureau.fill("milestone_what", "清走设备")
    bureau.submit("列入台账")


def _station(worker: Hands, lead: Lead, plan: Plan, track: str, station: str) -> None:
    """Finish one station, from the page of the case and back to it."""
    cast.CLOCK.tick(hours=5)
    wanted = plan.track_defs[track].station(station)
    worker.follow(wanted.label, wanted=f"main .qs-stations a[href*='/{track}/{station}/']")
    worker.skip()
    for slug in wanted.fields:
        kind = plan.fields[slug].kind
        if kind == "choice":
            worker.choose(slug, plan.fields[slug].choices[0])
        elif kind == "date":
            worker.moment(slug, _local("%Y-%m-%d"))
        else:
            worker.fill(slug, {"money": "50000", "number": "3"}.get(kind, "演示甲、演示乙"))
    if wanted.photos:
        shots = [photo("north", lead.centre.x, lead.centre.y, f"{station}{n}") for n in range(wanted.photos)]
        worker.hand_in("photos", *shots)
    if wanted.files:
        worker.hand_in("files", *(paper(f"{station}-{n}") for n in range(wanted.files)))
    worker.submit("办结此节点")


def _case_page(worker: Hands, case: Case) -> None:
    worker.room("台账问题")
    worker.follow(case.number)


def _tracks(bureau: Hands, leader: Hands, township: Hands, lead: Lead, plan: Plan, case: Case) -> None:
    for worker in (bureau, leader, township):
        _case_page(worker, case)
    _station(bureau, lead, plan, "provincial_entry", "entered")
    last = bureau
    for station in plan.track_defs["enforcement"].stations:
        worker = leader if station.role == "bureau_leader" else bureau
        if worker is not last:
            _case_page(worker, case)
        _station(worker, lead, plan, "enforcement", station.slug)
        last = worker
    for station in plan.track_defs["site_closure"].stations:
        _station(township, lead, plan, "site_closure", station.slug)


def _gates(leader: Hands, taskforce: Hands, city: Hands, bureau: Hands, lead: Lead, plan: Plan, case: Case) -> None:
    _case_page(leader, case)
    leader.follow("县级验收", wanted="main a.btn")
    leader.skip()
    leader.fill("members", "演示甲、演示乙")
    leader.fill("opinion", "同意验收")
    leader.moment("accepted_on", _local("%Y-%m-%d"))
    leader.hand_in("photos", photo("east", lead.centre.x, lead.centre.y, "accept"))
    leader.submit("验收通过")
    _case_page(taskforce, case)
    taskforce.follow("上报市局", wanted="main a.btn")
    taskforce.skip()
    taskforce.fill("number", "演示报〔2024〕1号")
    taskforce.moment("reported_on", _local("%Y-%m-%d"))
    taskforce.submit("上报所选问题")
    _case_page(city, case)
    city.follow("核查", wanted="main a.btn-primary")
    city.skip()
    for item in plan.checklists["city_check"].items:
        city.tick(f"answer_{item.slug}", "yes")
    city.moment("checked_on", _local("%Y-%m-%d"))
    city.submit("提交核查结论")
    _case_page(bureau, case)
    bureau.follow("销号", wanted="main a.btn-primary")
    bureau.skip()
    bureau.submit("确认销号")


def test_the_main_job_goes_by_keyboard_alone(
    seat: Seat, plan: Plan, run_jobs: Callable[[], None], tmp_path: Path
) -> None:
    bureau = seat(cast.BUREAU_OFFICER)
    _upload(bureau, _one_patch(tmp_path), run_jobs)
    with system_scope():
        lead = Lead.objects.select_related("unit").get()
    township, leader = seat(cast.TOWNSHIP_OFFICER), seat(cast.BUREAU_LEADER)
    _verify(township, lead)
    _review_and_open(leader, bureau, lead)
    with system_scope():
        case = Case.objects.get()
    _tracks(bureau, leader, township, lead, plan, case)
    _gates(leader, seat(cast.TASKFORCE_OFFICE), seat(cast.CITY_REVIEWER), bureau, lead, plan, case)
    with system_scope():
        closed = Case.objects.get()
    assert closed.state == "closed"
    assert closed.close_out_number in bureau.page.inner_text("main")


def test_a_menu_opens_moves_and_closes_by_keyboard(seat: Seat, world: World) -> None:
    lead = world.make_lead(state="dispatched")
    township = seat(cast.TOWNSHIP_OFFICER)
    township.room("线索")
    township.follow(lead.number)
    township.skip()
    township.to("main .qs-menu > summary")
    township.press("Enter", "ArrowDown")
    assert township.look(".qs-menu__list :is(a, button)")
    township.press("Escape")
    assert township.look(".qs-menu > summary"), "the focus went astray when the menu closed"
    assert township.page.locator("main .qs-menu[open]").count() == 0


def test_a_question_holds_the_focus_and_gives_it_back(seat: Seat, world: World) -> None:
    case = world.make_case(upto="closed")
    leader = seat(cast.BUREAU_LEADER)
    _case_page(leader, case)
    leader.skip()
    leader.to("main .qs-menu > summary")
    leader.press("Enter")
    leader.to(".qs-menu__list a", "重新打开")
    leader.enter()
    leader.skip()
    leader.fill("reason", "夜间又有采挖（演示）")
    leader.to("main input[type=checkbox]")
    leader.press("Space")
    leader.to("main button[data-confirm]")
    leader.press("Enter")
    assert leader.look("#confirm button[value=cancel]"), "the safe answer does not come first"
    for key in ("Tab", "Tab", "Tab", "Tab", "Shift+Tab", "Shift+Tab"):
        leader.press(key)
        leader.look()
    leader.press("Escape")
    assert leader.page.locator("dialog[open]").count() == 0
    assert leader.look("main button[data-confirm]"), "the focus did not come back to the button"
    assert world.case(case.id).state == "closed"
    leader.press("Enter")
    leader.to("#confirm button[value=yes]")
    leader.enter()
    assert world.case(case.id).state == "open"


def test_the_drawer_of_a_phone_goes_by_keyboard(seat: Seat) -> None:
    township = seat(cast.TOWNSHIP_OFFICER, 390, 844)
    township.to(".qs-bottom button")
    township.press("Enter")
    for _ in range(30):
        township.press("Tab")
        township.look()
    # Between the last and the first stop lie the browser's own buttons; Escape is pressed in the drawer.
    township.to("#drawer *")
    township.press("Escape")
    assert township.look(".qs-bottom button"), "the focus did not come back to the button"
    township.press("Enter")
    township.to("#drawer .qs-nav a", "行动方案")
    township.enter()
    assert "/campaign/" in township.page.url
