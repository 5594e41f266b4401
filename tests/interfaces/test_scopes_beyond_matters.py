"""What is no lead and no case has a scope as well: jobs, exports, orders, pictures, old ledgers, filled sheets, views.

Every thing carries a mark of its own. Who may see it is written down here anew; everybody of the cast then tries every
door to it: its page, the lists, search, the interface and plain SQL as the application's role.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client

from qingshan.commons.assignments.services.issuing import OrderForm, issue_assignment
from qingshan.commons.files.models import StoredFile
from qingshan.commons.files.services import store_file
from qingshan.commons.image_layers.models import ImageLayer
from qingshan.commons.image_layers.services import register_layer
from qingshan.commons.jobs.models import Job
from qingshan.commons.jobs.services import ItemInput, finish_job, start_job
from qingshan.commons.people.models import Holding, Person, Post, Unit
from qingshan.commons.savedviews.services import save_view
from qingshan.contexts.ledgers.models import ReturnRow, ReturnSheet
from qingshan.contexts.ledgers.public import register_take_over
from tests import cast
from tests.cast import Member
from tests.fixtures_api import Caller
from tests.support.making import World
from tests.support.scopes import ADMINISTRATORS, WHOLE

COUNTY = "130132"
UNIT_WIDE = {
    "township_officer", "township_leader", "department_officer", "department_leader", "finance_reviewer", "police",
    "procuratorate", "court",
}  # fmt: skip
LISTS = (
    "/", "/jobs/", "/assignments/", "/assignments/?tab=all", "/images/", "/ledger/take-over/", "/ledger/returns/",
    "/leads/", "/cases/", "/journal/", "/map/",
)  # fmt: skip
SHARED_LISTS = ("/jobs", "/assignments", "/views/leads", "/ledger/returns")
"""Lists of the interface for programs; an address it does not have answers 404, which shows nothing either."""
Sees = Callable[[Member], bool]


def nobody_else(owner: Member) -> Sees:
    """His own."""
    return lambda member: member is owner


def whole_county(member: Member) -> bool:
    """Whose posts look at the county as a whole."""
    return member.role in WHOLE and member is not cast.STRANGER


def of_unit(slug: str) -> Sees:
    """Who reads what a unit has: its officers and leaders."""
    return lambda member: member.post.split(".")[0] == slug and member.role in UNIT_WIDE


def either(*rules: Sees) -> Sees:
    """One of these."""
    return lambda member: any(rule(member) for rule in rules)


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """One row: its table, the mark in its texts, who sees it, its doors (those open to all roles that see it)."""

    name: str
    table: str
    id: UUID
    mark: str
    sees: Sees
    doors: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    sure: tuple[str, ...] = field(default=())
    """Doors that must open to whoever sees the row, whatever his role."""


@pytest.fixture
def things(world: World) -> list[Thing]:
    """One of everything."""
    return list(_make(world))


def _make(world: World) -> Iterator[Thing]:
    yield from _jobs(world)
    yield from _orders(world)
    yield from _pictures(world)
    yield from _ledgers(world)
    yield from _views(world)


def _file(world: World, member: Member, mark: str) -> StoredFile:
    def service(*, acting: Any) -> StoredFile:
        return store_file(
            chunks=[f"{mark}".encode()], name=f"{mark}.csv", uploaded_by=acting.viewer.account_id, now=acting.now()
        )

    return world.perform(member, service)


def _jobs(world: World) -> Iterator[Thing]:
    owner = cast.TOWNSHIP_OFFICER
    file = _file(world, owner, "甲导出")
    for mark, division in (("甲任务", ""), ("乙批次任务", COUNTY)):
        viewer = world.viewer(owner)
        with world.seeing_all():
            job = start_job(
                kind="lead.receive", task="qingshan.tests.none", title=mark, subject_id=uuid4(), division=division,
                created_by=viewer.account_id, post_id=viewer.post_id, now=world.clock.now,
                items=[ItemInput(subject_id=uuid4(), label=f"{mark}明细")],
            )  # fmt: skip
            finish_job(job_id=job.id, state="done", message=mark, now=world.clock.now, result_file=file.id)
            [item] = Job.objects.raw("SELECT id FROM jobs_jobitem WHERE job_id = %s", [job.id])
        sees = either(nobody_else(owner), whole_county) if division else nobody_else(owner)
        doors = (f"/jobs/{job.id}/", f"/jobs/{job.id}/progress/")
        yield Thing(
            name=mark, table="jobs_job", id=job.id, mark=mark, sees=sees, doors=doors, sure=doors[:1],
            calls=(f"/jobs/{job.id}", f"/jobs/{job.id}/items"),
        )  # fmt: skip
        yield Thing(name=f"{mark} item", table="jobs_jobitem", id=item.id, mark=f"{mark}明细", sees=sees)
        yield Thing(
            name=f"{mark} file", table="files_storedfile", id=file.id, mark="甲导出", sees=nobody_else(owner),
            doors=(f"/jobs/{job.id}/file/",), calls=(f"/jobs/{job.id}/file", f"/files/{file.id}"),
            sure=(f"/jobs/{job.id}/file/",),
        )  # fmt: skip


def _orders(world: World) -> Iterator[Thing]:
    units = tuple(Unit.objects.get(slug=slug).id for slug in (cast.SUCUN, cast.HEISHUIHE))
    form = OrderForm(
        kind="order", title="丙交办", text="丙交办内容", unit_ids=units, due_at=world.clock.now + timedelta(days=5)
    )
    order = world.perform(cast.TASKFORCE_OFFICE, issue_assignment, form=form, numbering="元采交〔{year}〕{n:04d}号")
    addressed = either(whole_county, of_unit(cast.SUCUN), of_unit(cast.HEISHUIHE))
    yield Thing(
        name="order", table="assignments_assignment", id=order.id, mark="丙交办", sees=addressed,
        doors=(f"/assignments/{order.id}/", f"/assignments/{order.id}/print/"), calls=(f"/assignments/{order.id}",),
    )  # fmt: skip
    with world.seeing_all(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT l.id, u.slug FROM assignments_assignmentline l JOIN people_unit u ON u.id = l.unit_id"
            " WHERE l.assignment_id = %s",
            [order.id],
        )
        lines = cursor.fetchall()
    for line_id, slug in lines:
        yield Thing(
            name=f"line of {slug}", table="assignments_assignmentline", id=line_id, mark=str(line_id),
            sees=either(whole_county, of_unit(slug)),
        )  # fmt: skip


def _pictures(world: World) -> Iterator[Thing]:
    for mark, state in (("丁草稿影像", "draft"), ("戊发布影像", "published")):

        def register(*, acting: Any, name: str = mark) -> ImageLayer:
            stored = store_file(
                chunks=[b"II*\x00", name.encode()], name=f"{name}.tif", uploaded_by=acting.viewer.account_id,
                now=acting.now(),
            )  # fmt: skip
            return register_layer(
                file=stored, name=name, image_date=date(2024, 8, 1), source="演示", licence="演示", acting=acting
            )

        layer = world.perform(cast.BUREAU_OFFICER, register)
        with world.seeing_all():
            ImageLayer.objects.filter(id=layer.id).update(state=state, tiles_sha256="0" * 64)
        own = either(whole_county, of_unit("natural-resources"))
        every: Sees = lambda member: member is not cast.STRANGER and member.role not in ADMINISTRATORS  # noqa: E731
        yield Thing(
            name=mark, table="image_layers_imagelayer", id=layer.id, mark=mark,
            sees=every if state == "published" else own, doors=(f"/images/{layer.id}/",),
        )  # fmt: skip


def _ledgers(world: World) -> Iterator[Thing]:
    old, _ = world.perform(cast.BUREAU_OFFICER, register_take_over, file=_file(world, cast.BUREAU_OFFICER, "己旧台账"))
    base = f"/ledger/take-over/{old.id}"
    yield Thing(
        name="old ledger", table="ledgers_takeover", id=old.id, mark="己旧台账", sees=whole_county,
        doors=(f"{base}/", f"{base}/rows/", f"{base}/report/", f"{base}/mapping/", f"{base}/progress/"),
    )  # fmt: skip
    file = _file(world, cast.TOWNSHIP_OFFICER, "庚回填")
    with world.seeing_all():
        sheet = ReturnSheet.objects.create(
            unit=Unit.objects.get(slug=cast.SUCUN), file=file, file_sha256=file.sha256, file_name="庚回填.xlsx",
            state="ready", received=1, unchanged=1, uploaded_at=world.clock.now, uploaded_by="演示",
        )  # fmt: skip
        row = ReturnRow.objects.create(sheet=sheet, row=2, number="庚编号", outcome="unchanged")
    sees = of_unit(cast.SUCUN)
    yield Thing(
        name="filled sheet", table="ledgers_returnsheet", id=sheet.id, mark="庚回填", sees=sees,
        doors=(f"/ledger/returns/{sheet.id}/",),
    )  # fmt: skip
    yield Thing(name="row of it", table="ledgers_returnrow", id=row.id, mark="庚编号", sees=sees)


def _views(world: World) -> Iterator[Thing]:
    owner = cast.TOWNSHIP_LEADER
    for mark, shared in (("辛私用视图", False), ("壬共用视图", True)):
        with world.seeing(owner) as viewer:
            view = save_view(
                list_slug="leads", name=mark, query="state=dispatched", shared=shared, is_default=False,
                viewer=viewer, now=world.clock.now,
            )  # fmt: skip
        same_unit: Sees = lambda member: member.post.split(".")[0] == cast.SUCUN  # noqa: E731
        yield Thing(
            name=mark, table="savedviews_savedview", id=view.id, mark=mark,
            sees=same_unit if shared else nobody_else(owner),
        )  # fmt: skip


@pytest.mark.parametrize("member", cast.EVERYBODY, ids=lambda member: member.username)
def test_nobody_sees_a_row_outside_his_scope(
    world: World, things: list[Thing], member: Member, sign_in: Callable[[Member], Client],
    caller: Callable[[Member], Caller],
) -> None:  # fmt: skip
    client, program = sign_in(member), caller(member)
    hidden = [thing for thing in things if not thing.sees(member)]
    _plain_sql(world, things, member)
    for thing in things:
        for door in thing.doors:
            answer = client.get(door)
            opens = answer.status_code in (200, 302, 304)
            assert not (opens and not thing.sees(member)), f"{member.username} opens {door} of {thing.name}"
            assert not (door in thing.sure and thing.sees(member) and not opens), f"{door} is closed to its owner"
            _check(answer, hidden, member)
        for call in thing.calls:
            answer = program.get(call)
            assert not (answer.status_code == 200 and not thing.sees(member)), f"{member.username} calls {call}"
            _check(answer, hidden, member)
    for address in (*LISTS, *(f"/search/?q={thing.mark[0]}" for thing in things)):
        _check(client.get(address), hidden, member)
    for call in SHARED_LISTS:
        _check(program.get(call), hidden, member)


def _check(answer: Any, hidden: list[Thing], member: Member) -> None:
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    text = body.decode(errors="replace")
    told = [
        thing.name
        for thing in hidden
        if thing.mark in text or str(thing.id) in text.replace(answer.request["PATH_INFO"], "")
    ]
    assert told == [], f"{member.username} is told of {told} by {answer.request['PATH_INFO']}"


def _plain_sql(world: World, things: list[Thing], member: Member) -> None:
    """As the application's role, whatever the condition: row security alone holds."""
    for table in sorted({thing.table for thing in things}):
        ours = {thing.id for thing in things if thing.table == table}
        wanted = {thing.id for thing in things if thing.table == table and thing.sees(member)}
        with world.seeing(member), connection.cursor() as cursor:
            cursor.execute(f"SELECT id FROM {table} WHERE true OR id IS NULL")  # noqa: S608 - from the things above
            assert {row[0] for row in cursor.fetchall()} & ours == wanted, f"{member.username} in {table}"


def test_a_shared_view_is_seen_from_a_post_of_its_unit_and_from_no_other(world: World, things: list[Thing]) -> None:
    """A post to come shows nothing of its unit yet, whatever day the database's own clock has."""
    person = Person.objects.get(name=cast.OTHER_TOWNSHIP_OFFICER.name)
    Holding.objects.create(
        person=person, post=Post.objects.get(slug="sucun.township-head"), since=world.clock.today() + timedelta(days=1)
    )
    [view] = [thing for thing in things if thing.name == "壬共用视图"]
    asked = "SELECT count(*) FROM savedviews_savedview WHERE id = %s"
    with world.seeing(cast.OTHER_TOWNSHIP_OFFICER), connection.cursor() as cursor:
        cursor.execute(asked, [view.id])
        assert cursor.fetchone() == (0,)
    with world.seeing(cast.TOWNSHIP_OFFICER), connection.cursor() as cursor:
        cursor.execute(asked, [view.id])
        assert cursor.fetchone() == (1,)
