"""Comparing a returned file with what stands here (返回文件逐行比对); nothing is changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from qingshan.commons.journal.models import Matter
from qingshan.commons.people.viewer import Viewer
from qingshan.contexts.cases.public import Case, TrackStep, visible_cases
from qingshan.contexts.leads.public import Lead, Source, visible_leads
from qingshan.contexts.ledgers.columns import CLASS_LABELS
from qingshan.contexts.ledgers.exchange_words import ENTRY, PLATFORM, ReturnedRow
from qingshan.contexts.ledgers.models import ExchangeRow, ExchangeSheet

_WORDS = {"province_no": "省系统编号", "entered_on": "录入日期", "verdict": "核查结论", PLATFORM: "信访平台编号"}


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
    sources: Mapping[UUID, list[Source]]


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
    owed: dict[UUID, list[Source]] = {}
    for source in Source.objects.filter(lead_id__in=list(found)).exclude(platform_state="").order_by("came_at", "id"):
        owed.setdefault(source.lead_id, []).append(source)
    matters = Matter.objects.filter(id__in=[*found, *case_ids])
    return Known(
        by_number={lead.number: lead for lead in found.values()},
        by_case={case.number: found[lead_id] for lead_id, case in cases.items() if lead_id in found},
        by_source=by_source,
        cases=cases,
        entered={step.track.case_id: step.fields for step in steps},
        tracked=frozenset(case_ids),
        seqs=dict(matters.values_list("id", "seq")),
        sources=owed,
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
        PLATFORM: _platform_no(row, known.sources.get(lead.id, [])),
    }
    differing = {name: value for name, value in row.values.items() if value and value != ours.get(name, "")}
    for name, value in differing.items():
        old, new = (CLASS_LABELS.get(v, v) if name == "verdict" else v for v in (ours[name], value))
        made.differences.append({"field": _WORDS[name], "old": old, "new": new, "cell": row.cells.get(name, "")})
    made.values = dict(differing)
    problem = _platform_problem(made, row, known.sources.get(lead.id, []))
    if problem:
        return [problem]
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


def _sources_of(row: ReturnedRow, sources: Sequence[Source]) -> list[Source]:
    """The sources that a row can mean: the one of its own number, else all of the lead."""
    named = [source for source in sources if source.number and source.number == row.keys.get("source_no")]
    return named or list(sources)


def _platform_no(row: ReturnedRow, sources: Sequence[Source]) -> str:
    """The number in the petition platform that stands here; of several sources the one the row says, if it stands."""
    numbers = [source.platform_no for source in _sources_of(row, sources) if source.platform_no]
    said = row.values.get(PLATFORM, "")
    return said if said in numbers else next(iter(numbers), "")


def _platform_problem(made: ExchangeRow, row: ReturnedRow, sources: Sequence[Source]) -> str:
    """Why a returned number cannot be entered; puts the source it belongs to into ``made`` (三-4-3④)."""
    if PLATFORM not in made.values:
        return ""
    meant = _sources_of(row, sources)
    waiting = [source for source in meant if source.platform_state == "open"]
    if not meant:
        return "文件里有信访平台编号，而这条线索的来源渠道不须录入信访信息系统"
    if not waiting:
        return f"已登记的信访平台编号是 {meant[0].platform_no}，与文件不同：请核对是哪边有误"
    if len(waiting) > 1:
        return f"这条线索有 {len(waiting)} 个来源待录信访平台，请在文件里填来源编号"
    made.values |= {"source": str(waiting[0].id)}
    return ""
