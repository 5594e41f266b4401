"""Corrections (更正) of a case and of a finished station: a second act with a reason; the old value stays visible."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from qingshan.commons.journal.services import act_transaction
from qingshan.commons.people.viewer import Acting
from qingshan.contexts.campaigns.public import campaign_in_force
from qingshan.contexts.cases.models import Case, TrackStep
from qingshan.contexts.cases.services.acting import CaseAct, compare_and_set, find_case, write_entry
from qingshan.contexts.cases.services.personal_fields import apart, personal_of, settle_party
from qingshan.domain.acts import ActRefused
from qingshan.domain.case import REVIEWER, CaseState

FIELDS = {"mineral": "矿种", "due_on": "完成时限", "rectification_mode": "整改方式"}


def correct_case(*, case_id: UUID, values: Mapping[str, str], reason: str, acting: Acting) -> Case:
    """Correct fields of a case. Once a gate was passed a leader has to do it (决定21)."""
    with act_transaction():
        step = _begin(case_id, reason, acting)
        changed: dict[str, Any] = {}
        for name, text in values.items():
            new = _value(step, name, text.strip())
            if name in FIELDS and new != getattr(step.case, name):
                changed[name] = new
        if not changed:
            raise ActRefused("nothing", "没有改动任何内容")
        former = {name: str(getattr(step.case, name)) for name in changed}
        compare_and_set(step.case, changed)
        shown = {FIELDS[name]: [former[name], str(new)] for name, new in changed.items()}
        write_entry(step, "case.correct", {"reason": reason.strip(), "changed": shown})
        return step.case


def correct_station(
    *, case_id: UUID, track: str, station: str, fields: Mapping[str, str], reason: str, acting: Acting
) -> Case:
    """Correct the fields of a finished station (e.g. a mistyped number)."""
    with act_transaction():
        step = _begin(case_id, reason, acting)
        row = TrackStep.objects.filter(track__case=step.case, track__kind=track, station=station, void=False).first()
        if row is None:
            raise ActRefused("station", "这个节点还没有办结，不用更正")
        changed = {
            name: [row.fields[name], text.strip()]
            for name, text in fields.items()
            if name in row.fields and text.strip() and text.strip() != row.fields[name]
        }
        if not changed:
            raise ActRefused("nothing", "没有改动任何内容")
        TrackStep.objects.filter(id=row.id).update(
            fields={**row.fields, **apart({name: new for name, (_, new) in changed.items()})}
        )
        shown = {name: [old, apart({name: new})[name]] for name, (old, new) in changed.items()}
        details = {"reason": reason.strip(), "track": track, "station": station, "changed": shown}
        personal = personal_of({name: new for name, (_, new) in changed.items()})
        receipt = write_entry(step, "case.correct", details, personal=personal)
        settle_party(step.case, receipt, personal)
        return step.case


def _begin(case_id: UUID, reason: str, acting: Acting) -> CaseAct:
    case = find_case(case_id, acting)
    if not acting.viewer.roles & REVIEWER:
        raise ActRefused("role", "更正由县自然资源部门办理")
    if case.state != CaseState.OPEN and "bureau_leader" not in acting.viewer.roles:
        raise ActRefused("role", "已过验收的问题，更正须由分管领导办理")
    if not reason.strip():
        raise ActRefused("reason", "更正须写明理由")
    return CaseAct(
        case=case, acting=acting, in_force=campaign_in_force(), now=acting.now(), target=CaseState(case.state)
    )


def _value(step: CaseAct, name: str, text: str) -> str | date:
    if name == "rectification_mode":
        if text not in {m.slug for m in step.in_force.plan.rectification_modes}:
            raise ActRefused("mode", "整改方式不在方案内")
        return text
    if name == "due_on":
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise ActRefused("date", f"完成时限“{text}”不是日期，请写成 2024-08-31") from None
    return text
