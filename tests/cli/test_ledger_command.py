"""The command `qingshan ledger`: as of a moment in local time, with the count, never of a moment to come."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from python_calamine import CalamineWorkbook

from qingshan.interfaces.cli.ledger import command
from tests import cast
from tests.support.making import World


def run(*options: str) -> Result:
    """Run the command."""
    return CliRunner().invoke(command, list(options))


def count(path: Path) -> int:
    """Rows of the list."""
    return len(CalamineWorkbook.from_path(str(path)).get_sheet_by_name("台账清单").to_python()) - 3


def test_it_tells_moment_and_rows_and_is_the_same_when_made_again(world: World, tmp_path: Path) -> None:
    world.make_lead(state="archived")
    world.clock.now = cast.START.replace(day=14, hour=17)
    first, again = tmp_path / "1.xlsx", tmp_path / "2.xlsx"
    result = run("--as-of", "2024-08-14T17:00", "--out", str(first))
    assert result.exit_code == 0, result.output
    assert "截至 2024-08-14 17:00：1 行（查实 0，查否 1，存疑 0）" in result.output
    world.clock.tick(days=1)
    world.make_lead(state="inconclusive")
    assert run("--as-of", "2024-08-14T09:00:00+00:00", "--out", str(again)).exit_code == 0
    assert first.read_bytes() == again.read_bytes()
    assert run("--out", str(again)).exit_code == 0
    assert (count(first), count(again)) == (1, 2)


def test_the_scope_of_an_account(world: World, tmp_path: Path) -> None:
    world.make_lead(state="archived", township=cast.HEISHUIHE)
    out = tmp_path / "a.xlsx"
    run("--out", str(out), "--as", cast.TOWNSHIP_OFFICER.username)
    assert count(out) == 0
    run("--out", str(out), "--as", cast.OTHER_TOWNSHIP_OFFICER.username)
    assert count(out) == 1


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (("--as-of", "2024-08-01T09:01"), 1, "还没有到"),
        (("--as-of", "14. August"), 2, "2024-08-14T17:00"),
        (("--as", "nobody"), 1, "nobody"),
    ],
)
def test_what_cannot_be_made_is_said(
    world: World, tmp_path: Path, options: tuple[str, ...], code: int, message: str
) -> None:
    result = run("--out", str(tmp_path / "a.xlsx"), *options)
    assert (result.exit_code, message in result.output) == (code, True)
    assert not (tmp_path / "a.xlsx").exists()


def test_a_folder_that_does_not_exist_is_said_in_one_line(world: World, tmp_path: Path) -> None:
    result = run("--out", str(tmp_path / "none" / "a.xlsx"))
    assert result.exit_code == 1
    assert "文件夹不存在" in result.output
