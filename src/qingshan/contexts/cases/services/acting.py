"""The shape every act on a case has: find it in scope, ask the core, compare-and-set, write the journal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from qingshan.commons.files.models import StoredFile
from qingshan.commons.files.selectors import own_uploads
from qingshan.commons.files.services import EVIDENCE_TYPES, use_file, used_in
from qingshan.commons.journal.services import ActReceipt, MatterChange, record_act
from qingshan.commons.people.viewer import Acting
from qingshan.contexts.campaigns.public import InForce, campaign_in_force
from qingshan.contexts.cases.deadlines import next_due
from qingshan.contexts.cases.ledger import case_ledger
from qingshan.contexts.cases.models import Case
from qingshan.contexts.cases.policy import visible_cases
from qingshan.domain.acts import ActRefused, MatterKind
from qingshan.domain.case import CaseState, next_state


@dataclass(slots=True, kw_only=True)
class CaseAct:
    """One act under way on one case."""

    case: Case
    acting: Acting
    in_force: InForce
    now: datetime
    target: CaseState


def find_case(case_id: UUID, acting: Acting) -> Case:
    """The case in the viewer's scope, or a refusal that does not tell whether it exists elsewhere.

    The row stays locked until the act ends: what the journal repeats of it is what stands there.
    """
    rows = visible_cases(acting.viewer).select_related("unit", "supervising_unit").select_for_update(of=("self",))
    case = rows.filter(id=case_id).first()
    if case is None:
        raise ActRefused("not_found", "没有这个台账问题，或它不在您的辖区内")
    return case


def begin(*, case_id: UUID, act: str, outcome: str, acting: Acting) -> CaseAct:
    """Find the case in the viewer's scope and ask the core; raises `ActRefused`."""
    case = find_case(case_id, acting)
    target = next_state(state=CaseState(case.state), act=act, outcome=outcome, roles=acting.viewer.roles)
    return CaseAct(case=case, acting=acting, in_force=campaign_in_force(), now=acting.now(), target=target)


def move(step: CaseAct, act: str, **changes: Any) -> None:
    """Compare-and-set the case to its new state; refuses when somebody else was quicker."""
    events = {**step.case.events, act: step.acting.claimed_at().isoformat()}
    compare_and_set(step.case, {**changes, "state": step.target.value, "state_since": step.now, "events": events})


def compare_and_set(case: Case, changes: Mapping[str, Any]) -> None:
    """Write ``changes`` unless the case changed its state since it was read; then refuse."""
    rows = Case.objects.filter(id=case.id, state=case.state, state_since=case.state_since).update(**changes)
    if rows != 1:
        raise ActRefused("race", "此问题刚被他人办理，请刷新后再看")
    for name, value in changes.items():
        setattr(case, name, value)


def write_entry(
    step: CaseAct,
    act: str,
    details: Mapping[str, Any],
    *,
    act_id: UUID | None = None,
    personal: Mapping[str, str] | None = None,
    also: Sequence[MatterChange] = (),
) -> ActReceipt:
    """One journal entry for the case as it now stands, after its next due date was derived anew."""
    settle_due(step)
    change = change_of(step.case, step.in_force, details, personal or {})
    return record_act(act=act, acting=step.acting, changes=[change, *also], act_id=act_id)


def settle_due(step: CaseAct) -> None:
    """Store the next due date that follows from the tracks and gates as they now stand."""
    due_at = next_due(step.case, step.in_force, step.now)
    Case.objects.filter(id=step.case.id).update(next_due_at=due_at)
    step.case.next_due_at = due_at


def change_of(case: Case, in_force: InForce, details: Mapping[str, Any], personal: Mapping[str, str]) -> MatterChange:
    """The case as a changed matter."""
    return MatterChange(
        kind=MatterKind.CASE.value,
        matter_id=case.id,
        number=case.number,
        division=case.division,
        unit_id=case.unit_id,
        also_unit_id=case.supervising_unit_id,
        ledger=case_ledger(case, in_force),
        details=details,
        personal=personal,
    )


def read_files(file_ids: Sequence[UUID], acting: Acting) -> list[StoredFile]:
    """Uploads of the acting person, photos and PDF; an id that is not his or names another kind is refused."""
    rows = own_uploads(list(file_ids), acting.viewer.account_id)
    if len(rows) != len(set(file_ids)):
        raise ActRefused("file", "附件不存在或不是您上传的，请重新选择")
    for row in rows:
        if row.media_type not in EVIDENCE_TYPES:
            raise ActRefused("file", f"“{row.original_name}”不是照片（JPG、PNG）或 PDF，不能作证据，请换一份")
    return rows


def split_files(rows: Sequence[StoredFile]) -> tuple[list[StoredFile], list[StoredFile]]:
    """Photos and other files."""
    photos = [row for row in rows if row.media_type.startswith("image/")]
    return photos, [row for row in rows if not row.media_type.startswith("image/")]


def count_new(rows: Sequence[StoredFile], case: Case) -> int:
    """How many different files these are that the case does not have yet: one photo twice is one piece of evidence."""
    digests = {row.sha256 for row in rows}
    return len(digests - used_in(matter_id=case.id, digests=digests))


def attach(rows: Sequence[StoredFile], step: CaseAct, purpose: str, label: str) -> None:
    """Attach files to the case; from then on they are visible with it."""
    for row in rows:
        use_file(file_id=row.id, matter_id=step.case.id, purpose=purpose, label=label, now=step.now)


def file_details(rows: Sequence[StoredFile]) -> list[dict[str, str]]:
    """Files as they stand in the journal."""
    return [{"sha256": row.sha256, "name": row.original_name} for row in rows]
