"""Command ``intake`` (接收批次): take a file of change patches or leads in, with a count and a reason per row."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import click
from django.db import transaction

from qingshan.commons.base.counters import reserved_blocks
from qingshan.commons.base.scope import system_scope
from qingshan.commons.files.services import read_chunks, store_file
from qingshan.commons.inbox.models import Batch
from qingshan.commons.jobs.progress import Progress
from qingshan.commons.people.viewer import Acting
from qingshan.contexts.campaigns.public import NoCampaign
from qingshan.contexts.leads.public import IntakeResult, checked_reading, kept_reading, register_batch, supplement_name
from qingshan.contexts.leads.public_worker import (
    ForbiddenFileError,
    accept_batch,
    asked_of,
    fail_batch,
    inspect_batch,
    wipe_forbidden,
)
from qingshan.domain.acts import ActRefused
from qingshan.geo.features import ReadError, Undecided
from qingshan.geo.reading import AXES, EACH, ENCODINGS, PHOTOS, POSITION, Reading
from qingshan.geo.table_columns import LAYOUTS
from qingshan.interfaces.cli.acting import acting_as
from qingshan.interfaces.cli.intake_table import TableOptions, choose_table
from qingshan.interfaces.cli.intake_told import candidate_lines, print_preview, print_result, write_report

_NO_CHANNEL = "请给出 --channel 线索渠道和 --batch 批次名称（补充原批次的用 --supplement）"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """What the file is and how it is read."""

    file: Path
    channel: str
    name: str
    supplement: str
    reading: Reading
    table: TableOptions
    dispatch: bool


@click.command(name="intake")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--channel", default="", help="线索渠道，例如 province-patch。")
@click.option("--batch", default="", help="批次名称，例如“省厅第三批”。")
@click.option("--supplement", default="", help="补充哪个批次的拒收行（批次名称或 ID）；渠道、名称、坐标系随原批次。")
@click.option("--crs", default="", help="坐标系：EPSG:4547 这样的代码、GCJ-02 或 BD-09；不给时按文件自带的识别。")
@click.option("--axes", default="", type=click.Choice(["", *AXES]), help="坐标次序：xy 先横后纵，yx 先纵后横。")
@click.option("--encoding", default="", type=click.Choice(["", *ENCODINGS]), help="文字编码；不给时自动判断。")
@click.option("--parameters", default="", help="西安 80、北京 54 的转换参数：3、4 或 7 个数，用逗号隔开。")
@click.option("--sheet", multiple=True, help="表格：读取哪个工作表，可多次给出。")
@click.option("--column", multiple=True, help="表格：列名=字段，例如 东坐标=lon，可多次给出。")
@click.option("--layout", default="", type=click.Choice(["", *LAYOUTS]), help="表格：一行一处，或一行一个界址点。")
@click.option("--sender", default="", help="表格：记住这次的列对应，下次同一发来单位照此读取。")
@click.option("--position", default="", help="照片没有位置时放在哪里：经度,纬度。")
@click.option("--each-photo", is_flag=True, help="每张照片一条线索；不给时同一处、两小时内的合为一条。")
@click.option("--preview", is_flag=True, help="只读取、列出结果，不导入；换个读取方式可再执行。")
@click.option("--report", type=click.Path(path_type=Path, dir_okay=False), help="逐行结果写入此 CSV。")
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出结果。")
@click.option("--no-dispatch", is_flag=True, help="只登记，不自动分派到属地乡镇。")
@click.option("--as", "username", help="以某账号的身份办理（默认：命令行操作员）。")
def command(
    file: Path, report: Path | None, username: str | None, *, preview: bool, as_json: bool, **said: Any
) -> None:
    """接收 FILE 中的图斑：收到 = 接收 + 重复 + 拒收，逐行说明原因；同一文件再次导入不产生任何变化。"""
    if report is not None and not report.parent.is_dir():
        raise click.ClickException(f"不能写入 {report}：文件夹不存在，没有导入任何内容")
    acting = acting_as(username)
    batch: Batch | None = None
    try:
        wanted = _wanted(file, said)
        batch = _register(wanted, acting)
        if wanted.table.given and batch.state != "done":
            choose_table(batch=batch, options=wanted.table, acting=acting)
        if preview and batch.state != "done":
            _preview(batch, acting, as_json=as_json)
            return
        result = _accept(batch, acting, quiet=as_json)
    except (ActRefused, NoCampaign, LookupError) as refusal:
        raise click.ClickException("；".join([str(refusal), *getattr(refusal, "missing", ())])) from None
    except ForbiddenFileError:
        raise click.ClickException(_wiped(batch, acting)) from None
    except ReadError as error:
        raise click.ClickException(f"{file.name}：{error}{_failed(batch, error, acting)}") from None
    print_result(result, as_json=as_json)
    if report is not None:
        write_report(result, report)


def _wanted(file: Path, said: dict[str, Any]) -> _Wanted:
    """The options, checked; raises `ActRefused`."""
    if not said["supplement"] and not (said["channel"] and said["batch"]):
        raise ActRefused("channel", _NO_CHANNEL)
    more = {POSITION: said["position"], PHOTOS: EACH if said["each_photo"] else ""}
    reading = checked_reading(
        Reading(
            crs=said["crs"],
            axes=said["axes"],
            encoding=said["encoding"],
            parameters=said["parameters"],
            more={name: value for name, value in more.items() if value},
        )
    )
    return _Wanted(
        file=file,
        channel=said["channel"],
        name=said["batch"],
        supplement=said["supplement"],
        reading=reading,
        table=TableOptions(sheets=said["sheet"], columns=said["column"], layout=said["layout"], sender=said["sender"]),
        dispatch=not said["no_dispatch"],
    )


def _register(wanted: _Wanted, acting: Acting) -> Batch:
    """Store the original first, in its own transaction: what was received is kept whatever happens next."""
    with transaction.atomic():
        acting.viewer.apply_scope()
        parent = _parent(wanted.supplement) if wanted.supplement else None
        stored = store_file(
            chunks=read_chunks(wanted.file),
            name=wanted.file.name,
            uploaded_by=acting.viewer.account_id,
            now=acting.now(),
        )
        batch, _new = register_batch(
            file=stored,
            name=wanted.name or (supplement_name(parent) if parent else ""),
            channel=wanted.channel or (parent.channel if parent else ""),
            crs=wanted.reading.crs,
            dispatch=wanted.dispatch,
            acting=acting,
            supplements=parent,
            reading=kept_reading(wanted.reading, acting),
        )
    return batch


def _parent(said: str) -> Batch:
    """The batch that is supplemented, by its id or its name; raises `ActRefused` for none or several."""
    try:
        found = list(Batch.objects.filter(id=UUID(said)))
    except ValueError:
        found = list(Batch.objects.filter(name=said)[:2])
    if len(found) != 1:
        told = "没有这个批次" if not found else "有几个批次叫这个名称，请改用批次 ID"
        raise ActRefused("supplement", f"--supplement “{said}”：{told}")
    return found[0]


def _preview(batch: Batch, acting: Acting, *, as_json: bool) -> None:
    with transaction.atomic():
        acting.viewer.apply_scope()
        inspect_batch(batch_id=batch.id, acting=acting, progress=Progress(None, None, acting.clock))
        batch.refresh_from_db()
    print_preview(batch, as_json=as_json)


def _failed(batch: Batch | None, error: ReadError, acting: Acting) -> str:
    """Keep with the batch why it was not taken in; returns the readings that would put it into the county."""
    with system_scope():
        asked = asked_of(error) if isinstance(error, Undecided) else {}
        if batch is not None:
            fail_batch(batch_id=batch.id, problem=str(error), now=acting.now(), asked=asked)
    return "".join(f"\n{line}" for line in candidate_lines(asked.get("candidates", [])))


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
