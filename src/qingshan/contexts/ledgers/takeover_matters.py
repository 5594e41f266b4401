"""Checked rows of an old ledger as leads and cases (接管落账): days as claimed, mark, gaps. Worker and CLI only."""

from datetime import date, datetime, time
from typing import Any

from qingshan.contexts.campaigns.public import InForce
from qingshan.contexts.cases.public_worker import TakenCase
from qingshan.contexts.leads.public import Lead
from qingshan.contexts.leads.public_worker import Fresh, TakenLead
from qingshan.contexts.ledgers.models import TakeOver
from qingshan.contexts.ledgers.takeover_checking import Checked
from qingshan.contexts.ledgers.takeover_parsing import Parsed
from qingshan.domain.lead import LeadState
from qingshan.domain.takeover import (
    OLD_STATE_LABELS,
    OldState,
    case_state,
    gaps_of,
    lead_state,
    steps_of,
    verdict_of,
)

KEPT_WORDS = ("state", "verdict", "category", "subcode", "mode", "channel")


def taken_lead(one: Checked, row: TakeOver, in_force: InForce, now: datetime) -> TakenLead:
    """The lead of a checked row that takes."""
    parsed, state = _told(one)
    if one.place is None or one.point is None:
        raise LookupError("a row that takes has a place")
    found = _at(parsed.claim.days["discovered"], in_force)
    verified = _day(parsed, "verified", in_force)
    opened = _opened(parsed, in_force)
    return TakenLead(
        fresh=Fresh(
            channel=parsed.channel,
            geometry=one.point,
            place=one.place,
            discovered_at=found,
            source_no=parsed.text("source_no"),
            declared_area_m2=parsed.area_m2,
            description=parsed.text("remark"),
            place_text=parsed.text("place")[:200],
            attributes={**parsed.extra, **({"原台账编号": parsed.text("number")} if parsed.text("number") else {})},
            notes=tuple(one.reasons),
        ),
        state=lead_state(state),
        verdict=verdict_of(state),
        key=parsed.key[:160],
        identity=parsed.identity,
        events=_events(lead_state(state), found, verified),
        claimed_at=found,
        verified_at=verified,
        verifiers=parsed.text("verifiers"),
        precision=one.precision,
        mark=_mark(one, row, in_force, now),
        personal={} if parsed.claim.is_case else _names(parsed),
        on_ledger_at=opened if parsed.claim.is_case else None,
    )


def taken_case(one: Checked, lead: Lead, in_force: InForce) -> TakenCase:
    """The case of a checked row that stands for a substantiated lead."""
    parsed, state = _told(one)
    return TakenCase(
        lead=lead,
        state=case_state(state),
        category=parsed.claim.category,
        subcode=parsed.subcode,
        rectification_mode=parsed.mode,
        opened_at=_opened(parsed, in_force),
        due_on=parsed.due_on or in_force.end,
        former_number=parsed.text("number"),
        steps=steps_of(parsed.claim),
        mineral=parsed.text("mineral"),
        closed_at=_day(parsed, "closed", in_force) if state == OldState.CLOSED else None,
        close_out_number=parsed.claim.close_out_number if state == OldState.CLOSED else "",
        personal=_names(parsed),
        mark=lead.taken_over,
    )


def _told(one: Checked) -> tuple[Parsed, OldState]:
    if one.parsed is None or one.parsed.claim.state is None:
        raise LookupError("a row that takes has a state")
    return one.parsed, one.parsed.claim.state


def _events(state: LeadState, found: datetime, verified: datetime | None) -> dict[str, datetime]:
    """Moments of the acts that must have happened; the old ledger names discovery and visit, nothing between."""
    events = {"lead.register": found, "lead.dispatch": found}
    if state is not LeadState.DISPATCHED:
        events["lead.receive"] = found
    if verified is not None and state not in (LeadState.DISPATCHED, LeadState.UNDER_VERIFICATION):
        events |= {"lead.verify": verified, "lead.review_approve": verified}
    return events


def _mark(one: Checked, row: TakeOver, in_force: InForce, now: datetime) -> dict[str, Any]:
    parsed, state = _told(one)
    claim = parsed.claim
    words = {slug: parsed.text(slug) for slug in KEPT_WORDS if parsed.text(slug)}
    mark = {
        "take_over": str(row.id),
        "file": row.sha256,
        "file_name": row.file_name,
        "sheet": one.sheet,
        "row": one.row_no,
        "number": parsed.text("number"),
        "state": OLD_STATE_LABELS[state],
        "words": words,
        "days": {name: day.isoformat() for name, day in sorted(claim.days.items())},
        "warnings": list(one.reasons),
        "gaps": _gaps(one, in_force),
        "at": now.astimezone(in_force.zone).isoformat(timespec="minutes"),
    }
    return mark | ({"close_out_number": claim.close_out_number} if claim.close_out_number else {})


def _gaps(one: Checked, in_force: InForce) -> list[str]:
    parsed, _ = _told(one)
    plan, claim = in_force.plan, parsed.claim
    stations = {}
    for rule in plan.tracks_of(claim.category) if claim.is_case else ():
        if rule.required:
            stations[rule.track] = {s.slug: s.label for s in plan.track_defs[rule.track].stations}
    gaps = list(gaps_of(claim, stations))
    if claim.is_case:
        wanted = {"整改责任人": parsed.text("responsible"), "违法主体": parsed.text("party"), "整改方式": parsed.mode}
        gaps += [name for name, text in wanted.items() if not text]
        gaps += [] if parsed.due_on else ["完成时限（按行动结束日计）"]
        gaps += [] if parsed.subcode else ["违法情形"]
    return gaps + (["实测位置"] if one.precision else [])


def _names(parsed: Parsed) -> dict[str, str]:
    return {slug: parsed.text(slug)[:500] for slug in ("party", "responsible", "contact") if parsed.text(slug)}


def _opened(parsed: Parsed, in_force: InForce) -> datetime:
    days = parsed.claim.days
    return _at(days.get("opened") or days.get("verified") or days["discovered"], in_force)


def _day(parsed: Parsed, name: str, in_force: InForce) -> datetime | None:
    day = parsed.claim.days.get(name)
    return None if day is None else _at(day, in_force)


def _at(day: date, in_force: InForce) -> datetime:
    return datetime.combine(day, time(), tzinfo=in_force.zone)
