"""The register of leads as a table for people (线索清单导出): the columns that the page offers, as text and numbers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from qingshan.commons.files.tables import Cell
from qingshan.contexts.leads.models import Lead
from qingshan.domain.lead import DIRECTION_WORDS, LEAD_WORDS, VERDICT_WORDS
from qingshan.domain.plan import Plan

Value = Callable[[Lead, Plan], Cell]


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
    "state": ExportColumn(label="状态", value=lambda lead, _: LEAD_WORDS.get(lead.state, lead.state)),
    "unit": ExportColumn(label="责任单位", value=lambda lead, _: lead.unit.name),
    "channel": ExportColumn(label="渠道", value=_channel),
    "direction": ExportColumn(label="来向", value=lambda lead, _: DIRECTION_WORDS.get(lead.direction, lead.direction)),
    "batch": ExportColumn(label="批次", value=lambda lead, _: lead.batch_name),
    "area": ExportColumn(label="面积（平方米）", value=lambda lead, _: lead.area_m2),
    "verdict": ExportColumn(label="结论", value=lambda lead, _: VERDICT_WORDS.get(lead.verdict, lead.verdict)),
    "received": ExportColumn(label="接收时间", value=lambda lead, _: lead.received_at),
    "due": ExportColumn(label="时限", value=lambda lead, _: lead.due_at),
    "verifiers": ExportColumn(label="核查人", value=lambda lead, _: lead.verifiers),
}
"""By the names under which the page knows its columns; the number always comes first."""
