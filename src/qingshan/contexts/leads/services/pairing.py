"""The search for pairs (查重): leads that came or were corrected since the last search, against all that stand."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.db import connection

from qingshan.commons.base.ids import new_id
from qingshan.commons.base.scope import system_scope
from qingshan.commons.journal.services import wait_for_writers
from qingshan.commons.people.viewer import Viewer, system_viewer
from qingshan.contexts.campaigns.public import InForce, campaign_in_force
from qingshan.contexts.leads.likeness import find_alike, pair_key, probe_of
from qingshan.contexts.leads.models import Lead, LeadPair, PairSweep
from qingshan.domain.lead import NO_MAIN_STATES

PAIR_TASK = "qingshan.contexts.leads.tasks.find_pairs"
PIECE = 100
KEPT = 5
"""Pairs that are kept of one lead."""
_START = UUID(int=0)


def find_pairs(now: datetime, *, most: int = 5_000, go_on: Callable[[], bool] = lambda: True) -> tuple[int, int]:
    """Compare leads that are new or were corrected since, oldest first; returns how many were, and how many new pairs.

    A piece is one transaction: killed in the middle, the next search goes on behind the last whole piece. ``go_on`` is
    asked before each piece: a search after a large import is spread over many runs, and other work gets its turn.
    """
    compared, found, until = 0, 0, new_id()
    # Acts that began before now and are not stored yet have smaller ids: they must not be left behind.
    wait_for_writers()
    while compared < most and go_on():
        with system_scope():
            seen, made = _piece(until, now)
        compared, found = compared + seen, found + made
        if seen < PIECE:
            break
    return compared, found


def _piece(until: UUID, now: datetime) -> tuple[int, int]:
    PairSweep.objects.get_or_create(id=1, defaults={"upto": _START, "at": now})
    sweep = PairSweep.objects.select_for_update().get(id=1)
    entries = _first_entries(sweep.upto, until)
    if not entries:
        return 0, 0
    viewer, in_force = system_viewer("查重"), campaign_in_force()
    rows = Lead.objects.filter(id__in=[lead_id for _, lead_id in entries]).exclude(state__in=NO_MAIN_STATES)
    made = sum(pairs_of(lead, viewer, in_force, now) for lead in rows.order_by("id").defer("attributes", "shares"))
    PairSweep.objects.filter(id=1).update(upto=entries[-1][0], at=now)
    return len(entries), made


_FIRST = """
SELECT e.id, e.matter_id FROM journal_entry e JOIN leads_lead l ON l.id = e.matter_id
WHERE e.id > %s AND e.id <= %s AND (e.seq = 1 OR e.act = 'lead.correct') ORDER BY e.id LIMIT %s
"""
"""A lead's own id may be older than its registration (the form brought it); its first entry's is not."""


def _first_entries(upto: UUID, until: UUID) -> list[tuple[UUID, UUID]]:
    with connection.cursor() as cursor:
        cursor.execute(_FIRST, [upto, until, PIECE])
        found: list[tuple[UUID, UUID]] = cursor.fetchall()
        return found


def pairs_of(lead: Lead, viewer: Viewer, in_force: InForce, now: datetime) -> int:
    """Keep the likeliest pairs of a lead; those that stand already, decided or not, stay as they are."""
    pairs = []
    for one in find_alike(viewer, probe_of(lead), in_force, limit=KEPT):
        later, earlier = pair_key(lead.id, one.lead.id)
        pairs.append(
            LeadPair(
                id=new_id(),
                lead_id=later,
                other_id=earlier,
                score=one.score,
                reasons=list(one.reasons),
                found_at=now,
            )
        )
    if not pairs:
        return 0
    LeadPair.objects.bulk_create(pairs, ignore_conflicts=True)
    return LeadPair.objects.filter(id__in=[pair.id for pair in pairs]).count()
