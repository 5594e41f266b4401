"""Shared set-up of all tests: database as the app role, foreign time zone, connections of other roles.

The database holds the plan of the county and the cast of `tests/cast.py` (fixtures: `tests/fixtures_cast.py`).
Tests that touch the database ask for `db` (rolled back) or `transactional_db` (really committed; the next test gets a
fresh copy). Both connect as `qingshan_app`, so row security holds and a test sets a scope like any request does.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from django.contrib.staticfiles import handlers
from django.db import connections
from django.test import TransactionTestCase
from hypothesis import settings
from playwright.sync_api import Browser

from qingshan.config import cluster, database_sql
from tests.support import database, world
from tests.support.browser import running_chromium
from tests.support.worker import run_waiting_jobs

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")  # a busy machine is no failure

pytest_plugins = ["tests.fixtures_cast", "tests.fixtures_api"]

PROCESS_TIME_ZONE = "America/New_York"
"""Not the campaign's zone: code that leans on the machine's clock zone shows."""


def pytest_configure(config: pytest.Config) -> None:
    """Set the process's zone after Django has set its own."""
    os.environ["TZ"] = PROCESS_TIME_ZONE
    time.tzset()
    # The server of the browser tests serves scripts and styles as in production, by WhiteNoise: browsers may keep them.
    handlers.StaticFilesHandler = lambda application: application  # type: ignore[assignment, misc]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests with a browser last: its event loop stays in the main thread, where the queue's would start."""
    items.sort(key=lambda item: "chromium" in getattr(item, "fixturenames", ()))


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any) -> Iterator[None]:
    """Make this run's database from the template that holds the county and the cast; drop it at the end."""
    cluster.start()
    database.do_not_wait_for_disks()
    with django_db_blocker.unblock():
        database.drop_leftovers()
        template = world.ensure_world(database.ensure_template())
        database.renew(template)
        connections[database.ALIAS].settings_dict["NAME"] = database.run_name()
    # Django would empty the tables, which the app role may not and the journal refuses.
    patch = pytest.MonkeyPatch()
    patch.setattr(TransactionTestCase, "_fixture_teardown", lambda case: database.renew(template))
    yield
    patch.undo()
    with django_db_blocker.unblock():
        connections[database.ALIAS].close()
    cluster.drop_database(database.run_name())


@pytest.fixture
def superuser(transactional_db: None) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    """Connection of the database's superuser to this test's database, each statement its own transaction.

    For tests that tamper with rows. It sees only what is committed, hence the transactional database.
    """
    with cluster.connect(database.run_name()) as connection:
        yield connection


@pytest.fixture
def owner(transactional_db: None) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    """Connection of the role that owns the tables, each statement its own transaction."""
    with _connect_as(database_sql.OWNER) as connection:
        yield connection


@pytest.fixture
def intake_role(transactional_db: None) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    """Connection of the insert-only role of the citizens' door, each statement its own transaction."""
    with _connect_as(database_sql.INTAKE) as connection:
        yield connection


@pytest.fixture
def run_jobs(transactional_db: None) -> Callable[[], None]:
    """Return a function that does, like the worker, every job that waits; jobs must be committed to be seen."""
    return run_waiting_jobs


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One headless Chromium for the whole run; a test opens contexts (`chromium.new_context()`) of its own."""
    with running_chromium() as browser:
        yield browser


def _connect_as(role: str) -> psycopg.Connection[tuple[Any, ...]]:
    """Connect to this test's database as another role."""
    settings = connections[database.ALIAS].settings_dict
    return psycopg.connect(
        host=settings["HOST"], port=settings["PORT"], user=role, dbname=database.run_name(), autocommit=True
    )
