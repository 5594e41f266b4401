"""Statements that the database plans once per connection (预编译语句): the few that every page or every act sends.

Parsing and planning such a statement costs more than running it, and so does building it anew each time. Inside a
transaction it goes to the driver's own door, past the cursors, which cost more than many of these statements do.
"""

from collections.abc import Sequence
from typing import Any
from weakref import WeakKeyDictionary

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import errors
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import ExecStatus, TransactionStatus

_KNOWN: "WeakKeyDictionary[Any, set[str]]" = WeakKeyDictionary()
"""Names prepared so far, by connection of the driver."""
_GOOD = frozenset({ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK})


class Prepared:
    """A statement under a name of its own; ``sql`` holds ``$1``, ``$2`` … of the types in ``types``."""

    def __init__(self, name: str, types: Sequence[str], sql: str) -> None:
        """Names are ours and must be unique in the program."""
        self._name = name
        given, slots = (f" ({', '.join(words)})" if words else "" for words in (types, ["%s"] * len(types)))
        self._prepare = f"PREPARE {name}{given} AS {sql}"
        self._execute = f"EXECUTE {name}{slots}"
        self._formats = [PyFormat.TEXT] * len(types)

    def rows(self, *values: Any) -> list[tuple[Any, ...]]:
        """Run it; the rows it gives, none for a statement that gives none."""
        wrapper = connections["default"]
        if _is_watched(wrapper):
            return self._by_cursor(wrapper, values)
        driver = wrapper.connection
        if driver is None or driver.pgconn.transaction_status != TransactionStatus.INTRANS:
            return self._by_cursor(wrapper, values)  # the cursor begins the transaction, or says what is wrong with it
        known = _KNOWN.setdefault(driver, set())
        if self._name not in known:
            return self._by_cursor(wrapper, values)
        wrapper.validate_thread_sharing()
        wrapper.validate_no_broken_transaction()
        with wrapper.wrap_database_errors:
            return self._at_once(driver, values)

    def _at_once(self, driver: Any, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        transformer = Transformer(driver)
        told = transformer.dump_sequence(values, self._formats)
        result = driver.pgconn.exec_prepared(self._name.encode(), told)
        if result.status not in _GOOD:
            raise errors.error_from_result(result, encoding=driver.info.encoding)
        if result.status != ExecStatus.TUPLES_OK:
            return []
        transformer.set_pgresult(result)
        return list(transformer.load_rows(0, result.ntuples, tuple))

    def _by_cursor(self, wrapper: BaseDatabaseWrapper, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        with wrapper.cursor() as cursor:
            known = _KNOWN.setdefault(wrapper.connection, set())
            if self._name not in known:
                cursor.execute(self._prepare)
                known.add(self._name)
            cursor.execute(self._execute, values)
            return list(cursor.fetchall()) if cursor.description else []


def _is_watched(wrapper: BaseDatabaseWrapper) -> bool:
    """Whether somebody counts or wraps what is sent: then it goes the way of all statements."""
    return wrapper.queries_logged or bool(wrapper.execute_wrappers)
