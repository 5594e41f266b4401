"""Command ``intake`` (接收批次): take a file of change patches or leads in, with a count and a reason per row."""

import csv
import json
import sys
from dataclasses import asdict
from pathlib import Path

import click
from django.db import transaction

from qingshan.commons.base.counters import reserved_blocks
from qingshan.commons.base.scope import system_scope
from qingshan.commons.files.services import read_chunks, store_file
from qingshan.commons.files.tables import safe_text
from qingshan.commons.inbox.models import Batch
from qingshan.commons.jobs.progress import Progress
from qingshan.commons.people.viewer import Acting
from qingshan.contexts.campaigns.public import NoCampaign
from qingshan.contexts.leads.public import IntakeResult, checked_reading, kept_reading, register_batch, rows_for_report
from qingshan.contexts.leads.public_worker import ForbiddenFileError, accept_batch, asked_of, fail_batch, wipe_forbidden
from qingshan.domain.acts import ActRefused
from qingshan.geo.features import ReadError, Undecided
from qingshan.geo.reading import AXES, ENCODINGS, Reading
from qingshan.interfaces.cli.acting import acting_as

OUTCOMES = {"accepted": "接收", "duplicate": "重复", "rejected": "拒收"}


@click.command(name="intake")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--channel", required=True, help="线索渠道，例如 province-patch。")
@click.option("--batch", "name", required=True, help="批次名称，例如“省厅第三批”。")
@click.option("--crs", default="", help="坐标系（如 EPSG:4547）；不给时按文件自带的识别。")
@click.option("--axes", default="", type=click.Choice(["", *AXES]), help="坐标次序：xy 先横后纵，yx 先纵后横。")
@click.option("--encoding", default="", type=click.Choice(["", *ENCODINGS]), help="文字编码；不给时自动判断。")
@click.option("--parameters", default="", help="西安 80、北京 54 的转换参数：3、4 或 7 个数，用逗号隔开。")
@click.option("--report", type=click.Path(path_type=Path, dir_okay=False), help="逐行结果写入此 CSV。")
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出结果。")
@click.option("--no-dispatch", is_flag=True, help="只登记，不自动分派到属地乡镇。")
@click.option("--as", "username", help="以某账号的身份办理（默认：命令行操作员）。")
def command(
    file: Path,
    channel: str,
    name: str,
    crs: str,
    axes: str,
    encoding: str,
    parameters: str,
    report: Path | None,
    username: str | None,
    *,
    as_json: bool,
    no_dispatch: bool,
) -> None:
    """接收 FILE 中的图斑：收到 = 接收 + 重复 + 拒收，逐行说明原因；同一文件再次导入不产生任何变化。"""
    if report is not None and not report.parent.is_dir():
        raise click.ClickException(f"不能写入 {report}：文件夹不存在，没有导入任何内容")
    acting = acting_as(username)
    batch: Batch | None = None
    try:
        reading = checked_reading(Reading(crs=crs, axes=axes, encoding=encoding, parameters=parameters))
        batch = _register(file, channel, name, reading, acting, dispatch=not no_dispatch)
        result = _accept(batch, acting, quiet=as_json)
    except (ActRefused, NoCampaign, LookupError) as refusal:
        raise click.ClickException("；".join([str(refusal), *getattr(refusal, "missing", ())])) from None
    except ForbiddenFileError:
        raise click.ClickException(_wiped(batch, acting)) from None
    except ReadError as error:
        raise click.ClickException(f"{file.name}：{error}{_failed(batch, error, acting)}") from None
    _print(result, as_json=as_json)
    if report is not None:
        _write_report(result, report)


def _register(file: Path, channel: str, name: str, reading: Reading, acting: Acting, *, dispatch: bool) -> Batch:
    """Store the original first, in its own transaction: what was received is kept whatever happens next."""
    with transaction.atomic():
        acting.viewer.apply_scope()
        stored = store_file(
            chunks=read_chunks(file), name=file.name, uploaded_by=acting.viewer.account_id, now=acting.now()
        )
        batch, _new = register_batch(
            file=stored,
            name=name,
            channel=channel,
            crs=reading.crs,
            dispatch=dispatch,
            acting=acting,
            reading=kept_reading(reading, acting),
        )
    return batch


def _failed(batch: Batch | None, error: ReadError, acting: Acting) -> str:
    """Keep with the batch why it was not taken in; returns the readings that would put it into the county."""
    with system_scope():
        asked = asked_of(error) if isinstance(error, Undecided) else {}
        if batch is not None:
            fail_batch(batch_id=batch.id, problem=str(error), now=acting.now(), asked=asked)
    lines = [
        f"\n  可试 --crs {one['crs']}{' --axes yx' if one['axes'] else ''}（{one['label']}，{one['percent']}% 在县内）"
        for one in asked.get("candidates", [])
    ]
    return "".join(lines)


class _Bar(Progress):
    """Progress on the terminal."""

    def report(self, done: int, total: int) -> None:
        """Write one line over the other."""
        self.done, self.total = done, total
        percent = done * 100 // total if total else 100
        click.echo(f"\r处理 {done}/{total} 行（{percent}%）", err=True, nl=False)


def _accept(batch: Batch, acting: Acting, *, quiet: bool) -> IntakeResult:
    progress = (
        Progress(None, None, acting.clock) if quiet or not sys.stderr.isatty() else _Bar(None, None, acting.clock)
    )
    with reserved_blocks(batch.id, acting.now()) as blocks, transaction.atomic():
        acting.viewer.apply_scope()
        result = accept_batch(batch_id=batch.id, acting=acting, progress=progress, blocks=blocks)
    if isinstance(progress, _Bar):
        click.echo("", err=True)
    return result


def _wiped(batch: Batch | None, acting: Acting) -> str:
    if batch is None:
        return "文件不得进入本系统"
    with system_scope():
        return wipe_forbidden(batch_id=batch.id, now=acting.now())


def _print(result: IntakeResult, *, as_json: bool) -> None:
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
        for row in refused[:20]:
            click.echo(f"  第 {row.row_no} 行（编号 {row.source_no or '无'}）：{row.reason}")
        if len(refused) > 20:
            click.echo(f"  另有 {len(refused) - 20} 行，请用 --report 写出全部")


def _write_report(result: IntakeResult, path: Path) -> None:
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
