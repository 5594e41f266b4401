"""An act in progress (正在实施): stop notice drafted, on-site team due (二-1⑤)."""

from uuid import UUID

from qingshan.commons.journal.services import act_transaction
from qingshan.commons.people.viewer import Acting
from qingshan.contexts.campaigns.public import campaign_in_force
from qingshan.contexts.leads.models import Lead, StopNoticeDraft
from qingshan.contexts.leads.policy import is_own_unit
from qingshan.contexts.leads.services.acting import LeadAct, find_lead, set_with_due, write_entry
from qingshan.domain.acts import ActRefused
from qingshan.domain.lead import FLAG_ACTIVE_ROLES, FLAG_ACTIVE_STATES, TOWNSHIP, LeadState


def flag_active(*, lead_id: UUID, facts: str, acting: Acting) -> Lead:
    """Mark a lead as an act in progress: drafts the stop notice and starts the clock of the on-site task."""
    with act_transaction():
        lead = find_lead(lead_id, acting)
        roles = acting.viewer.roles
        if not roles & FLAG_ACTIVE_ROLES or (not roles - TOWNSHIP and not is_own_unit(acting.viewer, lead)):
            raise ActRefused("role", "您的职务不能办理此事")
        if lead.state not in FLAG_ACTIVE_STATES:
            raise ActRefused("state", "这条线索已有核查结论，不能再标记正在实施")
        if lead.active_since is not None:
            raise ActRefused("done", "这条线索已标记为正在实施")
        if not facts.strip():
            raise ActRefused("reason", "请写明看到什么正在进行（人、机械、时间）")
        now, in_force, state = acting.now(), campaign_in_force(), LeadState(lead.state)
        events = {**lead.events, "lead.flag_active": acting.claimed_at().isoformat()}
        set_with_due(lead, {"active_since": acting.claimed_at(), "events": events}, in_force, now)
        onsite = in_force.due("on_site_task", acting.claimed_at())
        if onsite.at is None:
            raise ActRefused("calendar", "现场处置时限无法计算：" + "；".join(onsite.explanation))
        StopNoticeDraft.objects.create(
            lead=lead, text=_draft(lead, facts.strip()), drafted_at=now, onsite_due_at=onsite.at
        )
        step = LeadAct(lead=lead, acting=acting, in_force=in_force, now=now, target=state)
        write_entry(step, "lead.flag_active", {"facts": facts.strip(), "onsite_due_at": onsite.at.isoformat()})
        return lead


def _draft(lead: Lead, facts: str) -> str:
    """Text of the draft: facts, basis, order (办法第15条). Party and signature are filled by hand."""
    return (
        "责令停止违法行为通知书（草稿）\n\n"
        "当事人：＿＿＿＿＿＿\n"
        f"地点：{lead.township_name}{lead.village_name}{lead.place_text}（{lead.centre.x:.6f}，{lead.centre.y:.6f}）\n"
        f"线索编号：{lead.number}\n"
        f"现场情况：{facts}\n"
        "上述行为涉嫌违反矿产资源管理法律法规。依照《自然资源行政处罚办法》第十五条，现责令你（单位）立即停止违法行为，"
        "保护现场，听候处理。\n\n"
        "（文号、日期、印章由办案人员填写）\n"
    )
