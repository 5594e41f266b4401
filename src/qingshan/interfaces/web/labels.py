"""Words and marks for stored slugs: states, verdicts, acts, roles, categories.

A state is told by its word and by the shape of its mark first, by colour second; red is kept for overdue and refused.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

Text = str | Promise


class UnknownLabel(LookupError):
    """No word is known for this slug: a new state must get its label here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """Word, mark (symbol of the icon sprite) and tone (``plain work wait yes done refused``) of one slug."""

    text: Text
    mark: str = "mark-open"
    tone: str = "plain"


def _label(text: Text, mark: str = "mark-open", tone: str = "plain") -> Label:
    return Label(text=text, mark=mark, tone=tone)


CATEGORIES: dict[str, Text] = {
    "unlicensed": _("无证"),
    "licensed_pit": _("持证露天"),
    "project_cover": _("以工程建设为名"),
}

STATES: dict[str, dict[str, Label]] = {
    "lead": {
        "received": _label(_("待分派"), "mark-open", "wait"),
        "dispatched": _label(_("待签收"), "mark-open", "wait"),
        "under_verification": _label(_("核查中"), "mark-half", "work"),
        "returned": _label(_("已退回"), "mark-back", "wait"),
        "in_review": _label(_("待审核"), "mark-square", "wait"),
        "substantiated": _label(_("查实"), "mark-diamond", "yes"),
        "county_recheck": _label(_("待县级复核"), "mark-square", "work"),
        "city_recheck": _label(_("待市级复核"), "mark-squares", "work"),
        "inconclusive": _label(_("存疑"), "mark-triangle", "wait"),
        "archived": _label(_("已归档"), "mark-dash"),
        "merged": _label(_("已并入"), "mark-dash"),
        "split": _label(_("拆分办理"), "mark-half", "work"),
        "split_settled": _label(_("拆分办结"), "mark-done", "done"),
        "transferred": _label(_("移送待回执"), "mark-half", "wait"),
        "handed_over": _label(_("外县已接收"), "mark-dash"),
    },
    "case": {
        "open": _label(_("办理中"), "mark-half", "work"),
        "accepted": _label(_("已县级验收"), "mark-square", "work"),
        "reported": _label(_("已报市核查"), "mark-squares", "work"),
        "city_passed": _label(_("市核查通过"), "mark-full", "yes"),
        "closed": _label(_("已销号"), "mark-done", "done"),
        "closed_before": _label(_("接管前销号"), "mark-dash", "wait"),
    },
    "joint": {
        "asked": _label(_("待签收"), "mark-open", "wait"),
        "received": _label(_("协办中"), "mark-half", "work"),
        "answered": _label(_("已出意见"), "mark-full", "yes"),
        "returned": _label(_("已退回"), "mark-back", "wait"),
        "waived": _label(_("免予协办"), "mark-dash"),
        "ended": _label(_("已终止"), "mark-dash"),
    },
    "assignment": {
        "open": _label(_("办理中"), "mark-half", "work"),
        "done": _label(_("已办结"), "mark-done", "done"),
        "withdrawn": _label(_("已撤回"), "mark-dash"),
    },
    "assignment_line": {
        "sent": _label(_("待签收"), "mark-open", "wait"),
        "received": _label(_("待反馈"), "mark-half", "work"),
        "replied": _label(_("待审核"), "mark-square", "wait"),
        "sent_back": _label(_("退回重报"), "mark-back", "wait"),
        "accepted": _label(_("已办结"), "mark-done", "done"),
        "withdrawn": _label(_("已撤回"), "mark-dash"),
        "transferred": _label(_("已转办"), "mark-dash"),
    },
    "verdict": {
        "substantiated": _label(_("查实"), "mark-diamond", "yes"),
        "unfounded": _label(_("查否"), "mark-dash"),
        "inconclusive": _label(_("存疑"), "mark-triangle", "wait"),
    },
    "recheck": {
        "confirmed": _label(_("维持查否"), "mark-dash"),
        "overturned": _label(_("推翻，改为查实"), "mark-diamond", "yes"),
    },
    "city_check": {
        "pass": _label(_("通过"), "mark-done", "done"),
        "fail": _label(_("不通过，退回整改"), "mark-cross", "refused"),
    },
    "job": {
        "waiting": _label(_("排队中"), "mark-open", "wait"),
        "running": _label(_("进行中"), "mark-half", "work"),
        "done": _label(_("已完成"), "mark-done", "done"),
        "failed": _label(_("未完成"), "mark-cross", "refused"),
    },
    "item": {
        "waiting": _label(_("待办理"), "mark-open", "wait"),
        "done": _label(_("已办理"), "mark-done", "done"),
        "refused": _label(_("未办"), "mark-cross", "refused"),
    },
    "row": {
        "accepted": _label(_("已接收"), "mark-done", "done"),
        "duplicate": _label(_("重复"), "mark-dash"),
        "rejected": _label(_("拒收"), "mark-cross", "refused"),
    },
    "roster": {
        "new": _label(_("新开"), "mark-done", "done"),
        "same": _label(_("已有"), "mark-dash"),
        "refused": _label(_("不办"), "mark-cross", "refused"),
    },
    "station": {
        "done": _label(_("已办"), "mark-done", "done"),
        "now": _label(_("待办"), "mark-open", "wait"),
        "next": _label(_("未到"), "mark-open"),
    },
    "gate": {
        "ok": _label(_("已通过"), "mark-done", "done"),
        "missing": _label(_("还缺"), "mark-half", "wait"),
        "waiting": _label(_("未到"), "mark-lock"),
        "refused": _label(_("未通过"), "mark-cross", "refused"),
        "clock": _label(_("时限"), "clock"),
    },
    "image_layer": {
        "reading": _label(_("读取中"), "mark-half", "work"),
        "failed": _label(_("未能读取"), "mark-cross", "refused"),
        "draft": _label(_("草稿"), "mark-open", "wait"),
        "published": _label(_("已发布"), "mark-done", "done"),
        "withdrawn": _label(_("已撤下"), "mark-dash"),
    },
    "chain": {
        "intact": _label(_("校验通过"), "mark-done", "done"),
        "broken": _label(_("校验不通过"), "mark-cross", "refused"),
        "unsealed": _label(_("待封签"), "mark-open", "wait"),
    },
}

MAP_EARLIER = _label(_("当时在办"), "mark-half", "work")
"""On a map of an earlier day: a lead that has moved on since; its state of that day is in its history."""

UNFOUNDED_REASONS: dict[str, Text] = {
    "legal": _("合法用地或合法采矿"),
    "pseudo_change": _("伪变化"),
    "not_found": _("现场未发现"),
    "other": pgettext_lazy("查否原因", "其他"),
}

DIRECTIONS: dict[str, Text] = {"from_above": _("自上而下"), "from_below": _("自下而上")}

PHOTO_DIRECTIONS: dict[str, Text] = {
    "north": _("向北"),
    "east": _("向东"),
    "south": _("向南"),
    "west": _("向西"),
    "near": _("近景"),
    "wide": _("全景"),
}

CHANNELS: dict[str, Text] = {
    "province-clue": _("省级下发线索"),
    "province-patch": _("省级下发图斑"),
    "patrol": _("日常巡查"),
    "media-opinion": _("舆情监测"),
    "public-report": _("群众举报"),
    "petition": _("信访"),
    "smart-monitoring": _("智能监测"),
    "internet-inspection": _("互联网督查"),
    "hotline-12345": _("12345 热线"),
    "gov-website": _("政府网站留言"),
    "media-exposure": _("媒体曝光"),
    "department-handover": _("部门移交"),
    "project-check": _("工程项目检查"),
    "mine-check": _("矿山检查"),
    "forest-patrol": _("护林巡查"),
    "police-notice": _("公安通报"),
    "leader-instruction": _("领导批示"),
    "city-push": _("市级交办"),
    "county-transfer": _("邻县移交"),
}

ROLES: dict[str, Text] = {
    "village_patroller": _("村级巡查员"),
    "township_officer": _("乡镇经办人"),
    "township_leader": _("乡镇负责人"),
    "bureau_officer": _("县局经办人"),
    "bureau_leader": _("县局负责人"),
    "taskforce_office": _("专班办公室"),
    "hotline_desk": _("举报受理"),
    "custodian": _("举报人信息保管"),
    "department_officer": _("部门经办人"),
    "department_leader": _("部门负责人"),
    "finance_reviewer": _("财政审核"),
    "police": _("公安"),
    "procuratorate": _("检察"),
    "court": _("法院"),
    "discipline": _("纪检监察"),
    "county_leader": _("县领导"),
    "city_reviewer": _("市级核查"),
    "province_reader": _("省级查看"),
    "system_admin": _("系统管理"),
    "rights_admin": _("权限管理"),
    "audit_admin": _("审计管理"),
}

ACTS: dict[str, Text] = {
    "lead.register": _("登记线索"),
    "lead.dispatch": _("分派"),
    "lead.receive": _("签收"),
    "lead.return": _("退回"),
    "lead.verify": _("提交实地核查"),
    "lead.review_approve": _("审核通过"),
    "lead.review_reject": _("审核退回"),
    "lead.county_recheck": _("县级复核"),
    "lead.city_recheck": _("市级复核"),
    "lead.resume": _("补充核查"),
    "lead.flag_active": _("标记正在实施"),
    "lead.open_case": _("建立台账问题"),
    "lead.correct": _("更正"),
    "lead.take_over": _("接管旧台账"),
    "lead.merge": _("并入"),
    "lead.separate": _("撤销并入"),
    "lead.distinct": _("认定不是同一处"),
    "lead.split": _("拆分图斑"),
    "lead.split_settle": _("拆分办结"),
    "lead.split_reopen": _("拆分重办"),
    "lead.outside_result": _("登记对方结论"),
    "lead.add_source": _("增记来源"),
    "lead.reply": _("答复来源"),
    "lead.waive_reply": _("免予答复"),
    "lead.enter_platform": _("登记信访平台编号"),
    "lead.sign_hand_over": _("县局签收移交"),
    "lead.open_informant": _("查看举报人信息"),
    "lead.add_pictures": _("附前后时相影像"),
    "lead.joint_ask": _("请协办"),
    "lead.joint_receive": _("协办签收"),
    "lead.joint_answer": _("协办意见"),
    "lead.joint_return": _("协办退回"),
    "lead.joint_waive": _("免予协办"),
    "lead.change_unit": _("变更牵头单位"),
    "lead.transfer_out": _("移送外县"),
    "lead.transfer_receipt": _("外县回执"),
    "lead.transfer_answer": _("外县办理结果"),
    "case.open": _("列入台账"),
    "case.track_step": _("办理节点"),
    "case.accept": _("县级验收"),
    "case.report_city": _("上报市局"),
    "case.city_check": _("市级核查"),
    "case.close_out": _("销号"),
    "case.reopen": _("重新打开"),
    "case.correct": _("更正"),
    "case.take_over": _("接管旧台账"),
    "image_layer.register": _("上传影像"),
    "image_layer.read": _("影像切片"),
    "image_layer.fail": _("影像读取失败"),
    "basis_document.attach": _("登记依据文件"),
    "basis_document.withdraw": _("撤下依据文件"),
    "image_layer.publish": _("发布影像"),
    "image_layer.withdraw": _("撤下影像"),
    "assignment.issue": _("交办"),
    "assignment.receive": _("签收"),
    "assignment.reply": _("反馈"),
    "assignment.accept": _("审核通过"),
    "assignment.send_back": _("退回重报"),
    "assignment.remind": _("催办"),
    "assignment.extend": _("延期"),
    "assignment.withdraw": _("撤回"),
    "assignment.transfer": _("转办"),
    "person.register": _("登记人员"),
    "person.appoint": _("任命"),
    "person.end_post": _("结束任职"),
    "person.transfer": _("调岗"),
    "person.substitute": _("指定代岗"),
    "person.hand_over": _("工作交接"),
    "person.open_account": _("开设账号"),
    "person.stop_account": _("停用账号"),
    "person.resume_account": _("启用账号"),
    "person.first_password": _("发放初始口令"),
    "person.unlock": _("解除锁定"),
    "person.end_session": _("退出其一台设备"),
    "person.end_sessions": _("退出其全部设备"),
    "person.drop_second_factor": _("取消第二道验证"),
    "person.take_in_roster": _("按名册批量开户"),
    "take_over.submit": _("提交接管"),
    "take_over.approve": _("批准接管"),
    "take_over.send_back": _("退回接管"),
    "take_over.finish": _("完成接管"),
    "take_over.fail": _("接管未成"),
    "template.map": _("修改模板对应"),
    "template.propose": _("提出台账模板"),
    "template.put_in_force": _("启用台账模板"),
    "template.reject": _("退回台账模板"),
}

ORDER_KINDS: dict[str, Text] = {
    "order": _("交办"),
    "leader_instruction": _("领导批示"),
    "prosecutor_suggestion": _("检察建议"),
}

ORDER_GROUPS: dict[str, Text] = {
    "units": _("全部收文单位（乡镇、经开区、县直部门）"),
    "townships": _("全部乡镇、经开区"),
    "departments": _("全部县直部门"),
    "reporting": _("全部报送单位"),
    "villages": _("全部村（居）"),
}

RETURN_KINDS: dict[str, Text] = {
    "not_in_area": _("不在本单位辖区"),
    "other_unit": _("应由其他单位办理"),
    "outside_county": _("位于外县"),
    "no_place": _("位置不明，无法到场"),
    "other": _("其他"),
}
PARTS: dict[str, Text] = {"owner": _("牵头"), "assist": _("协办"), "each": _("承办")}

WORDS: dict[str, dict[str, Text]] = {
    "order_kind": ORDER_KINDS,
    "order_group": ORDER_GROUPS,
    "part": PARTS,
    "category": CATEGORIES,
    "unfounded_reason": UNFOUNDED_REASONS,
    "return_kind": RETURN_KINDS,
    "direction": DIRECTIONS,
    "photo_direction": PHOTO_DIRECTIONS,
    "channel": CHANNELS,
    "role": ROLES,
    "act": ACTS,
}


def state_label(kind: str, slug: str) -> Label:
    """Word, mark and tone of a state; raises `UnknownLabel` for a kind or slug without one."""
    try:
        return STATES[kind][slug]
    except KeyError:
        raise UnknownLabel(f"{kind}: {slug}") from None


def word(kind: str, slug: str) -> Text:
    """Word of a slug of any kind (states included); raises `UnknownLabel` for one without."""
    if kind in STATES:
        return state_label(kind, slug).text
    try:
        return WORDS[kind][slug]
    except KeyError:
        raise UnknownLabel(f"{kind}: {slug}") from None
