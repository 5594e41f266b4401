"""Townships' round trip (乡镇台账往返): take home, hand in, see the differences, apply the ticked rows one by one."""

import re
from collections.abc import Sequence
from datetime import date, datetime, time
from uuid import UUID

from django.db.models import QuerySet
from procrastinate.exceptions import AlreadyEnqueued

from qingshan.commons.files.models import StoredFile
from qingshan.commons.jobs.models import Job
from qingshan.commons.jobs.services import ItemInput, start_job
from qingshan.commons.journal.models import Matter
from qingshan.commons.journal.services import act_transaction, actor_text
from qingshan.commons.people.viewer import Acting, Viewer
from qingshan.contexts.campaigns.public import campaign_in_force
from qingshan.contexts.leads.public import (
    Lead,
    flag_active,
    receive_lead,
    resume_verification,
    return_lead,
    submit_verification,
    visible_leads,
)
from qingshan.contexts.ledgers.models import ReturnRow, ReturnSheet
from qingshan.contexts.ledgers.return_export import OpenLead
from qingshan.contexts.ledgers.return_fields import OPEN_STATES
from qingshan.domain.acts import ActRefused
from qingshan.domain.lead import LEAD_WORDS, TOWNSHIP, VerificationForm

JUDGE_TASK = "qingshan.contexts.ledgers.tasks.judge_return"
APPLY_TASK = "qingshan.contexts.ledgers.tasks.apply_return"
MOST_IN_SHEET = 5_000


def open_leads(viewer: Viewer) -> list[OpenLead]:
    """The leads that wait for the viewer's own unit, oldest first, up to `MOST_IN_SHEET`."""
    in_force = campaign_in_force()
    leads = list(_waiting(viewer).defer("geom", "attributes").order_by("id")[:MOST_IN_SHEET])
    heads = {m.id: m for m in Matter.objects.filter(id__in=[lead.id for lead in leads])}
    made = []
    for lead in leads:
        channel = in_force.plan.channel(lead.channel)
        due = lead.due_at.astimezone(in_force.zone) if lead.due_at else None
        made.append(
            OpenLead(
                lead_id=lead.id,
                number=lead.number,
                place=_place(lead),
                channel=channel.label,
                state=lead.state,
                state_word=LEAD_WORDS.get(lead.state, lead.state),
                due=f"{due:%Y-%m-%d %H:%M}" if due else "",
                photos=channel.onsite_required,
                seq=heads[lead.id].seq,
                hash=heads[lead.id].head_hash,
            )
        )
    return made


def count_open_leads(viewer: Viewer) -> int:
    """How many leads wait for the viewer's own unit; a sheet holds the oldest `MOST_IN_SHEET` of them."""
    return _waiting(viewer).count()


def _waiting(viewer: Viewer) -> QuerySet[Lead]:
    return visible_leads(viewer).filter(unit=viewer.unit_id, state__in=[s.value for s in OPEN_STATES])


def _place(lead: Lead) -> str:
    return " ".join(t for t in (lead.township_name, lead.village_name, lead.place_text) if t)


def register_return(*, file: StoredFile, acting: Acting) -> tuple[ReturnSheet, Job]:
    """Keep a filled sheet and let the worker judge it; nothing is changed yet."""
    viewer = acting.viewer
    if not viewer.roles & TOWNSHIP or viewer.unit_id is None:
        raise ActRefused("role", "回填表由乡镇（经开区）上传")
    sheet = ReturnSheet.objects.create(
        unit_id=viewer.unit_id,
        file=file,
        file_sha256=file.sha256,
        file_name=file.original_name,
        uploaded_at=acting.now(),
        uploaded_by=actor_text(acting),
    )
    job = start_job(
        kind="ledger_return",
        task=JUDGE_TASK,
        title=f"核对回填表“{file.original_name}”",
        subject_id=sheet.id,
        created_by=viewer.account_id,
        post_id=viewer.post_id,
        now=acting.now(),
    )
    return sheet, job


def fail_return(*, sheet_id: UUID, problem: str) -> None:
    """Keep why a sheet could not be read."""
    ReturnSheet.objects.filter(id=sheet_id, state="reading").update(state="failed", problem=problem)


def queue_rows(*, sheet_id: UUID, row_ids: Sequence[UUID] | None, acting: Acting) -> Job:
    """Let the worker do what the ticked rows ask for (None: all that are open), each as its own act."""
    rows = open_return_rows(sheet_id) if row_ids is None else open_return_rows(sheet_id).filter(id__in=row_ids)
    picked = list(rows.only("id", "row", "number").order_by("row"))
    if not picked:
        raise ActRefused("nothing", "没有勾选可以办理的行")
    try:
        return start_job(
            kind="ledger_return_apply",
            task=APPLY_TASK,
            title=f"办理回填表（{len(picked)} 行）",
            subject_id=sheet_id,
            created_by=acting.viewer.account_id,
            post_id=acting.viewer.post_id,
            now=acting.now(),
            items=[ItemInput(subject_id=row.id, label=f"第 {row.row} 行 {row.number}") for row in picked],
        )
    except AlreadyEnqueued:
        raise ActRefused("race", "这份回填表正在办理，请等它办完再提交") from None


def apply_row(*, row_id: UUID, acting: Acting) -> None:
    """Do what one row asks for, by the ordinary acts with all their gates; refused when the lead has moved since."""
    with act_transaction():
        row = ReturnRow.objects.select_for_update().filter(id=row_id, outcome="changed").first()
        if row is None or row.lead_id is None or row.applied_at is not None:
            raise ActRefused("done", "这一行已经办理，或不能办理")
        lead = visible_leads(acting.viewer).select_for_update(of=("self",)).filter(id=row.lead_id).first()
        head = Matter.objects.filter(id=row.lead_id).first()
        if lead is None or head is None or head.seq != row.seq:
            raise ActRefused("race", "下载以后这条线索已有新的办理，请重新下载再填")
        _perform(row.lead_id, row.values, acting)
        ReturnRow.objects.filter(id=row.id).update(applied_at=acting.now())


def _perform(lead_id: UUID, values: dict[str, str], acting: Acting) -> None:
    if values.get("receive"):
        receive_lead(lead_id=lead_id, acting=acting)
    if values.get("return_reason"):
        return_lead(lead_id=lead_id, reason=values["return_reason"], acting=acting)
    if values.get("resume"):
        resume_verification(lead_id=lead_id, note=values["resume"], acting=acting)
    if values.get("active"):
        flag_active(lead_id=lead_id, facts=values["active"], acting=acting)
    if values.get("verdict"):
        try:
            submit_verification(lead_id=lead_id, form=_form(values), photos=[], acting=acting)
        except ActRefused as refusal:
            raise ActRefused(refusal.code, "；".join((refusal.message, *refusal.missing))) from refusal


def _form(values: dict[str, str]) -> VerificationForm:
    zone = campaign_in_force().zone
    visited, by = values.get("visited_at"), values.get("missing_by")
    ends = datetime.combine(date.fromisoformat(by), time(23, 59, 59), tzinfo=zone) if by else None
    return VerificationForm(
        verdict=values["verdict"],
        unfounded_reason=values.get("unfounded_reason", ""),
        persons=tuple(p for p in re.split(r"[、,，;；\s]+", values.get("persons", "")) if p),
        visited_at=datetime.fromisoformat(visited) if visited else None,
        lon=float(values["lon"]) if "lon" in values else None,
        lat=float(values["lat"]) if "lat" in values else None,
        finding=values.get("finding", ""),
        missing=values.get("missing", ""),
        missing_by=ends,
    )


def return_sheets(viewer: Viewer) -> list[ReturnSheet]:
    """Sheets of the viewer's unit, newest first."""
    return list(ReturnSheet.objects.filter(unit=viewer.unit_id).order_by("-id")[:50])


def return_sheet(sheet_id: UUID, viewer: Viewer) -> ReturnSheet | None:
    """One sheet of the viewer's unit."""
    return ReturnSheet.objects.filter(id=sheet_id, unit=viewer.unit_id).first()


def return_rows(sheet_id: UUID, outcome: str, *, after: int, limit: int) -> list[ReturnRow]:
    """Its rows with this outcome behind row ``after``, in the order of the file."""
    return list(ReturnRow.objects.filter(sheet_id=sheet_id, outcome=outcome, row__gt=after).order_by("row")[:limit])


def open_return_rows(sheet_id: UUID) -> QuerySet[ReturnRow]:
    """Its rows that ask for something and were not done yet."""
    return ReturnRow.objects.filter(sheet_id=sheet_id, outcome="changed", applied_at__isnull=True)
