"""The work on an old ledger (接管旧台账): read, check to the row, take over in one transaction. Worker and CLI only."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection

from qingshan.commons.base.counters import Blocks
from qingshan.commons.base.ids import new_id
from qingshan.commons.files.cells import is_blank, plain_text
from qingshan.commons.files.foreign_tables import ForeignTable
from qingshan.commons.files.services import path_of
from qingshan.commons.files.sheets import SheetRefused
from qingshan.commons.jobs.progress import Progress
from qingshan.commons.jobs.running import WorkFailed
from qingshan.commons.journal.bulk import copy_models
from qingshan.commons.journal.services import act_transaction
from qingshan.commons.people.viewer import Acting
from qingshan.contexts.campaigns.public import InForce, campaign_in_force
from qingshan.contexts.cases.public_worker import take_over_cases
from qingshan.contexts.leads.public_worker import take_over_leads, wait_for_other_intakes
from qingshan.contexts.ledgers.models import TakeOver, TakeOverRow
from qingshan.contexts.ledgers.services.takeover_journal import record_take_over
from qingshan.contexts.ledgers.takeover_checking import Checked, Checker
from qingshan.contexts.ledgers.takeover_mapping import mapping_from
from qingshan.contexts.ledgers.takeover_matters import taken_case, taken_lead
from qingshan.contexts.ledgers.takeover_report import write_report
from qingshan.contexts.ledgers.takeover_tables import guesses_of, read_tables
from qingshan.contexts.ledgers.takeover_words import CHOICES, old_words
from qingshan.contexts.ledgers.takeovers import NO_CASE, UNSAID
from qingshan.domain.takeover import OLD_STATE_LABELS

MOST_WORDS = 60
"""A column with more different texts holds no words of a list."""
LOOK_AHEAD = 20_000
MOST_REASONS = 12
_VARYING = re.compile(r"（[^）]*）|[0-9]+")
"""What differs from row to row in a reason that is the same."""
CHANGED = "核对之后情况有变（{what}），没有接管任何一行；请重新核对、对账后再提交"


def read_take_over(*, take_over_id: UUID, acting: Acting) -> TakeOver:
    """Read sheets, headings, examples and words for the mapping page. Personal columns show neither. `SheetRefused`."""
    row = TakeOver.objects.select_for_update().get(id=take_over_id)
    if row.state != "received":
        return row
    sheets = [_sheet_content(table, guesses_of(table)) for table in _tables(row)]
    if not any(sheet["rows"] for sheet in sheets):
        raise SheetRefused(f"“{row.file_name}”里没有读到一行数据：请确认是台账文件，表头下面有数据行，再上传")
    year = campaign_in_force().start.year
    row.content = {"sheets": sheets, "year": year, "read_at": acting.now().isoformat()}
    row.state, row.problem, row.round = "read", "", row.round + 1
    row.save(update_fields=["content", "state", "problem", "round"])
    return row


def _tables(row: TakeOver) -> list[ForeignTable]:
    return read_tables(path_of(row.sha256), row.file_name)


def _sheet_content(table: ForeignTable, chosen: Mapping[str, str]) -> dict[str, Any]:
    """What is kept of a sheet beside the original: examples of columns known to name nobody, words of choices."""
    guesses, open_fields = guesses_of(table), {f.slug for f in old_words().fields if not f.personal}
    seen: dict[str, Counter[str]] = {name: Counter() for name in table.keys().values()}
    rows = 0
    for row in table.rows():
        if row.not_row:
            continue
        rows += 1
        if rows > LOOK_AHEAD:
            continue
        for name, value in row.cells.items():
            if not is_blank(value) and len(seen[name]) <= MOST_WORDS:
                seen[name][plain_text(value)[:60]] += 1
    columns = []  # a list: the database does not keep the order of an object's keys
    for name, texts in seen.items():
        choice = chosen.get(name) in CHOICES and len(texts) <= MOST_WORDS
        column = {
            "name": name,
            "guess": guesses.get(name, ""),
            "examples": [t for t, _ in texts.most_common(2)] if chosen.get(name) in open_fields else [],
            "words": [t for t, _ in texts.most_common()] if choice else [],
        }
        columns.append(column)
    return {
        "name": table.name,
        "hidden": table.hidden,
        "title": table.header.title if table.header else "",
        "rows": rows,
        "columns": columns,
    }


def check_take_over(*, take_over_id: UUID, acting: Acting, progress: Progress) -> TakeOver:
    """Give every row its outcome and reasons, write the report, count for the reconciliation."""
    row = TakeOver.objects.select_for_update().get(id=take_over_id)
    if row.state != "checking":
        return row
    in_force, tables = campaign_in_force(), _tables(row)
    mapping = mapping_from(row.mapping)
    checker = Checker(row.id, mapping, in_force, acting)
    TakeOverRow.objects.filter(take_over=row).delete()
    tally, checked = _Tally(in_force), []
    total = sum(len(table.source) for table in tables)
    for part in checker.check(tables):
        copy_models([_stored(row, one, in_force) for one in part])
        tally.add(part)
        checked += [(one.sheet, one.row_no, one.outcome, "；".join(one.reasons)) for one in part]
        progress.report(min(len(checked), total), total)
    report = write_report(row, tables, checked, mapping, acting)
    row.content = {**row.content, "sheets": [_sheet_content(table, mapping.columns) for table in tables]}
    row.counts = {**tally.as_json(), "report": {"sha256": report.sha256, "name": report.original_name}}
    row.report_file = report.id
    row.state, row.problem, row.totals, row.round = "checked", "", {}, row.round + 1
    row.save(update_fields=["content", "counts", "report_file", "state", "problem", "totals", "round"])
    return row


def _stored(take_over: TakeOver, one: Checked, in_force: InForce) -> TakeOverRow:
    parsed = one.parsed
    return TakeOverRow(
        id=new_id(),
        take_over_id=take_over.id,
        position=one.position,
        sheet=one.sheet,
        row_no=one.row_no,
        outcome=one.outcome,
        reasons="\n".join(one.reasons),
        number=(parsed.text("number") or parsed.text("source_no"))[:120] if parsed else "",
        township=_township(one)[:80] if parsed else "",
        category=parsed.claim.category if parsed else "",
        old_state=str(parsed.claim.state or "") if parsed else "",
        matter_number=one.matter_number,
    )


def _township(one: Checked) -> str:
    if one.place is not None:
        return one.place.unit.short
    return (one.parsed.text("township") if one.parsed else "") or UNSAID


class _Tally:
    """Counts rows by outcome, and by outcome within township, category and state."""

    def __init__(self, in_force: InForce) -> None:
        self._labels = {c.slug: c.label for c in in_force.plan.categories}
        self._outcomes: Counter[str] = Counter()
        self._not_rows: Counter[str] = Counter()
        self._refusals: Counter[str] = Counter()
        self._groups: dict[str, dict[str, Counter[str]]] = {k: {} for k in ("total", "township", "category", "state")}

    def add(self, part: Sequence[Checked]) -> None:
        for one in part:
            self._outcomes[one.outcome] += 1
            if one.parsed is None:
                self._not_rows["；".join(one.reasons)] += 1
                continue
            if one.outcome == "refused":
                self._refusals.update({_VARYING.sub("…", reason) for reason in one.refusals})
            claim = one.parsed.claim
            category = self._labels.get(claim.category, UNSAID) if claim.is_case else NO_CASE
            state = OLD_STATE_LABELS[claim.state] if claim.state else UNSAID
            names = {"total": "全部", "township": _township(one), "category": category, "state": state}
            for kind, name in names.items():
                self._groups[kind].setdefault(name, Counter())[one.outcome] += 1

    def as_json(self) -> dict[str, Any]:
        return {
            "rows": sum(self._outcomes.values()),
            "outcomes": dict(self._outcomes),
            "not_rows": dict(self._not_rows),
            "refusals": dict(self._refusals.most_common(MOST_REASONS)),
            "groups": {kind: {n: dict(c) for n, c in names.items()} for kind, names in self._groups.items()},
        }


def take_over(*, take_over_id: UUID, acting: Acting, progress: Progress, blocks: Blocks | None = None) -> TakeOver:
    """Take the approved ledger over: all of its rows in one transaction, or none. Done once, however often asked.

    The file is checked anew; a row that would fare otherwise than it was approved stops everything (`WorkFailed`).
    """
    with act_transaction():
        row = TakeOver.objects.select_for_update().get(id=take_over_id)
        if row.state != "taking":
            return row
        wait_for_other_intakes()
        in_force = campaign_in_force()
        mapping, act_ids = mapping_from(row.mapping), (new_id(), new_id())
        approved = dict(TakeOverRow.objects.filter(take_over=row).values_list("position", "outcome"))
        total, done = len(approved), 0
        try:
            for part in Checker(row.id, mapping, in_force, acting).check(_tables(row)):
                _hold(part, approved)
                _write(row, part, _Hand(act_ids=act_ids, in_force=in_force, acting=acting, blocks=blocks))
                done += len(part)
                progress.report(done, total)
        except IntegrityError as error:
            raise WorkFailed(CHANGED.format(what="有同编号的线索刚被登记")) from error
        if blocks is not None:
            blocks.settle()
        if approved:
            raise WorkFailed(CHANGED.format(what=f"文件少了 {len(approved)} 行"))
        row.state, row.problem, row.round = "done", "", row.round + 1
        row.act_id, row.finished_at = act_ids[0], acting.now()
        row.save(update_fields=["state", "problem", "round", "act_id", "finished_at"])
        record_take_over("take_over.finish", row, acting, {"outcomes": row.counts.get("outcomes", {})})
        return row


def _hold(part: Sequence[Checked], approved: dict[int, str]) -> None:
    """Refuse to go on when a row fares otherwise than it was approved."""
    for one in part:
        if approved.pop(one.position, "") != one.outcome:
            raise WorkFailed(
                CHANGED.format(what=f"{one.sheet} 第 {one.row_no} 行：{'；'.join(one.reasons) or '可以接管'}")
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hand:
    """Who takes over, in which acts (leads, cases), under which plan."""

    act_ids: tuple[UUID, UUID]
    in_force: InForce
    acting: Acting
    blocks: Blocks | None


def _write(row: TakeOver, part: Sequence[Checked], hand: _Hand) -> None:
    taken = [one for one in part if one.takes]
    leads = take_over_leads(
        rows=[taken_lead(one, row, hand.in_force, hand.acting.now()) for one in taken],
        file_name=row.file_name,
        take_over_id=row.id,
        act_id=hand.act_ids[0],
        in_force=hand.in_force,
        acting=hand.acting,
        blocks=hand.blocks,
    )
    pairs = [(one, lead) for one, lead in zip(taken, leads, strict=True) if one.parsed and one.parsed.claim.is_case]
    cases = take_over_cases(
        rows=[taken_case(one, lead, hand.in_force) for one, lead in pairs],
        act_id=hand.act_ids[1],
        in_force=hand.in_force,
        acting=hand.acting,
        blocks=hand.blocks,
    )
    case_of = {one.position: case for (one, _), case in zip(pairs, cases, strict=True)}
    links = []
    for one, lead in zip(taken, leads, strict=True):
        case = case_of.get(one.position)
        links.append((one.position, lead.id, case.id if case else None, case.number if case else lead.number))
    _link(row.id, links)


def _link(take_over_id: UUID, links: Sequence[tuple[int, UUID, UUID | None, str]]) -> None:
    if not links:
        return
    columns: Iterator[Any] = (list(column) for column in zip(*links, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE ledgers_takeoverrow r SET lead_id = n.lead, case_id = n.kase, matter_number = n.number"
            " FROM unnest(%s::int[], %s::uuid[], %s::uuid[], %s::text[]) AS n(position, lead, kase, number)"
            " WHERE r.take_over_id = %s AND r.position = n.position",
            [*columns, take_over_id],
        )


def outcome_text(counts: Mapping[str, Any]) -> str:
    """What a check found, in one sentence."""
    n = {key: int(value) for key, value in counts.get("outcomes", {}).items()}
    take = n.get("ready", 0) + n.get("warning", 0)
    return (
        f"共 {counts.get('rows', 0)} 行：可接管 {take}（其中有提示 {n.get('warning', 0)}），"
        f"已在系统内 {n.get('known', 0)}，拒收 {n.get('refused', 0)}，非数据行 {n.get('not_row', 0)}"
    )
