"""`qingshan cluster`: the private PostgreSQL cluster of this data folder."""

from __future__ import annotations

import sys

import click

from qingshan.config import cluster as private
from qingshan.config import database_sql, database_url
from qingshan.config.cluster_files import place_of


@click.group()
def cluster() -> None:
    """内置数据库：只用 unix 套接字，不开 TCP 端口。设置 DATABASE_URL 时不使用。"""


@cluster.command()
def start() -> None:
    """启动；第一次会建立数据目录、角色、数据库和扩展。"""
    if database_url.is_external():
        click.echo("DATABASE_URL is set: that server is used, no private cluster is started")
        return
    place = private.start()
    click.echo(f"running: socket {place.sockets}, data {place.data}")


@cluster.command()
def stop() -> None:
    """停止。"""
    click.echo("stopped" if private.stop() else "not running")


@cluster.command()
def status() -> None:
    """显示状态；未运行时退出码为 3。"""
    found = private.status()
    place = found.place
    click.echo(f"{'running, process ' + str(found.pid) if found.pid else 'not running'}")
    click.echo(f"data {place.data}\nsocket {place.sockets}\nlog {place.log}")
    if found.pid is None:
        sys.exit(3)


@cluster.command()
@click.option("--yes", is_flag=True, help="不再询问。")
def destroy(*, yes: bool) -> None:
    """停止并删除内置数据库的全部数据。"""
    place = place_of()
    if not yes:
        click.confirm(f"Delete all data in {place.base}?", abort=True)
    private.destroy()
    click.echo(f"deleted {place.base}")


@cluster.command()
def sql() -> None:
    """打印准备外部服务器的 SQL（由管理员用 psql 执行）。"""
    click.echo(database_sql.preparation_script(), nl=False)
