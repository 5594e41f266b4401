"""Telling "try again in a moment" from an error of the program, whatever the door."""

from psycopg.errors import DeadlockDetected, LockNotAvailable, QueryCanceled

from qingshan.commons.journal.services import JournalBusy

_BUSY = (LockNotAvailable, QueryCanceled, DeadlockDetected)


def is_busy(exception: BaseException) -> bool:
    """Whether the database or the journal was busy: a lock not given in time, a query that took too long."""
    return isinstance(exception, JournalBusy) or isinstance(exception.__cause__, _BUSY)
