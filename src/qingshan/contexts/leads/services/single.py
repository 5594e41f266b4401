"""Registering one lead by hand (单条登记): the same pool, the same states, the same clocks as a batch (三-1-2②a)."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

import shapely

from qingshan.commons.base.ids import new_id
from qingshan.commons.base.once import claim_once
from qingshan.commons.base.prepared import Prepared
from qingshan.commons.journal.services import act_transaction, actor_text, record_act
from qingshan.commons.people.viewer import Acting
from qingshan.contexts.campaigns.public import InForce, campaign_in_force
from qingshan.contexts.leads.deadlines import next_due
from qingshan.contexts.leads.models import Lead
from qingshan.contexts.leads.policy import lies_in_scope
from qingshan.contexts.leads.services.acting import change_of
from qingshan.contexts.leads.services.placing import gazetteer_of
from qingshan.contexts.leads.services.registering import (
    Fresh,
    Place,
    build_leads,
    campaign_id_for,
    number_for,
    store_lead,
)
from qingshan.contexts.leads.services.sources import build_source, store_source
from qingshan.domain.acts import ActRefused
from qingshan.domain.lead import FORM_ROLES
from qingshan.domain.plan import Channel
from qingshan.domain.sources import SourceForm, may_register, privacy_gaps, source_gaps

OWN_HAND_OVER = frozenset({"department_officer", "department_leader", "police"})
"""Roles that hand over what their own unit found: its name stands as the origin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadForm:
    """A lead as typed: position in degrees (CGCS2000), where, what, from which channel, found when.

    ``origin`` 来源单位, ``dated`` 来件日期. ``precision``: "village" or "township" where the position is only the
    middle of that place.
    """

    channel: str
    lon: float | None
    lat: float | None
    place_text: str
    description: str
    source_no: str
    discovered_at: datetime | None
    origin: str = ""
    dated: date | None = None
    precision: str = ""


def register_lead(*, form: LeadForm, acting: Acting, lead_id: UUID | None = None) -> Lead:
    """Register and dispatch one lead. The same number of the same channel is refused with the lead it stands on.

    Who may enter which channel is the plan's. ``lead_id`` is the id that the form brought: the same form handed in
    twice makes one lead. A unit that enters a lead elsewhere goes on seeing it.
    """
    if not acting.viewer.roles & FORM_ROLES:
        raise ActRefused("role", "您的职务不能登记线索")
    in_force = campaign_in_force()
    channel = _channel(form, in_force, acting)
    form = _with_origin(form, acting)
    _check(form, channel, in_force, acting.now())
    with act_transaction():
        if lead_id is not None and not _first_time(lead_id, form, acting):
            return Lead.objects.select_related("unit").get(id=lead_id)
        if form.lon is None or form.lat is None or form.discovered_at is None:
            raise ActRefused("incomplete", "线索还不能登记", ("位置或发现时间未填",))
        point = shapely.Point(form.lon, form.lat)
        place = gazetteer_of(in_force).place_many([point])[0]
        if isinstance(place, str):
            raise ActRefused("place", place)
        lead = _build(form, point, place, in_force, acting)
        lead.id = lead_id or lead.id
        source = build_source(lead=lead, form=_source_form(form), in_force=in_force, acting=acting)
        lead.number = number_for(in_force, acting.now())  # as late as can be: from here others wait for their numbers
        store_lead(lead)
        store_source(source)
        _DISPATCH.rows(new_id(), lead.id, place.unit.id, acting.now(), actor_text(acting))
        details = {"description": lead.description, "dispatched_to": place.unit.name, "border": place.border}
        if form.origin:
            details["origin"] = form.origin
        change = replace(change_of(lead, in_force, details), fresh=True)
        record_act(act="lead.register", acting=acting, changes=[change])
        return lead


def _channel(form: LeadForm, in_force: InForce, acting: Acting) -> Channel | None:
    """The chosen channel, None while none is chosen; refuses one that this post does not enter."""
    found = next((c for c in in_force.plan.channels if c.slug == form.channel), None)
    if found is not None and not may_register(found, acting.viewer.roles):
        raise ActRefused("role", f"您的职务不登记“{found.label}”线索")
    return found


def _with_origin(form: LeadForm, acting: Acting) -> LeadForm:
    """A unit that hands over its own finding need not type its name."""
    if form.origin.strip() or acting.viewer.roles.isdisjoint(OWN_HAND_OVER):
        return replace(form, origin=form.origin.strip())
    return replace(form, origin=acting.viewer.unit_name)


def _build(form: LeadForm, point: shapely.Point, place: Place, in_force: InForce, acting: Acting) -> Lead:
    """The unsaved lead, given to the unit of its place."""
    if form.discovered_at is None:
        raise LookupError("checked before")
    fresh = Fresh(
        channel=form.channel,
        geometry=point,
        place=place,
        discovered_at=form.discovered_at,
        source_no=form.source_no.strip(),
        description=form.description.strip(),
        place_text=form.place_text.strip(),
    )
    [lead] = build_leads(
        fresh=[fresh],
        numbers=[""],
        state="dispatched",
        now=acting.now(),
        claimed_at=acting.claimed_at(),
        due_at=None,
        in_force=in_force,
        campaign_id=campaign_id_for(in_force, form.discovered_at),
    )
    lead.precision = form.precision
    viewer = acting.viewer
    if viewer.party_id is not None and not lies_in_scope(viewer, division=lead.division, unit_id=place.unit.id):
        lead.parties = [viewer.party_id]
    lead.due_at = next_due(lead, in_force, acting.now())
    return lead


def _source_form(form: LeadForm) -> SourceForm:
    return SourceForm(channel=form.channel, source_no=form.source_no, origin=form.origin, dated=form.dated)


def _first_time(lead_id: UUID, form: LeadForm, acting: Acting) -> bool:
    """Whether this form was not handed in before; refuses other content under the same id."""
    content = {
        "channel": form.channel,
        "position": f"{form.lon:.8f},{form.lat:.8f}" if form.lon is not None and form.lat is not None else "",
        "place_text": form.place_text.strip(),
        "description": form.description.strip(),
        "source_no": form.source_no.strip(),
        "discovered_at": form.discovered_at.isoformat() if form.discovered_at else "",
    }
    more = {
        "origin": form.origin,
        "dated": form.dated.isoformat() if form.dated else "",
        "precision": form.precision,
    }
    content |= {name: value for name, value in more.items() if value}
    return claim_once(
        key=lead_id, purpose="lead", content=content, account_id=acting.viewer.account_id, now=acting.now()
    )


def _check(form: LeadForm, channel: Channel | None, in_force: InForce, now: datetime) -> None:
    missing = []
    if channel is None:
        missing.append("未选线索渠道")
    if form.lon is None or form.lat is None:
        missing.append("位置未填：请在图上点选或填经度、纬度")
    if not form.description.strip():
        missing.append("线索内容未填：请写明看到或听到什么")
    if form.discovered_at is None:
        missing.append("发现时间未填")
    elif form.discovered_at > now:
        missing.append("发现时间晚于现在：请核对日期")
    if channel is not None:
        missing += source_gaps(channel, _source_form(form), now.astimezone(in_force.zone).date())
        missing += privacy_gaps(channel, (form.description, form.place_text, form.origin))
    if missing:
        raise ActRefused("incomplete", "线索还不能登记", tuple(missing))


_DISPATCH = Prepared(
    "leads_store_dispatch",
    ["uuid", "uuid", "uuid", "timestamptz", "text"],
    "INSERT INTO leads_dispatch (id, lead_id, unit_id, dispatched_at, dispatched_by, received_by, return_reason)"
    " VALUES ($1, $2, $3, $4, $5, '', '')",
)
