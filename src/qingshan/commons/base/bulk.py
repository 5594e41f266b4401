"""The bulk door of the database (批量写入): rows as COPY text into temporary tables, beside the caller's own work.

Row security forbids COPY into a scoped table, so rows go to a temporary one first and are inserted from there.
Identifiers come from code, never from a user.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from json.encoder import encode_basestring
from types import TracebackType
from typing import Any, LiteralString, TypeVar

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import sql

R = TypeVar("R")
NULL = "\\N"
"""An absent value in COPY text."""
_SPECIAL = re.compile(r"[\\\t\n\r]")
_ESCAPES = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}
_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=str)


def _encoded(value: object) -> str:
    """JSON text; put together at once for the flat dictionaries of texts and whole numbers that most rows bring."""
    if type(value) is not dict:
        return _JSON.encode(value)
    parts = []
    for name, one in value.items():
        if type(name) is not str:
            return _JSON.encode(value)
        if type(one) is str:
            parts.append(f"{encode_basestring(name)}:{encode_basestring(one)}")
        elif type(one) is int:
            parts.append(f"{encode_basestring(name)}:{one}")
        elif one is None:
            parts.append(f"{encode_basestring(name)}:null")
        else:
            return _JSON.encode(value)
    return f"{{{','.join(parts)}}}"


def field(text: str) -> str:
    """A text as a field of COPY text."""
    return _SPECIAL.sub(lambda found: _ESCAPES[found[0]], text) if _SPECIAL.search(text) else text


def fields(texts: Sequence[str]) -> Sequence[str]:
    """Texts as fields of COPY text: `field` of each, looked through at once."""
    return [field(text) for text in texts] if _SPECIAL.search("".join(texts)) else texts


def json_field(value: object) -> str:
    """A JSON value as a field of COPY text."""
    return json_text(_encoded(value))


def json_text(text: str) -> str:
    """JSON text as a field of COPY text: of what COPY escapes it can only hold the backslash."""
    return text.replace("\\", "\\\\") if "\\" in text else text


class Staging:
    """A temporary table of this transaction, filled by COPY and emptied, piece after piece."""

    def __init__(self, name: str, columns: Mapping[str, LiteralString]) -> None:
        """``columns``: names with their SQL types, in the order of the fields of a line."""
        self._table = sql.Identifier(f"staging_{name}")
        self._columns = columns
        self._made = False

    def load(self, wrapper: BaseDatabaseWrapper, lines: Sequence[str]) -> None:
        """Replace what the table holds by ``lines`` (fields joined by tabs, without line ends)."""
        with wrapper.cursor() as cursor:
            if self._made:
                cursor.execute(sql.SQL("TRUNCATE {}").format(self._table))
            else:
                columns = (
                    sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(kind)) for name, kind in self._columns.items()
                )
                cursor.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(self._table))  # of earlier work in here
                cursor.execute(
                    sql.SQL("CREATE TEMP TABLE {} ({}) ON COMMIT DROP").format(self._table, sql.SQL(", ").join(columns))
                )
                self._made = True
            with cursor.copy(sql.SQL("COPY {} FROM STDIN").format(self._table)) as copy:
                copy.write("\n".join(lines) + "\n")

    def insert(
        self, wrapper: BaseDatabaseWrapper, table: str, own: Mapping[str, LiteralString], same: Mapping[str, Any]
    ) -> None:
        """Insert a row into ``table`` for each line: ``own`` expressions over the line, ``same`` values for all."""
        columns = sql.SQL(", ").join(sql.Identifier(name) for name in (*own, *same))
        values = sql.SQL(", ").join([*(sql.SQL(text) for text in own.values()), *(sql.Placeholder() for _ in same)])
        statement = sql.SQL("INSERT INTO {} ({}) SELECT {} FROM {}").format(
            sql.Identifier(table), columns, values, self._table
        )
        with wrapper.cursor() as cursor:
            cursor.execute(statement, list(same.values()))


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """COPY ``rows`` into a temporary table and insert them into ``table``; returns the number of rows."""
    names = sql.SQL(", ").join(sql.Identifier(column) for column in columns)
    parts = {"names": names, "table": sql.Identifier(table), "staging": sql.Identifier(f"staging_{table}")}
    count = 0
    with connections["default"].cursor() as cursor:
        cursor.execute(_STAGE.format(**parts))
        with cursor.copy(_COPY.format(**parts)) as copy:
            for row in rows:
                copy.write_row(row)
                count += 1
        cursor.execute(_INSERT.format(**parts))
        cursor.execute(_DROP.format(**parts))
    return count


_STAGE = sql.SQL("CREATE TEMP TABLE {staging} ON COMMIT DROP AS SELECT {names} FROM {table} WITH NO DATA")
_COPY = sql.SQL("COPY {staging} ({names}) FROM STDIN")
_INSERT = sql.SQL("INSERT INTO {table} ({names}) SELECT {names} FROM {staging}")
_DROP = sql.SQL("DROP TABLE {staging}")


class Beside:
    """Database work of the present transaction done beside the caller: one thing after the other, in order.

    While the server inserts one piece, the caller prepares the next. The caller himself must not use the connection
    until the block is left; what goes wrong is raised where a result is asked for, at the latest on leaving.
    """

    def __init__(self) -> None:
        """Take the connection of the calling thread."""
        self._wrapper = connections["default"]
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="database")
        self._last: Future[Any] | None = None

    def __enter__(self) -> "Beside":
        """Lend the connection."""
        self._wrapper.inc_thread_sharing()
        return self

    def ask(self, work: Callable[[BaseDatabaseWrapper], R]) -> "Future[R]":
        """Do ``work`` after what was asked before; its result is fetched later."""
        return self._pool.submit(work, self._wrapper)

    def write(self, work: Callable[[BaseDatabaseWrapper], None]) -> None:
        """Do ``work`` after what was asked before; waits for the last writing, so that at most one is pending."""
        if self._last is not None:
            self._last.result()
        self._last = self._pool.submit(work, self._wrapper)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Finish what is pending and take the connection back."""
        self._pool.shutdown(wait=True, cancel_futures=error is not None)
        self._wrapper.dec_thread_sharing()
        if error is None and self._last is not None:
            self._last.result()
