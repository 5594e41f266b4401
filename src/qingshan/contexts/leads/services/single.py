"""Registering one lead by hand (单条登记): the same pool, the same states, the same clocks as a batch (三-1-2②a)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import shapely

from qingshan.commons.base.ids import new_id
from qingshan.commons.base.once import claim_once
from qingshan.commons.base.prepared import Prepared
from qingshan.commons.journal.services import act_transaction, actor_text, record_act
from qingshan.commons.people.viewer import Acting
from qingshan.contexts.campaigns.public import campaign_in_force
from qingshan.contexts.leads.deadlines import next_due
from qingshan.contexts.leads.models import Lead, Source
from qingshan.contexts.leads.services.acting import change_of
from qingshan.contexts.leads.services.placing import gazetteer_of
from qingshan.contexts.leads.services.registering import Fresh, build_leads, campaign_id_for, number_for
from qingshan.domain.acts import ActRefused
from qingshan.domain.lead import REGISTER_ROLES


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadForm:
    """A lead as typed: position in degrees (CGCS2000), where, what, from which channel, found when."""

    channel: str
    lon: float | None
    lat: float | None
    place_text: str
    description: str
    source_no: str
    discovered_at: datetime | None


def register_lead(*, form: LeadForm, acting: Acting, lead_id: UUID | None = None) -> Lead:
    """Register and dispatch one lead. The same number of the same channel is refused with the lead it stands on.

    ``lead_id`` is the id that the form brought: the same form handed in twice makes one lead.
    """
    if not acting.viewer.roles & REGISTER_ROLES:
        raise ActRefused("role", "您的职务不能登记线索")
    in_force = campaign_in_force()
    _check(form, {c.slug for c in in_force.plan.channels}, acting.now())
    with act_transaction():
        if lead_id is not None and not _first_time(lead_id, form, acting):
            return Lead.objects.select_related("unit").get(id=lead_id)
        if form.lon is None or form.lat is None or form.discovered_at is None:
            raise ActRefused("incomplete", "线索还不能登记", ("位置或发现时间未填",))
        point = shapely.Point(form.lon, form.lat)
        place = gazetteer_of(in_force).place_many([point])[0]
        if isinstance(place, str):
            raise ActRefused("place", place)
        now = acting.now()
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
            now=now,
            claimed_at=acting.claimed_at(),
            due_at=None,
            in_force=in_force,
            campaign_id=campaign_id_for(in_force, form.discovered_at),
        )
        lead.id = lead_id or lead.id
        lead.due_at = next_due(lead, in_force, now)
        lead.number = number_for(in_force, now)  # as late as can be: from here others wait for their numbers
        lead.save(force_insert=True)
        _store_source(lead)
        _DISPATCH.rows(new_id(), lead.id, place.unit.id, now, actor_text(acting))
        details = {"description": lead.description, "dispatched_to": place.unit.name, "border": place.border}
        record_act(act="lead.register", acting=acting, changes=[change_of(lead, in_force, details)])
        return lead


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
    return claim_once(
        key=lead_id, purpose="lead", content=content, account_id=acting.viewer.account_id, now=acting.now()
    )


def _check(form: LeadForm, channels: set[str], now: datetime) -> None:
    missing = []
    if form.channel not in channels:
        missing.append("未选线索渠道")
    if form.lon is None or form.lat is None:
        missing.append("位置未填：请在图上点选或填经度、纬度")
    if not form.description.strip():
        missing.append("线索内容未填：请写明看到或听到什么")
    if form.discovered_at is None:
        missing.append("发现时间未填")
    elif form.discovered_at > now:
        missing.append("发现时间晚于现在：请核对日期")
    if missing:
        raise ActRefused("incomplete", "线索还不能登记", tuple(missing))


def _source_key(lead: Lead) -> str:
    return f"no:{lead.source_no}"


_DISPATCH = Prepared(
    "leads_store_dispatch",
    ["uuid", "uuid", "uuid", "timestamptz", "text"],
    "INSERT INTO leads_dispatch (id, lead_id, unit_id, dispatched_at, dispatched_by, received_by, return_reason)"
    " VALUES ($1, $2, $3, $4, $5, '', '')",
)
_SOURCE = Prepared(
    "leads_store_source",
    ["uuid", "uuid", "text", "text"],
    "INSERT INTO leads_source (id, lead_id, channel, key, geometry_digest) VALUES ($1, $2, $3, $4, '')"
    " ON CONFLICT DO NOTHING RETURNING id",
)


def _store_source(lead: Lead) -> None:
    """Keep where the lead came from; refuse a number of this channel that stands on a lead already."""
    if not lead.source_no or _SOURCE.rows(new_id(), lead.id, lead.channel, _source_key(lead)):
        return
    same = Source.objects.filter(channel=lead.channel, key=_source_key(lead))
    known = same.values_list("lead__number", flat=True).first()
    if known is None:
        raise ActRefused("duplicate", f"该渠道的编号 {lead.source_no} 刚被他人登记，请刷新后再看")
    raise ActRefused("duplicate", f"该渠道的编号 {lead.source_no} 已登记为线索 {known}")
