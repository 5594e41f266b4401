"""A server named by DATABASE_URL: prepared by the printed SQL, used without touching the private cluster."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from qingshan.config import cluster, database_sql, database_url
from qingshan.config.cluster_files import SUPERUSER, place_of, programs_folder


def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run `qingshan` in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", "from qingshan.config.entry import main; main()", *arguments],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "qingshan.config.settings", **variables},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (
            "postgresql://app:p%40ss@db.example:6432/qs?sslmode=require",
            {"NAME": "qs", "USER": "app", "PASSWORD": "p@ss", "HOST": "db.example", "PORT": "6432",
             "OPTIONS": {"sslmode": "require"}},
        ),
        (
            "postgres://app@/qs?host=/run/postgresql&port=5433",
            {"NAME": "qs", "USER": "app", "PASSWORD": "", "HOST": "/run/postgresql", "PORT": "5433", "OPTIONS": {}},
        ),
    ],
)  # fmt: skip
def test_addresses_are_read(address: str, expected: dict[str, Any]) -> None:
    assert database_url.parse(address) == expected


@pytest.mark.parametrize("address", ["mysql://a@b/c", "postgresql://a@b/", "qingshan"])
def test_wrong_addresses_are_refused(address: str) -> None:
    with pytest.raises(database_url.DatabaseUrlError, match="postgresql://"):
        database_url.parse(address)


def test_another_login_takes_on_the_role(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://admin@h/qs")
    assert database_url.server_settings("app")["OPTIONS"] == {"options": "-c role=qingshan_app"}
    assert database_url.server_settings("owner")["OPTIONS"] == {"options": "-c role=qingshan_owner"}
    monkeypatch.setenv("DATABASE_OWNER_URL", "postgresql://qingshan_owner:x@h/qs")
    assert database_url.server_settings("owner")["USER"] == "qingshan_owner"
    assert database_url.server_settings("owner")["OPTIONS"] == {}


def test_printed_sql_prepares_a_server_and_migrate_uses_it(spare_home: Path, tmp_path: Path) -> None:
    place = place_of(spare_home)
    cluster.drop_database(database_sql.DATABASE, place=place)
    script = run("cluster", "sql").stdout
    for _ in range(2):
        psql = subprocess.run(
            [str(programs_folder(place) / "psql"), "-q", "-h", str(place.sockets), "-U", SUPERUSER, "postgres"],
            input=script, text=True, capture_output=True, check=False,
        )  # fmt: skip
        assert psql.returncode == 0, psql.stderr
    address = f"postgresql://{SUPERUSER}@/qingshan?host={quote(str(place.sockets))}"
    done = run("migrate", DATABASE_URL=address, QINGSHAN_HOME=str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert cluster.status(tmp_path).pid is None
    with cluster.connect(database_sql.DATABASE, place=place) as server:
        row = server.execute("SELECT tableowner FROM pg_tables WHERE tablename = 'procrastinate_jobs'").fetchone()
    assert row == (database_sql.OWNER,)


def test_unprepared_server_is_explained(spare_home: Path, tmp_path: Path) -> None:
    address = f"postgresql://{SUPERUSER}@/postgres?host={quote(str(place_of(spare_home).sockets))}"
    done = run("migrate", DATABASE_URL=address, QINGSHAN_HOME=str(tmp_path))
    assert done.returncode == 1
    assert "qingshan cluster sql" in done.stderr
    assert "Traceback" not in done.stderr
