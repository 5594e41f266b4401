"""The queue works for the app role, from deferring by name to the finished job."""

from __future__ import annotations

from collections.abc import Callable

from django.db import connection
from procrastinate.contrib.django import app

STATUS = "SELECT status FROM procrastinate_jobs WHERE id = %s"
"""The job of the test; the worker also gives out its own at their times."""


def test_a_job_deferred_by_name_is_done(run_jobs: Callable[[], None]) -> None:
    job_id = app.configure_task("qingshan.commons.base.tasks.forget_old_keys").defer(timestamp=0)
    with connection.cursor() as cursor:
        cursor.execute(STATUS, [job_id])
        assert cursor.fetchall() == [("todo",)]
        run_jobs()
        cursor.execute(STATUS, [job_id])
        assert cursor.fetchall() == [("succeeded",)]
