"""Orders on leads that have no result yet (限期核实交办): one per unit that holds some, with their numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from qingshan.commons.assignments.models import Assignment
from qingshan.commons.assignments.services.issuing import OrderForm, issue_assignment
from qingshan.commons.journal.services import act_transaction
from qingshan.commons.people.models import Unit
from qingshan.commons.people.viewer import Acting, Viewer
from qingshan.contexts.campaigns.public import campaign_in_force
from qingshan.contexts.leads.coverage import OPEN_STATES, SCREENS
from qingshan.contexts.leads.policy import visible_leads
from qingshan.domain.acts import ActRefused

HELD_BY_UNIT = ("dispatched", "under_verification")
"""The unit is on turn; in the other open states the bureau is."""
NAMED = 400
"""Numbers that one order names; more are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Open leads by who holds them: per unit the numbers; ``own`` of them wait for the bureau itself."""

    units: Mapping[Unit, tuple[str, ...]]
    own: tuple[str, ...]


def held_by(viewer: Viewer, lead_ids: Sequence[UUID]) -> Held:
    """Who holds which of these leads; those with a result meanwhile are left out."""
    rows = visible_leads(viewer).filter(id__in=list(lead_ids), state__in=OPEN_STATES).select_related("unit")
    units: dict[Unit, list[str]] = {}
    own: list[str] = []
    for lead in rows.only("number", "state", "unit").order_by("unit__sort", "number"):
        (units.setdefault(lead.unit, []) if lead.state in HELD_BY_UNIT else own).append(lead.number)
    return Held(units={unit: tuple(numbers) for unit, numbers in units.items()}, own=tuple(own))


def order_open_leads(
    *, lead_ids: Sequence[UUID], screen: str, text: str, due_at: datetime | None, key: UUID, acting: Acting
) -> list[Assignment]:
    """Order every unit to conclude the open leads it holds (四-2-0①); ``key`` is the form's: sent twice, once done."""
    with act_transaction():
        held = held_by(acting.viewer, lead_ids)
        if not held.units:
            raise ActRefused("empty", "选中的线索都不在乡镇手里，或已有结论：没有可以交办的单位")
        numbering = campaign_in_force().plan.numbering["assignment"].pattern
        return [
            issue_assignment(
                form=_form(unit, numbers, screen=screen, text=text, due_at=due_at),
                numbering=numbering,
                acting=acting,
                assignment_id=uuid5(key, str(unit.id)),
            )
            for unit, numbers in held.units.items()
        ]


def _form(unit: Unit, numbers: Sequence[str], *, screen: str, text: str, due_at: datetime | None) -> OrderForm:
    named = "、".join(numbers[:NAMED]) + (f" 等 {len(numbers)} 条" if len(numbers) > NAMED else "")
    return OrderForm(
        kind="order",
        title=f"限期核实 {len(numbers)} 条未办结线索",
        text=f"{text.strip()}\n线索编号：{named}" if text.strip() else "",
        clause=SCREENS.get(screen, ""),
        unit_ids=(unit.id,),
        due_at=due_at,
    )
