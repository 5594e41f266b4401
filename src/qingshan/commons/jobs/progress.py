"""Progress of long work, written on a connection of its own: the work itself may be one big transaction."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

ALIAS = "default"


class Progress:
    """Writes done/total of one job, at most once per ``step`` rows."""

    def __init__(self, connection: BaseDatabaseWrapper | None, job_id: UUID | None, clock: Callable[[], datetime]):
        """Without a connection or job the figures go nowhere (command line)."""
        self._connection, self._job_id, self._clock = connection, job_id, clock
        self.done = self.total = 0

    def report(self, done: int, total: int) -> None:
        """Write the figures; a job that has ended stays as it ended."""
        self.done, self.total = done, total
        if self._connection is None or self._job_id is None:
            return
        with self._connection.cursor() as cursor:
            cursor.execute(
                "UPDATE jobs_job SET state = 'running', done = %s, total = %s, updated_at = %s"
                " WHERE id = %s AND state IN ('waiting', 'running')",
                [done, total, self._clock(), self._job_id],
            )


@contextmanager
def progress_of(job_id: UUID | None, clock: Callable[[], datetime]) -> Iterator[Progress]:
    """Progress writer for a job; closes its connection at the end."""
    if job_id is None:
        yield Progress(None, None, clock)
        return
    connection = connections.create_connection(ALIAS)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('qingshan.system', 'on', false)")
        yield Progress(connection, job_id, clock)
    finally:
        connection.close()
