"""The JSON form of a plan, for storing versions in the database: an exact round trip."""

from collections.abc import Mapping
from typing import Any

from qingshan.domain.plan_codec import Finding, Reader, encode
from qingshan.domain.plan_model import Plan


class PlanError(ValueError):
    """A plan cannot be used; ``findings`` say file, entry, fault and expectation."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        """Keep the findings; the text shows the first ones."""
        shown = "\n".join(str(finding) for finding in findings[:20])
        super().__init__(f"方案有 {len(findings)} 处错误：\n{shown}")
        self.findings = findings


def plan_to_json(plan: Plan) -> dict[str, Any]:
    """Return the plan as plain JSON values (no floats, dates as ISO text)."""
    found: dict[str, Any] = encode(plan)
    return found


def plan_from_json(raw: Mapping[str, Any]) -> Plan:
    """Read a plan written by `plan_to_json`; raises `PlanError` when it is not one."""
    findings: list[Finding] = []
    plan = Reader(file="JSON", findings=findings).record(Plan, raw, "")
    if findings or not isinstance(plan, Plan):
        raise PlanError(tuple(findings))
    return plan
