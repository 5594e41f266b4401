"""What addresses of pages are tried on: one set of matters per township, and everything that hangs on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from qingshan.commons.accounts.models import Roster, SessionRecord
from qingshan.commons.base.ids import new_id
from qingshan.commons.files.services import store_file
from qingshan.commons.people.models import Account, Holding
from qingshan.commons.people.viewer import Acting
from qingshan.contexts.ledgers.public import register_return, register_template
from tests import cast
from tests.support.making import World


@dataclass(frozen=True)
class Row:
    """Who may open an address, with which method, and on what: ``lead``, ``case``, ``order``, … or nothing."""

    roles: frozenset[str]
    on: str = ""
    method: str = "get"
    more: tuple[tuple[str, object], ...] = ()


@dataclass(frozen=True)
class Matters:
    """One set of matters per township, as arguments of addresses."""

    lead: UUID
    active_lead: UUID
    handed_lead: UUID
    source: UUID
    joint_task: UUID
    village: str
    case: UUID
    batch: UUID
    photo: UUID
    job: UUID
    picture: UUID
    order: UUID
    order_line: UUID
    take_over: UUID
    kept: Mapping[str, UUID]
    template: UUID
    return_sheet: UUID
    exchange_sheet: UUID

    def arguments(self, row: Row) -> dict[str, Any]:
        """Arguments for an address on this township's matter."""
        keys = {
            "job": "job_id",
            "picture": "layer_id",
            "basis_document": "document_id",
            "view": "view_id",
            "lead": "lead_id",
            "active_lead": "lead_id",
            "handed_lead": "lead_id",
            "source": "source_id",
            "joint_task": "task_id",
            "case": "case_id",
            "batch": "batch_id",
            "photo": "file_id",
            "order": "assignment_id",
            "order_line": "line_id",
            "take_over": "take_over_id",
            "template": "template_id",
            "return_sheet": "sheet_id",
            "exchange_sheet": "sheet_id",
        }
        if row.on in self.kept:
            return {**dict(row.more), f"{row.on}_id": self.kept[row.on]}
        own = (
            {keys[row.on]: self.job if row.on in ("view", "basis_document") else getattr(self, row.on)}
            if row.on
            else {}
        )
        return {**dict(row.more), **own}


def _matters(world: World, township: str) -> Matters:
    from qingshan.contexts.leads.public import Source, VerificationPhoto, flag_active

    lead = world.make_lead(state="in_review", township=township)
    active = world.make_lead(state="under_verification", township=township)
    world.perform(cast.BUREAU_OFFICER, flag_active, lead_id=active.id, facts="一台挖掘机在装车")
    case = world.make_case(upto="tracks", township=township)
    handed = world.make_lead(channel="police-notice", township=township)
    with world.seeing_all():
        source = Source.objects.get(lead_id=handed.id).id
        photo = VerificationPhoto.objects.filter(lead_id=lead.id).values_list("file_id", flat=True)[0]
    if lead.batch_id is None:
        raise LookupError("the lead came in a batch")
    order, order_line = _order(world, township, lead.division)
    return Matters(
        lead=lead.id,
        active_lead=active.id,
        handed_lead=handed.id,
        source=source,
        joint_task=_joint_task(world, handed.id),
        village=lead.division,
        case=case.id,
        batch=lead.batch_id,
        photo=photo,
        job=new_id(),
        picture=new_id(),
        order=order,
        order_line=order_line,
        take_over=_take_over(world),
        kept=_kept(world, township),
        template=_template(world),
        return_sheet=_return_sheet(world, township),
        exchange_sheet=_exchange_sheet(world),
    )


def _joint_task(world: World, lead_id: UUID) -> UUID:
    """A department of which nobody here is asked to assist."""
    from qingshan.commons.people.models import Unit
    from qingshan.contexts.leads.public import ask_units
    from qingshan.domain.joint import JointForm

    unit = Unit.objects.get(slug="ecology")
    form = JointForm(task="核对（演示）")
    tasks = world.perform(cast.BUREAU_OFFICER, ask_units, lead_id=lead_id, unit_ids=[unit.id], form=form)
    return tasks[0].id


def _take_over(world: World) -> UUID:
    """An old ledger of the county, checked."""
    from tests.support.old_ledgers import brought_in, row, write

    with TemporaryDirectory() as folder:
        return brought_in(world, write(Path(folder) / "old.xlsx", [row("旧1"), row("旧2")])).id


def _order(world: World, township: str, village: str) -> tuple[UUID, UUID]:
    """An order to a township and to one of its villages; the line is the township's."""
    from qingshan.commons.assignments.models import AssignmentLine
    from qingshan.commons.assignments.services.issuing import OrderForm, issue_assignment
    from qingshan.commons.people.models import Unit

    units = Unit.objects.filter(slug__in=(township, f"v{village}")).values_list("id", flat=True)
    form = OrderForm(
        kind="order", title="报送", text="请报送（演示）", unit_ids=tuple(units), due_at=cast.now() + timedelta(days=3)
    )
    order = world.perform(cast.BUREAU_OFFICER, issue_assignment, form=form, numbering="演交{year}-{n}")
    with world.seeing_all():
        return order.id, AssignmentLine.objects.get(assignment=order, unit__slug=township).id


def _kept(world: World, township: str) -> dict[str, UUID]:
    """What administrators keep: an officer's post and account, a device of his, a list of people."""
    with world.seeing_all():
        account = Account.objects.get(username=cast.OFFICERS[township][0].username)
        holding = Holding.objects.get(person=account.person)
        session = SessionRecord.objects.create(
            account=account, key=f"key-{township}", since=world.clock.now, last_seen=world.clock.now
        )
        roster = Roster.objects.create(
            name="名册.xlsx", sha256="0" * 64, state="read", created_by=account.id, created_by_text="演示",
            created_at=world.clock.now,
        )  # fmt: skip
    return {
        "account": account.id, "person": holding.person_id, "holding": holding.id, "post": holding.post_id,
        "session": session.id, "roster": roster.id,
    }  # fmt: skip


def _template(world: World) -> UUID:
    """A form of the ledger that waits to be read."""

    def service(*, acting: Acting) -> UUID:
        file = store_file(
            chunks=[b"PK\x03\x04"], name="表样.xlsx", uploaded_by=acting.viewer.account_id, now=acting.now()
        )
        return register_template(file=file, name="演示表样", acting=acting)[0].id

    return world.perform(cast.BUREAU_OFFICER, service)


def _return_sheet(world: World, township: str) -> UUID:
    """A sheet that the township filled and handed in."""

    def service(*, acting: Acting) -> UUID:
        file = store_file(
            chunks=[b"PK\x03\x04"], name="回填.xlsx", uploaded_by=acting.viewer.account_id, now=acting.now()
        )
        return register_return(file=file, acting=acting)[0].id

    return world.perform(cast.OFFICERS[township][0], service)


def _exchange_sheet(world: World) -> UUID:
    """A file that the provincial system gave back."""
    from tests.contexts.test_exchange import in_force, returned

    if not in_force_already(world):
        in_force(world)
    return returned(world, b"PK\x03\x04").id


def in_force_already(world: World) -> bool:
    """Whether a layout for the provincial system stands."""
    from qingshan.contexts.ledgers.public import LedgerTemplate

    with world.seeing_all():
        return LedgerTemplate.objects.filter(purpose="province").exists()
