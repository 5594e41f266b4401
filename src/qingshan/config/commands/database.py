"""`qingshan migrate`, `dbshell`, `manage`: tables, psql, Django's own commands."""

from __future__ import annotations

import os
import sys

import click
import psycopg

from qingshan.config import cluster_files, database_url
from qingshan.config.commands.doubled_holders import end_doubled_holders, note_ended_holders
from qingshan.interfaces.cli.main import need_database

HINT = "qingshan cluster sql | psql ADMINISTRATOR-URL"


@click.command()
def migrate() -> None:
    """建立或升级数据表（以表所有者身份）。可重复执行。"""
    os.environ["QINGSHAN_DB_ROLE"] = "owner"
    need_database()
    if database_url.is_external():
        _check_server()
    from django.core.management import call_command

    end_doubled_holders()
    call_command("migrate", interactive=False, verbosity=1)
    note_ended_holders()
    _check_queue_rights()


def _check_server() -> None:
    """End with an explanation when the external server was not prepared."""
    from django.db import DatabaseError, connection

    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_extension WHERE extname = 'postgis'")
            prepared = cursor.fetchone() == (1,)
    except DatabaseError as error:
        raise click.ClickException(f"cannot work as the owner role: {error}Prepare the server first: {HINT}") from error
    if not prepared:
        raise click.ClickException(f"this database has no PostGIS. Prepare the server first: {HINT}")


def _check_queue_rights() -> None:
    """Make sure the app role may use every table, the queue's among them; rights come with the tables' making.

    They are missing only when the tables were made before the server was prepared.
    """
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND c.relname LIKE 'procrastinate%%'"
            " AND NOT has_table_privilege(%s, c.oid, 'SELECT, INSERT, UPDATE, DELETE')",
            [database_url.ROLE_NAMES["app"]],
        )
        closed = [name for (name,) in cursor.fetchall()]
    if closed:
        raise click.ClickException(f"the app role may not use {', '.join(closed)}. Prepare the server again: {HINT}")


@click.command(context_settings={"ignore_unknown_options": True})
@click.option("--role", type=click.Choice(["app", "owner"]), default="app", show_default=True, help="以何角色连接。")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def dbshell(*, role: str, arguments: tuple[str, ...]) -> None:
    """打开 psql；其后的参数原样交给 psql，例如 `qingshan dbshell -- -c "select 1"`。"""
    server = database_url.server_settings(role)
    options = dict(server["OPTIONS"])
    conninfo = psycopg.conninfo.make_conninfo(
        **{
            "dbname": server["NAME"],
            "user": server["USER"] or None,
            "host": server["HOST"] or None,
            "port": server["PORT"] or None,
            **options,
        }
    )
    environment = dict(os.environ)
    # Whoever has a shell on the server is its operator: he sees the rows of every scope, as the other commands do.
    environment["PGOPTIONS"] = f"{environment.get('PGOPTIONS', '')} -c qingshan.system=on".strip()
    if server["PASSWORD"]:
        environment["PGPASSWORD"] = server["PASSWORD"]
    psql = "psql" if database_url.is_external() else str(cluster_files.programs_folder() / "psql")
    sys.stdout.flush()
    os.execvpe(psql, [psql, conninfo, *arguments], environment)  # noqa: S606 - replaces this process on purpose


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def manage(*, arguments: tuple[str, ...]) -> None:
    """运行 Django 的管理命令，例如 `qingshan manage makemigrations --check`。"""
    from django.core.management import execute_from_command_line

    execute_from_command_line(["qingshan manage", *arguments])
