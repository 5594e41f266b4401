"""The register of cases as a table for people (台账问题清单导出); no personal values, as on the page."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from qingshan.commons.files.tables import Cell
from qingshan.contexts.cases.models import Case
from qingshan.domain.case import CASE_WORDS
from qingshan.domain.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseColumn:
    """A column: its heading and the value of a case."""

    label: str
    value: Callable[[Case, Plan], Cell]


def _subcode(case: Case, plan: Plan) -> str:
    own = {s.code: s.label for s in plan.category(case.category).subcodes}
    types = {t.code: t.label for t in plan.project_types}
    return own.get(case.subcode) or types.get(case.subcode, case.subcode)


CASE_EXPORT_COLUMNS: Mapping[str, CaseColumn] = {
    "number": CaseColumn(label="台账编号", value=lambda case, _: case.number),
    "lead": CaseColumn(label="线索编号", value=lambda case, _: case.lead_number),
    "category": CaseColumn(label="类别", value=lambda case, plan: plan.category(case.category).label),
    "subcode": CaseColumn(label="情形", value=_subcode),
    "township": CaseColumn(label="乡镇", value=lambda case, _: case.township_name),
    "village": CaseColumn(label="村", value=lambda case, _: case.village_name),
    "area": CaseColumn(label="面积（平方米）", value=lambda case, _: case.area_m2),
    "state": CaseColumn(label="状态", value=lambda case, _: CASE_WORDS.get(case.state, case.state)),
    "due": CaseColumn(label="最近时限", value=lambda case, _: case.next_due_at),
    "unit": CaseColumn(label="责任单位", value=lambda case, _: case.unit.name),
    "opened": CaseColumn(label="列入台账时间", value=lambda case, _: case.opened_at),
    "due_on": CaseColumn(label="整改期限", value=lambda case, _: case.due_on),
    "close_out": CaseColumn(label="销号编号", value=lambda case, _: case.close_out_number),
}
"""By the names under which the page knows its columns; the number always comes first."""
