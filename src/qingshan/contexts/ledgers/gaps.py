"""Broken chains (断点): open matters that have no next step with a date, or whose next step nobody in office can do."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from qingshan.commons.people.selectors import all_posts, holdings_on, units
from qingshan.commons.people.viewer import Viewer
from qingshan.contexts.campaigns.public import InForce
from qingshan.contexts.cases.public import open_cases_by_unit
from qingshan.contexts.leads.public import open_leads_by_unit
from qingshan.domain.acts import MatterKind
from qingshan.domain.duty_rules import LEAD_RULES, DutyRule

Why = Literal["no_date", "nobody"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Open matters of one kind, state and unit with the same gap; ``step`` is what nobody is there to do."""

    kind: MatterKind
    state: str
    unit_id: UUID
    unit_slug: str
    unit: str
    why: Why
    count: int
    step: str = ""


def roles_held(today: date) -> dict[UUID, frozenset[str]]:
    """Roles that somebody, holder or substitute, fills on this day, by unit."""
    posts = {post.id: post for post in all_posts()}
    found: dict[UUID, set[str]] = defaultdict(set)
    for holding in holdings_on(posts, today):
        post = posts[holding.post_id]
        found[post.unit_id].update(post.roles)
    return {unit_id: frozenset(roles) for unit_id, roles in found.items()}


def broken_chains(viewer: Viewer, in_force: InForce, today: date) -> list[Gap]:
    """Every gap in the viewer's scope, leads before cases, in the order of the units (三-1-3①d)."""
    held, known = roles_held(today), {unit.id: unit for unit in units()}
    found: list[Gap] = []
    for kind, undated, rows, rules in (
        (MatterKind.LEAD, open_leads_by_unit(viewer, undated=True), open_leads_by_unit(viewer), LEAD_RULES),
        (MatterKind.CASE, open_cases_by_unit(viewer, undated=True), open_cases_by_unit(viewer), in_force.rules),
    ):
        broken: list[tuple[str, UUID, int, Why, str]] = [(*row, "no_date", "") for row in undated]
        for state, unit_id, n in rows:
            step = _nobody_for([r for r in rules if r.kind == kind and state in r.states], unit_id, held)
            if step:
                broken.append((state, unit_id, n, "nobody", step))
        found += [
            Gap(
                kind=kind,
                state=state,
                unit_id=unit_id,
                unit_slug=known[unit_id].slug,
                unit=known[unit_id].short,
                why=why,
                count=n,
                step=step,
            )
            for state, unit_id, n, why, step in broken
        ]
    return found


def _nobody_for(rules: Iterable[DutyRule], unit_id: UUID, held: Mapping[UUID, frozenset[str]]) -> str:
    """The first step that nobody in office can do: in the responsible unit for its own, anywhere for the others."""
    anywhere = frozenset().union(*held.values()) if held else frozenset()
    for rule in rules:
        there = held.get(unit_id, frozenset()) if rule.side == "township" else anywhere
        if not rule.roles & there:
            return rule.what
    return ""
