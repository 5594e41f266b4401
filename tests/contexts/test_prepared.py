"""Statements that are planned once per connection: prepared anew for a new connection, whole after a rollback."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

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
