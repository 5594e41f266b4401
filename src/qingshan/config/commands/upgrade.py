"""`qingshan upgrade`: bring an installation from any earlier release to this one, step by step."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import click
import psycopg

from qingshan.config import cluster, cluster_files, database_sql, database_url
from qingshan.config.home import home_folder
from qingshan.interfaces.cli.main import need_database

STEPS_LEFT = "重新启动服务后生效：systemctl restart qingshan"


@click.command()
@click.option(
    "--backup",
    type=click.Path(path_type=Path, file_okay=False),
    help="先把数据库和密钥备份到此文件夹（内置数据库默认备份到数据目录的 backups/）。",
)
@click.option("--no-backup", is_flag=True, help="不备份（例如刚用别的办法备份过）。")
def upgrade(*, backup: Path | None, no_backup: bool) -> None:
    """升级：备份、检查服务器准备、升级数据表、补建派生数据、自检。可重复执行，中断后重来即可。"""
    if no_backup and backup is not None:
        raise click.UsageError("--backup 和 --no-backup 只能用一个")
    if not database_url.is_external():
        cluster.start()
    if not no_backup:
        _back_up(backup or home_folder() / "backups")
    _in_own_process("migrate")
    os.environ.pop("QINGSHAN_DB_ROLE", None)
    need_database()
    _derive()
    _check()
    click.echo(STEPS_LEFT)


def _back_up(folder: Path) -> None:
    """Dump the database beside a copy of the secrets; an unfinished dump never bears the final name."""
    stamp = datetime.now().astimezone().strftime("%Y%m%d-%H%M%S")
    target = folder / stamp
    target.mkdir(parents=True, mode=0o700)
    dump, draft = target / "database.dump", target / "database.dump.part"
    command, environment = _dump_command()
    with draft.open("wb") as out:
        found = subprocess.run(command, stdout=out, stderr=subprocess.PIPE, env=environment, check=False)  # noqa: S603
    if found.returncode:
        shutil.rmtree(target)
        reason = found.stderr.decode(errors="replace").strip().splitlines()
        raise click.ClickException(
            f"备份没有成功，升级没有开始：{reason[-1] if reason else '原因不明'}。可先自行备份，再用 --no-backup 升级"
        )
    draft.rename(dump)
    shutil.copytree(home_folder() / "secrets", target / "secrets", dirs_exist_ok=True)
    click.echo(
        f"已备份：{dump}（{dump.stat().st_size / 1e6:.1f} MB）和密钥；上传的原件请另行备份：{home_folder() / 'files'}"
    )


def _dump_command() -> tuple[list[str], dict[str, str]]:
    """Program and environment of a whole dump: as superuser of the private cluster, else as the named owner."""
    environment = dict(os.environ)
    if not database_url.is_external():
        place = cluster_files.place_of()
        where = ["--host", str(place.sockets), "--port", str(cluster_files.PORT), "--username", cluster_files.SUPERUSER]
        return [str(cluster_files.programs_folder() / "pg_dump"), "-Fc", *where, database_sql.DATABASE], environment
    program = shutil.which("pg_dump")
    if program is None:
        raise click.ClickException("没有 pg_dump：请安装 postgresql-client，或自行备份后用 --no-backup 升级")
    server = database_url.server_settings("owner")
    # The owner is bound by row security like everybody: it dumps within the scope that sees everything.
    scope = "-c qingshan.system=on"
    options = dict(server["OPTIONS"])
    environment["PGOPTIONS"] = " ".join(filter(None, [environment.get("PGOPTIONS"), options.pop("options", ""), scope]))
    if server["PASSWORD"]:
        environment["PGPASSWORD"] = server["PASSWORD"]
    named = psycopg.conninfo.make_conninfo(
        dbname=server["NAME"], user=server["USER"] or None, host=server["HOST"] or None, port=server["PORT"] or None,
        **options,
    )  # fmt: skip
    return [program, "-Fc", "--enable-row-security", "--dbname", named], environment


def _in_own_process(*arguments: str) -> None:
    """Run one of our commands as the tables' owner; its connection must not outlive it."""
    command = [sys.executable, "-c", "from qingshan.config.entry import main; main()", *arguments]
    if subprocess.run(command, check=False).returncode:  # noqa: S603 - our own program
        raise click.ClickException("升级数据表没有成功，原因见上；数据没有损坏，排除原因后重新执行 qingshan upgrade")


def _derive() -> None:
    """Make what later releases derive from what earlier ones stored."""
    from qingshan.commons.base.scope import system_scope
    from qingshan.contexts.cases.public import index_missing_names

    with system_scope():
        made = index_missing_names()
    if made:
        click.echo(f"已补建 {made} 个姓名、企业名称的查找索引")


def _check() -> None:
    """Django's own deployment checks at error level."""
    from django.core.management import call_command

    call_command("check", fail_level="ERROR", verbosity=0)
    click.echo("自检通过")
