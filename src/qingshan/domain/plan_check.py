"""Cross-checks of a plan that was read: everything that one entry alone cannot show (规则校验). Pure.

The checks stand in groups: links between tables, organisation, values, clauses. Each yields findings that name file,
entry, fault and expectation; none raises.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import fields, is_dataclass

from qingshan.domain.plan_check_links import check_links
from qingshan.domain.plan_check_units import check_units
from qingshan.domain.plan_check_values import check_values
from qingshan.domain.plan_codec import Finding
from qingshan.domain.plan_files import home_of
from qingshan.domain.plan_model import Plan

CHECKS: tuple[Callable[[Plan], Iterator[Finding]], ...] = (check_links, check_units, check_values)


def cross_check(plan: Plan, known_clauses: Collection[str] | None) -> list[Finding]:
    """All findings of a readable plan; ``known_clauses`` None leaves the clause ids unchecked."""
    findings = list(_duplicates(plan))
    for check in CHECKS:
        findings += check(plan)
    if known_clauses is not None:
        findings += _check_clauses(plan, known_clauses)
    return findings


def _duplicates(plan: Plan) -> Iterator[Finding]:
    """A slug or code that two entries of one list share; sub-codes are unique over all categories."""
    for part in fields(plan):
        yield from _duplicates_in(part.name, part.name, getattr(plan, part.name))
    codes = [subcode.code for category in plan.categories for subcode in category.subcodes]
    for code in sorted({code for code in codes if codes.count(code) > 1}):
        yield _finding("categories", f"subcodes[{code}]", f"违法情形代码 {code} 重复", "每个代码只用一次")


def _duplicates_in(table: str, path: str, value: object) -> Iterator[Finding]:
    if is_dataclass(value):
        for part in fields(value):
            yield from _duplicates_in(table, f"{path}.{part.name}", getattr(value, part.name))
    elif isinstance(value, tuple):
        names = [name for entry in value if (name := _name_of(entry))]
        for name in sorted({name for name in names if names.count(name) > 1}):
            yield _finding(table, f"{path}[{name}]", f"名称 {name} 重复", "每个名称只用一次")
        for entry in value:
            yield from _duplicates_in(table, f"{path}[{_name_of(entry)}]", entry)
    elif isinstance(value, dict):
        for key, entry in value.items():
            yield from _duplicates_in(table, f"{path}[{key}]", entry)


def _name_of(entry: object) -> str:
    return str(getattr(entry, "slug", "") or getattr(entry, "code", ""))


def _check_clauses(plan: Plan, known: Collection[str]) -> Iterator[Finding]:
    """Ids that the list does not have (error) and ids that no entry carries out (info)."""
    claims = plan.claims()
    for clause, entries in claims.items():
        if clause not in known:
            table = entries[0].split("[")[0].split(".")[0]
            message = f"条款编号 {clause} 不在条款清单中"
            yield _finding(table, entries[0], message, "写成清单中的编号；多个编号以空格隔开")
    for clause in known:
        if clause not in claims:
            yield Finding(
                file="方案",
                entry=clause,
                message="没有任何条目落实此条款",
                expectation="如需落实，在相应条目的 clause 中写上编号",
                severity="info",
            )


def _finding(table: str, entry: str, message: str, expectation: str) -> Finding:
    return Finding(file=home_of(table), entry=entry, message=message, expectation=expectation)
