"""Acts (办理行为): the closed catalogue of what can be done to a matter, and how an act is refused.

Every act writes one journal entry per matter it changes. Its name and version stand in the entry, so that a later
reader knows which rules were in force (第二条规则：一本留痕账).
"""

from dataclasses import dataclass
from enum import StrEnum


class MatterKind(StrEnum):
    """Kinds of matters (事项) that carry a journal chain."""

    LEAD = "lead"
    CASE = "case"
    ASSIGNMENT = "assignment"
    ASSIGNMENT_LINE = "assignment_line"
    IMAGE_LAYER = "image_layer"
    PERSON = "person"
    TEMPLATE = "template"
    TAKE_OVER = "take_over"
    BASIS_DOCUMENT = "basis_document"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActKind:
    """One entry of the catalogue: stored name, version of its rules, official label."""

    name: str
    version: int
    label: str


class UnknownAct(LookupError):
    """The act name is not in the catalogue."""


class ActRefused(Exception):
    """A refused act (不予办理): says why, and lists each thing that is missing.

    ``code`` is a closed slug for programs, ``message`` and ``missing`` are Chinese texts that a clerk can act on.
    """

    def __init__(self, code: str, message: str, missing: tuple[str, ...] = ()) -> None:
        """Keep the reason and the list of missing things."""
        super().__init__(message)
        self.code = code
        self.message = message
        self.missing = missing


_LABELS = {
    "lead.register": "登记线索",
    "lead.dispatch": "分派",
    "lead.receive": "签收",
    "lead.return": "退回",
    "lead.verify": "提交实地核查",
    "lead.review_approve": "审核通过",
    "lead.review_reject": "审核退回",
    "lead.county_recheck": "县级复核",
    "lead.city_recheck": "市级复核",
    "lead.resume": "补充核查",
    "lead.flag_active": "标记正在实施",
    "lead.open_case": "建立台账问题",
    "lead.correct": "更正",
    "lead.take_over": "接管旧台账",
    "lead.merge": "并入",
    "lead.separate": "撤销并入",
    "lead.distinct": "认定不是同一处",
    "lead.split": "拆分图斑",
    "lead.split_settle": "拆分办结",
    "lead.split_reopen": "拆分重办",
    "lead.outside_result": "登记对方结论",
    "lead.add_source": "增记来源",
    "lead.reply": "答复来源",
    "lead.waive_reply": "免予答复",
    "lead.enter_platform": "登记信访平台编号",
    "lead.sign_hand_over": "县局签收移交",
    "lead.open_informant": "查看举报人信息",
    "lead.add_pictures": "附前后时相影像",
    "lead.joint_ask": "请协办",
    "lead.joint_receive": "协办签收",
    "lead.joint_answer": "协办意见",
    "lead.joint_return": "协办退回",
    "lead.joint_waive": "免予协办",
    "lead.change_unit": "变更牵头单位",
    "lead.transfer_out": "移送外县",
    "lead.transfer_receipt": "外县回执",
    "lead.transfer_answer": "外县办理结果",
    "case.open": "列入台账",
    "case.track_step": "办理节点",
    "case.accept": "县级验收",
    "case.report_city": "上报市局",
    "case.city_check": "市级核查",
    "case.close_out": "销号",
    "case.reopen": "重新打开",
    "case.correct": "更正",
    "assignment.issue": "交办",
    "assignment.receive": "签收",
    "assignment.reply": "反馈",
    "assignment.accept": "审核通过",
    "assignment.send_back": "退回重报",
    "assignment.remind": "催办",
    "assignment.extend": "延期",
    "assignment.withdraw": "撤回",
    "assignment.transfer": "转办",
    "case.take_over": "接管旧台账",
    "image_layer.register": "上传影像",
    "image_layer.read": "影像切片",
    "image_layer.fail": "影像读取失败",
    "image_layer.publish": "发布影像",
    "image_layer.withdraw": "撤下影像",
    "person.register": "登记人员",
    "person.appoint": "任命",
    "person.end_post": "结束任职",
    "person.transfer": "调岗",
    "person.substitute": "指定代岗",
    "person.hand_over": "工作交接",
    "person.open_account": "开设账号",
    "person.stop_account": "停用账号",
    "person.resume_account": "启用账号",
    "person.first_password": "发放初始口令",
    "person.unlock": "解除锁定",
    "person.end_session": "退出其一台设备",
    "person.end_sessions": "退出其全部设备",
    "person.drop_second_factor": "取消第二道验证",
    "person.take_in_roster": "按名册批量开户",
    "take_over.submit": "提交接管",
    "take_over.approve": "批准接管",
    "take_over.send_back": "退回接管",
    "take_over.finish": "完成接管",
    "take_over.fail": "接管未成",
    "basis_document.attach": "登记依据文件",
    "basis_document.withdraw": "撤下依据文件",
    "template.map": "修改模板对应",
    "template.propose": "提出台账模板",
    "template.put_in_force": "启用台账模板",
    "template.reject": "退回台账模板",
}

CATALOGUE: dict[str, ActKind] = {name: ActKind(name=name, version=1, label=label) for name, label in _LABELS.items()}


def act_kind(name: str) -> ActKind:
    """Return the catalogue entry of ``name``; raises `UnknownAct` for a name that is not in it."""
    try:
        return CATALOGUE[name]
    except KeyError:
        raise UnknownAct(name) from None
