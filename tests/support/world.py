"""The second step of the test database: a county with its plan, areas, units, posts and the cast of `tests/cast.py`.

Loading takes seconds, so it is done once per change and kept as a template of its own, named after a digest of the
migrated template, the plan folder and the code that loads it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from django.db import connections

import qingshan
from qingshan.commons.base.scope import system_scope
from qingshan.config import cluster
from qingshan.interfaces.cli.loading import load_folder
from tests import cast
from tests.support import database

WORLD_PREFIX = "qs_world_"
_LOADERS = (
    "interfaces/cli/loading.py",
    "contexts/campaigns",
    "commons/base",
    "commons/people",
    "commons/places",
    "geo",
)


def _digest(template: str) -> str:
    package = Path(qingshan.__file__).parent
    files = [Path(cast.__file__), Path(__file__), *(package / "domain").glob("plan*.py")]
    for name in _LOADERS:
        files += [package / name] if name.endswith(".py") else (package / name).rglob("*.py")
    files += [file for file in cast.PLAN.glob("*") if file.is_file() and file.suffix != ".md"]
    parts = [template, *(f"{file}:{sha256(file.read_bytes()).hexdigest()}" for file in sorted(files))]
    return sha256("\n".join(parts).encode()).hexdigest()[:12]


def ensure_world(template: str) -> str:
    """Return the name of a template that holds the county and the cast, making it from ``template`` if need be."""
    name = WORLD_PREFIX + _digest(template)
    with database._template_lock(), cluster.connect() as server:
        row = server.execute("SELECT datistemplate FROM pg_database WHERE datname = %s", [name]).fetchone()
        if row == (True,):
            return name
        cluster.drop_database(name)
        cluster.create_database(name, template=template)
        with _connected_to(name):
            _settle()
        server.execute(f'ALTER DATABASE "{name}" IS_TEMPLATE true ALLOW_CONNECTIONS false')
        _drop_old_worlds()
    return name


def _settle() -> None:
    with system_scope():
        load_folder(cast.PLAN, now=cast.START, loaded_by="测试")
        cast.seat()


@contextmanager
def _connected_to(name: str) -> Iterator[None]:
    connection = connections[database.ALIAS]
    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before


def _drop_old_worlds() -> None:
    with cluster.connect() as server:
        old = server.execute(
            "SELECT datname FROM pg_database WHERE datname LIKE %s ORDER BY oid DESC OFFSET %s",
            [WORLD_PREFIX + "%", database.TEMPLATES_KEPT],
        ).fetchall()
        for (name,) in old:
            server.execute(f'ALTER DATABASE "{name}" IS_TEMPLATE false')
            cluster.drop_database(name)
