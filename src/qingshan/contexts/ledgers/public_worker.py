"""The second door of ledgers, for worker and command line only: what reads foreign workbooks."""

from qingshan.contexts.ledgers.services.taking_over import check_take_over, outcome_text, read_take_over, take_over

__all__ = ["check_take_over", "outcome_text", "read_take_over", "take_over"]
