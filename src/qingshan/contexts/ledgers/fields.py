"""Fields a ledger template may ask for (台账栏目): finer than the list's own columns, each with the names forms use.

A field gives a plain value: a text, an ISO day, a number as text, or a code that the template words its own way
(查实 → 属实). Nothing here knows of workbooks.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from qingshan.contexts.ledgers.columns import (
    CLASS_LABELS,
    COLUMNS,
    REASON_LABELS,
    SQUARE_METRES_PER_MU,
    STATE_LABELS,
    Source,
)
from qingshan.domain.case import CLOSED_STATES
from qingshan.domain.lead import DIRECTION_WORDS

YES_NO = {"yes": "是", "no": "否"}
DIRECTION_LABELS = DIRECTION_WORDS
Value = Callable[[Source], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateField:
    """One field: key, label, group on the mapping page, kind (text, day, number, code), value, names, words.

    ``said``: the word of a code that the plan names, as it stands in the entry.
    """

    key: str
    label: str
    group: str
    kind: str
    value: Value
    aliases: tuple[str, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)
    said: Value | None = None


def _lead(key: str) -> Value:
    return lambda s: str(s.lead.get(key, "") or "")


def _case(key: str) -> Value:
    return lambda s: str(s.case.get(key, "") or "")


def _day(value: Value) -> Value:
    return lambda s: value(s)[:10]


def _step(track: str, station: str, name: str) -> Value:
    return lambda s: s.step(track, station, name)


def _column(key: str) -> Value:
    return next(column.text for column in COLUMNS if column.key == key)


def _extra(key: str) -> Value:
    return lambda s: str(s.case.get("extras", {}).get(key, "") or "")


def _mu(source: Source) -> str:
    text = str(source.lead.get("area_m2", "") or "")
    return f"{float(text) / SQUARE_METRES_PER_MU:.4f}" if text else ""


def _on_ledger(source: Source) -> str:
    return "yes" if source.case else "no"


def _done(track: str, station: str) -> Value:
    def value(source: Source) -> str:
        if not source.has(track):
            return ""
        return "yes" if source.done(track, station) else "no"

    return value


def _closed(source: Source) -> str:
    if not source.case:
        return ""
    return "yes" if source.case.get("state") in CLOSED_STATES else "no"


def _f(group: str, kind: str, key: str, label: str, value: Value, names: str = "", **words: Any) -> TemplateField:
    aliases = tuple(dict.fromkeys((label, *names.split())))
    return TemplateField(key=key, label=label, group=group, kind=kind, value=value, aliases=aliases, words=words)


NOTICE_NO = "停工通知书文号 责令停止文号 责令停止违法行为文号 停止通知文号 停止违法行为通知书文号 责停文号"
NOTICE_ON = "停工通知时间 责令停止日期 责令停止时间 责令停止违法行为日期 责令停止违法行为时间 停止通知日期 责停日期"
_N, _P, _V, _E, _R, _G = "编号与来源", "位置与面积", "核查", "执法办案", "整改", "验收与销号"
FIELDS: tuple[TemplateField, ...] = (
    _f(_N, "text", "case_number", "台账编号", _case("case_number"), "编号 问题编号 台账号"),
    _f(_N, "text", "lead_number", "线索编号", _lead("lead_number"), "线索号"),
    _f(_N, "text", "channel", "线索来源", _lead("channel_label"), "问题来源 来源 发现途径 线索渠道 发现方式"),
    _f(_N, "code", "direction", "发现方向", _lead("direction"), "来源方向", **DIRECTION_LABELS),
    _f(_N, "text", "source_no", "来源编号", _lead("source_no"), "图斑编号 图斑号 监测编号"),
    _f(_N, "text", "platform_no", "信访平台编号", _lead("platform_no"), "信访系统编号 信访件编号"),
    _f(_N, "day", "discovered_at", "发现日期", _day(_lead("discovered_at")), "发现时间"),
    _f(_N, "day", "received_at", "接收日期", _day(_lead("received_at")), "接收时间 发现（接收）时间 登记日期 下发时间"),
    _f(_P, "text", "township", "乡镇", _lead("township"), "乡（镇） 所在乡镇 乡镇名称 乡镇（街道）"),
    _f(_P, "text", "village", "村", _lead("village"), "行政村 所在村 村名"),
    _f(_P, "text", "division", "区划代码", _lead("division"), "行政区划代码 行政代码"),
    _f(_P, "text", "place", "地点描述", _lead("place"), "具体位置 详细位置 地点 位置 具体地点"),
    _f(_P, "number", "lon", "中心点经度", _lead("lon"), "经度 东经 中心经度"),
    _f(_P, "number", "lat", "中心点纬度", _lead("lat"), "纬度 北纬 中心纬度"),
    _f(_P, "text", "datum", "坐标系", lambda _s: "CGCS2000", "坐标系统"),
    _f(_P, "number", "area_m2", "面积（平方米）", _lead("area_m2"), "面积 占地面积 图斑面积 面积（m2） 面积（㎡）"),
    _f(_P, "number", "area_mu", "面积（亩）", _mu, "亩数 图斑面积（亩）"),
    _f(_P, "text", "mineral", "矿种", _case("mineral"), "开采矿种 矿产种类"),
    _f(_V, "code", "verdict", "核查结论", _lead("verdict"), "是否属实 是否查实 核查情况 核查结果", **CLASS_LABELS),
    _f(_V, "code", "unfounded_reason", "查否原因", _lead("unfounded_reason"), "不属实原因", **REASON_LABELS),
    _f(_V, "text", "verifiers", "核查人", _lead("verifiers"), "核查人员 实地核查人"),
    _f(_V, "day", "verified_at", "核查日期", _day(_lead("verified_at")), "核查时间 实地核查时间"),
    _f(_V, "code", "on_ledger", "是否列入台账", _on_ledger, "是否入账", **YES_NO),
    _f(_V, "code", "category", "问题类别", _case("category"), "类别 问题类型 违法类型 类型"),
    _f(_V, "text", "subcode", "违法情形", _column("subcode"), "具体情形 违法行为"),
    _f(_V, "text", "party", "违法主体", _column("party"), "当事人 违法当事人 违法主体名称 责任主体"),
    _f(_V, "text", "permit_no", "许可证号", _extra("permit_no"), "采矿许可证号 证号"),
    _f(_V, "text", "project_name", "工程项目名称", _extra("project_name"), "项目名称"),
    _f(_V, "text", "paper", "许可证、项目或经营场所", _column("paper")),
    _f(_E, "code", "provincial", "是否录入省系统", _done("provincial_entry", "entered"), "是否录入系统", **YES_NO),
    _f(
        _E,
        "text",
        "province_no",
        "省系统编号",
        _step("provincial_entry", "entered", "province_no"),
        "系统编号 省级编号",
    ),
    _f(
        _E,
        "day",
        "entered_on",
        "省系统录入日期",
        _step("provincial_entry", "entered", "entered_on"),
        "录入时间 录入日期",
    ),
    _f(_E, "text", "measures", "处置措施", _column("measures"), "处置情况 采取措施"),
    _f(_E, "text", "notice_no", "停止通知书文号", _step("enforcement", "stop_notice", "notice_no"), NOTICE_NO),
    _f(_E, "day", "notice_on", "停止通知书日期", _step("enforcement", "stop_notice", "issued_on"), NOTICE_ON),
    _f(_E, "code", "is_filed", "是否立案", _done("enforcement", "filed"), "", **YES_NO),
    _f(_E, "text", "filing_no", "立案文号", _step("enforcement", "filed", "filing_no"), "案号 立案编号"),
    _f(_E, "day", "filed_on", "立案日期", _step("enforcement", "filed", "filed_on"), "立案时间"),
    _f(_E, "text", "officers", "承办人员", _step("enforcement", "filed", "officers"), "承办人"),
    _f(
        _E, "text", "decision_no", "处罚决定文号", _step("enforcement", "decided", "decision_no"), "处罚文号 决定书文号"
    ),
    _f(_E, "day", "decided_on", "处罚决定日期", _step("enforcement", "decided", "decided_on"), "处罚日期 处罚时间"),
    _f(_E, "text", "decision_kind", "处理决定", _step("enforcement", "decided", "decision_kind"), "处罚种类 处罚内容"),
    _f(_E, "number", "fine_yuan", "罚没金额（元）", _step("enforcement", "decided", "fine_yuan"), "罚款金额 罚没金额"),
    _f(_E, "day", "executed_on", "执行完毕日期", _step("enforcement", "executed", "executed_on"), "执行时间 结案日期"),
    _f(_E, "number", "paid_yuan", "实缴金额（元）", _step("enforcement", "executed", "paid_yuan"), "实缴金额"),
    _f(_R, "text", "rectification_mode", "整改方式", _case("rectification_mode"), "整改措施"),
    _f(_R, "text", "unit", "整改责任单位", _lead("unit"), "责任单位 属地责任单位"),
    _f(_R, "text", "supervising_unit", "监管单位", _case("supervising_unit"), "监管责任单位 主管部门"),
    _f(_R, "text", "responsible", "整改责任人", _column("responsible"), "责任人"),
    _f(_R, "day", "due_on", "完成时限", _case("due_on"), "整改时限 整改期限 完成期限"),
    _f(_R, "text", "milestones", "时间节点", _column("milestones"), "整改节点"),
    _f(_R, "code", "people_gone", "不留人员", _done("site_closure", "people_gone"), "人员是否撤离", **YES_NO),
    _f(_R, "code", "equipment_gone", "不留设备", _done("site_closure", "equipment_gone"), "设备是否撤离", **YES_NO),
    _f(_R, "code", "buildings_gone", "不留建筑物", _done("site_closure", "buildings_gone"), "建筑是否拆除", **YES_NO),
    _f(_R, "code", "workings_sealed", "是否毁闭", _done("site_closure", "workings_sealed"), "毁闭 井巷毁闭", **YES_NO),
    _f(_R, "text", "closure", "三不留一毁闭", _column("closure")),
    _f(_R, "text", "progress", "整改进展", _case("progress"), "整改进展情况 整改情况 进展情况 工作进展"),
    _f(_G, "day", "accepted_on", "县级验收日期", _case("accepted_on"), "验收时间 验收日期"),
    _f(_G, "text", "acceptance_opinion", "县级验收意见", _case("acceptance_opinion"), "验收意见"),
    _f(_G, "day", "reported_on", "上报市局日期", _case("reported_on"), "上报日期"),
    _f(_G, "day", "city_checked_on", "市级核查日期", _case("city_checked_on"), "市级核查时间"),
    _f(_G, "text", "city_result", "市级核查结论", _case("city_result"), "市级核查结果"),
    _f(_G, "text", "close_out_number", "销号编号", _case("close_out_number"), "销号文号"),
    _f(_G, "day", "closed_at", "销号日期", _day(_case("closed_at")), "销号时间"),
    _f(_G, "code", "state", "当前状态", _case("state"), "整改状态 办理状态 状态 进度", **STATE_LABELS),
    _f(_G, "code", "is_closed", "是否销号", _closed, "是否完成整改 是否整改到位", **YES_NO),
)
FIELDS = tuple(replace(f, said=_case("category_label")) if f.key == "category" else f for f in FIELDS)
FIELD_BY_KEY: Mapping[str, TemplateField] = {f.key: f for f in FIELDS}
ALIASES: Mapping[str, tuple[str, ...]] = {f.key: f.aliases for f in FIELDS}
ORDINAL_NAMES = ("序号", "编次", "顺序号")
