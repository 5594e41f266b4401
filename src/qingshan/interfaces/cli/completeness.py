"""Command ``completeness`` (核查闭环证明): whether every lead received is accounted for, as of a moment."""

import json
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from django.db import transaction

from qingshan.commons.base.clock import server_clock
from qingshan.contexts.campaigns.public import NoCampaign, campaign_in_force
from qingshan.contexts.leads.public import BY, NotYet, Proof, missing_rows, prove, write_proof
from qingshan.domain.completeness import CLASS_WORDS
from qingshan.interfaces.cli.acting import viewer_named


@click.command(name="completeness")
@click.option("--as-of", "as_of", help="截至的时刻（本县时间），例如 2024-08-14T17:00；不给时为现在。")
@click.option("--by", type=click.Choice(BY), default="batch", show_default=True, help="按批次、渠道或责任单位。")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="另把证明和全部明细写入此 XLSX 文件。")
@click.option("--as", "username", help="以某账号的范围证明（默认：全县）。")
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出。")
def command(as_of: str | None, by: str, out: Path | None, username: str | None, as_json: bool) -> None:  # noqa: FBT001 - a flag of the command line
    """证明收到的每条线索都有去向；有不相等的行时退出码为 1。"""
    try:
        with transaction.atomic():
            viewer = viewer_named(username)
            viewer.apply_scope()
            in_force, now = campaign_in_force(), server_clock()()
            moment = _moment(as_of, now, in_force.zone)
            proof = prove(moment, now=now, channels=in_force.plan.channels, county=viewer.system)
            if out is not None:
                write_proof(proof, out, zone=in_force.zone, channels={c.slug: c.label for c in in_force.plan.channels})
            dropped = [(row.batch, row.number, row.source_no) for row in missing_rows(moment)]
    except (NotYet, NoCampaign) as refusal:
        raise click.ClickException(str(refusal)) from None
    except OSError as error:
        raise click.ClickException(f"不能写入 {out}：{error.strerror}") from None
    if as_json:
        click.echo(json.dumps(_plain(proof, by), ensure_ascii=False))
    else:
        _tell(proof, by, in_force.zone)
        for batch, row, number in dropped:
            click.echo(f"没有线索的收件行：{batch} {row} {number}")
    if not proof.holds:
        raise SystemExit(1)


def _tell(proof: Proof, by: str, zone: ZoneInfo) -> None:
    click.echo(f"截至 {proof.moment.astimezone(zone):%Y-%m-%d %H:%M}")
    for line in proof.lines[by]:
        parts = "，".join(f"{CLASS_WORDS[name]} {n}" for name, n in line.sum.classes.items() if n)
        wrong = "" if line.holds else f"  ←差额 {line.sum.gap}"
        wrong += f"  ←收件明细缺 {line.unlisted} 行" if line.unlisted else ""
        click.echo(f"{line.label or '单条登记'}：收到 {line.sum.received} ＝ {parts or 0}{wrong}")
    missing = sum(one.missing for one in proof.onsite)
    click.echo(f"下发线索和图斑到场：还没有结论 {missing} 条，共 {sum(one.received for one in proof.onsite)} 条")
    if proof.stray:
        click.echo(f"没有留痕的线索 {proof.stray} 条")
    if not proof.numbers_hold:
        click.echo(f"已发编号 {proof.numbers} 个，线索 {proof.numbered} 条，两数不等")
    click.echo("每一行都相等" if proof.holds else "有不相等的行")


def _plain(proof: Proof, by: str) -> dict[str, object]:
    return {
        "moment": proof.moment.isoformat(),
        "holds": proof.holds,
        "received": proof.whole.received,
        "lines": [
            {"key": one.key, "label": one.label, "received": one.sum.received, "gap": one.sum.gap, **one.sum.classes}
            for one in proof.lines[by]
        ],
        "onsite_missing": sum(one.missing for one in proof.onsite),
    }


def _moment(text: str | None, now: datetime, zone: ZoneInfo) -> datetime:
    if text is None:
        return now
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise click.UsageError(f"时刻“{text}”请写成 2024-08-14T17:00") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)
