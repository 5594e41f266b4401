"""The second door of cases, for worker and command line only: cases that come with a history of their own."""

from qingshan.contexts.cases.services.taking_over import TakenCase, take_over_cases

__all__ = ["TakenCase", "take_over_cases"]
