"""Who may hold which posts together (职务兼任): three administrators apart, none of them with a hand in matters.

等保 8.1.4.2 d: 系统管理员, 权限管理员 and 审计管理员 are three different people.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

ADMINISTRATORS = frozenset({"system_admin", "rights_admin", "audit_admin"})
"""系统管理员 keeps accounts and sessions, 权限管理员 appoints, 审计管理员 reads the journal and the sign-in log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A time in a post (任职期间); both days count, ``until`` None is open."""

    label: str
    roles: frozenset[str]
    since: date
    until: date | None = None

    def overlaps(self, other: "Span") -> bool:
        """Whether the two times share a day."""
        return (self.until is None or other.since <= self.until) and (other.until is None or self.since <= other.until)


def order_problem(since: date, until: date | None) -> str:
    """Why two days are no span ("" when they are one)."""
    return "结束日期早于开始日期" if until is not None and until < since else ""


def combination_problem(new: Span, held: Iterable[Span]) -> str:
    """Why ``new`` may not be held beside ``held`` ("" when it may): two administrators, or one who handles matters."""
    for other in (new, *(span for span in held if span.overlaps(new))):
        roles = new.roles | other.roles
        administering = roles & ADMINISTRATORS
        if len(administering) > 1:
            return f"系统、权限、审计三个管理职务不能由同一人担任：“{new.label}”与“{other.label}”"
        if administering and roles - ADMINISTRATORS:
            return f"管理职务不能兼任办理线索和问题的职务：“{new.label}”与“{other.label}”"
    return ""
