"""Qingshan (青山): a county's campaign against illegal mining, from the first clue to the closed-out case."""

__version__ = "0.1.0"
