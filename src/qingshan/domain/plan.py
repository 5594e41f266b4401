"""The door to the plan (方案): load a plan folder, check it, and its JSON form.

A plan folder holds one campaign of one county as TOML and CSV; see ``docs/howto/write-a-plan.md``.
"""

from collections.abc import Collection
from pathlib import Path

from qingshan.domain.plan_check import cross_check
from qingshan.domain.plan_codec import Finding
from qingshan.domain.plan_json import PlanError, plan_from_json, plan_to_json
from qingshan.domain.plan_load import read_plan
from qingshan.domain.plan_model import Plan
from qingshan.domain.plan_notice import check_quotations

__all__ = [
    "Finding",
    "Plan",
    "PlanError",
    "check_plan",
    "check_quotations",
    "load_plan",
    "plan_from_json",
    "plan_to_json",
]


def check_plan(directory: Path, *, known_clauses: Collection[str] | None = None) -> list[Finding]:
    """Every fault of a plan folder; with ``known_clauses`` also wrong ids, and as info the clauses nothing claims."""
    plan, findings = read_plan(directory)
    return findings + (cross_check(plan, known_clauses) if plan is not None else [])


def load_plan(directory: Path) -> Plan:
    """Load a plan folder; raises `PlanError` when it has any error (warnings and infos do not stop it)."""
    plan, findings = read_plan(directory)
    if plan is not None:
        findings += cross_check(plan, None)
    errors = tuple(finding for finding in findings if finding.severity == "error")
    if errors or plan is None:
        raise PlanError(errors)
    return plan
