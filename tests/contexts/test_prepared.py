"""Statements that are planned once per connection: prepared anew for a new connection, whole after a rollback."""

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import DataError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from psycopg.types.json import Jsonb

from qingshan.commons.base.ids import new_id
from qingshan.commons.base.prepared import Prepared

pytestmark = pytest.mark.django_db

SUM = Prepared("test_sum", ["int", "int"], "SELECT $1 + $2")
NONE = Prepared("test_none", [], "SELECT 'none'")


def asked(prepared: Prepared, *values: object) -> tuple[list[tuple[object, ...]], int]:
    with CaptureQueriesContext(connection) as seen:
        rows = prepared.rows(*values)
    return rows, sum("PREPARE" in query["sql"] for query in seen.captured_queries)


def test_it_is_prepared_once_and_survives_a_rollback() -> None:
    with transaction.atomic():
        assert asked(SUM, 1, 2) == ([(3,)], 1)
        transaction.set_rollback(True)
    assert asked(SUM, 2, 2) == ([(4,)], 0)
    assert NONE.rows() == [("none",)]
    assert NONE.rows() == [("none",)]


def test_values_are_bound_and_never_part_of_the_statement() -> None:
    echo = Prepared("test_echo", ["text"], "SELECT $1")
    for text in ("'; DROP TABLE leads_lead; --", "%s", "$1", "山'\\"):
        assert echo.rows(text) == [(text,)]


ANY = Prepared(
    "test_any",
    ["text", "uuid", "timestamptz", "uuid[]", "jsonb", "numeric", "boolean", "date", "text"],
    "SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9",
)
BAD = Prepared("test_bad", ["text"], "INSERT INTO django_session (session_key) VALUES ($1)")


def test_past_the_cursors_it_says_the_same() -> None:
    """Known values of every kind come back alike the slow way, with a cursor, and the quick way, without."""
    moment = datetime(2024, 9, 1, 8, 30, 1, 5, tzinfo=ZoneInfo("Asia/Shanghai"))
    values = ("山'\\\t\n$1%s", new_id(), moment, [new_id(), new_id()], Jsonb({"一": [1, None]}), Decimal("1.50"), True,
              date(2024, 9, 1), None)  # fmt: skip
    with transaction.atomic():
        slow, _ = asked(ANY, *values)
        assert ANY.rows(*values) == slow
        assert slow[0][0] == values[0]
        assert slow[0][2] == moment
        assert slow[0][3] == values[3]


def test_what_the_database_refuses_is_told_as_always() -> None:
    """A broken rule, a text that cannot be stored, and a transaction that is lost already."""
    with transaction.atomic():
        asked(SUM, 1, 1)
        with pytest.raises(IntegrityError), transaction.atomic():
            BAD.rows("a")
        with pytest.raises(IntegrityError), transaction.atomic():
            BAD.rows("a")
        with pytest.raises((DataError, ValueError), match="NUL"), transaction.atomic():
            BAD.rows("a\0b")
        assert SUM.rows(1, 2) == [(3,)]
        with pytest.raises(IntegrityError), transaction.atomic(savepoint=False):
            BAD.rows("a")
        with pytest.raises(transaction.TransactionManagementError):
            SUM.rows(1, 2)
        transaction.set_rollback(True)
