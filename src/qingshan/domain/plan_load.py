"""Reading a plan folder into a `Plan`, noting every fault on the way."""

from collections.abc import Callable, Iterable
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args, get_type_hints

from qingshan.domain.limits import Limit
from qingshan.domain.plan_codec import Finding, Reader
from qingshan.domain.plan_files import CSV_FILES, OPTIONAL_FILES, TOML_FILES, CsvRow, read_csv, read_toml
from qingshan.domain.plan_model import Plan, posts_by_rule
from qingshan.domain.plan_parts import PostDef, PostRule, ProjectType, UnitDef
from qingshan.domain.plan_rules import LimitTerms

_HINTS = get_type_hints(Plan)


def read_plan(directory: Path) -> tuple[Plan | None, list[Finding]]:
    """Read the folder. The plan is None when any part of it could not be read; cross-checks are not made here."""
    findings: list[Finding] = []
    if not directory.is_dir():
        found = Finding(file=str(directory), entry="文件夹", message="不存在", expectation="给出方案文件夹的路径")
        return None, [found]
    _note_strangers(directory, findings)
    values = _read_tables(directory, findings)
    values.update(_read_toml_tables(directory, values, findings))
    if any(finding.severity == "error" for finding in findings):
        return None, findings
    plan = Plan(**values)
    _note_missing_areas(directory, plan, findings)
    return plan, findings


def _note_strangers(directory: Path, findings: list[Finding]) -> None:
    known = {*TOML_FILES, *CSV_FILES}
    for path in sorted(directory.iterdir()):
        if path.suffix.lower() in (".toml", ".csv") and path.name not in known:
            message = "不认识的文件，不会被读取"
            expectation = f"改名或移走；方案文件：{'、'.join(sorted(known))}"
            findings.append(Finding(file=path.name, entry="文件", message=message, expectation=expectation))


def _note_missing_areas(directory: Path, plan: Plan, findings: list[Finding]) -> None:
    named = [("campaign.toml", "county_area", plan.county_area)]
    named += [("organisation.toml", f"unit_areas[{area.unit}]", area.file) for area in plan.unit_areas if area.file]
    for file, entry, name in named:
        if Path(name).name != name or not (directory / name).is_file():
            message = f"范围文件 {name} 不在方案文件夹中"
            findings.append(Finding(file=file, entry=entry, message=message, expectation="放上此文件，或改正文件名"))


def _read_tables(directory: Path, findings: list[Finding]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, table in CSV_FILES.items():
        if name in OPTIONAL_FILES and not (directory / name).exists():
            continue
        rows = read_csv(directory / name, findings)
        reader = Reader(file=name, findings=findings, cells=True)
        if table == "limits":
            values["limits"], values["limit_terms"] = _limits(reader, rows)
        elif table == "figures":
            values[table] = _by_slug(reader, rows, get_args(_HINTS[table])[1])
        else:
            values[table] = _records(reader, rows, get_args(_HINTS[table])[0])
    values["posts"] += _rule_posts(values["units"], values["post_rules"])
    return values


def _read_toml_tables(directory: Path, tables: dict[str, Any], findings: list[Finding]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, keys in TOML_FILES.items():
        raw = read_toml(directory / name, findings)
        if raw is None:
            continue
        if "categories" in raw:
            raw["categories"] = _with_project_types(raw["categories"], tables["project_types"])
        values.update(Reader(file=name, findings=findings).parts(Plan, raw, "", keys) or {})
    return values


def _records(reader: Reader, rows: Iterable[CsvRow], cls: type[Any]) -> tuple[Any, ...]:
    found = (reader.record(cls, row.cells, row.entry) for row in rows)
    return tuple(record for record in found if record is not None)


def _by_slug(reader: Reader, rows: Iterable[CsvRow], cls: type[Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for row in rows:
        record = reader.record(cls, row.cells, row.entry)
        if record is None:
            continue
        if record.slug in found:
            reader.report(row.entry, f"名称 {record.slug} 重复", "每个名称只用一次")
        found[record.slug] = record
    return found


def _limits(reader: Reader, rows: list[CsvRow]) -> tuple[dict[str, Limit], dict[str, LimitTerms]]:
    """Each row of limits.csv holds a `Limit` and its `LimitTerms`."""
    own, terms = (tuple(part.name for part in fields(cls)) for cls in (Limit, LimitTerms))
    plain = [_only(row, lambda name: name in own or name not in terms) for row in rows]
    extra = [_only(row, lambda name: name in terms) for row in rows]
    limits = _by_slug(reader, plain, Limit)
    labels = _records(reader, extra, LimitTerms)
    return limits, {term.slug: term for term in labels}


def _only(row: CsvRow, wanted: Callable[[str], bool]) -> CsvRow:
    return CsvRow(line=row.line, cells={name: cell for name, cell in row.cells.items() if wanted(name)})


def _rule_posts(units: tuple[UnitDef, ...], rules: tuple[PostRule, ...]) -> tuple[PostDef, ...]:
    """Posts that follow from the rules, for every unit of the plan (villages follow later, from the divisions)."""
    return tuple(
        post for unit in units for rule in rules if rule.kind == unit.kind for post in posts_by_rule(rule, unit)
    )


def _with_project_types(raw: object, types: tuple[ProjectType, ...]) -> object:
    """Fill the sub-codes of a category that says ``subcodes_from = "project_types"``."""
    if not isinstance(raw, list):
        return raw
    codes: list[dict[str, object]] = [
        {"code": t.code, "label": t.label, "clause": t.clause, "requires": list(t.requires)} for t in types
    ]
    return [_filled(part, codes) for part in raw]


def _filled(part: object, codes: list[dict[str, object]]) -> object:
    if not isinstance(part, dict) or part.get("subcodes_from") != "project_types":
        return part
    rest = {key: value for key, value in part.items() if key not in ("subcodes_from", "basis_old", "basis_new")}
    basis = {key: part[key] for key in ("basis_old", "basis_new") if key in part}
    return {**rest, "subcodes": [{**code, **basis} for code in codes]}
