"""Console script `qingshan`: the commands of the interfaces plus those that run the installation itself."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click

from qingshan import __version__
from qingshan.config.cluster_files import ClusterError
from qingshan.config.database_url import DatabaseUrlError
from qingshan.config.environment import BadVariable
from qingshan.interfaces.cli.main import COMMANDS, Entry, LazyGroup, need_database

OWN_COMMANDS: Sequence[Entry] = (
    Entry(
        name="cluster",
        module="qingshan.config.commands.cluster",
        help="内置数据库：启动、停止。",
        database=False,
    ),
    Entry(name="api", module="qingshan.config.commands.api", help="程序接口的说明。"),
    Entry(name="dbshell", module="qingshan.config.commands.database", help="打开 psql。"),
    Entry(name="migrate", module="qingshan.config.commands.database", help="建立或升级数据表。", database=False),
    Entry(
        name="upgrade",
        module="qingshan.config.commands.upgrade",
        help="升级到本版本：备份、升级数据表、自检。",
        database=False,
    ),
    Entry(
        name="practice",
        module="qingshan.config.commands.practice",
        help="演练环境：一份练习用的副本，办的事不进入台账。",
        database=False,
    ),
    Entry(name="serve", module="qingshan.config.commands.serve", help="运行网站和后台任务。", database=False),
    Entry(name="manage", module="qingshan.config.commands.database", help="Django 的管理命令。"),
)


def prepare_database() -> None:
    """Start the private cluster unless a server is named, and load Django."""
    import django

    from qingshan.config import cluster, database_url

    if not database_url.is_external():
        cluster.start()
    django.setup()


def build_group() -> LazyGroup:
    """Return the whole command line."""
    group = LazyGroup(
        entries=(*OWN_COMMANDS, *COMMANDS), name="qingshan", help="青山：县级打击非法采矿专项行动的业务系统。"
    )
    return click.version_option(__version__)(group)


def main() -> None:
    """Run the command line; what the user can mend is told in one line, without a traceback."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qingshan.config.settings")
    need_database.install(prepare_database)
    try:
        build_group()()
    except (ClusterError, DatabaseUrlError, BadVariable) as error:
        click.echo(f"qingshan: {error}", err=True)
        sys.exit(2)
