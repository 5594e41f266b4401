"""Cases on the map (地图上的台账问题): tiles, counts by category and state, and the list of what lies in the view."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from qingshan.commons.people.scoping import scope_conditions
from qingshan.commons.people.viewer import Viewer
from qingshan.commons.places.tiles import Box, TileSource, Wanted, count_by, ids_in_view, make_tile
from qingshan.contexts.cases.models import Case
from qingshan.contexts.cases.policy import visible_cases
from qingshan.domain.case import CLOSED_STATES

SOURCE = TileSource(table="cases_case", kind="case", colour="category")
_STATE_AT = """CASE WHEN r.closed_at < %(at)s THEN 'closed'
 WHEN r.state_since < %(at)s AND r.state <> 'closed' THEN r.state ELSE 'open' END"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseMapFilter:
    """Filters of the map.

    ``since``/``until`` bound the opening; ``at``: as things stood at that moment (opened by then, closed by then);
    ``unfinished``: without cases that were closed by then.
    """

    states: Sequence[str] = ()
    categories: Sequence[str] = ()
    unit_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None
    at: datetime | None = None
    unfinished: bool = False


def _wanted(viewer: Viewer, wanted: CaseMapFilter) -> Wanted:
    conditions, params = scope_conditions(viewer, supervised=True)
    state = "r.state"
    if wanted.at is not None:
        state = _STATE_AT
        conditions.append("r.opened_at < %(at)s")
    added: list[tuple[str, str, Any]] = [
        (f"{state} = ANY(%(states)s)", "states", list(wanted.states)),
        ("r.category = ANY(%(categories)s)", "categories", list(wanted.categories)),
        ("r.unit_id = %(unit)s", "unit", wanted.unit_id),
        ("r.opened_at >= %(since)s", "since", wanted.since),
        ("r.opened_at < %(until)s", "until", wanted.until),
    ]
    for condition, name, value in added:
        if value:
            conditions.append(condition)
            params[name] = value
    if wanted.unfinished:
        conditions.append(f"NOT {state} = ANY(%(finished)s)")
        params["finished"] = sorted(CLOSED_STATES)
    return Wanted(state=state, conditions=conditions, params={**params, "at": wanted.at})


def case_tile(viewer: Viewer, z: int, x: int, y: int, wanted: CaseMapFilter | None = None) -> bytes:
    """Vector tile of the cases the viewer may see: counts per cell and category below z12, each case from there on."""
    return make_tile(SOURCE, _wanted(viewer, wanted or CaseMapFilter()), z, x, y)


def case_map_counts(viewer: Viewer, wanted: CaseMapFilter) -> dict[tuple[str, str], int]:
    """Cases by category and state (as it stood at the moment asked for) under the filters of the map."""
    return {(category, state): n for (category, state), n in count_by(SOURCE, _wanted(viewer, wanted)).items()}


def cases_in_view(
    viewer: Viewer, wanted: CaseMapFilter, box: Box, *, before: UUID | None = None, limit: int = 50
) -> list[Case]:
    """Cases whose point lies in the box, newest first; at most ``limit``."""
    ids = ids_in_view(SOURCE, _wanted(viewer, wanted), box, before=before, limit=limit)
    rows = visible_cases(viewer).filter(id__in=ids).defer("geom").select_related("unit")
    return sorted(rows, key=lambda case: case.id, reverse=True)
