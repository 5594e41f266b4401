"""A database as an earlier release left it, with a played county in it, comes to this release whole."""

from __future__ import annotations

import gzip
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from qingshan.config import cluster, cluster_files

EARLIER = Path(__file__).parents[1] / "data" / "upgrade" / "2026-11-24.sql.gz"
NAME = f"qs_upgrade_{os.getpid()}"

SECOND_HOLDER = """
INSERT INTO people_holding (id, person_id, post_id, since)
  SELECT gen_random_uuid(), (SELECT id FROM people_person WHERE id <> h.person_id ORDER BY name LIMIT 1), h.post_id,
    h.since + 5
  FROM people_holding h JOIN people_post p ON p.id = h.post_id
  WHERE h.until IS NULL AND p.slug LIKE '%village-patroller%' ORDER BY p.slug LIMIT 1
"""
"""What the first release allowed: a second person in a post that somebody holds."""
ENTRIES = 444
"""Those of the earlier release, and one for the holding that had to end."""

SHAPE = {
    "columns": "SELECT table_name, column_name, udt_name, is_nullable, is_generated FROM information_schema.columns"
    " WHERE table_schema = 'public'",
    "indexes": "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "constraints": "SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE connamespace = 'public'::regnamespace",
    "policies": "SELECT tablename, policyname, cmd, qual, with_check FROM pg_policies WHERE schemaname = 'public'",
    "forced": "SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class WHERE relkind = 'r'"
    " AND relnamespace = 'public'::regnamespace",
    "triggers": "SELECT tgrelid::regclass::text, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    "functions": "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
    " AND proname ~ '^(qs_|journal_|search_|leads_|cases_)'",
    "rights": "SELECT table_name, grantee, privilege_type FROM information_schema.role_table_grants"
    " WHERE table_schema = 'public' AND grantee LIKE 'qingshan%'",
}


@pytest.fixture(scope="module")
def upgraded() -> Iterator[dict[str, str]]:
    """Environment of processes that work on the earlier database after `qingshan upgrade`."""
    place = cluster.start()
    cluster.create_database(NAME)
    psql = [
        str(cluster_files.programs_folder() / "psql"),
        "-qX",
        "-h",
        str(place.sockets),
        "-U",
        "postgres",
        "-d",
        NAME,
    ]
    restored = subprocess.run(
        [*psql, "-o", "/dev/null"], input=gzip.decompress(EARLIER.read_bytes()), capture_output=True, check=False
    )
    assert b"ERROR" not in restored.stderr, restored.stderr.decode()[-2000:]
    with cluster.connect(NAME) as server:
        server.execute(SECOND_HOLDER.encode())
    url = f"postgresql://postgres@/{NAME}?host={place.sockets}&port={cluster_files.PORT}"
    environment = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "qingshan.config.settings"}
    environment.pop("DATABASE_OWNER_URL", None)
    said = _qingshan(environment, "upgrade", "--no-backup")
    assert "自检通过" in said
    yield environment
    cluster.drop_database(NAME)


@pytest.fixture(scope="module")
def new(django_db_setup: None) -> str:
    """Name of a database that this release made: the one of this test run."""
    return str(connections["default"].settings_dict["NAME"])


def _qingshan(environment: dict[str, str], *arguments: str) -> str:
    command = [sys.executable, "-c", "from qingshan.config.entry import main; main()", *arguments]
    found = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout + found.stderr
    return found.stdout


def _plain(rows: set[tuple[Any, ...]]) -> set[tuple[str, ...]]:
    """Without the casts and brackets that a dump and its restoring put into conditions."""
    return {tuple(re.sub(r"::(text|character varying)(\[\])?|[()\s]", "", str(cell)) for cell in row) for row in rows}


def _rows(database: str, sql: str) -> set[tuple[Any, ...]]:
    with cluster.connect(database) as server:
        return set(server.execute(sql.encode()).fetchall())


@pytest.mark.parametrize("part", SHAPE)
def test_its_schema_is_that_of_a_new_database(upgraded: dict[str, str], new: str, part: str) -> None:
    there, wanted = _plain(_rows(NAME, SHAPE[part])), _plain(_rows(new, SHAPE[part]))
    assert there - wanted == set()
    assert wanted - there == set()


def test_nothing_was_lost(upgraded: dict[str, str]) -> None:
    there = _rows(
        NAME,
        "SELECT (SELECT count(*) FROM leads_lead), (SELECT count(*) FROM cases_case),"
        " (SELECT count(*) FROM journal_entry), (SELECT count(*) FROM journal_seal),"
        " (SELECT count(*) FROM people_account)",
    )
    assert there == {(57, 23, ENTRIES, 13, 24)}


def test_the_journal_is_whole(upgraded: dict[str, str]) -> None:
    found = json.loads(_qingshan(upgraded, "journal", "verify", "--json").splitlines()[-1])
    assert (found["entries"], found["breaks"]) == (ENTRIES, [])


def test_of_two_in_one_post_the_newer_stays_and_the_journal_says_so(upgraded: dict[str, str]) -> None:
    doubled = (
        "SELECT h.until - n.since, h.end_reason <> '', n.until FROM people_holding h"
        " JOIN people_holding n ON n.post_id = h.post_id AND n.id <> h.id AND n.since > h.since"
    )
    assert _rows(NAME, doubled) == {(-1, True, None)}
    said = (
        "SELECT payload LIKE '%同一职务有多人在任%', actor LIKE '%升级程序%' FROM journal_entry"
        " WHERE act = 'person.end_post'"
    )
    assert _rows(NAME, said) == {(True, True)}
    assert _rows(NAME, "SELECT to_regclass('people_ended_by_upgrade') IS NULL") == {(True,)}


def test_what_later_releases_derive_is_there(upgraded: dict[str, str]) -> None:
    assert _rows(NAME, "SELECT count(*) FROM leads_lead WHERE grams IS NULL") == {(0,)}
    assert _rows(NAME, "SELECT count(*) > 0 FROM leads_lead WHERE grams @@ '''苏村'''::tsquery") == {(True,)}


def test_the_owner_of_the_tables_can_back_everything_up(upgraded: dict[str, str], tmp_path: Path) -> None:
    """On a server of its own the dump runs as the tables' owner, whom row security binds."""
    assert "已备份" in _qingshan(upgraded, "upgrade", "--backup", str(tmp_path))
    (dump,) = tmp_path.glob("*/database.dump")
    restore = [str(cluster_files.programs_folder() / "pg_restore"), "--data-only", "-f", "-"]
    for table, count in (("leads_lead", 57), ("cases_case", 23), ("journal_entry", ENTRIES)):
        text = subprocess.run([*restore, "-t", table, str(dump)], capture_output=True, text=True, check=True).stdout
        rows = text.split("FROM stdin;\n", 1)[1].split("\n\\.\n", 1)[0].splitlines()
        assert len(rows) == count
    assert (dump.parent / "secrets").is_dir()


def test_a_second_upgrade_changes_nothing(upgraded: dict[str, str]) -> None:
    assert "No migrations to apply" in _qingshan(upgraded, "upgrade", "--no-backup")
