"""The practice copy: same people, no matters, another database, and it says so everywhere."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory, override_settings

from qingshan.config import cluster, cluster_files, database_sql
from tests.cast import PLAN

BATCH = PLAN / "demo" / "patches-2024-batch3.geojson"
PEOPLE = f"""
from datetime import UTC, date, datetime
from pathlib import Path
from qingshan.commons.base.scope import system_scope
from qingshan.interfaces.cli.loading import load_folder
from qingshan.interfaces.cli.demo_people import make_accounts, seat_people
with system_scope():
    load_folder(Path({str(PLAN)!r}), now=datetime(2024, 7, 1, tzinfo=UTC), loaded_by="测试")
    seat_people(since=date(2024, 7, 1))
    make_accounts(now=datetime(2024, 7, 1, tzinfo=UTC))
"""
TITLE = "SELECT title FROM campaigns_campaign WHERE current"
COUNTS = (
    "SELECT (SELECT count(*) FROM people_unit), (SELECT count(*) FROM people_holding),"
    " (SELECT count(*) FROM leads_lead), (SELECT count(*) FROM journal_entry)"
)
ACCOUNTS = "SELECT username, password FROM people_account ORDER BY username"


def _rows(home: Path, sql: str, *, practice: bool = False) -> list[tuple[Any, ...]]:
    """What stands in the database of the county or of its practice copy."""
    place = cluster_files.place_of(home / "practice" if practice else home)
    with cluster.connect(database_sql.DATABASE, place=place) as server:
        return server.execute(sql.encode()).fetchall()


def _run(home: Path, *arguments: str, practice: bool = False, ok: bool = True) -> str:
    environment = {**os.environ, "QINGSHAN_HOME": str(home), "DJANGO_SETTINGS_MODULE": "qingshan.config.settings"}
    if practice:
        environment |= {"QINGSHAN_HOME": str(home / "practice"), "QINGSHAN_PRACTICE": "1"}
    command = [sys.executable, "-c", "from qingshan.config.entry import main; main()", *arguments]
    found = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (found.returncode == 0) is ok, found.stdout + found.stderr
    return found.stdout + found.stderr


@pytest.fixture(scope="module")
def county(spare_home: Path) -> Iterator[Path]:
    """The data folder of a county at work with a practice copy."""
    _run(spare_home, "migrate")
    _run(spare_home, "manage", "shell", "-v", "0", "-c", PEOPLE)
    _run(spare_home, "intake", str(BATCH), "--channel", "province-patch", "--batch", "真实批次")
    _run(spare_home, "practice", "renew", "--yes")
    yield spare_home
    if (spare_home / "practice").exists():
        cluster.destroy(spare_home / "practice")


def test_same_people_and_no_matters(county: Path) -> None:
    [(real,)], [(copy,)] = _rows(county, TITLE), _rows(county, TITLE, practice=True)
    assert copy == f"【演练】{real}"
    [(units, holdings, leads, entries)] = _rows(county, COUNTS)
    assert _rows(county, COUNTS, practice=True) == [(units, holdings, 0, 0)]
    assert leads > 0
    assert entries > 0
    assert _rows(county, ACCOUNTS, practice=True) == _rows(county, ACCOUNTS) != []


def test_acts_in_the_copy_reach_no_figure(county: Path) -> None:
    before = _rows(county, COUNTS)
    _run(county, "intake", str(BATCH), "--channel", "province-patch", "--batch", "练习", practice=True)
    assert _rows(county, COUNTS) == before
    assert _rows(county, COUNTS, practice=True)[0][2] > 0


def test_renewed_it_is_empty_again(county: Path) -> None:
    _run(county, "practice", "renew", "--yes")
    assert _rows(county, COUNTS, practice=True)[0][2] == 0


def test_the_copy_makes_no_copy_of_itself(county: Path) -> None:
    assert "已是演练环境" in _run(county, "practice", "renew", "--yes", practice=True, ok=False)


def test_a_copy_is_never_made_over_the_real_database(spare_home: Path) -> None:
    url = "postgresql://somebody@db.example/qingshan"
    same = {"DATABASE_URL": url, "PRACTICE_DATABASE_URL": "postgresql://other@db.example:5432/qingshan"}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in same.items():
            patch.setenv(name, value)
        assert "指向了正式数据库" in _run(spare_home, "practice", "renew", "--yes", ok=False)


def test_a_database_in_use_is_not_filled_under_another_name(county: Path, tmp_path: Path) -> None:
    """``localhost`` and ``127.0.0.1`` look like two servers: the last word is with the database itself."""
    before = _rows(county, TITLE), _rows(county, COUNTS)
    rows = tmp_path / "copied.jsonl"
    rows.touch()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QINGSHAN_PRACTICE", "1")
        assert "已有账号" in _run(county, "practice", "fill", str(rows), ok=False)
    assert (_rows(county, TITLE), _rows(county, COUNTS)) == before


def test_every_page_says_so(db: None) -> None:
    request = RequestFactory().get("/")
    with override_settings(QINGSHAN_PRACTICE=True):
        assert "演练环境" in render_to_string("web/plain.html", {"practice": True}, request)
    assert "演练环境" not in render_to_string("web/plain.html", {"practice": False}, request)
