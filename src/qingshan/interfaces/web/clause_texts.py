"""The register of clauses in our own wording, for the page behind each clause mark.

The register is one file of the project, ``docs/clauses.csv``; a built package carries a copy of it beside this module
(``data/clauses.csv``), a checkout reads the file itself.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

PACKAGED = Path(__file__).parent / "data" / "clauses.csv"
CHECKOUT = Path(__file__).resolve().parents[4] / "docs" / "clauses.csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseText:
    """One clause (条款): its part of the notice, a title, what it asks, and how one sees that it is done."""

    id: str
    section: str
    title: str
    requirement: str
    check: str


def read_clause_texts(path: Path) -> Mapping[str, ClauseText]:
    """Clauses by id, in the order of the file."""
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return {
            row["id"]: ClauseText(
                id=row["id"],
                section=row["section"],
                title=row["title_zh"],
                requirement=row["requirement_zh"],
                check=row["test_zh"],
            )
            for row in csv.DictReader(handle)
        }


@lru_cache(maxsize=1)
def clause_texts() -> Mapping[str, ClauseText]:
    """The register that belongs to this program; read once per process."""
    return read_clause_texts(PACKAGED if PACKAGED.exists() else CHECKOUT)
