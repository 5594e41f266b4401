"""When the queue tries work again: one rule for all of it, and a connection that is not the one that broke."""

from django.db import InterfaceError, OperationalError, connections
from procrastinate import RetryStrategy

AGAIN = RetryStrategy(max_attempts=5, exponential_wait=4, retry_exceptions=(OperationalError, InterfaceError))
"""The database went away, or two acts were in each other's way: again after 4, 16, 64, 256, 1024 seconds.

Any other error would only be repeated. What is still not done after the last attempt is ended by `end_lost`.
"""


def drop_old_connections() -> None:
    """Before work begins: let go of connections that broke or grew old; one inside a transaction is somebody's."""
    for one in connections.all(initialized_only=True):
        if not one.in_atomic_block:
            one.close_if_unusable_or_obsolete()
