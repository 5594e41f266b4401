"""The door of ledgers."""

from qingshan.contexts.ledgers.columns import CLASS_LABELS, COLUMNS, Column
from qingshan.contexts.ledgers.export import write_ledger
from qingshan.contexts.ledgers.selectors import (
    Ledger,
    LedgerRow,
    NotYet,
    ledger_as_of,
    mask,
    read_sources,
    read_texts,
    rows_holding,
)

__all__ = [
    "CLASS_LABELS",
    "COLUMNS",
    "Column",
    "Ledger",
    "LedgerRow",
    "NotYet",
    "ledger_as_of",
    "mask",
    "read_sources",
    "read_texts",
    "rows_holding",
    "write_ledger",
]
