"""`qingshan practice`: a training copy of the campaign (演练环境) whose acts can never reach a figure.

The copy is an installation of its own: its data folder is ``practice/`` below the real one, with its own database,
files and secrets. It starts with the plan, places, units, posts, people and sign-ins of the real one, and with no
matter. Every page, print and export of it says that it is practice.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import click

from qingshan.config import cluster, database_url
from qingshan.config.clock import clock_file
from qingshan.config.environment import flag
from qingshan.config.home import home_folder
from qingshan.interfaces.cli.main import need_database

FOLDER = "practice"
MARK = "【演练】"


def practice_home() -> Path:
    """Data folder of the practice copy."""
    return home_folder() / FOLDER


def practice_environment() -> dict[str, str]:
    """Environment of the practice copy's processes. An external database is named by ``PRACTICE_DATABASE_URL``."""
    environment = {**os.environ, "QINGSHAN_HOME": str(practice_home()), "QINGSHAN_PRACTICE": "1"}
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL"):
        environment.pop(name, None)
        if f"PRACTICE_{name}" in os.environ:
            environment[name] = os.environ[f"PRACTICE_{name}"]
    return environment


def exists() -> bool:
    """Whether a practice copy was made."""
    return (practice_home() / "made").exists()


@click.group()
def practice() -> None:
    """演练环境：用本县的方案、单位、职务、人员练习，办的事不进入台账和统计。"""


@practice.command()
@click.option("--yes", is_flag=True, help="已有演练数据时直接清空重建。")
def renew(*, yes: bool) -> None:
    """新建演练环境；已有的清空重建。账号和口令与正式系统相同。"""
    _refuse_inside()
    if exists() and not yes:
        click.confirm("演练环境里已有数据，清空重建？", abort=True)
    need_database()
    _clear()
    practice_home().mkdir(mode=0o700, parents=True, exist_ok=True)
    copied = practice_home() / "copied.jsonl"
    count = _copy_out(copied)
    if clock_file().exists():
        shutil.copyfile(clock_file(), practice_home() / clock_file().name)
    try:
        _inside("migrate")
        _inside("practice", "fill", str(copied))
    finally:
        copied.unlink()
    (practice_home() / "made").touch()
    click.echo(f"演练环境已建好：方案、单位、职务、人员共 {count} 项，没有线索和台账问题")
    click.echo("运行：qingshan serve --practice 127.0.0.1:8001")


@practice.command()
@click.option("--yes", is_flag=True, help="不再询问。")
def remove(*, yes: bool) -> None:
    """删除演练环境的全部数据。"""
    _refuse_inside()
    if not yes:
        click.confirm("删除演练环境的全部数据？", abort=True)
    _clear()
    click.echo("演练环境已删除")


@practice.command(hidden=True)
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def fill(file: Path) -> None:
    """Load what was copied; runs in the practice copy only."""
    if not flag("QINGSHAN_PRACTICE"):
        raise click.ClickException("这里不是演练环境")
    need_database()
    from django.core import serializers

    from qingshan.commons.base.scope import system_scope
    from qingshan.commons.people.models import Account
    from qingshan.contexts.campaigns.public import mark_practice

    with system_scope(), file.open(encoding="utf-8") as stream:
        # One server has many names (localhost, 127.0.0.1): that this is not the real database is asked of itself.
        if Account.objects.exists():
            raise click.ClickException("这个数据库里已有账号，可能就是正式数据库，没有写入；请为演练另建一个空的数据库")
        for row in serializers.deserialize("jsonl", stream):
            row.save()
        mark_practice(mark=MARK)


def _refuse_inside() -> None:
    if flag("QINGSHAN_PRACTICE"):
        raise click.ClickException("这里已是演练环境；请在正式系统的环境里执行")
    if not database_url.is_external() or "PRACTICE_DATABASE_URL" not in os.environ:
        return
    real, copy = (_place(os.environ[name]) for name in ("DATABASE_URL", "PRACTICE_DATABASE_URL"))
    if real == copy:
        raise click.ClickException("PRACTICE_DATABASE_URL 指向了正式数据库，请为演练另建一个数据库")


def _place(address: str) -> tuple[str, str, str]:
    """Which database an address names, whoever signs in to it."""
    server = database_url.parse(address)
    return (str(server["HOST"]), str(server["PORT"] or "5432"), str(server["NAME"]))


def _clear() -> None:
    """Remove the copy: database and folder. An external practice database is emptied by its own tables' owner."""
    home = practice_home()
    if not home.exists():
        return
    if "DATABASE_URL" not in practice_environment():
        cluster.destroy(home)
    elif exists():
        raise click.ClickException(
            "演练环境用的是自备的数据库，请由数据库管理员删除后重新建库（见 docs/howto/production.md 第 7 节），"
            f"再删除 {home}，然后重新执行"
        )
    shutil.rmtree(home)


def _copy_out(file: Path) -> int:
    """Write the registers that practice needs, parents before children; returns how many rows."""
    from django.apps import apps
    from django.core import serializers

    from qingshan.commons.base.scope import system_scope

    count = 0
    with system_scope(), file.open("w", encoding="utf-8") as stream:
        for label, names in REGISTERS.items():
            for name in names:
                rows = apps.get_model(label, name).objects.order_by(*ORDER.get(name, ("pk",)))
                count += rows.count()
                serializers.serialize("jsonl", rows.iterator(chunk_size=200), stream=stream)
    file.chmod(0o600)
    return count


REGISTERS = {
    "base": ("CalendarDay",),
    "places": ("Division", "Area"),
    "people": ("Unit", "Post", "Person", "Holding", "Account"),
    "campaigns": ("Campaign", "PlanVersion"),
}
"""What a practice copy starts with, in the order of their foreign keys. No matter, no journal, no file."""
ORDER = {"Division": ("code",), "Unit": ("sort", "slug")}


def _inside(*arguments: str) -> None:
    """Run one of our commands in the practice copy."""
    command = [sys.executable, "-c", "from qingshan.config.entry import main; main()", *arguments]
    found = subprocess.run(command, env=practice_environment(), capture_output=True, text=True, check=False)  # noqa: S603 - our own program
    if found.returncode:
        said = (found.stderr or found.stdout).strip().splitlines()
        raise click.ClickException(f"演练环境没有建成：{said[-1] if said else '原因不明'}")
