"""The private cluster starts once, survives power loss, and opens to nobody else."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from qingshan.config import cluster, database_sql
from qingshan.config.cluster_files import ClusterError, place_of


def in_other_process(home: Path, action: str) -> subprocess.Popen[bytes]:
    """Run a `qingshan cluster` command for another data folder."""
    environment = {**os.environ, "QINGSHAN_HOME": str(home)}
    return subprocess.Popen([sys.executable, "-c", "from qingshan.config.entry import main; main()", "cluster", action],
                            env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)  # fmt: skip


def test_starting_a_running_cluster_is_quick_and_changes_nothing(spare_home: Path) -> None:
    before = cluster.status(spare_home).pid
    began = time.monotonic()
    cluster.start(spare_home)
    assert time.monotonic() - began < 0.5
    assert cluster.status(spare_home).pid == before


def test_stopped_and_started_within_two_seconds(spare_home: Path) -> None:
    assert cluster.stop(spare_home) is True
    assert cluster.status(spare_home).pid is None
    assert cluster.stop(spare_home) is False
    began = time.monotonic()
    cluster.start(spare_home)
    assert time.monotonic() - began < 2


def test_two_starters_at_once_share_one_server(spare_home: Path) -> None:
    cluster.stop(spare_home)
    starters = [in_other_process(spare_home, "start") for _ in range(3)]
    outputs = [starter.communicate(timeout=60)[0] for starter in starters]
    assert [starter.returncode for starter in starters] == [0, 0, 0], outputs
    assert cluster.status(spare_home).pid is not None


def test_stale_process_number_of_a_living_stranger_is_no_obstacle(spare_home: Path) -> None:
    pid = cluster.status(spare_home).pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    pid_file = place_of(spare_home).data / "postmaster.pid"
    while cluster.status(spare_home).pid is not None:
        time.sleep(0.05)
    lines = pid_file.read_text().split("\n")
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]))
    assert cluster.status(spare_home).pid is None
    cluster.start(spare_home)
    assert cluster.status(spare_home).pid not in {None, os.getpid()}


def test_socket_and_data_are_closed_to_others(spare_home: Path) -> None:
    place = place_of(spare_home)
    for folder in (place.sockets, place.data):
        assert stat.S_IMODE(folder.stat().st_mode) & 0o077 == 0
    assert len(str(place.sockets / ".s.PGSQL.5432")) < 107


def test_no_tcp_port_and_full_durability(spare_home: Path) -> None:
    with cluster.connect(place=place_of(spare_home)) as server:
        shown = {
            name: server.execute(f"SHOW {name}").fetchone()
            for name in ("listen_addresses", "fsync", "full_page_writes", "synchronous_commit", "data_checksums")
        }
    assert shown.pop("listen_addresses") == ("",)
    assert set(shown.values()) == {("on",)}


def test_roles_and_database_are_prepared(spare_home: Path) -> None:
    with cluster.connect(database_sql.DATABASE, place=place_of(spare_home)) as server:
        rows = server.execute(
            "SELECT rolname, rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb FROM pg_roles"
            " WHERE rolname LIKE 'qingshan%' ORDER BY 1"
        ).fetchall()
        extensions = server.execute("SELECT extname FROM pg_extension").fetchall()
    assert rows == [(role, False) for role in sorted(database_sql.ROLES)]
    assert {(name,) for name in database_sql.EXTENSIONS} <= set(extensions)


def test_preparation_may_be_repeated_and_changes_are_carried_out(spare_home: Path) -> None:
    stamp = place_of(spare_home).base / "prepared"
    stamp.write_text("statements of an older release")
    with cluster.connect(database_sql.DATABASE, place=place_of(spare_home)) as server:
        server.execute("ALTER FUNCTION geometry_overlaps(geometry, geometry) NOT LEAKPROOF")
    cluster.start(spare_home)
    with cluster.connect(database_sql.DATABASE, place=place_of(spare_home)) as server:
        row = server.execute(
            "SELECT proleakproof FROM pg_proc WHERE oid = 'geometry_overlaps(geometry, geometry)'::regprocedure"
        ).fetchone()
    assert row == (True,)
    assert stamp.read_text() == database_sql.preparation_digest()


def test_data_of_a_deleted_data_folder_are_set_aside_not_mixed_in(spare_home: Path) -> None:
    place = place_of(spare_home)
    with cluster.connect(place=place) as server:
        server.execute("CREATE DATABASE of_an_earlier_life")
    (spare_home / "secrets" / "cluster").unlink()
    cluster.start(spare_home)
    with cluster.connect(place=place) as server:
        names = server.execute("SELECT datname FROM pg_database").fetchall()
    assert ("of_an_earlier_life",) not in names
    aside = place.base.with_name(f"{place.base.name}.aside-1")
    assert (aside / "data" / "PG_VERSION").exists()
    shutil.rmtree(aside)


def test_socket_folder_of_somebody_else_is_refused(spare_home: Path) -> None:
    place = place_of(spare_home)
    cluster.stop(spare_home)
    place.sockets.chmod(0o777)
    with pytest.raises(ClusterError, match="open to others"):
        cluster.start(spare_home)
    place.sockets.chmod(0o700)
    cluster.start(spare_home)
