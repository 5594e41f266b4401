"""Comparing a returned file with what stands here (返回文件逐行比对); nothing is changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from qingshan.commons.journal.models import Matter
from qingshan.commons.people.viewer import Viewer
from qingshan.contexts.cases.public import Case, TrackStep, visible_cases
from qingshan.contexts.leads.public import Lead, visible_leads
from qingshan.contexts.ledgers.columns import CLASS_LABELS
from qingshan.contexts.ledgers.exchange_words import ENTRY, ReturnedRow
from qingshan.contexts.ledgers.models import ExchangeRow, ExchangeSheet

_WORDS = {"province_no": "省系统编号", "entered_on": "录入日期", "verdict": "核查结论"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What stands here of the leads that a file names."""

    by_number: Mapping[str, Lead]
    by_case: Mapping[str, Lead]
    by_source: Mapping[str, list[Lead]]
    cases: Mapping[UUID, Case]
    entered: Mapping[UUID, Mapping[str, str]]
    tracked: frozenset[UUID]
    seqs: Mapping[UUID, int]


def known_of(viewer: Viewer, rows: Sequence[ReturnedRow]) -> Known:
    """Read everything that the rows name, in scope."""
    numbers, case_numbers, sources = ([row.keys[k] for row in rows if row.keys.get(k)] for k in _KEYS)
    cases = {case.lead_id: case for case in visible_cases(viewer).filter(number__in=case_numbers)}
    seen = visible_leads(viewer).defer("geom", "attributes", "shares")
    found = {lead.id: lead for lead in seen.filter(number__in=numbers)}
    found |= {lead.id: lead for lead in seen.filter(id__in=list(cases))}
    by_source: dict[str, list[Lead]] = {}
    for lead in seen.filter(source_no__in=sources).exclude(source_no=""):
        by_source.setdefault(lead.source_no, []).append(lead)
        found[lead.id] = lead
    cases |= {case.lead_id: case for case in visible_cases(viewer).filter(lead_id__in=list(found))}
    case_ids = [case.id for case in cases.values()]
    steps = TrackStep.objects.filter(
        track__case_id__in=case_ids, track__kind="provincial_entry", station="entered", void=False
    ).select_related("track")
    matters = Matter.objects.filter(id__in=[*found, *case_ids])
    return Known(
        by_number={lead.number: lead for lead in found.values()},
        by_case={case.number: found[lead_id] for lead_id, case in cases.items() if lead_id in found},
        by_source=by_source,
        cases=cases,
        entered={step.track.case_id: step.fields for step in steps},
        tracked=frozenset(case_ids),
        seqs=dict(matters.values_list("id", "seq")),
    )


_KEYS = ("lead_number", "case_number", "source_no")


def judge(sheet: ExchangeSheet, rows: Sequence[ReturnedRow], known: Known) -> list[ExchangeRow]:
    """Each row with what it would change, or why it cannot."""
    seen: dict[UUID, int] = {}
    return [_judge(sheet, row, known, seen) for row in rows]


def _judge(sheet: ExchangeSheet, row: ReturnedRow, known: Known, seen: dict[UUID, int]) -> ExchangeRow:
    made = ExchangeRow(sheet=sheet, row=row.row, number=row.number[:120], outcome="refused")
    lead, problem = _lead_of(row, known)
    problems = [*row.problems, *([problem] if problem else [])]
    if lead is not None and lead.id in seen:
        problems.append(f"与第 {seen[lead.id]} 行是同一条线索，一条线索只能有一行")
    if lead is not None and not problems:
        seen[lead.id] = row.row
        case = known.cases.get(lead.id)
        made.lead_id, made.case_id = lead.id, case.id if case else None
        made.seq = known.seqs.get(lead.id, 0) + (known.seqs.get(case.id, 0) if case else 0)
        problems += _compare(made, row, lead, case, known)
    made.problem = "；".join(problems)
    if not problems:
        made.outcome = "changed" if made.differences else "unchanged"
    return made


def _lead_of(row: ReturnedRow, known: Known) -> tuple[Lead | None, str]:
    """The lead that a row is about: all its numbers must say the same."""
    if not row.number:
        return None, "没有编号，对不上任何线索"
    found: set[UUID] = set()
    leads: dict[UUID, Lead] = {}
    for key, index in (("lead_number", known.by_number), ("case_number", known.by_case)):
        number = row.keys.get(key, "")
        if number:
            lead = index.get(number)
            if lead is None:
                return None, f"编号“{number}”不在本县台账里"
            found.add(lead.id)
            leads[lead.id] = lead
    if not found:
        same = known.by_source.get(row.keys.get("source_no", ""), [])
        if len(same) != 1:
            told = "不在本县台账里" if not same else f"对得上 {len(same)} 条线索，请补线索编号"
            return None, f"来源编号“{row.number}”{told}"
        return same[0], ""
    if len(found) > 1:
        return None, "线索编号与台账编号指的不是同一条：请核对是否错行"
    return leads[found.pop()], ""


def _compare(made: ExchangeRow, row: ReturnedRow, lead: Lead, case: Case | None, known: Known) -> list[str]:
    """Put the differences into ``made``; returns what cannot be accepted."""
    entered = known.entered.get(case.id, {}) if case else {}
    ours = {
        **{name: str(entered.get(field, "")) for name, field in ENTRY.items()},
        "verdict": lead.verdict,
    }
    differing = {name: value for name, value in row.values.items() if value and value != ours.get(name, "")}
    for name, value in differing.items():
        old, new = (CLASS_LABELS.get(v, v) if name == "verdict" else v for v in (ours[name], value))
        made.differences.append({"field": _WORDS[name], "old": old, "new": new, "cell": row.cells.get(name, "")})
    made.values = dict(differing)
    entry = [name for name in ENTRY if name in differing]
    if not entry:
        return []
    if case is None:
        return ["文件里有省系统编号，而本县还没有把它列入台账：请先列入台账"]
    if not entered:
        made.values |= {"first": "yes"}
        if len(entry) < len(ENTRY):
            return ["首次登记省系统编号，编号和录入日期两栏都要有"]
    return []
