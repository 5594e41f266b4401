"""The command line `qingshan`: a table of commands, each loaded only when it is called.

A command lives in its own module and is found by name, so a light command (`plan check`) never loads Django, and one
broken room does not take the others with it. How the database is made ready is handed in by the outermost layer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import click


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One command: its module has it as `command` or under its own name.

    `database`: Django is loaded and the database started before the module is imported.
    """

    name: str
    module: str
    help: str
    database: bool = True


COMMANDS: Sequence[Entry] = (
    Entry(name="plan", module="qingshan.interfaces.cli.plan", help="检查、载入一个行动的方案目录。", database=False),
    Entry(name="places", module="qingshan.interfaces.cli.places", help="行政区划：编码、边界、合成的村界。"),
    Entry(name="accounts", module="qingshan.interfaces.cli.accounts", help="开设管理人员账号、发放其初始口令。"),
    Entry(name="intake", module="qingshan.interfaces.cli.intake", help="接收一批图斑或线索。"),
    Entry(name="journal", module="qingshan.interfaces.cli.journal", help="核验办理留痕。"),
    Entry(name="ledger", module="qingshan.interfaces.cli.ledger", help="导出截至某一时刻的台账。"),
    Entry(name="completeness", module="qingshan.interfaces.cli.completeness", help="证明收到的线索逐条都有去向。"),
    Entry(name="clauses", module="qingshan.interfaces.cli.clauses", help="条款实现情况表。", database=False),
    Entry(name="demo", module="qingshan.interfaces.cli.demo", help="载入演示数据和演示账号。"),
)


class DatabasePreparer:
    """Loads Django and makes the database ready, once, when a command first needs it.

    Installed by the outermost layer; a command that needs the database only sometimes calls `need_database()`.
    """

    def __init__(self) -> None:
        self._steps: list[Callable[[], None]] = []

    def install(self, step: Callable[[], None]) -> None:
        """Set what makes the database ready."""
        self._steps = [step]

    def __call__(self) -> None:
        """Make it ready; nothing happens the second time."""
        while self._steps:
            self._steps.pop()()


need_database = DatabasePreparer()


class LazyGroup(click.Group):
    """A group whose commands come from a table of entries; help texts are read from the table, not from modules."""

    def __init__(self, *, entries: Sequence[Entry], **attributes: Any) -> None:
        super().__init__(**attributes)
        self.entries: Mapping[str, Entry] = {entry.name: entry for entry in entries}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names, in the order of the table."""
        return list(self.entries)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load the command; one that is not part of this installation is a usage error, not a crash."""
        entry = self.entries.get(cmd_name)
        return load(entry) if entry else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without loading any."""
        with formatter.section("Commands"):
            formatter.write_dl([(entry.name, entry.help) for entry in self.entries.values()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Make the database ready before a command that needs it is loaded; not for a mere look at its help."""
        entry = self.entries.get(args[0])
        if entry and entry.database:
            need_database()
        return super().resolve_command(ctx, args)


def load(entry: Entry) -> click.Command:
    """Import a command.

    Raises:
        click.UsageError: this installation has no such module.
        TypeError: the module holds no command (a mistake in the table).
    """
    if find_spec(entry.module) is None:
        raise click.UsageError(f"qingshan {entry.name}: 本安装不含此命令（缺少 {entry.module}）")
    module = import_module(entry.module)
    for attribute in ("command", entry.name):
        command = getattr(module, attribute, None)
        if isinstance(command, click.Command):
            return command
    raise TypeError(f"{entry.module} holds no command {entry.name}")
