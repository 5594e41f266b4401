"""The private PostgreSQL cluster (内置数据库): made, started and stopped by the program itself, reached by socket only.

It serves trials, tests and small installations; a server named by `DATABASE_URL` takes its place in production.
PostgreSQL refuses to run as root and cannot enter /root, so for root the data folder lies below /var/lib/qingshan and
belongs to the user `postgres`; for everybody else it lies in the data folder. No TCP port is opened. Only the user who
runs the program (and PostgreSQL's own) can reach the socket and pass its `peer` check.
"""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import Any

import psycopg

from qingshan.config import database_sql
from qingshan.config.cluster_files import PORT, SUPERUSER, ClusterError, Place, initialise, make_folders, place_of, run
from qingshan.config.home import secret

START_SECONDS = 60.0
STOP_SECONDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What `qingshan cluster status` tells: process id of the server, or None when it does not run."""

    pid: int | None
    place: Place


def connect(database: str = "postgres", *, place: Place | None = None) -> psycopg.Connection[tuple[Any, ...]]:
    """Connect as superuser, each statement its own transaction.

    Raises:
        psycopg.OperationalError: the cluster does not run, or there is no such database.
    """
    place = place or place_of()
    return psycopg.connect(
        host=str(place.sockets), port=PORT, user=SUPERUSER, dbname=database, autocommit=True, connect_timeout=5
    )


def start(home: Path | None = None) -> Place:
    """Make the cluster if need be, start it if need be, and return when it answers and is prepared.

    Safe to call from many processes at once; costs a few milliseconds when it already runs.
    """
    place = place_of(home)
    if _is_ready(place):
        return place
    with _locked(place):
        _set_aside_foreign_data(place)
        make_folders(place)
        if not (place.data / "PG_VERSION").exists():
            initialise(place)
        if not _answers(place):
            _launch(place)
        _prepare(place)
    return place


def stop(home: Path | None = None) -> bool:
    """Stop the cluster, ending open connections; returns False when it did not run."""
    place = place_of(home)
    if not place.data.exists():
        return False
    with _locked(place):
        return _shut_down(place)


def status(home: Path | None = None) -> Status:
    """Tell whether the cluster runs."""
    place = place_of(home)
    return Status(pid=_server_pid(place), place=place)


def destroy(home: Path | None = None) -> None:
    """Stop the cluster and delete all its data. Uploads and secrets in the data folder stay."""
    place = place_of(home)
    if not place.base.exists():
        return
    with _locked(place):
        _shut_down(place)
        shutil.rmtree(place.base)
        shutil.rmtree(place.sockets, ignore_errors=True)


# --- making ----------------------------------------------------------------------------------------------------------


@contextmanager
def _locked(place: Place) -> Iterator[None]:
    """Hold the lock that only one starter or stopper of this data folder can have."""
    with (place.home / "cluster.lock").open("a") as handle:
        flock(handle, LOCK_EX)
        yield


def _set_aside_foreign_data(place: Place) -> None:
    """Move data away that another life of this path left behind, for instance a deleted and repeated clone.

    Its secrets are gone with its data folder, so it must not be mixed with the new one; it is kept, not deleted.
    """
    mark = place.base / "belongs-to"
    if not place.data.exists() or (mark.exists() and mark.read_text() == secret(place.home, "cluster")):
        return
    _shut_down(place)
    number = 1
    while (aside := place.base.with_name(f"{place.base.name}.aside-{number}")).exists():
        number += 1
    place.base.rename(aside)


def _prepare(place: Place) -> None:
    """Make roles and database once per cluster, and again when the statements change."""
    stamp = place.base / "prepared"
    wanted = database_sql.preparation_digest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    with connect(place=place) as server:
        for statement in database_sql.role_statements():
            server.execute(statement.encode())
    create_database(database_sql.DATABASE, place=place)
    stamp.write_text(wanted)


def create_database(name: str, *, place: Place | None = None, template: str = "template0") -> None:
    """Make and prepare a database of this name; one that exists is prepared again. A copy of a template is complete."""
    with connect(place=place) as server:
        if server.execute("SELECT FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
            server.execute(database_sql.create_database_statement(name, template=template).encode())
    if template == "template0":
        with connect(name, place=place) as database:
            for statement in database_sql.database_statements(name):
                database.execute(statement.encode())


def drop_database(name: str, *, place: Place | None = None) -> None:
    """Drop a database, ending connections to it."""
    with connect(place=place) as server:
        server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())


# --- running ---------------------------------------------------------------------------------------------------------


def _is_ready(place: Place) -> bool:
    """Tell whether the cluster answers, is ours and is prepared by the statements of this release."""
    stamp = place.base / "prepared"
    try:
        current = stamp.read_text() == database_sql.preparation_digest()
        ours = (place.base / "belongs-to").read_text() == secret(place.home, "cluster")
    except FileNotFoundError:
        return False
    return current and ours and _answers(place)


def _answers(place: Place) -> bool:
    """Tell whether a superuser connection succeeds now."""
    try:
        connect(place=place).close()
    except psycopg.OperationalError:
        return False
    return True


def _server_pid(place: Place) -> int | None:
    """Return the process id of this data folder's server; a stale pid file, even of a pid used anew, counts as none."""
    try:
        pid = int((place.data / "postmaster.pid").read_text().split("\n", 1)[0])
        runs_here = Path(f"/proc/{pid}/cwd").readlink() == place.data
    except (FileNotFoundError, ValueError, PermissionError, ProcessLookupError):
        return None
    return pid if runs_here else None


def _launch(place: Place) -> None:
    """Start the server and wait until it answers."""
    if _server_pid(place) is None:
        # Left by a machine that lost power; PostgreSQL would refuse if another process had got the same number since.
        (place.data / "postmaster.pid").unlink(missing_ok=True)
        for leftover in place.sockets.glob(".s.PGSQL.*"):
            leftover.unlink()
        run(place, ["pg_ctl", "start", "--no-wait", "-s", "--pgdata", str(place.data), "--log", str(place.log)])
    deadline = time.monotonic() + START_SECONDS
    while not _answers(place):
        if time.monotonic() > deadline:
            raise ClusterError(f"PostgreSQL did not answer within {START_SECONDS:.0f} s, see {place.log}")
        time.sleep(0.05)


def _shut_down(place: Place) -> bool:
    """Stop the server: no new connections, open ones ended, everything written."""
    pid = _server_pid(place)
    if pid is None:
        return False
    os.kill(pid, signal.SIGINT)
    deadline = time.monotonic() + STOP_SECONDS
    while _server_pid(place) == pid:
        if time.monotonic() > deadline:
            raise ClusterError(f"PostgreSQL (process {pid}) did not stop within {STOP_SECONDS} s, see {place.log}")
        time.sleep(0.05)
    return True
