"""Every page that can be opened, looked at by axe; addresses come from the rights matrix, so none is forgotten."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page, Response
from playwright.sync_api import Error as PlaywrightError

from qingshan.commons.accounts.models import Roster
from qingshan.commons.assignments.services.answering import receive_assignment
from qingshan.commons.base.ids import new_id
from qingshan.commons.base.scope import system_scope
from qingshan.commons.files.services import store_file
from qingshan.commons.image_layers.models import ImageLayer
from qingshan.commons.image_layers.services import register_layer
from qingshan.commons.jobs.models import Job
from qingshan.commons.jobs.services import ItemInput, start_job
from qingshan.commons.people.models import Account
from qingshan.commons.people.viewer import Acting
from qingshan.contexts.campaigns.public import BasisDocument, BasisForm, attach_basis
from qingshan.contexts.leads.public import PaperForm, merge_lead, note_receipt
from tests import cast
from tests.cast import Member
from tests.contexts.test_lead_joint import ask
from tests.contexts.test_lead_returns import transfer
from tests.e2e.axe import OFFICE, arm, faults_of
from tests.interfaces.test_rights_matrix import ROWS, Matters, Row, _matters
from tests.support.making import World
from tests.support.samples import patches, square

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

SignIn = Callable[[Member], Client]
BY_THE_ADDRESSEE = frozenset(
    {"joint_answer", "joint_return", "assignment_reply", "assignment_transfer", "assignment_line"}
)
VISITORS = (
    cast.BUREAU_OFFICER,
    cast.TOWNSHIP_OFFICER,
    cast.BUREAU_LEADER,
    cast.TASKFORCE_OFFICE,
    cast.CITY_REVIEWER,
    cast.SYSTEM_ADMIN,
    cast.RIGHTS_ADMIN,
    cast.AUDIT_ADMIN,
    cast.TOWNSHIP_LEADER,
)
"""Who opens a page: the first of these whose role may."""
WITHOUT_TEXT = frozenset({"job_running", "tile", "image_tile"})
"""May answer with nothing at all: no job runs, no matter lies in the tile, the picture is not read yet."""
WORKBENCHES = (
    cast.VILLAGE_PATROLLER, cast.TOWNSHIP_OFFICER, cast.BUREAU_LEADER, cast.COUNTY_LEADER, cast.CITY_REVIEWER,
    cast.SYSTEM_ADMIN, cast.RIGHTS_ADMIN, cast.AUDIT_ADMIN,
)  # fmt: skip
"""The workbench differs from role to role."""


@dataclass(frozen=True)
class Visit:
    """One page to look at: address, who opens it, the answer it gives."""

    name: str
    url: str
    who: Member | None
    status: int = 200


@dataclass
class Windows:
    """A browser window per person, signed in once."""

    base: str
    browser: Browser
    sign_in: SignIn
    seen: set[Member | None] = field(default_factory=set)
    """Whose first page was looked at."""
    _open: dict[Member | None, tuple[BrowserContext, Page]] = field(default_factory=dict)

    def of(self, member: Member | None) -> tuple[BrowserContext, Page]:
        """The window of a person, or of somebody who has not signed in."""
        if member not in self._open:
            context = self.browser.new_context(
                viewport={"width": OFFICE[0], "height": OFFICE[1]}, locale="zh-CN", reduced_motion="reduce"
            )
            if member is not None:
                session = self.sign_in(member).cookies[settings.SESSION_COOKIE_NAME].value
                context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": self.base}])
            arm(context)
            self._open[member] = (context, context.new_page())
        return self._open[member]


def _visitor(name: str, row: Row) -> Member:
    if name in BY_THE_ADDRESSEE:
        return cast.TOWNSHIP_OFFICER
    return next(m for m in (*VISITORS, *cast.EVERYBODY) if m.role in row.roles and m is not cast.STRANGER)


def _job(state: str) -> UUID:
    """Work of the bureau's officer with items and a file."""
    with system_scope():
        account = Account.objects.get(username=cast.BUREAU_OFFICER.username)
        stored = store_file(chunks=[b"demo"], name="演示.txt", uploaded_by=account.id, now=cast.now())
        job = start_job(
            kind="trial", task="qingshan.tests.no_such_task", title="试办一批（演示）", subject_id=new_id(),
            created_by=account.id, post_id=None, now=cast.now(), params={"back": "/leads/"}, division="",
            items=[ItemInput(subject_id=None, label=f"第 {n} 项") for n in (1, 2)],
        )  # fmt: skip
        Job.objects.filter(id=job.id).update(state=state, result_file=stored.id, done=2)
    return job.id


def _roster() -> UUID:
    """A list of accounts the worker is reading for the system's administrator."""
    with system_scope():
        account = Account.objects.get(username=cast.SYSTEM_ADMIN.username)
        roster = Roster.objects.create(
            name="演示名册.xlsx", sha256="1" * 64, state="received", created_by=account.id, created_by_text="演示",
            created_at=cast.now(),
        )  # fmt: skip
        job = start_job(
            kind="read_roster", task="qingshan.tests.no_such_task", title="读名册（演示）", subject_id=roster.id,
            created_by=account.id, post_id=None, now=cast.now(), params={}, division="", items=[],
        )  # fmt: skip
        Job.objects.filter(id=job.id).update(state="running")
    return roster.id


def _layer(*, acting: Acting) -> ImageLayer:
    """A picture handed in for the map; the worker has not read it."""
    tiff = b"II*\0" + bytes(60)
    stored = store_file(chunks=[tiff], name="演示.tif", uploaded_by=acting.viewer.account_id, now=acting.now())
    return register_layer(
        file=stored, name="演示影像", image_date=cast.CLOCK.today(), source="演示", licence="演示", acting=acting
    )


def _merged(world: World) -> UUID:
    """A lead that was merged into another."""
    main, other = (world.make_lead(state="received") for _ in range(2))
    world.perform(cast.BUREAU_OFFICER, merge_lead, lead_id=other.id, into_id=main.id, reason="同一处（演示）")
    return other.id


def _sent_out(world: World, *, taken: bool = False) -> UUID:
    """A lead that went out to another county; ``taken``: that county has it."""
    lead = world.make_lead(state="returned")
    transfer(world, lead)
    if taken:
        paper = PaperForm(text="已收（演示）", number="邻〔2024〕演9号", dated=world.clock.today())
        world.perform(cast.BUREAU_OFFICER, note_receipt, lead_id=lead.id, accepted=True, form=paper)
    return lead.id


def _asked(world: World) -> UUID:
    """What the township owes as an assisting unit."""
    lead = world.make_lead(state="under_verification", township=cast.HEISHUIHE)
    return ask(world, lead, cast.SUCUN, by=cast.OTHER_TOWNSHIP_OFFICER)[0].id


def _basis(*, acting: Acting) -> BasisDocument:
    """A document that the campaign rests on."""
    stored = store_file(chunks=[b"%PDF-1.4"], name="演示.pdf", uploaded_by=acting.viewer.account_id, now=acting.now())
    form = BasisForm(level="city", issuer="演示市", title="演示部署", issued_on=cast.CLOCK.today())
    return attach_basis(form=form, file=stored, acting=acting)


def _states(world: World) -> dict[str, dict[str, UUID]]:
    """Pages of an act, each on a matter that waits for this act."""
    leads = {
        "lead_dispatch": "received",
        "lead_return": "dispatched",
        "lead_verify": "under_verification",
        "lead_resume": "inconclusive",
        "lead_recheck": "county_recheck",
        "lead_split": "received",
        "case_open": "substantiated",
        "joint_ask": "under_verification",
        "lead_change_unit": "under_verification",
        "lead_transfer": "returned",
    }
    stops = {
        "case_station": "open",
        "case_city_check": "reported",
        "case_close_out": "city_passed",
        "case_reopen": "closed",
        "case_report_city": "accepted",
    }
    made = {name: {"lead_id": world.make_lead(state=state).id} for name, state in leads.items()}
    made["lead_separate"] = {"lead_id": _merged(world)}
    made["lead_transfer_receipt"] = {"lead_id": _sent_out(world)}
    made["lead_transfer_answer"] = {"lead_id": _sent_out(world, taken=True)}
    made["joint_answer"] = made["joint_return"] = {"task_id": _asked(world)}
    made["basis_document"] = made["basis_original"] = {"document_id": world.perform(cast.BUREAU_OFFICER, _basis).id}
    cases = {name: {"case_id": world.make_case(upto=stop).id} for name, stop in stops.items()}
    del cases["case_report_city"]  # A page over all accepted cases: that there is one is enough.
    jobs = {"job_detail": _job("done"), "job_file": _job("done"), "job_progress": _job("running")}
    read = {"batch_progress": {"batch_id": world.register(patches([square(*world.place_of(cast.SUCUN))])).id}}
    layer = {"image_layer": {"layer_id": world.perform(cast.BUREAU_OFFICER, _layer).id}}
    read["roster_progress"] = {"roster_id": _roster()}
    return made | cases | read | layer | {name: {"job_id": job} for name, job in jobs.items()}


NOBODY_OPENS = frozenset({"informant_list"})
"""Pages of a post that nobody of the cast holds; opened in test_hotline_page."""


def _visits(own: Matters, states: dict[str, dict[str, UUID]]) -> Iterator[Visit]:
    for name, row in sorted(ROWS.items()):
        if row.method == "get" and name not in NOBODY_OPENS:
            arguments: dict[str, Any] = {**own.arguments(row), **states.get(name, {})}
            yield Visit(name, reverse(f"web:{name}", kwargs=arguments), _visitor(name, row))
    for member in WORKBENCHES:
        yield Visit(f"workbench of {member.username}", reverse("web:workbench"), member)
    closed = reverse("web:case_detail", kwargs=states["case_reopen"])
    yield Visit("a closed case", closed, cast.TOWNSHIP_OFFICER)
    yield Visit("sign_in", reverse("web:sign_in"), None)
    yield Visit("no_post", reverse("web:no_post"), cast.FORMER_OFFICER, 403)
    yield Visit("not found", f"/leads/{new_id()}/", cast.BUREAU_OFFICER, 404)
    yield Visit("not allowed", reverse("web:batch_list"), cast.TOWNSHIP_OFFICER, 403)


def _opened(page: Page, url: str) -> Response | None:
    """The answer to opening an address; None where the browser shows nothing of it: a file, no content."""
    try:
        return page.goto(url)
    except PlaywrightError as error:
        if "Download is starting" not in str(error) and "ERR_ABORTED" not in str(error):
            raise
    return None


def _look(windows: Windows, visit: Visit) -> Iterator[str]:
    """Open a page and let axe look at it; a part of a page is looked at inside the workbench.

    What surrounds every page is the same for one person: it is looked at from all sides on his first page.
    """
    first = visit.who not in windows.seen
    context, page = windows.of(visit.who)
    answer = _opened(page, windows.base + visit.url)
    if answer is None:
        status = context.request.get(windows.base + visit.url).status
        if status != visit.status and not (status in (204, 404) and visit.name in WITHOUT_TEXT):
            yield f"answers {status}, not {visit.status}"
        return
    if answer.status == 404 and visit.name in WITHOUT_TEXT:
        return
    if answer.status != visit.status:
        yield f"answers {answer.status}, not {visit.status}"
        return
    if "text/html" not in answer.headers.get("content-type", ""):
        return
    text = answer.text()
    if "<html" in text[:400]:
        windows.seen.add(visit.who)
        yield from faults_of(page, dark=True, frame=first or "workbench" in visit.name)
        return
    page.goto(windows.base + reverse("web:workbench"))
    page.evaluate("html => { document.getElementById('content').innerHTML = html }", text)
    yield from faults_of(page, within="#content")


def test_axe_finds_nothing_on_any_page(
    transactional_db: None, world: World, live_server: Any, chromium: Browser, sign_in: SignIn
) -> None:
    own, states = _matters(world, cast.SUCUN), _states(world)
    world.perform(cast.TOWNSHIP_OFFICER, receive_assignment, line_id=own.order_line)
    windows = Windows(live_server.url, chromium, sign_in)
    found = [f"{visit.name}: {line}" for visit in _visits(own, states) for line in _look(windows, visit)]
    assert not found, f"{len(found)} faults\n" + "\n".join(found)
