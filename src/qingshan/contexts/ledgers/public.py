"""The door of ledgers."""

from qingshan.contexts.ledgers.columns import CLASS_LABELS, COLUMNS, Column
from qingshan.contexts.ledgers.export import write_ledger
from qingshan.contexts.ledgers.models import TakeOver, TakeOverRow
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
from qingshan.contexts.ledgers.services.takeovers import (
    APPROVE_ROLES,
    PREPARE_ROLES,
    approve_take_over,
    register_take_over,
    save_mapping,
    send_back_take_over,
    submit_take_over,
)
from qingshan.contexts.ledgers.takeover_mapping import OldMapping, mapping_from
from qingshan.contexts.ledgers.takeover_words import CHOICES, choice_words, codes_of, guess_word, old_words, word_key
from qingshan.contexts.ledgers.takeovers import (
    named_mappings,
    rows_of_take_over,
    sums_of,
    take_over_by_id,
    take_overs,
)

__all__ = [
    "APPROVE_ROLES",
    "CHOICES",
    "CLASS_LABELS",
    "COLUMNS",
    "PREPARE_ROLES",
    "Column",
    "Ledger",
    "LedgerRow",
    "NotYet",
    "OldMapping",
    "TakeOver",
    "TakeOverRow",
    "approve_take_over",
    "choice_words",
    "codes_of",
    "guess_word",
    "ledger_as_of",
    "mapping_from",
    "mask",
    "named_mappings",
    "old_words",
    "read_sources",
    "read_texts",
    "register_take_over",
    "rows_holding",
    "rows_of_take_over",
    "save_mapping",
    "send_back_take_over",
    "submit_take_over",
    "sums_of",
    "take_over_by_id",
    "take_overs",
    "word_key",
    "write_ledger",
]
