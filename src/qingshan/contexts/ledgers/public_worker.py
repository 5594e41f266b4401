"""The second door of ledgers, for worker and command line only: what reads foreign workbooks."""

from qingshan.commons.files.headings import find_header, match_headings
from qingshan.commons.files.sheets import SheetRefused, read_book, read_sheet
from qingshan.contexts.ledgers.services.taking_over import check_take_over, outcome_text, read_take_over, take_over
from qingshan.contexts.ledgers.services.template_reading import read_template

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
