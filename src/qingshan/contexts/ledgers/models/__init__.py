"""Tables of ledgers."""

from qingshan.contexts.ledgers.models.takeovers import TakeOver, TakeOverMapping, TakeOverRow

__all__ = ["TakeOver", "TakeOverMapping", "TakeOverRow"]
