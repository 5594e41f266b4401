"""The test database is used as the application's role, with the rights of production."""

from typing import Any

import psycopg
import pytest
from django.db import connection

from qingshan.config import database_sql


@pytest.mark.django_db
def test_tests_run_as_the_app_role_without_power_over_row_security() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (database_sql.APP, False, False)


@pytest.mark.django_db
@pytest.mark.parametrize("function", database_sql.LEAKPROOF_FUNCTIONS)
def test_box_operators_are_leakproof(function: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT proleakproof FROM pg_proc WHERE oid = %s::regprocedure", [function])
        assert cursor.fetchone() == (True,)


def test_app_role_cannot_empty_or_change_tables(transactional_db: None) -> None:
    for statement in ("TRUNCATE django_session", "ALTER TABLE django_session ADD x int", "CREATE TABLE x (y int)"):
        with connection.cursor() as cursor, pytest.raises(Exception, match=r"must be owner|permission denied"):
            cursor.execute(statement)


def test_app_role_uses_the_queue(transactional_db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT procrastinate_defer_jobs_v1(ARRAY[('q','t',0,NULL,NULL,'{}',NULL)::procrastinate_job_to_defer_v1])"
        )
        assert cursor.fetchone() is not None


def test_owner_is_bound_by_row_security(owner: psycopg.Connection[tuple[Any, ...]]) -> None:
    row = owner.execute("SELECT current_user, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
    assert row.fetchone() == (database_sql.OWNER, False, False)


def test_intake_role_reads_nothing(intake_role: psycopg.Connection[tuple[Any, ...]]) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        intake_role.execute("SELECT * FROM django_session")


def test_a_committed_row_is_gone_for_the_next_test_first(superuser: psycopg.Connection[tuple[Any, ...]]) -> None:
    superuser.execute("INSERT INTO django_session VALUES ('left', 'x', now())")
    assert superuser.execute("SELECT count(*) FROM django_session").fetchone() == (1,)


def test_a_committed_row_is_gone_for_the_next_test_second(superuser: psycopg.Connection[tuple[Any, ...]]) -> None:
    assert superuser.execute("SELECT count(*) FROM django_session").fetchone() == (0,)
