"""Command ``clauses`` (条款清单): which clause is open, partly proven or proven, and which tests claim it.

The register is ``docs/clauses.csv``. A test claims a clause with ``@pytest.mark.clause("…")``; the markers are read
from the syntax trees of ``tests/``, no test is imported or run.
"""

import ast
import csv
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import click

COLUMNS = ("id", "section", "title_zh", "requirement_zh", "test_zh", "state")
CHECKOUT = Path(__file__).resolve().parents[4]


class ClauseState(StrEnum):
    """How far a clause is shown to hold (条款状态)."""

    OPEN = "open"
    PARTLY = "partly"
    PROVEN = "proven"


LABELS = {ClauseState.OPEN: "未证明", ClauseState.PARTLY: "部分证明", ClauseState.PROVEN: "已证明"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One clause of the register (条款) in the project's own wording."""

    id: str
    section: str
    title: str
    requirement: str
    test: str
    state: ClauseState


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One test that says it proves a clause: ``test`` is the pytest node id below the checkout."""

    clause: str
    test: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """The register, the claims of the tests, and what does not fit between them (Chinese texts)."""

    clauses: tuple[Clause, ...]
    claims: Mapping[str, tuple[Claim, ...]]
    findings: tuple[str, ...]


class RegisterError(ValueError):
    """The register cannot be read; the message says where and what to do."""


def read_register(path: Path) -> tuple[Clause, ...]:
    """Read ``docs/clauses.csv``; raises `RegisterError` for a missing file, wrong columns or a bad row."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as handle:
            reader = csv.DictReader(handle)
            if tuple(reader.fieldnames or ()) != COLUMNS:
                raise RegisterError(f"{path}：表头应为 {','.join(COLUMNS)}，请按此改表头")
            clauses = tuple(_clause(path, reader.line_num, row) for row in reader)
    except FileNotFoundError:
        raise RegisterError(f"{path}：找不到条款清单，请在项目目录中运行，或用 --root 指明目录") from None
    _refuse_repeats(path, clauses)
    return clauses


def _clause(path: Path, line: int, row: Mapping[str | None, str | None]) -> Clause:
    empty = [name for name in COLUMNS if not (row.get(name) or "").strip()]
    if empty or None in row:
        raise RegisterError(f"{path} 第 {line} 行：{'、'.join(empty) or '多余的列'} 有误，请补全六列")
    value = {name: (row[name] or "").strip() for name in COLUMNS}
    try:
        state = ClauseState(value["state"])
    except ValueError:
        raise RegisterError(
            f"{path} 第 {line} 行：state 为“{value['state']}”，只能填 {'、'.join(ClauseState)}"
        ) from None
    return Clause(
        id=value["id"],
        section=value["section"],
        title=value["title_zh"],
        requirement=value["requirement_zh"],
        test=value["test_zh"],
        state=state,
    )


def _refuse_repeats(path: Path, clauses: Sequence[Clause]) -> None:
    seen: set[str] = set()
    for clause in clauses:
        if clause.id in seen:
            raise RegisterError(f"{path}：条款 {clause.id} 出现两次，请删去一行")
        seen.add(clause.id)


def collect_claims(root: Path) -> tuple[tuple[Claim, ...], tuple[str, ...]]:
    """Read every clause marker below ``root/tests``; returns the claims and the markers that cannot be read."""
    claims: list[Claim] = []
    findings: list[str] = []
    for path in sorted((root / "tests").rglob("test_*.py")):
        name = path.relative_to(root).as_posix()
        tree = ast.parse(path.read_text(encoding="utf-8"), filename=name)
        for test, call in _marked(tree.body, name, ()):
            for argument in call.args:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    claims.append(Claim(clause=argument.value, test=test, line=call.lineno))
                else:
                    findings.append(f"{name}:{call.lineno}：条款编号须直接写成文字，不能用变量")
            if not call.args:
                findings.append(f"{name}:{call.lineno}：标记没有写条款编号")
    return tuple(claims), tuple(findings)


def _marked(body: Sequence[ast.stmt], prefix: str, inherited: Sequence[ast.Call]) -> Iterator[tuple[str, ast.Call]]:
    """Yield (test, marker) for the tests in ``body``; markers of the module or class hold for all its tests."""
    shared = [*inherited, *(call for node in body if _assigns(node, "pytestmark") for call in _markers(node))]
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test"):
            for call in [*shared, *_decorating(node)]:
                yield f"{prefix}::{node.name}", call
        elif isinstance(node, ast.ClassDef):
            yield from _in_class(node, prefix, shared)
        elif isinstance(node, ast.Assign):
            yield from _in_assignment(node, prefix)


def _in_class(node: ast.ClassDef, prefix: str, shared: Sequence[ast.Call]) -> Iterator[tuple[str, ast.Call]]:
    """A class without test methods of its own may inherit them: then its decorators stand for the class."""
    name = f"{prefix}::{node.name}"
    own = _decorating(node)
    inside = list(_marked(node.body, name, [*shared, *own]))
    yield from inside or ((name, call) for call in own if node.name.startswith("Test"))


def _in_assignment(node: ast.Assign, prefix: str) -> Iterator[tuple[str, ast.Call]]:
    """``TestX = pytest.mark.clause(…)(Machine.TestCase)`` and ``TestX.pytestmark = …``."""
    for target in node.targets:
        owner = target.value if isinstance(target, ast.Attribute) and target.attr == "pytestmark" else target
        if isinstance(owner, ast.Name) and owner.id.startswith("Test"):
            for call in _markers(node.value):
                yield f"{prefix}::{owner.id}", call


def _assigns(node: ast.stmt, name: str) -> bool:
    return isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == name for t in node.targets)


def _decorating(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> list[ast.Call]:
    return [call for decorator in node.decorator_list for call in _markers(decorator)]


def _markers(node: ast.AST) -> list[ast.Call]:
    """Every ``pytest.mark.clause(…)`` call at or below ``node`` (also inside ``pytest.param(marks=…)``)."""
    return [n for n in ast.walk(node) if isinstance(n, ast.Call) and ast.unparse(n.func) == "pytest.mark.clause"]


def survey(root: Path) -> Survey:
    """Compare register and tests below ``root``; raises `RegisterError` when the register cannot be read."""
    clauses = read_register(root / "docs" / "clauses.csv")
    claims, unreadable = collect_claims(root)
    known = {clause.id for clause in clauses}
    grouped: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        grouped[claim.clause].append(claim)
    unknown = [
        f"{claim.test}（第 {claim.line} 行）：没有条款 {claim.clause}，请核对编号"
        for claim in claims
        if claim.clause not in known
    ]
    unproven = [
        f"条款 {clause.id} 记为“{LABELS[clause.state]}”，但没有测试标记它，请补测试或改回 open"
        for clause in clauses
        if clause.state is not ClauseState.OPEN and clause.id not in grouped
    ]
    return Survey(
        clauses=clauses,
        claims={clause: tuple(found) for clause, found in grouped.items()},
        findings=(*unreadable, *unknown, *unproven),
    )


def as_json(result: Survey) -> str:
    """The whole survey as JSON text: counts, clauses with their tests, findings."""
    return json.dumps(
        {
            "total": len(result.clauses),
            "counts": _counts(result),
            "clauses": [
                {
                    "id": clause.id,
                    "section": clause.section,
                    "title": clause.title,
                    "state": clause.state.value,
                    "tests": _tests(result, clause),
                }
                for clause in result.clauses
            ],
            "findings": list(result.findings),
        },
        ensure_ascii=False,
        indent=2,
    )


def _counts(result: Survey) -> dict[str, int]:
    return {state.value: sum(clause.state is state for clause in result.clauses) for state in ClauseState}


def _tests(result: Survey, clause: Clause) -> list[str]:
    return sorted({claim.test for claim in result.claims.get(clause.id, ())})


def as_text(result: Survey, *, only_open: bool) -> Iterator[str]:
    """Lines for people: clauses by state with their tests, then the counts."""
    for state in [ClauseState.OPEN] if only_open else list(ClauseState):
        members = [clause for clause in result.clauses if clause.state is state]
        yield f"{LABELS[state]}（{state.value}）{len(members)} 条"
        for clause in members:
            yield f"  {clause.id}  {clause.title}"
            yield from (f"      {test}" for test in _tests(result, clause))
    counts = "，".join(f"{LABELS[ClauseState(slug)]} {count}" for slug, count in _counts(result).items())
    yield f"共 {len(result.clauses)} 条：{counts}；有测试的 {sum(c.id in result.claims for c in result.clauses)} 条"


@click.command("clauses", help="列出条款的证明状态和对应的测试；有不符时退出码为 1。")
@click.option("--open", "only_open", is_flag=True, help="只列未证明的条款。")
@click.option("--json", "json_output", is_flag=True, help="以 JSON 输出。")
@click.option(
    "--root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=CHECKOUT,
    help="项目目录，内有 docs/clauses.csv 和 tests/。",
)
def command(*, only_open: bool, json_output: bool, root: Path) -> None:
    """List the clauses by state with the tests that claim them; exit 1 when register and tests disagree."""
    try:
        result = survey(root)
    except RegisterError as error:
        raise click.ClickException(str(error)) from None
    if json_output:
        click.echo(as_json(result))
    else:
        for line in as_text(result, only_open=only_open):
            click.echo(line)
    for finding in result.findings:
        click.echo(finding, err=True)
    if result.findings:
        raise SystemExit(1)


clauses = command
"""The command under its own name, as the table of commands looks it up."""
