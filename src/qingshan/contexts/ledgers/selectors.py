"""The ledger as of a moment: every verified lead by class, with its case where it has one (决定2)."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from qingshan.commons.journal.personal import ALTERED, ERASED, read_personal
from qingshan.commons.journal.selectors import AsOf, ledgers_as_of
from qingshan.commons.people.viewer import Viewer
from qingshan.contexts.campaigns.public import campaign_in_force
from qingshan.contexts.ledgers.columns import CLASS_LABELS, COLUMNS, Source
from qingshan.domain.lead import VERIFIED_STATES

KEPT_CLEAR = frozenset({ERASED, ALTERED})
"""What stands in place of a value is no name."""
FULL_VIEW = frozenset({"bureau_officer", "bureau_leader", "taskforce_office"})


class NotYet(ValueError):
    """The moment asked for has not come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRow:
    """One row: texts in the order of `COLUMNS`, and the keys to open it with."""

    lead_id: UUID
    case_id: UUID | None
    verdict: str
    category: str
    township: str
    state: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """The ledger of one viewer as of ``moment``; the same whenever it is made again."""

    title: str
    moment: datetime
    rows: tuple[LedgerRow, ...]

    @property
    def classes(self) -> dict[str, int]:
        """Rows by class; their sum is the number of rows."""
        counted = Counter(row.verdict for row in self.rows)
        return {slug: counted[slug] for slug in CLASS_LABELS}

    def summary(self) -> list[tuple[str, dict[str, int]]]:
        """Per township: rows by class, cases, closed ones."""
        found: dict[str, Counter[str]] = {}
        for row in self.rows:
            counter = found.setdefault(row.township, Counter())
            counter[row.verdict] += 1
            if row.case_id is not None:
                counter[f"case:{row.category}"] += 1
                counter["cases"] += 1
                counter["closed"] += row.state == "closed"
        return [(name, dict(found[name])) for name in sorted(found)]


def ledger_as_of(viewer: Viewer, moment: datetime, *, now: datetime, patience: float | None = None) -> Ledger:
    """Make the ledger from each matter's last entry recorded by ``moment``; raises `NotYet` for the future."""
    if moment > now:
        raise NotYet("该时刻还没有到，不能生成截至该时刻的台账")
    in_force = campaign_in_force()
    entries = ledgers_as_of(moment, patience=patience)
    cases = {str(e.ledger["lead_id"]): e for e in entries if e.kind == "case"}
    leads = [e for e in entries if e.kind == "lead" and e.ledger["state"] in VERIFIED_STATES]
    personal = _personal(viewer, cases)
    rows = [_row(lead, cases.pop(str(lead.matter_id), None), personal) for lead in leads]
    rows += [_case_row(case, personal) for case in cases.values()]
    rows.sort(key=lambda row: (row.texts[0] == "", row.texts[0], row.texts[1]))
    return Ledger(title=in_force.title, moment=moment, rows=tuple(rows))


def _row(lead: AsOf, case: AsOf | None, personal: Mapping[str, str]) -> LedgerRow:
    fields: Mapping[str, Any] = case.ledger if case else {}
    source = Source(lead=lead.ledger, case=fields, personal=personal)
    return LedgerRow(
        lead_id=lead.matter_id,
        case_id=case.matter_id if case else None,
        verdict=str(lead.ledger["verdict"]),
        category=str(fields.get("category", "")),
        township=str(lead.ledger["unit"]),
        state=str(fields.get("state", "")),
        texts=tuple(column.text(source) for column in COLUMNS),
    )


def _case_row(case: AsOf, personal: Mapping[str, str]) -> LedgerRow:
    """A case whose lead this viewer does not see (a supervising department): what the case itself knows of it."""
    known = ("lead_number", "division", "township", "village", "area_m2", "unit")
    lead = {name: case.ledger.get(name, "") for name in known} | {"verdict": "substantiated"}
    source = Source(lead=lead, case=case.ledger, personal=personal)
    return LedgerRow(
        lead_id=UUID(str(case.ledger["lead_id"])),
        case_id=case.matter_id,
        verdict="substantiated",
        category=str(case.ledger["category"]),
        township=str(case.ledger["unit"]),
        state=str(case.ledger["state"]),
        texts=tuple(column.text(source) for column in COLUMNS),
    )


def _personal(viewer: Viewer, cases: Mapping[str, AsOf]) -> dict[str, str]:
    refs = {str(e.ledger.get(f"{name}_ref") or "") for e in cases.values() for name in ("party", "responsible")}
    values = read_personal({UUID(ref) for ref in refs if ref})
    full = bool(viewer.roles & FULL_VIEW) or viewer.system
    return {str(ref): text if full else mask(text) for ref, text in values.items()}


def mask(text: str) -> str:
    """A name as shared copies show it: the first character, the rest hidden."""
    if text in KEPT_CLEAR:
        return text
    return text[:1] + "＊" * min(len(text) - 1, 4) if text else ""
