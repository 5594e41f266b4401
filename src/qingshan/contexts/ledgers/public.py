"""The door of ledgers: safe for the web process. What reads foreign workbooks stands behind `public_worker`."""

from qingshan.contexts.ledgers.columns import CLASS_LABELS, COLUMNS, Column
from qingshan.contexts.ledgers.export import counted, write_ledger
from qingshan.contexts.ledgers.fields import FIELDS, TemplateField
from qingshan.contexts.ledgers.gaps import Gap, broken_chains
from qingshan.contexts.ledgers.layout import (
    DAY_FORMATS,
    Block,
    Layout,
    LayoutColumn,
    layout_of,
    row_values,
    with_tokens,
)
from qingshan.contexts.ledgers.layout_export import write_layout
from qingshan.contexts.ledgers.models import LedgerTemplate, ReturnRow, ReturnSheet, TakeOver, TakeOverRow
from qingshan.contexts.ledgers.return_export import write_return_sheet
from qingshan.contexts.ledgers.selectors import (
    Ledger,
    LedgerRow,
    NotYet,
    ledger_as_of,
    ledger_now,
    mask,
    read_sources,
    read_texts,
    rows_holding,
    with_entries,
)
from qingshan.contexts.ledgers.services.making import AT_ONCE, FORM, OWN, is_large, queue_ledger, write_in_form
from qingshan.contexts.ledgers.services.returns import (
    open_leads,
    queue_rows,
    register_return,
    return_rows,
    return_sheet,
    return_sheets,
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
from qingshan.contexts.ledgers.services.templates import (
    DECIDE_ROLES,
    PROPOSE_ROLES,
    ColumnChoice,
    decide_template,
    map_template,
    propose_template,
    register_template,
)
from qingshan.contexts.ledgers.takeover_mapping import OldMapping, mapping_from
from qingshan.contexts.ledgers.takeover_words import CHOICES, choice_words, codes_of, guess_word, old_words, word_key
from qingshan.contexts.ledgers.takeovers import named_mappings, rows_of_take_over, sums_of, take_over_by_id, take_overs
from qingshan.contexts.ledgers.template_words import words_of
from qingshan.contexts.ledgers.templates_in_force import (
    layout_at,
    sample_ledger,
    template_at,
    template_by_id,
    templates,
)

__all__ = [
    "APPROVE_ROLES",
    "AT_ONCE",
    "CHOICES",
    "CLASS_LABELS",
    "COLUMNS",
    "DAY_FORMATS",
    "DECIDE_ROLES",
    "FIELDS",
    "FORM",
    "OWN",
    "PREPARE_ROLES",
    "PROPOSE_ROLES",
    "Block",
    "Column",
    "ColumnChoice",
    "Gap",
    "Layout",
    "LayoutColumn",
    "Ledger",
    "LedgerRow",
    "LedgerTemplate",
    "NotYet",
    "OldMapping",
    "ReturnRow",
    "ReturnSheet",
    "TakeOver",
    "TakeOverRow",
    "TemplateField",
    "approve_take_over",
    "broken_chains",
    "choice_words",
    "codes_of",
    "counted",
    "decide_template",
    "guess_word",
    "is_large",
    "layout_at",
    "layout_of",
    "ledger_as_of",
    "ledger_now",
    "map_template",
    "mapping_from",
    "mask",
    "named_mappings",
    "old_words",
    "open_leads",
    "propose_template",
    "queue_ledger",
    "queue_rows",
    "read_sources",
    "read_texts",
    "register_return",
    "register_take_over",
    "register_template",
    "return_rows",
    "return_sheet",
    "return_sheets",
    "row_values",
    "rows_holding",
    "rows_of_take_over",
    "sample_ledger",
    "save_mapping",
    "send_back_take_over",
    "submit_take_over",
    "sums_of",
    "take_over_by_id",
    "take_overs",
    "template_at",
    "template_by_id",
    "templates",
    "with_entries",
    "with_tokens",
    "word_key",
    "words_of",
    "write_in_form",
    "write_layout",
    "write_ledger",
    "write_return_sheet",
]
