"""A call taken down at the desk (来电登记): a lead of its own or a further source of one, and who called."""

from dataclasses import dataclass
from uuid import UUID

from qingshan.commons.base.once import claim_once
from qingshan.commons.base.scope import widened_to_system
from qingshan.commons.journal.custody import CannotOpen, open_values, seal_values
from qingshan.commons.journal.services import act_transaction, actor_text
from qingshan.commons.people.viewer import Acting
from qingshan.contexts.campaigns.public import campaign_in_force
from qingshan.contexts.leads.models import Informant, Lead, Source
from qingshan.contexts.leads.policy import lies_in_scope, may_flag_active
from qingshan.contexts.leads.services.acting import LeadAct, write_entry
from qingshan.contexts.leads.services.call_drafts import drop_call_draft
from qingshan.contexts.leads.services.desk import seeing_county
from qingshan.contexts.leads.services.single import LeadForm, register_lead
from qingshan.contexts.leads.services.sources import add_source, channel_of
from qingshan.contexts.leads.services.urgency import flag_active
from qingshan.domain.acts import ActRefused
from qingshan.domain.lead import LeadState
from qingshan.domain.sources import SourceForm

LONGEST, LONGEST_NOTE = 60, 500
"""Characters of a name or number, and of what a further source says."""
CUSTODIANS = frozenset({"custodian"})
OPENERS = CUSTODIANS | {"hotline_desk", "bureau_officer", "bureau_leader", "taskforce_office"}
"""Who may ask for the name behind a source: its custodian; others only for what they took down themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallForm:
    """A call as typed: the lead, whether it happens now, who called ("" unknown), and which lead it only adds to."""

    lead: LeadForm
    active: bool = False
    name: str = ""
    phone: str = ""
    joins: UUID | None = None


def take_call(*, form: CallForm, call_id: UUID, acting: Acting) -> Source:
    """Register a call, once however often it is sent; returns its source with the lead and the answer's due moment.

    Who called is sealed apart: neither lead nor journal nor draft know it. A call about a lead that stands becomes a
    further source of it with an answer of its own (三-4-3③); the desk then sees that lead.
    """
    _check_caller(form)
    with act_transaction():
        if form.joins is None:
            lead = register_lead(form=form.lead, acting=acting, lead_id=call_id)
            source = Source.objects.select_related("lead__unit").filter(lead=lead).order_by("came_at", "id")[0]
        else:
            source = _join(form, form.joins, call_id, acting)
            lead = source.lead
        _keep_caller(form, source, acting)
        if form.active and may_flag_active(acting.viewer, lead):
            flag_active(lead_id=lead.id, facts=form.lead.description, acting=acting)
        drop_call_draft(acting=acting)
        return source


def _check_caller(form: CallForm) -> None:
    name, phone = form.name.strip(), form.phone.strip()
    gaps = []
    if len(name) > LONGEST or len(phone) > LONGEST:
        gaps.append(f"举报人姓名、电话最长 {LONGEST} 字")
    texts = (form.lead.description, form.lead.place_text, form.lead.origin)
    said = [what for what in (name, phone) if len(what) > 1 and any(what in text for text in texts)]
    if said:
        gaps.append("来电内容或位置里写了举报人的姓名或电话：各级承办人都能看到，请从那里删去")
    if gaps:
        raise ActRefused("incomplete", "还不能登记", tuple(gaps))


def _join(form: CallForm, lead_id: UUID, call_id: UUID, acting: Acting) -> Source:
    """A further source of a lead that stands, once."""
    with seeing_county(acting.viewer) as wide:
        lead = Lead.objects.filter(id=lead_id).first()
        if lead is None or not lies_in_scope(wide, division=lead.division, unit_id=lead.unit_id):
            raise ActRefused("not_found", "没有这条线索，请重新选择或另登记一条")
    said = form.lead
    content = {"joins": str(lead_id), "channel": said.channel, "no": said.source_no, "note": said.description}
    if not claim_once(
        key=call_id, purpose="call", content=content, account_id=acting.viewer.account_id, now=acting.now()
    ):
        return Source.objects.select_related("lead__unit").get(id=call_id)
    source = SourceForm(channel=said.channel, source_no=said.source_no, origin=said.origin, dated=said.dated)
    note = "，".join(text.strip() for text in (said.place_text, said.description) if text.strip())
    if not said.description.strip():
        raise ActRefused("incomplete", "还不能登记", ("来电内容未填",))
    if len(note) > LONGEST_NOTE:
        raise ActRefused("incomplete", "还不能登记", (f"来电内容过长：增记来源时最多 {LONGEST_NOTE} 字",))
    with widened_to_system():
        _let_in(lead, acting)
        return add_source(lead_id=lead_id, form=source, note=note, acting=acting, source_id=call_id)


def _let_in(lead: Lead, acting: Acting) -> None:
    """The desk becomes a party of the lead, so that it can answer its own source."""
    viewer = acting.viewer
    if viewer.party_id is None or lies_in_scope(viewer, division=lead.division, unit_id=lead.unit_id):
        return
    if viewer.party_id not in lead.parties:
        Lead.objects.filter(id=lead.id).update(parties=[*lead.parties, viewer.party_id])


def _keep_caller(form: CallForm, source: Source, acting: Acting) -> None:
    name, phone, account = form.name.strip(), form.phone.strip(), acting.viewer.account_id
    if not (name or phone) or account is None or Informant.objects.filter(source=source).exists():
        return
    sealed = seal_values(source.id, {"name": name, "phone": phone})
    Informant.objects.create(
        source=source,
        account_id=account,
        wrapped=sealed.wrapped,
        content=sealed.content,
        algorithm=sealed.algorithm,
        kept_at=acting.now(),
        kept_by=actor_text(acting),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who called, as it was sealed."""

    name: str
    phone: str


def open_informant(*, source_id: UUID, reason: str, acting: Acting) -> Caller:
    """Open the seal, for a custodian or whoever took the call; who looked and why stands in the journal (三-4-3③)."""
    viewer = acting.viewer
    account = viewer.account_id
    if viewer.roles.isdisjoint(OPENERS) or account is None:
        raise ActRefused("role", "举报人信息由保管岗查看")
    if not reason.strip():
        raise ActRefused("reason", "查看举报人信息须写明理由")
    with act_transaction(), widened_to_system():
        rows = Informant.objects.filter(source_id=source_id).select_related("source__lead__unit")
        if viewer.roles.isdisjoint(CUSTODIANS):
            rows = rows.filter(account_id=account)
        kept = rows.first()
        if kept is None:
            raise ActRefused("not_found", "这个来源没有留下联系方式，或不由您保管")
        try:
            values = open_values(source_id, wrapped=bytes(kept.wrapped), content=bytes(kept.content))
        except CannotOpen as fault:
            raise ActRefused("sealed", str(fault)) from fault
        in_force, lead = campaign_in_force(), kept.source.lead
        step = LeadAct(lead=lead, acting=acting, in_force=in_force, now=acting.now(), target=LeadState(lead.state))
        channel = channel_of(in_force, kept.source.channel).label
        write_entry(step, "lead.open_informant", {"channel": channel, "reason": reason.strip()[:500]})
        return Caller(name=values.get("name", ""), phone=values.get("phone", ""))


def informants_kept(*, acting: Acting, number: str = "", limit: int = 50) -> list[Informant]:
    """For custodians: of which sources a caller is known, the newest first; never who."""
    if acting.viewer.roles.isdisjoint(CUSTODIANS):
        raise ActRefused("role", "举报人信息由保管岗查看")
    with widened_to_system():
        rows = Informant.objects.select_related("source__lead").defer("wrapped", "content")
        if number:
            rows = rows.filter(source__lead__number=number)
        return list(rows.order_by("-id")[:limit])


__all__ = ["CallForm", "Caller", "informants_kept", "open_informant", "take_call"]
