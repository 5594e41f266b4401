"""The test database: made from a migrated template, used as the app role, thrown away afterwards.

The template is named after a digest of all migrations, so it is migrated once per change and not once per run. A
transactional test gets a fresh copy for its successor: tables like the journal refuse to be emptied, on purpose.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from django.core.management import call_command
from django.db import connections

import qingshan
from qingshan.config import cluster, database_sql
from qingshan.config.home import home_folder

ALIAS = "default"
TEMPLATE_PREFIX = "qs_template_"
RUN_PREFIX = "qs_test_"
TEMPLATES_KEPT = 3


def run_name() -> str:
    """Name of this run's database; the process number tells later runs whether it is still in use."""
    return f"{RUN_PREFIX}{os.getpid()}"


def migrations_digest() -> str:
    """Digest over everything that decides what a migrated database looks like."""
    package = Path(qingshan.__file__).parent
    parts = [database_sql.preparation_digest(), version("django"), version("procrastinate"), version("django-axes")]
    files = sorted([*package.glob("**/migrations/*.py"), *package.glob("**/*.sql")])
    parts += [f"{file.relative_to(package)}:{sha256(file.read_bytes()).hexdigest()}" for file in files]
    return sha256("\n".join(parts).encode()).hexdigest()[:12]


@contextmanager
def _template_lock() -> Iterator[None]:
    with (home_folder() / "template.lock").open("a") as handle:
        flock(handle, LOCK_EX)
        yield


def ensure_template() -> str:
    """Return the name of a template migrated to the present state, making it if need be."""
    name = TEMPLATE_PREFIX + migrations_digest()
    with _template_lock(), cluster.connect() as server:
        row = server.execute("SELECT datistemplate FROM pg_database WHERE datname = %s", [name]).fetchone()
        if row == (True,):
            return name
        cluster.drop_database(name)
        cluster.create_database(name)
        _migrate(name)
        server.execute(f'ALTER DATABASE "{name}" IS_TEMPLATE true ALLOW_CONNECTIONS false')
        _drop_old_templates()
    return name


def _migrate(name: str) -> None:
    """Migrate as the owner role, then point the connection back to the app role."""
    connection = connections[ALIAS]
    before = {key: connection.settings_dict[key] for key in ("NAME", "USER")}
    connection.close()
    connection.settings_dict.update(NAME=name, USER=database_sql.OWNER)
    try:
        call_command("migrate", interactive=False, verbosity=0)
    finally:
        connection.close()
        connection.settings_dict.update(before)


def _drop_old_templates() -> None:
    with cluster.connect() as server:
        old = server.execute(
            "SELECT datname FROM pg_database WHERE datname LIKE %s ORDER BY oid DESC OFFSET %s",
            [TEMPLATE_PREFIX + "%", TEMPLATES_KEPT],
        ).fetchall()
        for (name,) in old:
            server.execute(f'ALTER DATABASE "{name}" IS_TEMPLATE false')
            cluster.drop_database(name)


def drop_leftovers() -> None:
    """Drop databases of runs whose process is gone."""
    with cluster.connect() as server:
        rows = server.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [RUN_PREFIX + "%"]).fetchall()
    for (name,) in rows:
        if not Path("/proc", name.removeprefix(RUN_PREFIX)).exists():
            cluster.drop_database(name)


def do_not_wait_for_disks() -> None:
    """Let the cluster of the tests answer before its data lie safely on disk: a copied database in a tenth of the time.

    A crash would spoil the cluster; it holds nothing but test data.
    """
    with cluster.connect() as server:
        if server.execute("SHOW fsync").fetchone() == ("on",):
            for name in ("fsync", "full_page_writes", "synchronous_commit"):
                server.execute(f"ALTER SYSTEM SET {name} = off")
            server.execute("SELECT pg_reload_conf()")


def renew(template: str) -> None:
    """Replace this run's database by a fresh copy of the template."""
    for connection in connections.all(initialized_only=True):
        connection.close()
    cluster.drop_database(run_name())
    cluster.create_database(run_name(), template=template)
