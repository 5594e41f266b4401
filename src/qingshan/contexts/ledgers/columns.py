"""Columns of the ledger list (台账清单): header, and how its text is made from the ledger fields of lead and case."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from qingshan.domain.case import CASE_WORDS
from qingshan.domain.lead import VERDICT_WORDS

Fields = Mapping[str, Any]
CLASS_LABELS = VERDICT_WORDS
REASON_LABELS = {"legal": "合法", "pseudo_change": "伪变化", "not_found": "未发现", "other": "其他"}
STATE_LABELS = CASE_WORDS
SQUARE_METRES_PER_MU = 2000 / 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What one row is made from: fields of the lead, of its case (empty before), personal values by reference."""

    lead: Fields
    case: Fields
    personal: Mapping[str, str]

    def step(self, track: str, station: str, field: str) -> str:
        """One field of a finished station; "" while it is open."""
        return str(self.case.get("tracks", {}).get(track, {}).get(station, {}).get(field, ""))

    def done(self, track: str, station: str) -> bool:
        """Whether a station is finished."""
        return station in self.case.get("tracks", {}).get(track, {})

    def has(self, track: str) -> bool:
        """Whether the case has this track."""
        return track in self.case.get("tracks", {})


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: stable key, header, width in characters, text of a row.

    ``of_lead``: also a row without a case has something in it.
    """

    key: str
    header: str
    width: int
    text: Callable[[Source], str]
    of_lead: bool = True


def _lead(key: str) -> Callable[[Source], str]:
    return lambda source: str(source.lead.get(key, ""))


def _case(key: str) -> Callable[[Source], str]:
    return lambda source: str(source.case.get(key, ""))


def _area(source: Source) -> str:
    text = str(source.lead.get("area_m2", ""))
    return f"{float(text):.0f} / {float(text) / SQUARE_METRES_PER_MU:.2f}" if text else ""


def _verdict(source: Source) -> str:
    label = CLASS_LABELS.get(str(source.lead.get("verdict", "")), "")
    reason = REASON_LABELS.get(str(source.lead.get("unfounded_reason", "")), "")
    return f"{label}（{reason}）" if reason else label


def _verified(source: Source) -> str:
    parts = (source.lead.get("verifiers", ""), source.lead.get("verified_at", ""))
    return " ".join(str(p) for p in parts if p)


def _subcode(source: Source) -> str:
    code = str(source.case.get("subcode", ""))
    return f"{code} {source.case.get('subcode_label', '')}" if code else ""


def _paper(source: Source) -> str:
    extras = source.case.get("extras", {})
    return "；".join(f"{v}" for _, v in sorted(extras.items()) if v)


def _step(track: str, station: str, *fields: str) -> Callable[[Source], str]:
    def text(source: Source) -> str:
        found = (source.step(track, station, field) for field in fields)
        return " ".join(t for t in found if t)

    return text


def _all_fields(track: str, station: str) -> Callable[[Source], str]:
    def text(source: Source) -> str:
        found = source.case.get("tracks", {}).get(track, {}).get(station, {})
        return " ".join(str(found[k]) for k in sorted(found) if found[k])

    return text


def _closure(source: Source) -> str:
    points = (
        ("people_gone", "人员"),
        ("equipment_gone", "设备"),
        ("buildings_gone", "建筑"),
        ("workings_sealed", "毁闭"),
    )
    if not source.has("site_closure"):
        return ""
    return " ".join(f"{label}{'✓' if source.done('site_closure', slug) else '—'}" for slug, label in points)


def _measures(source: Source) -> str:
    stations = (("stop_notice", "停止通知"), ("filed", "立案"), ("decided", "处罚决定"), ("executed", "执行"))
    return "、".join(label for slug, label in stations if source.done("enforcement", slug))


def _person(key: str) -> Callable[[Source], str]:
    return lambda source: source.personal.get(str(source.case.get(f"{key}_ref", "")), "")


def _entered(source: Source) -> str:
    if not source.has("provincial_entry"):
        return ""
    return "是" if source.done("provincial_entry", "entered") else "否"


def _milestones(source: Source) -> str:
    return "；".join(str(m) for m in source.case.get("milestones", []))


PRECISION_LABELS = {"village": "村中心，非实测", "township": "乡镇中心，非实测"}


def _datum(source: Source) -> str:
    """Datum of the position, and that it is none of its own where only the place is known (位置精度)."""
    precision = PRECISION_LABELS.get(str(source.lead.get("precision", "")))
    return f"CGCS2000（{precision}）" if precision else "CGCS2000"


def _taken_over(source: Source) -> str:
    return str(source.case.get("taken_over", "") or source.lead.get("taken_over", ""))


def _state(source: Source) -> str:
    return STATE_LABELS.get(str(source.case.get("state", "")), "")


def _column(key: str, header: str, width: int, text: Callable[[Source], str]) -> Column:
    return Column(key=key, header=header, width=width, text=text, of_lead=key in OF_LEAD)


OF_LEAD = frozenset({
    "lead_number", "verdict", "channel", "source_no", "received_at", "township", "village", "division", "place", "lon",
    "lat", "datum", "area", "verified", "unit", "taken_over",
})  # fmt: skip
"""Columns that are filled before there is a case; a test holds that the others are empty then."""


COLUMNS: tuple[Column, ...] = (
    _column("case_number", "台账编号", 18, _case("case_number")),
    _column("lead_number", "线索编号", 18, _lead("lead_number")),
    _column("verdict", "核查结论", 14, _verdict),
    _column("category", "类别", 14, _case("category_label")),
    _column("subcode", "违法情形", 22, _subcode),
    _column("channel", "线索来源", 16, _lead("channel_label")),
    _column("source_no", "来源编号", 20, _lead("source_no")),
    _column("received_at", "发现（接收）时间", 17, _lead("received_at")),
    _column("township", "乡镇", 10, _lead("township")),
    _column("village", "村", 14, _lead("village")),
    _column("division", "区划代码", 14, _lead("division")),
    _column("place", "地点描述", 20, _lead("place")),
    _column("lon", "中心点经度", 12, _lead("lon")),
    _column("lat", "中心点纬度", 12, _lead("lat")),
    _column("datum", "坐标系", 10, _datum),
    _column("area", "面积（平方米 / 亩）", 18, _area),
    _column("mineral", "矿种", 10, _case("mineral")),
    _column("party", "违法主体", 16, _person("party")),
    _column("paper", "许可证、项目或经营场所", 24, _paper),
    _column("verified", "核查人、时间", 26, _verified),
    _column("provincial", "是否录入省系统", 10, _entered),
    _column("provincial_entry", "省系统编号、录入时间", 24, _all_fields("provincial_entry", "entered")),
    _column("measures", "处置措施", 24, _measures),
    _column("filed", "立案文号、日期", 26, _all_fields("enforcement", "filed")),
    _column("decided", "处罚决定", 30, _all_fields("enforcement", "decided")),
    _column("executed", "执行情况", 24, _all_fields("enforcement", "executed")),
    _column("rectification_mode", "整改方式", 16, _case("rectification_mode")),
    _column("unit", "整改责任单位", 14, _lead("unit")),
    _column("supervising_unit", "监管单位", 20, _case("supervising_unit")),
    _column("responsible", "整改责任人", 12, _person("responsible")),
    _column("due_on", "完成时限", 12, _case("due_on")),
    _column("milestones", "时间节点", 30, _milestones),
    _column("closure", "三不留一毁闭", 24, _closure),
    _column("accepted_on", "县级验收日期", 12, _case("accepted_on")),
    _column("acceptance_opinion", "县级验收意见", 24, _case("acceptance_opinion")),
    _column("reported_on", "上报市局日期", 12, _case("reported_on")),
    _column("city_result", "市级核查结论", 12, _case("city_result")),
    _column("close_out_number", "销号编号", 18, _case("close_out_number")),
    _column("closed_at", "销号时间", 17, _case("closed_at")),
    _column("state", "当前状态", 12, _state),
    _column("taken_over", "接管标记", 24, _taken_over),
)
