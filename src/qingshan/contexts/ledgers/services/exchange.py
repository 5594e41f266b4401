"""Exchange of files with outside systems (与省系统、信访平台交换): out by a layout, back by the same, row by row.

No claim that a file fits the other side: the layout is what the bureau uploaded as that side's form, nothing else.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from procrastinate.exceptions import AlreadyEnqueued

from qingshan.commons.base.ids import new_id
from qingshan.commons.files.models import StoredFile
from qingshan.commons.files.services import copy_expiry, read_chunks, store_file
from qingshan.commons.jobs.models import Job
from qingshan.commons.jobs.progress import Progress
from qingshan.commons.jobs.running import Outcome
from qingshan.commons.jobs.services import ItemInput, start_job
from qingshan.commons.journal.models import Matter
from qingshan.commons.journal.services import act_transaction, actor_text
from qingshan.commons.people.viewer import Acting
from qingshan.commons.places.selectors import county_code
from qingshan.contexts.campaigns.public import campaign_in_force
from qingshan.contexts.cases.public import correct_station, finish_station, visible_cases
from qingshan.contexts.leads.public import enter_platform_no, note_outside_result, visible_leads
from qingshan.contexts.ledgers.exchange_words import ENTRY, PLATFORM, SYSTEMS
from qingshan.contexts.ledgers.layout import layout_of
from qingshan.contexts.ledgers.layout_export import write_layout
from qingshan.contexts.ledgers.models import ExchangeRow, ExchangeSheet, LedgerTemplate
from qingshan.contexts.ledgers.selectors import Ledger, ledger_as_of
from qingshan.contexts.ledgers.templates_in_force import layout_for
from qingshan.domain.acts import ActRefused

EXPORT_TASK = "qingshan.contexts.ledgers.exchange_tasks.write_exchange"
JUDGE_TASK = "qingshan.contexts.ledgers.exchange_tasks.judge_exchange"
ACCEPT_TASK = "qingshan.contexts.ledgers.exchange_tasks.accept_exchange"
PETITION_CLAUSE = "三-4-3④"
"""Channels whose plan entry names it belong into the petition platform."""
EXCHANGE_ROLES = frozenset({"bureau_officer", "bureau_leader"})


def _needed(system: str, acting: Acting) -> LedgerTemplate:
    if not acting.viewer.roles & EXCHANGE_ROLES:
        raise ActRefused("role", "与省系统、信访平台交换文件由县自然资源部门办理")
    if system not in SYSTEMS:
        raise ActRefused("system", "没有这个交换对象")
    template = layout_for(system, acting.now())
    if template is None:
        raise ActRefused(
            "layout", f"还没有启用{SYSTEMS[system]}的表样：请在台账模板里上传对方的空白表样，用途选“{SYSTEMS[system]}”"
        )
    return template


def queue_exchange(*, system: str, acting: Acting) -> Job:
    """Let the worker write the file for a system: all verdicts go out, not only cases (决定2)."""
    template = _needed(system, acting)
    try:
        return start_job(
            kind="exchange",
            task=EXPORT_TASK,
            title=f"导出{SYSTEMS[system]}交换文件（表样第 {template.version} 版）",
            subject_id=template.id,
            created_by=acting.viewer.account_id,
            post_id=acting.viewer.post_id,
            now=acting.now(),
            params={"system": system, "template": str(template.id)},
        )
    except AlreadyEnqueued:
        raise ActRefused("race", "同一份交换文件正在生成，请稍候") from None


def make_exchange_file(job: Job, acting: Acting, progress: Progress) -> Outcome:
    """Write the file that a job asks for and store it; runs in the worker."""
    in_force, system = campaign_in_force(), str(job.params["system"])
    template = LedgerTemplate.objects.get(id=UUID(str(job.params["template"])))
    ledger = ledger_as_of(acting.viewer, acting.now(), now=acting.now())
    if system == "petition":
        ledger = _of_platform(ledger, acting)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "exchange.xlsx"
        unit = acting.viewer.unit_name
        rows = write_layout(
            ledger, layout_of(template.layout), path, zone=in_force.zone, unit=unit, report=progress.report
        )
        at = ledger.moment.astimezone(in_force.zone)
        file = store_file(
            chunks=read_chunks(path),
            name=f"{SYSTEMS[system]}交换文件-{at:%Y%m%d-%H%M}-表样{template.version}-{rows}行.xlsx",
            uploaded_by=acting.viewer.account_id,
            now=acting.now(),
            expires_at=copy_expiry(acting.now()),
        )
    return Outcome(message=f"共 {rows} 行，可以下载", result={"rows": rows}, result_file=file.id)


def _of_platform(ledger: Ledger, acting: Acting) -> Ledger:
    """Rows whose channel belongs into the petition platform (三-4-3④)."""
    slugs = [c.slug for c in campaign_in_force().plan.channels if PETITION_CLAUSE in c.clause.split()]
    wanted = set(visible_leads(acting.viewer).filter(channel__in=slugs).values_list("id", flat=True))
    rows = tuple(row for row in ledger.rows if row.lead_id in wanted)
    return Ledger(title=ledger.title, moment=ledger.moment, rows=rows, names_in_full=ledger.names_in_full)


def register_exchange(*, system: str, file: StoredFile, acting: Acting) -> tuple[ExchangeSheet, Job]:
    """Keep a returned file and let the worker compare it; nothing is changed yet."""
    template = _needed(system, acting)
    sheet = ExchangeSheet.objects.create(
        id=new_id(),
        system=system,
        template=template,
        division=county_code(),
        file=file,
        file_sha256=file.sha256,
        file_name=file.original_name,
        uploaded_at=acting.now(),
        uploaded_by=actor_text(acting),
    )
    job = start_job(
        kind="exchange_judge",
        task=JUDGE_TASK,
        title=f"核对{SYSTEMS[system]}返回文件“{file.original_name}”",
        subject_id=sheet.id,
        created_by=acting.viewer.account_id,
        post_id=acting.viewer.post_id,
        now=acting.now(),
    )
    return sheet, job


def fail_exchange(*, sheet_id: UUID, problem: str) -> None:
    """Keep why a file could not be read."""
    ExchangeSheet.objects.filter(id=sheet_id, state="reading").update(state="failed", problem=problem)


def keep_judged(sheet: ExchangeSheet, rows: Sequence[ExchangeRow], notes: Sequence[str]) -> Mapping[str, int]:
    """Keep the judged rows; the outcomes add up to what was received."""
    counts = Counter(row.outcome for row in rows)
    ExchangeRow.objects.bulk_create(rows)
    sheet.state, sheet.notes, sheet.received = "ready", list(notes), len(rows)
    sheet.changed, sheet.unchanged, sheet.refused = (counts[k] for k in ("changed", "unchanged", "refused"))
    sheet.save()
    return counts


def queue_accepting(*, sheet_id: UUID, row_ids: Sequence[UUID] | None, acting: Acting) -> Job:
    """Let the worker accept the ticked rows (None: all that are open), each as its own act."""
    if not acting.viewer.roles & EXCHANGE_ROLES:
        raise ActRefused("role", "与省系统、信访平台交换文件由县自然资源部门办理")
    rows = open_exchange_rows(sheet_id) if row_ids is None else open_exchange_rows(sheet_id).filter(id__in=row_ids)
    picked = list(rows.only("id", "row", "number").order_by("row"))
    if not picked:
        raise ActRefused("nothing", "没有勾选可以接受的行")
    try:
        return start_job(
            kind="exchange_accept",
            task=ACCEPT_TASK,
            title=f"接受返回文件的差异（{len(picked)} 行）",
            subject_id=sheet_id,
            created_by=acting.viewer.account_id,
            post_id=acting.viewer.post_id,
            now=acting.now(),
            items=[ItemInput(subject_id=row.id, label=f"第 {row.row} 行 {row.number}") for row in picked],
        )
    except AlreadyEnqueued:
        raise ActRefused("race", "这份文件正在办理，请等它办完再提交") from None


def accept_row(*, row_id: UUID, acting: Acting) -> None:
    """Accept what one row says, by the ordinary acts with all their gates; refused when the lead has moved since."""
    with act_transaction():
        row = ExchangeRow.objects.select_for_update().filter(id=row_id, outcome="changed").first()
        if row is None or row.lead_id is None or row.applied_at is not None:
            raise ActRefused("done", "这一行已经接受，或不能接受")
        sheet = ExchangeSheet.objects.get(id=row.sheet_id)
        lead = visible_leads(acting.viewer).select_for_update(of=("self",)).filter(id=row.lead_id).first()
        if lead is None or _seq(row) != row.seq:
            raise ActRefused("race", "核对以后这条线索（或台账问题）已有新的办理，请重新上传返回文件再核对")
        _entered(row, sheet, acting)
        if PLATFORM in row.values:
            source_id = UUID(str(row.values["source"]))
            enter_platform_no(source_id=source_id, number=row.values[PLATFORM], acting=acting)
        if "verdict" in row.values:
            note_outside_result(
                lead_id=lead.id, system=SYSTEMS[sheet.system], verdict=row.values["verdict"],
                file_sha256=sheet.file_sha256, row=row.row, acting=acting,
            )  # fmt: skip
        ExchangeRow.objects.filter(id=row.id).update(applied_at=acting.now(), applied_by=actor_text(acting))


def _seq(row: ExchangeRow) -> int:
    """Entries of the lead and its case: what the comparison saw."""
    matters = [i for i in (row.lead_id, row.case_id) if i is not None]
    return sum(Matter.objects.filter(id__in=matters).values_list("seq", flat=True))


def _entered(row: ExchangeRow, sheet: ExchangeSheet, acting: Acting) -> None:
    """Number and day in the provincial system: the station is finished by them, or corrected (三-1-2②c)."""
    fields = {ENTRY[name]: row.values[name] for name in ENTRY if name in row.values}
    if not fields or row.case_id is None:
        return
    where: dict[str, Any] = {"case_id": row.case_id, "track": "provincial_entry", "station": "entered"}
    case = visible_cases(acting.viewer).filter(id=row.case_id).first()
    if case is None:
        raise ActRefused("not_found", "没有这个台账问题，或它不在您的辖区内")
    try:
        if row.values.get("first"):
            finish_station(**where, fields=fields, file_ids=[], acting=acting)
        else:
            reason = f"按{SYSTEMS[sheet.system]}返回文件“{sheet.file_name}”第 {row.row} 行更正"
            correct_station(**where, fields=fields, reason=reason, acting=acting)
    except ActRefused as refusal:
        raise ActRefused(refusal.code, "；".join((refusal.message, *refusal.missing))) from refusal


def exchange_sheets() -> list[ExchangeSheet]:
    """Returned files in scope, newest first."""
    return list(ExchangeSheet.objects.select_related("template").order_by("-id")[:50])


def exchange_sheet(sheet_id: UUID) -> ExchangeSheet | None:
    """One returned file."""
    return ExchangeSheet.objects.select_related("template").filter(id=sheet_id).first()


def exchange_rows(sheet_id: UUID, outcome: str, *, after: int, limit: int) -> list[ExchangeRow]:
    """Its rows with this outcome behind row ``after``, in the order of the file."""
    return list(ExchangeRow.objects.filter(sheet_id=sheet_id, outcome=outcome, row__gt=after).order_by("row")[:limit])


def open_exchange_rows(sheet_id: UUID) -> QuerySet[ExchangeRow]:
    """Its rows that differ and were not accepted yet."""
    return ExchangeRow.objects.filter(sheet_id=sheet_id, outcome="changed", applied_at__isnull=True)
