"""What the environment may say; every variable the program reads is named here or in `config.home`.

`QINGSHAN_PROCESS` (web, worker, cli: set by `qingshan serve`), `QINGSHAN_DB_ROLE` (app, owner: set by
`qingshan migrate`), `DATABASE_URL`, `DATABASE_OWNER_URL`, `QINGSHAN_HOSTS`, `QINGSHAN_HTTPS`, `QINGSHAN_API_RATE`,
`QINGSHAN_PASSWORD_DAYS`, `QINGSHAN_IDLE_MINUTES`, `QINGSHAN_MFA_ROLES`, `QINGSHAN_API_WRONG_TOKENS`,
`QINGSHAN_RESULT_DAYS`,
`QINGSHAN_PRACTICE` (set for the processes of the practice copy), `PRACTICE_DATABASE_URL`,
`PRACTICE_DATABASE_OWNER_URL` (its server, when one is named), `QINGSHAN_PRACTICE_URL`, `QINGSHAN_REAL_URL` (where each
of the two tells people the other is).
"""

from __future__ import annotations

import os
from typing import Literal, cast

ProcessKind = Literal["web", "worker", "cli"]
DatabaseRole = Literal["app", "owner"]


class BadVariable(ValueError):
    """A variable has a value that means nothing; the message says which are understood."""


def process_kind() -> ProcessKind:
    """Return which kind of process this is; the command line when nothing says otherwise."""
    return cast("ProcessKind", _one_of("QINGSHAN_PROCESS", ("cli", "web", "worker")))


def database_role() -> DatabaseRole:
    """Return as which role to connect: the app's, unless tables are to be changed."""
    return cast("DatabaseRole", _one_of("QINGSHAN_DB_ROLE", ("app", "owner")))


def flag(name: str) -> bool:
    """Tell whether a yes-or-no variable is set to 1."""
    return _one_of(name, ("0", "1")) == "1"


def words(name: str) -> list[str]:
    """Return the comma-separated values of a variable, without empty ones."""
    return [word.strip() for word in os.environ.get(name, "").split(",") if word.strip()]


def number(name: str, default: int, *, least: int = 1) -> int:
    """Return a whole number of ``least`` or more, ``default`` when unset."""
    text = os.environ.get(name) or str(default)
    if not text.isdecimal() or int(text) < least:
        raise BadVariable(f"{name}={text}: must be a whole number, {least} or more")
    return int(text)


def _one_of(name: str, choices: tuple[str, ...]) -> str:
    """Return the variable's value, the first choice when unset."""
    value = os.environ.get(name) or choices[0]
    if value not in choices:
        raise BadVariable(f"{name}={value}: must be one of {', '.join(choices)}")
    return value
