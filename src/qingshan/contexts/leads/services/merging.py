"""Merging leads (并入), separating them again, saying that two are not the same.

The merged lead keeps its row, number, sources and whatever is owed to whoever reported it; only the visit is made for
both on the main lead. A duplicate is never an excuse for no answer (三-4-3③).
"""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Q

from qingshan.commons.journal.services import act_transaction, actor_text, record_act
from qingshan.commons.people.viewer import Acting
from qingshan.contexts.campaigns.public import InForce, campaign_in_force
from qingshan.contexts.leads.likeness import likeness_of, pair_key, probe_of
from qingshan.contexts.leads.models import Lead, LeadPair
from qingshan.contexts.leads.policy import visible_leads
from qingshan.contexts.leads.services.acting import change_of, parts_moved, set_with_due
from qingshan.contexts.leads.services.joint_ending import end_joint_tasks
from qingshan.contexts.leads.services.source_duties import settle_replies
from qingshan.domain.acts import ActRefused
from qingshan.domain.lead import FLAG_ACTIVE_STATES, JOIN_ROLES, MERGE_STATES, NO_MAIN_STATES, LeadState


def merge_lead(*, lead_id: UUID, into_id: UUID, reason: str, acting: Acting, relink_from: UUID | None = None) -> Lead:
    """Merge a lead into the one that is worked on for both; returns the merged one.

    What was merged into it goes along. ``relink_from``: the main lead that it stands under now, when it is given to
    another; somebody who was quicker is told.
    """
    _may_join(acting)
    if not reason.strip():
        raise ActRefused("reason", "并入须写明理由：凭什么认定是同一处")
    if lead_id == into_id:
        raise ActRefused("same", "一条线索不能并入自己")
    with act_transaction():
        found = _locked([lead_id, into_id, *([relink_from] if relink_from else [])], acting)
        lead, main = found[lead_id], found[into_id]
        _check_main(lead, main)
        _check_merged(lead, relink_from)
        in_force, former = campaign_in_force(), found[relink_from] if relink_from else None
        followers = _followers(lead, main, acting)
        before = lead.merged_from or lead.state
        _set_merged(lead, main, before, in_force, acting)
        for one in followers:
            _set_merged(one, main, one.merged_from, in_force, acting)
        told = {
            "into": str(main.id), "into_number": main.number, "reason": reason.strip(), "state_before": before,
            "former": former.number if former else "",
        }  # fmt: skip
        taken = [one.number for one in (lead, *followers)]
        ended = end_joint_tasks(lead, acting, f"已并入 {main.number}")
        changes = [change_of(lead, in_force, {**told, **ended})]
        changes += [change_of(one, in_force, told) for one in followers]
        changes.append(change_of(main, in_force, {"taken_in": taken, "reason": reason.strip()}))
        if former is not None:
            changes.append(change_of(former, in_force, {"given_up": taken, "to": main.number}))
        record_act(act="lead.merge", acting=acting, changes=changes)
        _decide(lead, main, "merged", acting)
        parts_moved(lead, in_force, acting)
        settle_replies(main, in_force)
        return lead


def _set_merged(lead: Lead, main: Lead, before: str, in_force: InForce, acting: Acting) -> None:
    events = {**lead.events, "lead.merge": acting.claimed_at().isoformat()}
    now = acting.now()
    changes = {
        "state": LeadState.MERGED.value, "state_since": now, "merged_into": main, "merged_from": before,
        "events": events,
    }  # fmt: skip
    set_with_due(lead, changes, in_force, now)


def separate_lead(*, lead_id: UUID, reason: str, acting: Acting, merged_into: UUID | None = None) -> Lead:
    """Undo a merge: the lead goes on where it stood, with its own clock; the pair counts as told apart.

    ``merged_into``: the main lead that the person saw.
    """
    _may_join(acting)
    if not reason.strip():
        raise ActRefused("reason", "撤销并入须写明理由")
    with act_transaction():
        lead, main = _with_main(lead_id, merged_into, acting)
        in_force, now = campaign_in_force(), acting.now()
        events = {name: at for name, at in lead.events.items() if name != "lead.merge"}
        back = {
            "state": lead.merged_from, "state_since": now, "merged_into": None, "merged_from": "",
            "events": {**events, "lead.separate": acting.claimed_at().isoformat()},
        }  # fmt: skip
        set_with_due(lead, back, in_force, now)
        told = {"from": main.number, "reason": reason.strip(), "state": lead.state}
        given_up = {"given_up": [lead.number], "reason": reason.strip()}
        changes = [change_of(lead, in_force, told), change_of(main, in_force, given_up)]
        record_act(act="lead.separate", acting=acting, changes=changes)
        _decide(lead, main, "distinct", acting)
        parts_moved(lead, in_force, acting)
        settle_replies(lead, in_force)
        return lead


def _with_main(lead_id: UUID, seen: UUID | None, acting: Acting) -> tuple[Lead, Lead]:
    """A merged lead and its main lead (``seen`` by the person), both locked: the entries repeat what stands there."""
    known = visible_leads(acting.viewer).filter(id=lead_id).values_list("merged_into_id", flat=True).first()
    found = _locked([lead_id, *([known] if known else [])], acting)
    lead = found[lead_id]
    if lead.merged_into is None:
        raise ActRefused("state", "这条线索没有并入别的线索，请刷新后再看")
    if lead.merged_into_id != known or (seen is not None and seen != known):
        raise ActRefused("race", f"此线索刚被他人改为并入 {lead.merged_into.number}，请刷新后再看")
    return lead, found[lead.merged_into.id]


def tell_apart(*, lead_id: UUID, other_id: UUID, reason: str, acting: Acting) -> Lead:
    """Say that two leads are not about the same thing; the pair is not suggested again."""
    _may_join(acting)
    with act_transaction():
        found = _locked([lead_id, other_id], acting)
        if lead_id == other_id:
            raise ActRefused("same", "请选两条不同的线索")
        lead, other = found[lead_id], found[other_id]
        if other.id == lead.merged_into_id or lead.id == other.merged_into_id:
            raise ActRefused("state", "两条线索已经合并：不是同一处的，请办理撤销并入")
        if LeadPair.objects.filter(_pair(lead.id, other.id), state="distinct").exists():
            raise ActRefused("done", "已有人认定这两条不是同一处")
        in_force = campaign_in_force()
        changes = [
            change_of(one, in_force, {"other": another.number, "reason": reason.strip()})
            for one, another in ((lead, other), (other, lead))
        ]
        record_act(act="lead.distinct", acting=acting, changes=changes)
        _decide(lead, other, "distinct", acting)
        return lead


def _may_join(acting: Acting) -> None:
    if not acting.viewer.roles & JOIN_ROLES:
        raise ActRefused("role", "并入、拆分由县自然资源部门或专班办公室办理")


def _locked(ids: Sequence[UUID], acting: Acting) -> dict[UUID, Lead]:
    """These leads, locked in the order of their ids: whoever comes from the other side waits, then sees what is new."""
    wanted = set(ids)
    rows = visible_leads(acting.viewer).filter(id__in=wanted).order_by("id").select_for_update(of=("self",))
    found = {lead.id: lead for lead in rows.select_related("unit", "merged_into__unit")}
    if wanted - found.keys():
        raise ActRefused("not_found", "没有这条线索，或它不在您的辖区内")
    return found


def _check_main(lead: Lead, main: Lead) -> None:
    """Whether ``main`` can stand for ``lead``."""
    if LeadState(main.state) in NO_MAIN_STATES:
        gone = main.merged_into.number if main.merged_into else "其子图斑"
        raise ActRefused("state", f"{main.number} 已并入或已拆分，不能再接收并入：请并入 {gone}")
    if main.verdict == "unfounded" and main.verified_at is not None and main.verified_at < lead.discovered_at:
        raise ActRefused(
            "state", f"{main.number} 查否时的到场时间早于本线索的发现时间：之后的举报要重新到现场核查，不能并入"
        )
    if lead.active_since and not main.active_since and LeadState(main.state) in FLAG_ACTIVE_STATES:
        raise ActRefused("state", f"本线索已标记正在实施：请先把 {main.number} 标记为正在实施，再并入")


def _check_merged(lead: Lead, relink_from: UUID | None) -> None:
    """Whether ``lead`` can be merged now, and stands where the person saw it."""
    if lead.merged_into_id != relink_from:
        now = f"已并入 {lead.merged_into.number}" if lead.merged_into else "已撤销并入"
        raise ActRefused("race", f"此线索刚被他人办理：{now}，请刷新后再看")
    if relink_from is None and LeadState(lead.state) not in MERGE_STATES:
        raise ActRefused("state", "已提交核查或已有结论的线索不能并入别处：请反过来，把另一条并入本线索，或先审核")


def _followers(lead: Lead, main: Lead, acting: Acting) -> list[Lead]:
    """Leads merged into ``lead``, locked; they follow it."""
    rows = visible_leads(acting.viewer).filter(merged_into=lead).order_by("id")
    found = list(rows.select_related("unit").select_for_update(of=("self",)))
    if any(one.id == main.id for one in found):
        raise ActRefused("state", f"{main.number} 已并入本线索：请先撤销并入")
    return found


def _pair(one: UUID, other: UUID) -> Q:
    later, earlier = pair_key(one, other)
    return Q(lead_id=later, other_id=earlier)


def _decide(lead: Lead, other: Lead, state: str, acting: Acting) -> None:
    """Remember what was said of a pair, whether it was suggested or not."""
    later, earlier = pair_key(lead.id, other.id)
    said = {"state": state, "decided_at": acting.now(), "decided_by": actor_text(acting)}
    if LeadPair.objects.filter(lead_id=later, other_id=earlier).update(**said):
        return
    alike = likeness_of(probe_of(lead), other, campaign_in_force())
    LeadPair.objects.create(
        lead_id=later,
        other_id=earlier,
        score=alike.score if alike else 0,
        reasons=list(alike.reasons) if alike else [],
        found_at=acting.now(),
        **said,
    )
