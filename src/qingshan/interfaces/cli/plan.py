"""Command ``plan`` (方案): check a plan folder without a database; explains by file, entry and expectation."""

import csv
import json
import sys
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

import click

from qingshan.domain.plan import Finding, PlanError, check_plan, check_quotations
from qingshan.interfaces.cli.main import need_database

LABELS = {"error": "错误", "warning": "提醒", "info": "说明"}
FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.group(name="plan")
def command() -> None:
    """检查、载入一个行动的方案文件夹。"""


plan = command


@command.command()
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--clauses", type=FILE, help="条款清单（CSV，含 id 列）：核对编号，列出没有条目落实的条款。")
@click.option(
    "--notice", type=FILE, help="通知原文（UTF-8 文本）：核对条款清单 quote_zh 列的引文。须同时给 --clauses。"
)
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出。")
def check(directory: Path, clauses: Path | None, notice: Path | None, *, as_json: bool) -> None:
    """检查方案文件夹 DIRECTORY；有错误时以 1 退出。"""
    if notice is not None and clauses is None:
        raise click.UsageError("--notice 须与 --clauses 同用：引文写在条款清单的 quote_zh 列")
    rows = _clause_rows(clauses) if clauses is not None else None
    findings = check_plan(directory, known_clauses=list(rows) if rows is not None else None)
    if notice is not None and rows is not None:
        findings += _notice_findings(notice, rows)
    if as_json:
        _print_json(directory, findings)
    else:
        _print_text(directory, findings, rows)
    if any(finding.severity == "error" for finding in findings):
        sys.exit(1)


@command.command()
@click.argument("directory", type=click.Path(path_type=Path, exists=True, file_okay=False))
def load(directory: Path) -> None:
    """把方案文件夹 DIRECTORY 载入数据库；同一方案再次载入不产生任何变化。"""
    need_database()
    loading = import_module("qingshan.interfaces.cli.loading")
    try:
        click.echo(loading.load_and_tell(directory))
    except PlanError as error:
        click.echo(f"方案有误，没有载入（{len(error.findings)} 处）：请用 qingshan plan check {directory} 查看")
        sys.exit(1)


def _clause_rows(path: Path) -> dict[str, str | None]:
    """Clause ids of a register with their quotations (None: the register has no column ``quote_zh``)."""
    reader = csv.DictReader(_text(path).splitlines(keepends=True))
    if "id" not in (reader.fieldnames or ()):
        raise click.ClickException(f"{path} 没有 id 列：条款清单第一行应写列名，其中有 id")
    return {row["id"]: row.get("quote_zh") for row in reader if row["id"]}


def _notice_findings(path: Path, rows: dict[str, str | None]) -> list[Finding]:
    if all(quotation is None for quotation in rows.values()):
        raise click.ClickException("条款清单没有 quote_zh 列，无法与通知原文核对")
    return check_quotations(_text(path), {clause: quotation or "" for clause, quotation in rows.items()})


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise click.ClickException(f"{path} 不是 UTF-8 文字：请另存为 UTF-8") from None


def _print_json(directory: Path, findings: list[Finding]) -> None:
    counts = {severity: sum(f.severity == severity for f in findings) for severity in LABELS}
    answer = {
        "directory": str(directory),
        "ok": counts["error"] == 0,
        "counts": counts,
        "findings": [asdict(f) for f in findings],
    }
    click.echo(json.dumps(answer, ensure_ascii=False, indent=2))


def _print_text(directory: Path, findings: list[Finding], rows: dict[str, str | None] | None) -> None:
    for severity, label in LABELS.items():
        for found in (f for f in findings if f.severity == severity):
            click.echo(f"{label}  {found.file}  {found.entry}")
            click.echo(f"      {found.message}")
            click.echo(f"      应当：{found.expectation}")
    numbers = "，".join(f"{label} {sum(f.severity == s for f in findings)} 条" for s, label in LABELS.items())
    click.echo(f"{directory}：{numbers}")
    if rows is not None:
        unclaimed = sum(f.severity == "info" and f.entry in rows for f in findings)
        click.echo(f"条款 {len(rows)} 条，有条目落实 {len(rows) - unclaimed} 条")
