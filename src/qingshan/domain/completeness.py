"""Completeness (核查闭环证明): every lead received stands in exactly one class, and the classes add up. Pure.

received = verified + under way + returned + merged + transferred, to the row. What stands in no class is a gap.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from qingshan.domain.lead import LeadState

CLASSES: Mapping[str, tuple[str, ...]] = {
    "substantiated": ("substantiated",),
    "unfounded": ("county_recheck", "city_recheck", "archived"),
    "inconclusive": ("inconclusive",),
    "settled": ("split_settled",),
    "under_way": ("received", "dispatched", "under_verification", "in_review", "split"),
    "returned": ("returned",),
    "merged": ("merged",),
    "transferred": ("transferred", "handed_over"),
}
"""States of a lead by class. A state that is not here stands in no class, and the proof says so."""
CLASS_WORDS: Mapping[str, str] = {
    "substantiated": "查实",
    "unfounded": "查否",
    "inconclusive": "存疑",
    "settled": "拆分办结",
    "under_way": "办理中",
    "returned": "退回",
    "merged": "并入",
    "transferred": "移送",
}
VERIFIED = ("substantiated", "unfounded", "inconclusive", "settled")
CLASS_OF: Mapping[str, str] = {state: name for name, states in CLASSES.items() for state in states}
VERIFIED_STATES = frozenset(state for name in VERIFIED for state in CLASSES[name])
UNKNOWN_STATES = frozenset(LeadState) - CLASS_OF.keys()
"""None, held by a test: a new state needs its class here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """One line of the proof: received by the record of intake, and leads by class by the journal."""

    received: int
    classes: Mapping[str, int]

    @property
    def verified(self) -> int:
        """Leads with a result of a visit that passed the county's review (已核实)."""
        return sum(self.classes.get(name, 0) for name in VERIFIED)

    @property
    def accounted(self) -> int:
        """Leads that stand in a class."""
        return sum(self.classes.get(name, 0) for name in CLASSES)

    @property
    def gap(self) -> int:
        """Received but in no class (差额); negative: more leads than were received."""
        return self.received - self.accounted

    @property
    def holds(self) -> bool:
        """Whether the line adds up."""
        return self.gap == 0


def total(lines: Mapping[str, Sum]) -> Sum:
    """All lines together. Gaps of two lines may hide each other here: whether the proof holds is asked of each line."""
    return Sum(
        received=sum(line.received for line in lines.values()),
        classes={name: sum(line.classes.get(name, 0) for line in lines.values()) for name in CLASSES},
    )
