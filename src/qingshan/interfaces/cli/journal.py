"""Command ``journal`` (办理留痕): verify chains and seals, make a seal."""

import json
import os
import sys
from dataclasses import asdict
from datetime import date
from zoneinfo import ZoneInfo

import click

from qingshan.commons.base.clock import server_clock
from qingshan.commons.base.scope import system_scope
from qingshan.commons.journal.sealing import check_printed, make_seal
from qingshan.commons.journal.verifying import verify_journal
from qingshan.contexts.cases.public import CASE_TABLE
from qingshan.contexts.leads.public import LEAD_TABLE

ZONE = ZoneInfo("Asia/Shanghai")


@click.group(name="journal")
def command() -> None:
    """核验与封签。"""


@command.command()
@click.option("--printed", nargs=2, type=str, metavar="DATE ROOT", help="核对打印件上某日封签的根值。")
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出。")
def verify(printed: tuple[str, str] | None, *, as_json: bool) -> None:
    """逐条校验全部留痕和封签；有任何不符时列出并以 1 退出。"""
    with system_scope():
        found = verify_journal(tables=(LEAD_TABLE, CASE_TABLE), processes=min(os.cpu_count() or 1, 4))
        agrees, note = _printed(printed)
    if as_json:
        click.echo(
            json.dumps(asdict(found) | {"printed": note or None, "ok": agrees and not found.breaks}, ensure_ascii=False)
        )
    else:
        click.echo(
            f"留痕 {found.entries} 条，事项链 {found.chains} 条，封签 {found.seals} 个，不符 {len(found.breaks)} 处"
        )
        for one in found.breaks:
            click.echo(f"  {one.where}：{one.what}")
        if note:
            click.echo(note)
    if found.breaks or not agrees:
        sys.exit(1)


def _printed(printed: tuple[str, str] | None) -> tuple[bool, str]:
    if printed is None:
        return True, ""
    try:
        day = date.fromisoformat(printed[0])
    except ValueError:
        raise click.UsageError(f"日期“{printed[0]}”请写成 2024-08-14") from None
    return check_printed(day=day, root=printed[1])


@command.command()
@click.option("--reason", default="手工封签", help="封签事由。")
def seal(reason: str) -> None:
    """封存上次封签以来的全部留痕，打印根值。"""
    now = server_clock()()
    with system_scope():
        made = make_seal(now=now, day=now.astimezone(ZONE).date(), reason=reason)
    click.echo(f"第 {made.number} 号封签 {made.day} 共 {made.entries} 条 根值 {made.root}")
