"""Work of the worker process on ledgers. The web process queues these by name and never imports this module."""

from qingshan.contexts.ledgers import takeover_tasks

__all__ = ["takeover_tasks"]
