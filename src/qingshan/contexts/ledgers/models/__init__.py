"""Tables of ledgers."""

from qingshan.contexts.ledgers.models.exchange import ExchangeRow, ExchangeSheet
from qingshan.contexts.ledgers.models.returns import ReturnRow, ReturnSheet
from qingshan.contexts.ledgers.models.takeovers import TakeOver, TakeOverMapping, TakeOverRow
from qingshan.contexts.ledgers.models.templates import LedgerTemplate

__all__ = [
    "ExchangeRow",
    "ExchangeSheet",
    "LedgerTemplate",
    "ReturnRow",
    "ReturnSheet",
    "TakeOver",
    "TakeOverMapping",
    "TakeOverRow",
]
