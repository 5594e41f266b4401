"""Secrets are made once, kept closed, and the same for all who ask at the same time."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from qingshan.config.environment import BadVariable, database_role
from qingshan.config.home import home_folder, home_id, secret


def test_secret_is_kept_and_closed(tmp_path: Path) -> None:
    first = secret(tmp_path, "key")
    assert len(first) >= 64
    assert secret(tmp_path, "key") == first
    assert secret(tmp_path, "other") != first
    assert stat.S_IMODE((tmp_path / "secrets" / "key").stat().st_mode) == 0o600
    assert [file.name for file in (tmp_path / "secrets").iterdir() if file.name.startswith(".")] == []


def test_all_who_ask_at_once_get_the_same(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        assert len(set(pool.map(lambda _: secret(tmp_path, "key"), range(64)))) == 1


def test_named_data_folder_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QINGSHAN_HOME", str(tmp_path / "deep" / "folder"))
    assert home_folder() == tmp_path / "deep" / "folder"
    assert home_folder().is_dir()
    assert home_id(home_folder()) != home_id(tmp_path)


def test_meaningless_variable_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QINGSHAN_DB_ROLE", "superuser")
    with pytest.raises(BadVariable, match="app, owner"):
        database_role()
