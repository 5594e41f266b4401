"""Parts of a plan (方案) that are lists to choose from or to tick off: check lists, vocabularies, mapping tables."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One point of a check list (检查项)."""

    slug: str
    label: str
    clause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Checklist:
    """A check list (检查清单); ``count`` is the declared number of points, so that a lost line is found."""

    slug: str
    title: str
    clause: str
    count: int
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One entry of a vocabulary (字典项)."""

    slug: str
    label: str
    clause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictRow:
    """How one own verdict is written in an outside system; ``reason`` only for unfounded ones."""

    verdict: Literal["substantiated", "unfounded", "inconclusive"]
    value: str
    label: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictMap:
    """Mapping of verdicts to an outside system (结论对照表)."""

    slug: str
    label: str
    clause: str
    rows: tuple[VerdictRow, ...]

    def value_of(self, verdict: str, reason: str = "") -> str:
        """Value of the outside system for a verdict; KeyError if the table has none."""
        for row in self.rows:
            if row.verdict == verdict and row.reason in ("", reason):
                return row.value
        raise KeyError(f"{self.slug}: {verdict} {reason}".strip())
