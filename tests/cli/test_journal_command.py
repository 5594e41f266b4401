"""The commands `qingshan journal seal` and `verify` on a journal that nobody touched."""

from __future__ import annotations

import json

from click.testing import CliRunner, Result

from qingshan.interfaces.cli.journal import command
from tests.support.making import World


def run(*arguments: str) -> Result:
    """Run the command."""
    return CliRunner().invoke(command, list(arguments))


def test_an_empty_journal_is_whole(world: World) -> None:
    result = run("verify")
    assert (result.exit_code, result.output) == (0, "留痕 0 条，事项链 0 条，封签 0 个，不符 0 处\n")


def test_a_seal_prints_its_root_and_the_root_verifies(world: World, transactional_db: None) -> None:
    world.make_case(upto="open")
    sealed = run("seal", "--reason", "每周冻结（演示）")
    assert sealed.exit_code == 0, sealed.output
    assert sealed.output.startswith("第 1 号封签 2024-08-01 共 6 条 根值 ")
    root = sealed.output.split()[-1]
    verified = run("verify", "--printed", "2024-08-01", root)
    assert verified.exit_code == 0, verified.output
    assert "留痕 6 条，事项链 2 条，封签 1 个，不符 0 处" in verified.output
    assert "2024-08-01 第 1 号封签与打印的根值一致" in verified.output
    found = json.loads(run("verify", "--json", "--printed", "2024-08-01", root).output)
    assert (found["entries"], found["chains"], found["seals"], found["breaks"], found["ok"]) == (6, 2, 1, [], True)


def test_two_seals_of_a_day_have_a_root_each(world: World) -> None:
    roots = []
    for _ in range(2):
        world.make_lead()
        world.clock.tick(hours=1)
        roots.append(run("seal").output.split()[-1])
    assert len(set(roots)) == 2
    for number, root in enumerate(roots, start=1):
        assert f"第 {number} 号封签与打印的根值一致" in run("verify", "--printed", "2024-08-01", root).output


def test_the_day_of_a_seal_is_the_countys_day(world: World) -> None:
    world.clock.tick(hours=-8)  # one in the morning here, still July elsewhere
    assert "2024-08-01" in run("seal").output
