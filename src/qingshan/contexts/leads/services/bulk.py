"""The same act on many leads (批量办理), and the list as a file (导出): long work with an outcome per lead."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from qingshan.commons.base.ids import new_id
from qingshan.commons.base.wire import to_wire
from qingshan.commons.files.tables import FORMATS
from qingshan.commons.jobs.models import Job, JobItem
from qingshan.commons.jobs.running import run_now
from qingshan.commons.jobs.services import ItemInput, open_job, start_job
from qingshan.commons.people.viewer import Acting
from qingshan.contexts.leads.listing import LEAD_SORTS, MOST_AT_ONCE, LeadFilter
from qingshan.contexts.leads.models import Lead
from qingshan.contexts.leads.services.acting import find_lead
from qingshan.contexts.leads.services.dispatching import dispatch_lead, receive_lead
from qingshan.domain.acts import ActRefused
from qingshan.domain.lead import TABLE

BULK_TASK = "qingshan.contexts.leads.tasks.bulk_act"
EXPORT_TASK = "qingshan.contexts.leads.tasks.export_list"
AT_ONCE = 50
"""Up to so many leads are done while the person waits; more go to the worker."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkAct:
    """An act that may be done on many leads: its word, its posts, how one lead is done."""

    label: str
    roles: frozenset[str]
    do: Callable[[UUID, Mapping[str, Any], Acting], object]


def _receive(lead_id: UUID, _params: Mapping[str, Any], acting: Acting) -> Lead:
    return receive_lead(lead_id=lead_id, acting=acting)


def _dispatch(lead_id: UUID, params: Mapping[str, Any], acting: Acting) -> Lead:
    """To the unit that was chosen, or to the one where the lead lies."""
    chosen = params.get("unit_id")
    unit_id = UUID(chosen) if chosen else find_lead(lead_id, acting).unit_id
    return dispatch_lead(lead_id=lead_id, unit_id=unit_id, reason=str(params.get("reason", "")), acting=acting)


BULK_ACTS: Mapping[str, BulkAct] = {
    "receive": BulkAct(label="签收", roles=TABLE["lead.receive"].roles, do=_receive),
    "dispatch": BulkAct(label="分派", roles=TABLE["lead.dispatch"].roles, do=_dispatch),
}


def bulk_leads(
    *, act: str, leads: Sequence[tuple[UUID, str]], params: Mapping[str, Any], back: str, acting: Acting
) -> Job:
    """Do ``act`` on each of these leads (id and number); returns the job that tells the outcome of each.

    Few are done at once, many by the worker; each is its own act with its own entry, and one that is refused keeps
    none of the others. Refuses an unknown act, a post that may not act, nothing chosen, more than `MOST_AT_ONCE`.
    """
    bulk = BULK_ACTS.get(act)
    if bulk is None or acting.viewer.roles.isdisjoint(bulk.roles):
        raise ActRefused("role", "您的职务不能这样批量办理")
    if not leads:
        raise ActRefused("empty", "没有选中线索，请先勾选")
    if len(leads) > MOST_AT_ONCE:
        raise ActRefused("too_many", f"一次最多办理 {MOST_AT_ONCE} 条，请先用筛选缩小范围")
    given: dict[str, Any] = {
        "kind": f"lead.{act}",
        "task": BULK_TASK,
        "title": f"批量{bulk.label} {len(leads)} 条线索",
        "subject_id": new_id(),
        "created_by": acting.viewer.account_id,
        "post_id": acting.viewer.post_id,
        "now": acting.now(),
        "params": {"act": act, "back": back},
        "items": [ItemInput(subject_id=i, label=n, params={**params, "matter": "lead"}) for i, n in leads],
    }
    if len(leads) > AT_ONCE:
        return start_job(**given)
    job = open_job(**given)
    run_now(job, do_bulk_item, acting)
    return job


def do_bulk_item(job: Job, item: JobItem, acting: Acting) -> None:
    """One lead of a bulk act."""
    if item.subject_id is None:
        raise LookupError("明细没有线索")
    BULK_ACTS[job.params["act"]].do(item.subject_id, item.params, acting)


def export_leads(*, wanted: LeadFilter, sort: str, columns: Sequence[str], kind: str, back: str, acting: Acting) -> Job:
    """Let the worker write the view as a file, in its order and with the chosen columns."""
    if kind not in FORMATS or sort not in LEAD_SORTS:
        raise ActRefused("format", "请选择 Excel 或 CSV 格式")
    return start_job(
        kind="lead.export",
        task=EXPORT_TASK,
        title=f"导出线索清单（{'Excel' if kind == 'xlsx' else 'CSV'}）",
        subject_id=new_id(),
        created_by=acting.viewer.account_id,
        post_id=acting.viewer.post_id,
        now=acting.now(),
        params={
            "filter": to_wire(wanted),
            "sort": sort,
            "columns": list(columns),
            "format": kind,
            "back": back,
        },
    )
