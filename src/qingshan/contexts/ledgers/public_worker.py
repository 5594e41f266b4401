"""The second door of ledgers, for worker and command line only: what reads foreign workbooks."""

from qingshan.contexts.ledgers.headings import find_header, match_headings
from qingshan.contexts.ledgers.services.taking_over import check_take_over, outcome_text, read_take_over, take_over
from qingshan.contexts.ledgers.services.template_reading import read_template
from qingshan.contexts.ledgers.sheets import SheetRefused, read_book, read_sheet

__all__ = [
    "SheetRefused",
    "check_take_over",
    "find_header",
    "match_headings",
    "outcome_text",
    "read_book",
    "read_sheet",
    "read_take_over",
    "read_template",
    "take_over",
]
