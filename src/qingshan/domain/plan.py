"""The door to the plan (方案): load a plan folder, check it, and its JSON form.

A plan folder holds one campaign of one county as TOML and CSV; see ``docs/howto/write-a-plan.md``.
"""

from collections.abc import Collection
from pathlib import Path

from qingshan.domain.plan_check import cross_check
from qingshan.domain.plan_codec import Finding
from qingshan.domain.plan_json import PlanError, plan_from_json, plan_to_json
from qingshan.domain.plan_lists import Checklist, Choice, Item, VerdictMap, VerdictRow
from qingshan.domain.plan_load import read_plan
from qingshan.domain.plan_model import Plan, clause_ids, posts_by_rule, short_village_name
from qingshan.domain.plan_notice import check_quotations
from qingshan.domain.plan_parts import (
    BasisDocument,
    Category,
    Channel,
    DivisionDef,
    FieldDef,
    Milestone,
    PostDef,
    PostRule,
    ProjectType,
    Seat,
    StationDef,
    Subcode,
    Taskforce,
    TrackDef,
    TrackRule,
    UnitDef,
)
from qingshan.domain.plan_rules import (
    WEEKDAYS,
    AccountabilityRule,
    Alias,
    AreaHint,
    DutyDef,
    EventDef,
    Figure,
    HotSpot,
    Intake,
    LadderStep,
    LimitTerms,
    LookBack,
    NumberPattern,
    Patrol,
    PhotoRules,
    Reminders,
    Reporting,
    Routing,
    UnitArea,
)

__all__ = [
    "WEEKDAYS",
    "AccountabilityRule",
    "Alias",
    "AreaHint",
    "BasisDocument",
    "Category",
    "Channel",
    "Checklist",
    "Choice",
    "DivisionDef",
    "DutyDef",
    "EventDef",
    "FieldDef",
    "Figure",
    "Finding",
    "HotSpot",
    "Intake",
    "Item",
    "LadderStep",
    "LimitTerms",
    "LookBack",
    "Milestone",
    "NumberPattern",
    "Patrol",
    "PhotoRules",
    "Plan",
    "PlanError",
    "PostDef",
    "PostRule",
    "ProjectType",
    "Reminders",
    "Reporting",
    "Routing",
    "Seat",
    "StationDef",
    "Subcode",
    "Taskforce",
    "TrackDef",
    "TrackRule",
    "UnitArea",
    "UnitDef",
    "VerdictMap",
    "VerdictRow",
    "check_plan",
    "check_quotations",
    "clause_ids",
    "load_plan",
    "plan_from_json",
    "plan_to_json",
    "posts_by_rule",
    "short_village_name",
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
