"""Commands are loaded when called; light ones load neither Django nor the database."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from qingshan.config.entry import build_group
from qingshan.interfaces.cli.main import DatabasePreparer, Entry, LazyGroup, load


def test_help_lists_every_command_without_loading_any() -> None:
    script = (
        "import sys\nfrom qingshan.config.entry import main\nsys.argv = ['qingshan', '--help']\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print([name for name in ('django', 'shapely', 'pyogrio') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.rstrip().endswith("[]")
    assert all(f"  {entry.name} " in done.stdout for entry in build_group().entries.values())


def test_missing_room_is_a_clean_error() -> None:
    group = LazyGroup(entries=[Entry(name="x", module="qingshan.interfaces.nowhere", help="", database=False)])
    result = CliRunner().invoke(group, ["x"])
    assert result.exit_code == 2
    assert "本安装不含此命令" in result.output


def test_module_without_command_is_a_programming_error() -> None:
    with pytest.raises(TypeError, match="holds no command"):
        load(Entry(name="x", module="qingshan.config.home", help=""))


def test_database_is_made_ready_once() -> None:
    calls: list[str] = []
    prepare = DatabasePreparer()
    prepare.install(lambda: calls.append("ready"))
    prepare()
    prepare()
    assert calls == ["ready"]


def test_unknown_command_is_refused() -> None:
    result = CliRunner().invoke(build_group(), ["nonsense"])
    assert result.exit_code == 2
    assert isinstance(result.exception, SystemExit | click.UsageError)
