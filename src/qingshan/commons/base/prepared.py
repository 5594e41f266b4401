"""Statements that the database plans once per connection (预编译语句): the few that every page or every act sends.

Parsing and planning such a statement costs more than running it, and so does building it anew each time.
"""

from collections.abc import Sequence
from typing import Any
from weakref import WeakKeyDictionary

from django.db import connection

_KNOWN: "WeakKeyDictionary[Any, set[str]]" = WeakKeyDictionary()
"""Names prepared so far, by connection of the driver."""


class Prepared:
    """A statement under a name of its own; ``sql`` holds ``$1``, ``$2`` … of the types in ``types``."""

    def __init__(self, name: str, types: Sequence[str], sql: str) -> None:
        """Names are ours and must be unique in the program."""
        self._name = name
        given, slots = (f" ({', '.join(words)})" if words else "" for words in (types, ["%s"] * len(types)))
        self._prepare = f"PREPARE {name}{given} AS {sql}"
        self._execute = f"EXECUTE {name}{slots}"

    def rows(self, *values: Any) -> list[tuple[Any, ...]]:
        """Run it; the rows it gives, none for a statement that gives none."""
        with connection.cursor() as cursor:
            known = _KNOWN.setdefault(connection.connection, set())
            if self._name not in known:
                cursor.execute(self._prepare)
                known.add(self._name)
            cursor.execute(self._execute, values)
            return list(cursor.fetchall()) if cursor.description else []
