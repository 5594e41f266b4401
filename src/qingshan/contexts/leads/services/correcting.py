"""Corrections (更正): a wrong entry is put right by a second act with a reason; the old value stays in the journal."""

from collections.abc import Mapping
from uuid import UUID

from django.db import IntegrityError, transaction

from qingshan.commons.journal.services import act_transaction
from qingshan.commons.people.viewer import Acting
from qingshan.contexts.campaigns.public import campaign_in_force
from qingshan.contexts.leads.models import Lead, Source
from qingshan.contexts.leads.services.acting import LeadAct, compare_and_set, find_lead, write_entry
from qingshan.domain.acts import ActRefused
from qingshan.domain.lead import CORRECT_ROLES, VERIFIED_STATES, LeadState

FIELDS = {"place_text": "地点描述", "description": "线索内容", "source_no": "来源编号"}


def correct_lead(*, lead_id: UUID, values: Mapping[str, str], reason: str, acting: Acting) -> Lead:
    """Correct texts of a lead. After a verdict a leader has to do it (决定21: approval where a gate was passed)."""
    with act_transaction():
        lead = find_lead(lead_id, acting)
        roles = acting.viewer.roles
        if not roles & CORRECT_ROLES:
            raise ActRefused("role", "更正由县自然资源部门办理")
        state = LeadState(lead.state)
        if state in VERIFIED_STATES and "bureau_leader" not in roles:
            raise ActRefused("role", "已有核查结论的线索，更正须由分管领导办理")
        if not reason.strip():
            raise ActRefused("reason", "更正须写明理由")
        changed = {
            name: [getattr(lead, name), value.strip()]
            for name, value in values.items()
            if name in FIELDS and value.strip() != getattr(lead, name)
        }
        if not changed:
            raise ActRefused("nothing", "没有改动任何内容")
        if "source_no" in changed:
            _move_source(lead, *changed["source_no"])
        compare_and_set(lead, {name: new for name, (_, new) in changed.items()})
        step = LeadAct(lead=lead, acting=acting, in_force=campaign_in_force(), now=acting.now(), target=state)
        write_entry(step, "lead.correct", {"reason": reason.strip(), "changed": changed})
        return lead


def _move_source(lead: Lead, former: str, number: str) -> None:
    """Let the source follow its corrected number; a number that the channel knows already is refused.

    Only the source that carries the former number moves (of one without a number, its own first source); one known by
    its outline stays known by it.
    """
    own = Source.objects.filter(lead=lead, channel=lead.channel)
    own = own.filter(key=f"no:{former}") if former else own.exclude(key__startswith="no:")
    source = own.order_by("id").first()
    if source is None:
        return
    key = source.key
    if not key.startswith(("geom:", "file:")):
        key = f"no:{number}" if number else f"own:{source.id}"
    others = Source.objects.filter(channel=lead.channel, key=f"no:{number}").exclude(id=source.id)
    holder = others.values_list("lead__number", flat=True).first() if number else None
    if holder is not None:
        raise ActRefused("duplicate", f"该渠道的编号 {number} 已登记为线索 {holder}")
    try:
        with transaction.atomic():
            Source.objects.filter(id=source.id).update(key=key, number=number)
    except IntegrityError:
        raise ActRefused("duplicate", f"该渠道的编号 {number} 刚被他人登记，请刷新后再看") from None
