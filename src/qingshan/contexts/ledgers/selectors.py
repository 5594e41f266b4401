"""The ledger as of a moment: every verified lead by class, with its case where it has one (决定2).

A ledger is an index: one light row per verified lead with the entries that hold its fields. The fields themselves are
read in portions (`read_sources`), so that a ledger of a hundred thousand rows costs no more memory than one of ten.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from qingshan.commons.journal.personal import ALTERED, ERASED, read_personal
from qingshan.commons.journal.selectors import IndexLine, entries_holding, index_as_of, last_entries, ledgers_of
from qingshan.commons.journal.services import wait_for_writers
from qingshan.commons.people.models import Unit
from qingshan.commons.people.selectors import in_plan_order
from qingshan.commons.people.viewer import Viewer
from qingshan.contexts.campaigns.public import campaign_in_force
from qingshan.contexts.cases.public import visible_cases
from qingshan.contexts.leads.public import visible_leads
from qingshan.contexts.ledgers.columns import CLASS_LABELS, COLUMNS, Column, Source
from qingshan.domain.lead import VERIFIED_STATES

KEPT_CLEAR = frozenset({ERASED, ALTERED})
"""What stands in place of a value is no name."""
FULL_VIEW = frozenset({"bureau_officer", "bureau_leader", "taskforce_office"})
PORTION = 1_000
"""Rows whose fields are read at a time."""
_LEAD_FIELDS = ("state", "verdict", "unit")
_CASE_FIELDS = ("lead_id", "category", "unit", "state", "lead_number")


class NotYet(ValueError):
    """The moment asked for has not come."""


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One row without its fields: its keys, what it is counted by, and the entries that hold the rest."""

    lead_id: UUID
    case_id: UUID | None
    verdict: str
    category: str
    township: str
    state: str
    case_number: str
    lead_number: str
    lead_entry: UUID | None
    case_entry: UUID | None

    @property
    def sort_key(self) -> tuple[bool, str, str]:
        """Cases by number, then leads without a case by number."""
        return (self.case_number == "", self.case_number, self.lead_number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """The ledger of one viewer as of ``moment``; the same whenever it is made again."""

    title: str
    moment: datetime
    rows: tuple[LedgerRow, ...]
    names_in_full: bool

    @property
    def classes(self) -> dict[str, int]:
        """Rows by class; their sum is the number of rows."""
        counted = Counter(row.verdict for row in self.rows)
        return {slug: counted[slug] for slug in CLASS_LABELS}

    def summary(self) -> list[tuple[str, dict[str, int]]]:
        """Per township: rows by class, cases, closed ones."""
        found: dict[str, Counter[str]] = {}
        alike = Counter((r.township, r.verdict, r.case_id is not None, r.category, r.state) for r in self.rows)
        for (township, verdict, on_ledger, category, state), n in alike.items():
            counter = found.setdefault(township, Counter())
            counter[verdict] += n
            if on_ledger:
                counter[f"case:{category}"] += n
                counter["cases"] += n
                counter["closed"] += n if state == "closed" else 0
        return [(name, dict(found[name])) for name in in_plan_order(found)]


def ledger_as_of(viewer: Viewer, moment: datetime, *, now: datetime, patience: float | None = None) -> Ledger:
    """Make the ledger from each matter's last entry recorded by ``moment``; raises `NotYet` for the future."""
    if moment > now:
        raise NotYet("该时刻还没有到，不能生成截至该时刻的台账")
    in_force = campaign_in_force()
    wait_for_writers(seconds=patience)
    cases = {UUID(line.texts[0]): line for line in index_as_of(moment, kind="case", fields=_CASE_FIELDS)}
    leads = index_as_of(moment, kind="lead", fields=_LEAD_FIELDS)
    rows = [_row(line, cases.pop(line.matter_id, None)) for line in leads if line.texts[0] in VERIFIED_STATES]
    rows += [_case_row(lead_id, case) for lead_id, case in cases.items()]
    rows.sort(key=lambda row: row.sort_key)
    return Ledger(title=in_force.title, moment=moment, rows=tuple(rows), names_in_full=_names_in_full(viewer))


def ledger_now(viewer: Viewer, now: datetime) -> Ledger:
    """The ledger as it stands at this moment, from the state tables, which say what the last entries say.

    For pages: its rows name no entries, so `with_entries` is asked for those that are shown. Units have the names of
    today, in `ledger_as_of` those of the entry.
    """
    in_force = campaign_in_force()
    units = dict(Unit.objects.values_list("id", "name"))
    verified = visible_leads(viewer).filter(state__in=[s.value for s in VERIFIED_STATES]).order_by()
    leads = list(verified.values_list("id", "verdict", "unit_id", "number"))
    rows = visible_cases(viewer).order_by()
    told = rows.values_list("lead_id", "id", "category", "unit_id", "state", "number", "lead_number")
    cases: dict[UUID, list[Any]] = {lead_id: rest for lead_id, *rest in told}
    found = [_row_now(*lead, units=units, case=cases.pop(lead[0], None)) for lead in leads]
    found += [
        LedgerRow(lead_id, case_id, "substantiated", category, units[unit_id], state, number, lead_number, None, None)
        for lead_id, (case_id, category, unit_id, state, number, lead_number) in cases.items()
    ]
    found.sort(key=lambda row: row.sort_key)
    return Ledger(title=in_force.title, moment=now, rows=tuple(found), names_in_full=_names_in_full(viewer))


def _row_now(
    lead_id: UUID, verdict: str, unit_id: UUID, number: str, *, units: Mapping[UUID, str], case: list[Any] | None
) -> LedgerRow:
    if case is None:
        return LedgerRow(lead_id, None, verdict, "", units[unit_id], "", "", number, None, None)
    case_id, category, _, state, case_number, _ = case
    return LedgerRow(lead_id, case_id, verdict, category, units[unit_id], state, case_number, number, None, None)


def with_entries(rows: Sequence[LedgerRow]) -> list[LedgerRow]:
    """Rows of `ledger_now` with the entries that hold their fields."""
    entries = last_entries(matter_id for row in rows for matter_id in (row.lead_id, row.case_id) if matter_id)
    return [
        replace(row, lead_entry=entries.get(row.lead_id), case_entry=entries.get(row.case_id) if row.case_id else None)
        for row in rows
    ]


def _names_in_full(viewer: Viewer) -> bool:
    return bool(viewer.roles & FULL_VIEW) or viewer.system


def _row(lead: IndexLine, case: IndexLine | None) -> LedgerRow:
    _, verdict, unit = lead.texts
    if case is None:
        return LedgerRow(lead.matter_id, None, verdict, "", unit, "", "", lead.number, lead.entry_id, None)
    _, category, _, state, _ = case.texts
    return LedgerRow(
        lead.matter_id, case.matter_id, verdict, category, unit, state, case.number, lead.number, lead.entry_id,
        case.entry_id,
    )  # fmt: skip


def _case_row(lead_id: UUID, case: IndexLine) -> LedgerRow:
    """A case whose lead this viewer does not see (a supervising department)."""
    _, category, unit, state, lead_number = case.texts
    return LedgerRow(
        lead_id, case.matter_id, "substantiated", category, unit, state, case.number, lead_number, None, case.entry_id
    )


def read_sources(ledger: Ledger, rows: Iterable[LedgerRow]) -> Iterator[tuple[LedgerRow, Source]]:
    """The fields of rows, in their order, read in portions."""
    iterator = iter(rows)
    while part := list(islice(iterator, PORTION)):
        fields = ledgers_of(e for row in part for e in (row.lead_entry, row.case_entry) if e is not None)
        personal = _personal(fields.values(), full=ledger.names_in_full)
        for row in part:
            case = fields[row.case_entry] if row.case_entry else {}
            lead = fields[row.lead_entry] if row.lead_entry else _known_of_lead(case)
            yield row, Source(lead=lead, case=case, personal=personal)


def _known_of_lead(case: Mapping[str, Any]) -> dict[str, Any]:
    """What a case itself knows of its lead."""
    known = ("lead_number", "division", "township", "village", "area_m2", "unit")
    return {name: case.get(name, "") for name in known} | {"verdict": "substantiated"}


def read_texts(
    ledger: Ledger, rows: Iterable[LedgerRow], columns: Sequence[Column] = COLUMNS
) -> Iterator[tuple[LedgerRow, tuple[str, ...]]]:
    """The texts of rows under ``columns``, in order. Most rows have no case: what only a case fills is not asked."""
    of_leads = [(place, column.text) for place, column in enumerate(columns) if column.of_lead]
    for row, source in read_sources(ledger, rows):
        if source.case:
            yield row, tuple(column.text(source) for column in columns)
            continue
        texts = [""] * len(columns)
        for place, text in of_leads:
            texts[place] = text(source)
        yield row, tuple(texts)


def rows_holding(rows: Sequence[LedgerRow], text: str) -> list[LedgerRow]:
    """Rows in whose recorded fields (numbers, places, papers) ``text`` occurs."""
    found = entries_holding(text, (e for row in rows for e in (row.lead_entry, row.case_entry) if e is not None))
    return [row for row in rows if row.lead_entry in found or row.case_entry in found]


def _personal(fields: Iterable[Mapping[str, Any]], *, full: bool) -> dict[str, str]:
    refs = {str(f.get(f"{name}_ref") or "") for f in fields for name in ("party", "responsible")}
    values = read_personal({UUID(ref) for ref in refs if ref})
    return {str(ref): text if full else mask(text) for ref, text in values.items()}


def mask(text: str) -> str:
    """A name as shared copies show it: the first character, the rest hidden."""
    if text in KEPT_CLEAR:
        return text
    return text[:1] + "＊" * min(len(text) - 1, 4) if text else ""
