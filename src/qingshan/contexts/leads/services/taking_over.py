"""Taking leads over from an old ledger (接管): at the state they claim, marked for ever. Worker and CLI only."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection

from qingshan.commons.base.counters import Blocks, take_numbers
from qingshan.commons.base.ids import new_id
from qingshan.commons.journal.bulk import ClaimedOpening, SealedNames, copy_models, open_claimed, seal_names
from qingshan.commons.journal.services import actor_text
from qingshan.commons.people.viewer import Acting
from qingshan.commons.search.names import index_many_names
from qingshan.contexts.campaigns.public import InForce
from qingshan.contexts.leads.deadlines import next_due
from qingshan.contexts.leads.models import Dispatch, Lead, Source
from qingshan.contexts.leads.services.acting import change_of
from qingshan.contexts.leads.services.intake import INTAKE_LOCK
from qingshan.contexts.leads.services.registering import Fresh, build_leads, campaign_id_for, series_for
from qingshan.domain.lead import ON_LEDGER, LeadState

LEDGER_CHANNEL = "old-ledger"
"""Under this name the rows of old ledgers are kept as sources; no channel of a plan."""
NEAR_M = 20
"""A surveyed position this close to another one's may be the same place (metres)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenLead:
    """One row of an old ledger as a lead: what is known of it, where it stands, when each thing was done as claimed."""

    fresh: Fresh
    state: LeadState
    verdict: str
    key: str
    identity: str
    events: Mapping[str, datetime]
    claimed_at: datetime
    verified_at: datetime | None = None
    verifiers: str = ""
    precision: str = ""
    mark: Mapping[str, Any] = field(default_factory=dict)
    personal: Mapping[str, str] = field(default_factory=dict)
    on_ledger_at: datetime | None = None


def wait_for_other_intakes() -> None:
    """Intakes run one after the other, so that each sees the sources of those before it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [INTAKE_LOCK])


def take_over_leads(
    *,
    rows: Sequence[TakenLead],
    file_name: str,
    take_over_id: UUID,
    act_id: UUID,
    in_force: InForce,
    acting: Acting,
    blocks: Blocks | None = None,
) -> list[Lead]:
    """Write the leads of an old ledger with sources, dispatches and one entry each; inside `act_transaction`.

    ``blocks``: where numbers are reserved, so that leads can be registered by hand meanwhile.
    """
    if not rows:
        return []
    series = series_for(in_force, acting.now())
    numbers = take_numbers(series.key, len(rows)) if blocks is None else blocks.take(series.key, len(rows))
    leads = _build(rows, [series.format(n) for n in numbers], (file_name, take_over_id), in_force, acting)
    copy_models(leads)
    copy_models(list(_sources(rows, leads)))
    copy_models(
        [
            Dispatch(
                id=new_id(),
                lead_id=lead.id,
                unit_id=lead.unit_id,
                dispatched_at=row.events.get("lead.dispatch", row.claimed_at),
                dispatched_by=actor_text(acting),
                received_at=row.events.get("lead.receive"),
                received_by="",
                return_reason="",
            )
            for row, lead in zip(rows, leads, strict=True)
        ]
    )
    names = [seal_names(matter_id=lead.id, values=dict(row.personal)) for row, lead in zip(rows, leads, strict=True)]
    openings = list(_openings(rows, leads, names, in_force))
    open_claimed(act="lead.take_over", acting=acting, openings=openings, act_id=act_id)
    index_many_names(
        {
            lead.id: {v.id: row.personal[v.field] for v in sealed.rows}
            for row, lead, sealed in zip(rows, leads, names, strict=True)
        }
    )
    return leads


def _build(
    rows: Sequence[TakenLead],
    numbers: Sequence[str],
    origin: tuple[str, UUID],
    in_force: InForce,
    acting: Acting,
) -> list[Lead]:
    now = acting.now()
    leads = build_leads(
        fresh=[row.fresh for row in rows],
        numbers=numbers,
        state="received",
        now=now,
        claimed_at=now,
        due_at=None,
        in_force=in_force,
        campaign_id=in_force.id,
        batch_id=origin[1],
        batch_name=f"接管：{origin[0]}"[:120],
    )
    for row, lead in zip(rows, leads, strict=True):
        lead.state = row.state.value
        lead.state_since = now
        lead.campaign_id = campaign_id_for(in_force, row.claimed_at)
        lead.received_at = row.events.get("lead.register", row.claimed_at)
        events = {act: at.isoformat() for act, at in row.events.items()}
        if row.on_ledger_at is not None:
            events[ON_LEDGER] = row.on_ledger_at.isoformat()
        lead.events = events
        lead.verdict, lead.unfounded_reason = row.verdict, "other" if row.verdict == "unfounded" else ""
        lead.verified_at, lead.verifiers = row.verified_at, row.verifiers[:200]
        lead.precision, lead.taken_over = row.precision, dict(row.mark)
        if row.fresh.declared_area_m2 is not None:
            lead.area_m2 = Decimal(f"{row.fresh.declared_area_m2:.2f}")
        lead.due_at = next_due(lead, in_force, now)
    return leads


def _sources(rows: Sequence[TakenLead], leads: Sequence[Lead]) -> Iterator[Source]:
    for row, lead in zip(rows, leads, strict=True):
        yield Source(id=new_id(), lead_id=lead.id, channel=LEDGER_CHANNEL, key=row.key, geometry_digest=row.identity)
        if lead.source_no:
            yield Source(
                id=new_id(), lead_id=lead.id, channel=lead.channel, key=f"no:{lead.source_no}", geometry_digest=""
            )


def _openings(
    rows: Sequence[TakenLead], leads: Sequence[Lead], names: Sequence[SealedNames], in_force: InForce
) -> Iterator[ClaimedOpening]:
    for row, lead, sealed in zip(rows, leads, names, strict=True):
        details = {"taken_over": dict(row.mark), "claimed": dict(lead.events), "precision": row.precision}
        yield ClaimedOpening(change=change_of(lead, in_force, details), acted_at=row.claimed_at, names=sealed)


def known_sources(channel: str, keys: Sequence[str], *, besides: UUID) -> dict[str, tuple[str, str]]:
    """Lead number and digest by source key, for those of ``keys`` that are known under ``channel``.

    ``besides``: a take-over whose own leads do not count here and in `leads_near` and `leads_at_place`.
    """
    rows = Source.objects.filter(channel=channel, key__in=list(keys)).exclude(lead__batch_id=besides)
    return {key: (number, digest) for key, number, digest in rows.values_list("key", "lead__number", "geometry_digest")}


_NEAR = """
SELECT DISTINCT ON (p.n) p.n, l.number
FROM unnest(%s::int[], %s::float8[], %s::float8[]) AS p(n, lon, lat)
JOIN leads_lead l ON l.geom && ST_Expand(ST_SetSRID(ST_MakePoint(p.lon, p.lat), 4490), 0.0004)
WHERE l.precision = '' AND l.batch_id IS DISTINCT FROM %s
  AND ST_DWithin(
    ST_SetSRID(l.geom, 4326)::geography, ST_SetSRID(ST_MakePoint(p.lon, p.lat), 4326)::geography, %s
  )
ORDER BY p.n, l.number
"""


def leads_near(points: Mapping[int, tuple[float, float]], *, besides: UUID) -> dict[int, str]:
    """By the caller's own keys, the number of a lead whose own position lies within `NEAR_M` metres of the point."""
    if not points:
        return {}
    keys = list(points)
    with connection.cursor() as cursor:
        cursor.execute(_NEAR, [keys, [points[k][0] for k in keys], [points[k][1] for k in keys], besides, NEAR_M])
        return dict(cursor.fetchall())


def leads_at_place(places: Mapping[int, tuple[str, str, datetime]], *, besides: UUID) -> dict[int, str]:
    """By the caller's own keys, the number of a lead of the same division, place text and moment of discovery."""
    if not places:
        return {}
    texts = {text for _, text, _ in places.values()}
    rows = Lead.objects.filter(place_text__in=texts, division__in={d for d, _, _ in places.values()})
    rows = rows.exclude(batch_id=besides)
    found = {
        (d, t, at): number for number, d, t, at in rows.values_list("number", "division", "place_text", "discovered_at")
    }
    return {key: found[place] for key, place in places.items() if place in found}
