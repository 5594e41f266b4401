"""What `intake` says: counts, how the file was read, each refused row with its reason (三-1-2①b)."""

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from qingshan.commons.base.scope import system_scope
from qingshan.commons.files.tables import safe_text
from qingshan.commons.inbox.models import Batch
from qingshan.contexts.leads.public import IntakeResult, rows_for_report
from qingshan.geo.table_columns import LABELS

OUTCOMES = {"accepted": "接收", "duplicate": "重复", "rejected": "拒收"}
SHOWN = 20


def print_result(result: IntakeResult, *, as_json: bool) -> None:
    """Counts of a batch that was taken in, and its refused rows."""
    if as_json:
        click.echo(json.dumps(asdict(result) | {"batch_id": str(result.batch_id)}, ensure_ascii=False))
        return
    click.echo(
        f"批次 {result.batch}：收到 {result.received} = 接收 {result.accepted} + 重复 {result.duplicate}"
        f" + 拒收 {result.rejected}"
    )
    if result.repeated:
        click.echo("这个文件已按同一渠道、同一批次名导入过，没有产生任何变化。")
    if result.rejected and not result.repeated:
        with system_scope():
            refused = [row for row in rows_for_report(result.batch_id) if row.outcome == "rejected"]
        _print_refused([(row.row_no, row.source_no, row.reason) for row in refused])


def print_preview(batch: Batch, *, as_json: bool) -> None:
    """What taking the batch in would do: nothing is written."""
    preview: Mapping[str, Any] = batch.preview
    if as_json:
        told = {name: value for name, value in preview.items() if name != "features"}
        click.echo(json.dumps({"batch_id": str(batch.id), **told}, ensure_ascii=False))
        return
    counts = preview["outcomes"]
    click.echo(
        f"预览 {batch.name}：收到 {preview['received']}，可接收 {counts['accepted']}，"
        f"重复 {counts['duplicate']}，拒收 {counts['rejected']}"
    )
    click.echo(f"  读取：{preview['format_text']}，{preview['crs']}")
    for note in preview["notes"]:
        click.echo(f"  说明：{note}")
    for warning in preview["warnings"]:
        click.echo(f"  请核对：{warning}")
    print_candidates(preview["candidates"])
    for column in preview.get("table", {}).get("columns", ()):
        click.echo(f"  列 {column['name']} → {LABELS.get(column['field'], column['field'])}")
    for row in preview.get("table", {}).get("skipped", ())[:SHOWN]:
        click.echo(f"  工作表“{row['sheet']}”第 {row['row']} 行不作数：{row['reason']}")
    rows = [(row["row"], row["source_no"], row["reason"]) for row in preview["refused"] if row["outcome"] == "rejected"]
    _print_refused(rows)
    click.echo("没有导入；核对无误后去掉 --preview 再执行。")


def print_candidates(candidates: Sequence[Mapping[str, Any]]) -> None:
    """Readings that would put the file into the county."""
    for line in candidate_lines(candidates):
        click.echo(line)


def candidate_lines(candidates: Sequence[Mapping[str, Any]]) -> list[str]:
    """The same as lines."""
    return [
        f"  可试 --crs {one['crs']}{' --axes yx' if one['axes'] else ''}（{one['label']}，{one['percent']}% 在县内）"
        for one in candidates
    ]


def _print_refused(rows: Sequence[tuple[int, str, str]]) -> None:
    for number, source_no, reason in rows[:SHOWN]:
        click.echo(f"  第 {number} 行（编号 {source_no or '无'}）：{reason}")
    if len(rows) > SHOWN:
        click.echo(f"  另有 {len(rows) - SHOWN} 行，请用 --report 写出全部")


def write_report(result: IntakeResult, path: Path) -> None:
    """Every row with its outcome and reason as CSV."""
    with system_scope():
        rows = rows_for_report(result.batch_id)
    with path.open("w", encoding="utf-8-sig", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(["行号", "结果", "原因", "说明", "来源编号", "原始属性"])
        for row in rows:
            text = json.dumps(row.attributes, ensure_ascii=False)
            told = [OUTCOMES[row.outcome], row.reason, row.notes, row.source_no, text]
            writer.writerow([row.row_no, *map(safe_text, told)])
    click.echo(f"逐行结果已写入 {path}", err=True)
