"""The register of leads as a table for people (线索清单导出): the columns that the page offers, as text and numbers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from qingshan.commons.files.tables import Cell
from qingshan.contexts.leads.models import Lead
from qingshan.domain.plan import Plan

Value = Callable[[Lead, Plan], Cell]
STATES: Mapping[str, str] = {
    "received": "待分派",
    "dispatched": "待签收",
    "under_verification": "核查中",
    "returned": "已退回",
    "in_review": "待审核",
    "substantiated": "查实",
    "county_recheck": "待县级复核",
    "city_recheck": "待市级复核",
    "inconclusive": "存疑",
    "archived": "已归档",
    "merged": "已并入",
    "split": "拆分办理",
    "split_settled": "拆分办结",
}
VERDICTS: Mapping[str, str] = {"substantiated": "查实", "unfounded": "查否", "inconclusive": "存疑"}
DIRECTIONS: Mapping[str, str] = {"from_above": "上级推送", "from_below": "基层发现"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportColumn:
    """A column: its heading and the value of a lead."""

    label: str
    value: Value


def _channel(lead: Lead, plan: Plan) -> Cell:
    return {c.slug: c.label for c in plan.channels}.get(lead.channel, lead.channel)


EXPORT_COLUMNS: Mapping[str, ExportColumn] = {
    "number": ExportColumn(label="线索编号", value=lambda lead, _: lead.number),
    "source_no": ExportColumn(label="来源编号", value=lambda lead, _: lead.source_no),
    "title": ExportColumn(label="线索", value=lambda lead, _: lead.title),
    "township": ExportColumn(label="乡镇", value=lambda lead, _: lead.township_name),
    "village": ExportColumn(label="村", value=lambda lead, _: lead.village_name),
    "state": ExportColumn(label="状态", value=lambda lead, _: STATES.get(lead.state, lead.state)),
    "unit": ExportColumn(label="责任单位", value=lambda lead, _: lead.unit.name),
    "channel": ExportColumn(label="渠道", value=_channel),
    "direction": ExportColumn(label="来向", value=lambda lead, _: DIRECTIONS.get(lead.direction, lead.direction)),
    "batch": ExportColumn(label="批次", value=lambda lead, _: lead.batch_name),
    "area": ExportColumn(label="面积（平方米）", value=lambda lead, _: lead.area_m2),
    "verdict": ExportColumn(label="结论", value=lambda lead, _: VERDICTS.get(lead.verdict, lead.verdict)),
    "received": ExportColumn(label="接收时间", value=lambda lead, _: lead.received_at),
    "due": ExportColumn(label="时限", value=lambda lead, _: lead.due_at),
    "verifiers": ExportColumn(label="核查人", value=lambda lead, _: lead.verifiers),
}
"""By the names under which the page knows its columns; the number always comes first."""
