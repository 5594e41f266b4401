"""Command ``demo`` (演示): a county with a batch, played weeks, random accounts; everything marked as demonstration."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import click
from django.conf import settings
from django.db import transaction

from qingshan.commons.base.clock import start_demo_clock
from qingshan.commons.base.scope import system_scope
from qingshan.commons.files.services import read_chunks, store_file
from qingshan.commons.jobs.progress import Progress
from qingshan.commons.journal.models import Entry
from qingshan.commons.journal.sealing import make_seal
from qingshan.commons.people.models import Account
from qingshan.commons.people.viewer import Viewer, system_viewer
from qingshan.contexts.campaigns.public import campaign_in_force
from qingshan.contexts.cases.public import visible_cases
from qingshan.contexts.leads.public import Lead, register_batch, visible_leads
from qingshan.contexts.leads.public_worker import accept_batch
from qingshan.interfaces.cli.demo_orders import order_steps
from qingshan.interfaces.cli.demo_people import DemoAccount, make_accounts, seat_people, write_accounts
from qingshan.interfaces.cli.demo_stage import LEDGER, ZONE, Stage, at
from qingshan.interfaces.cli.demo_story import FATES, Play, Step, steps_of
from qingshan.interfaces.cli.loading import load_folder

BATCH = "演示批次（第三批）"
FILE = "demo/patches-2024-batch3.geojson"
PLAYED_UNTIL = at(8, 15, 8, 30)
PUBLISHED = at(8, 2, 9, 30)


@click.command(name="demo")
@click.option(
    "--plan",
    "directory",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=Path("plans/130132-2024"),
    show_default=True,
    help="方案文件夹。",
)
def command(directory: Path) -> None:
    """载入演示县、演示批次和演示账号，演到 8 月 15 日早晨；已有演示数据时只更新方案。"""
    with system_scope():
        loaded = load_folder(directory, now=PUBLISHED - timedelta(days=1), loaded_by="演示")
        played = Entry.objects.exists()
        real = played and not Account.objects.filter(username="bureau-officer").exists()
    if real:
        raise click.ClickException("数据库里已有业务数据，演示只能载入空的数据库（可用 QINGSHAN_HOME 另建一个）")
    if played and not _accounts_file().exists():
        raise click.ClickException("上次演示没有做完，请先执行 make clean-demo 再重来")
    click.echo(f"方案 {loaded.campaign} 第 {loaded.version} 版")
    if not played:
        accounts = _people()
        _play(directory)
        _set_clock()
        write_accounts(accounts, _accounts_file())
        _show_accounts(accounts)
    _summary(played=played)


def _people() -> list[DemoAccount]:
    with system_scope():
        seat_people(since=(PUBLISHED - timedelta(days=30)).date())
        return make_accounts(now=PLAYED_UNTIL)


def _accounts_file() -> Path:
    return Path(settings.QINGSHAN_FILES).parent / "demo-accounts.txt"


def _play(directory: Path) -> None:
    stage = Stage(PUBLISHED)
    leads = _take_in(stage, directory / FILE)
    with system_scope():
        plan = campaign_in_force().plan
    plays = [
        Play(lead=lead, fate=FATES[n % len(FATES)], plan=plan, category=_category(n)[0], subcode=_category(n)[1])
        for n, lead in enumerate(leads)
    ]
    late = next(play for play in plays if play.fate == "late")
    told = order_steps(plan, late.lead, late.officer)
    steps = sorted((*(s for n, p in enumerate(plays) for s in steps_of(p, n)), *told), key=lambda step: step[0])
    _run(stage, [step for step in steps if step[0] < PLAYED_UNTIL])


def _category(number: int) -> tuple[str, str]:
    """Mostly no-licence items, some of licensed pits and of projects."""
    spread = (("unlicensed", "A1"), ("unlicensed", "A2"), ("licensed_pit", "B4"), ("project_cover", "C7"))
    return spread[number * 3 % 7 % 4]


def _take_in(stage: Stage, file: Path) -> list[Lead]:
    acting = stage.acting(LEDGER)
    with transaction.atomic():
        acting.viewer.apply_scope()
        stored = store_file(
            chunks=read_chunks(file), name=file.name, uploaded_by=acting.viewer.account_id, now=stage.now
        )
        batch, _new = register_batch(
            file=stored, name=BATCH, channel="province-patch", crs="", dispatch=True, acting=acting
        )
        result = accept_batch(batch_id=batch.id, acting=acting, progress=Progress(None, None, stage.clock))
    click.echo(
        f"批次 {result.batch}：收到 {result.received} = 接收 {result.accepted} + 重复 {result.duplicate}"
        f" + 拒收 {result.rejected}"
    )
    with system_scope():
        return list(visible_leads(_operator()).select_related("unit").order_by("number"))


def _run(stage: Stage, steps: Sequence[Step]) -> None:
    """Do the steps in order of time; a seal at the end of every day."""
    day = stage.now.astimezone(ZONE).date()
    for done, (moment, act) in enumerate(steps, start=1):
        while moment.astimezone(ZONE).date() > day:
            _seal(datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=ZONE))
            day += timedelta(days=1)
        stage.now = moment
        act(stage)
        if done % 50 == 0 or done == len(steps):
            click.echo(f"演示各环节 {done}/{len(steps)}（演到 {day:%m-%d}）", err=True)
    while day < PLAYED_UNTIL.date():
        _seal(datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=ZONE))
        day += timedelta(days=1)


def _seal(moment: datetime) -> None:
    with system_scope():
        make_seal(now=moment, day=moment.date(), reason="每日封签")


def _operator() -> Viewer:
    return system_viewer("演示程序")


def _set_clock() -> None:
    """From now on this installation's clock goes on from the morning the play ends."""
    start_demo_clock(PLAYED_UNTIL)


def _show_accounts(accounts: Sequence[DemoAccount]) -> None:
    click.echo(f"演示账号（密码随机生成，也写在 {_accounts_file()}）：")
    for account in accounts:
        click.echo(f"  {account.role:<18} {account.username:<22} {account.password}")


def _summary(*, played: bool) -> None:
    with system_scope():
        leads, cases = visible_leads(_operator()).count(), visible_cases(_operator()).count()
        entries = Entry.objects.count()
    if played:
        click.echo(f"演示数据已在，没有重做；账号见 {_accounts_file()}")
    click.echo(f"线索 {leads} 条，台账问题 {cases} 个，留痕 {entries} 条；全部为虚构的演示数据")
