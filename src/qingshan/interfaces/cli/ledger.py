"""Command ``ledger`` (台账): export the ledger as of a moment."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from django.db import transaction

from qingshan.commons.base.clock import server_clock
from qingshan.contexts.campaigns.public import NoCampaign, campaign_in_force
from qingshan.contexts.ledgers.public import CLASS_LABELS, Ledger, NotYet, ledger_as_of, write_ledger
from qingshan.interfaces.cli.acting import viewer_named


@click.command(name="ledger")
@click.option("--as-of", "as_of", help="截至的时刻（本县时间），例如 2024-08-14T17:00；不给时为现在。")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="写入此 XLSX 文件。")
@click.option("--as", "username", help="以某账号的范围导出（默认：全县）。")
def command(as_of: str | None, out: Path, username: str | None) -> None:
    """导出截至某一时刻的台账清单；同一时刻无论何时重做，内容相同。"""
    if not out.parent.is_dir():
        raise click.ClickException(f"不能写入 {out}：文件夹不存在")
    try:
        with transaction.atomic():
            viewer = viewer_named(username)
            viewer.apply_scope()
            in_force, now = campaign_in_force(), server_clock()()
            moment = _moment(as_of, now, in_force.zone)
            ledger: Ledger = ledger_as_of(viewer, moment, now=now)
            count = write_ledger(ledger, out, zone=in_force.zone)
    except (NotYet, NoCampaign) as refusal:
        raise click.ClickException(str(refusal)) from None
    except OSError as error:
        raise click.ClickException(f"不能写入 {out}：{error.strerror}") from None
    classes = "，".join(f"{CLASS_LABELS[slug]} {n}" for slug, n in ledger.classes.items())
    click.echo(f"截至 {moment.astimezone(in_force.zone):%Y-%m-%d %H:%M}：{count} 行（{classes}），已写入 {out}")


def _moment(text: str | None, now: datetime, zone: ZoneInfo) -> datetime:
    if text is None:
        return now
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise click.UsageError(f"时刻“{text}”请写成 2024-08-14T17:00") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)
