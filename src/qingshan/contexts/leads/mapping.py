"""Leads on the map (地图上的线索): tiles, counts by state, and the list of what lies in the view."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from qingshan.commons.people.scoping import scope_conditions
from qingshan.commons.people.viewer import Viewer
from qingshan.commons.places.tiles import Box, TileSource, Wanted, count_by, ids_in_view, make_tile
from qingshan.contexts.leads.models import Lead
from qingshan.contexts.leads.policy import visible_leads

SOURCE = TileSource(table="leads_lead", kind="lead")
EARLIER = "earlier"
"""State shown of a lead that was being handled at the moment asked for and has moved on since."""
FINISHED = "archived"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadMapFilter:
    """Filters of the map.

    ``since``/``until`` bound the moment of receipt; ``at``: as things stood at that moment (received by then, in
    today's state if that is so old); ``unfinished``: without leads that were archived by then.
    """

    states: Sequence[str] = ()
    channel: str = ""
    unit_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None
    at: datetime | None = None
    unfinished: bool = False


def _wanted(viewer: Viewer, wanted: LeadMapFilter) -> Wanted:
    conditions, params = scope_conditions(viewer, parties=True)
    state = "r.state"
    if wanted.at is not None:
        state = f"CASE WHEN r.state_since < %(at)s THEN r.state ELSE '{EARLIER}' END"
        conditions.append("r.received_at < %(at)s")
    added: list[tuple[str, str, Any]] = [
        (f"{state} = ANY(%(states)s)", "states", list(wanted.states)),
        ("r.channel = %(channel)s", "channel", wanted.channel),
        ("r.unit_id = %(unit)s", "unit", wanted.unit_id),
        ("r.received_at >= %(since)s", "since", wanted.since),
        ("r.received_at < %(until)s", "until", wanted.until),
    ]
    for condition, name, value in added:
        if value:
            conditions.append(condition)
            params[name] = value
    if wanted.unfinished:
        conditions.append(f"{state} <> '{FINISHED}'")
    return Wanted(state=state, conditions=conditions, params={**params, "at": wanted.at})


def lead_tile(viewer: Viewer, z: int, x: int, y: int, wanted: LeadMapFilter | None = None) -> bytes:
    """Vector tile of the leads the viewer may see: counts per cell below z12, each lead from there on."""
    return make_tile(SOURCE, _wanted(viewer, wanted or LeadMapFilter()), z, x, y)


def lead_map_counts(viewer: Viewer, wanted: LeadMapFilter) -> dict[str, int]:
    """Leads by state (as it stood at the moment asked for) under the filters of the map."""
    return {state: n for (state,), n in count_by(SOURCE, _wanted(viewer, wanted)).items()}


def leads_in_view(
    viewer: Viewer, wanted: LeadMapFilter, box: Box, *, before: UUID | None = None, limit: int = 50
) -> list[Lead]:
    """Leads whose point lies in the box, newest first; at most ``limit``."""
    ids = ids_in_view(SOURCE, _wanted(viewer, wanted), box, before=before, limit=limit)
    rows = visible_leads(viewer).filter(id__in=ids).defer("geom", "attributes").select_related("unit")
    return sorted(rows, key=lambda lead: lead.id, reverse=True)
