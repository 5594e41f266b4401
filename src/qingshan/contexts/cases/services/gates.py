"""The gates out of the ledger: county acceptance, report to the city, city check, close-out, and back (三-3)."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from qingshan.commons.base.counters import take_numbers
from qingshan.commons.base.ids import new_id
from qingshan.commons.journal.services import act_transaction, actor_text, record_act
from qingshan.commons.people.viewer import Acting
from qingshan.contexts.campaigns.public import InForce
from qingshan.contexts.cases.models import (
    Acceptance,
    Case,
    CityAnswer,
    CityCheck,
    CityReport,
    CityReportItem,
    CloseOut,
    Track,
    TrackStep,
)
from qingshan.contexts.cases.services.acting import (
    CaseAct,
    attach,
    begin,
    change_of,
    count_new,
    file_details,
    move,
    read_files,
    settle_due,
    split_files,
    write_entry,
)
from qingshan.domain.acts import ActRefused
from qingshan.domain.case import Acceptance as AcceptanceForm
from qingshan.domain.case import TrackFacts, check_acceptance, check_city_answers
from qingshan.domain.numbering import Series

CITY_CHECKLIST = "city_check"


def track_facts(case: Case, in_force: InForce) -> tuple[TrackFacts, ...]:
    """The tracks of a case as the gates see them: what an old ledger claims is no evidence and does not count."""
    done: dict[UUID, set[str]] = {}
    claimed: set[tuple[UUID, str]] = set()
    for track_id, station, taken_over in TrackStep.objects.filter(track__case_id=case.id, void=False).values_list(
        "track_id", "station", "taken_over"
    ):
        if taken_over:
            claimed.add((track_id, station))
        else:
            done.setdefault(track_id, set()).add(station)
    facts = []
    for track in Track.objects.filter(case_id=case.id).order_by("id"):
        definition = in_force.plan.track_defs[track.kind]
        facts.append(
            TrackFacts(
                track=track.kind,
                label=definition.label,
                required=track.required,
                done=frozenset(done.get(track.id, ())),
                station_labels={
                    s.slug: f"{s.label}（接管，缺证据）" if (track.id, s.slug) in claimed else s.label
                    for s in definition.stations
                },
            )
        )
    return tuple(facts)


def accept_case(
    *,
    case_id: UUID,
    members: Sequence[str],
    opinion: str,
    accepted_on: date | None,
    file_ids: Sequence[UUID],
    acting: Acting,
) -> Case:
    """County acceptance (县级验收, 三-3-1①). Refused with everything that is missing on the required tracks."""
    with act_transaction():
        step = begin(case_id=case_id, act="case.accept", outcome="", acting=acting)
        files = read_files(file_ids, acting)
        form = AcceptanceForm(
            members=tuple(members),
            opinion=opinion,
            accepted_on=accepted_on,
            photos=count_new(split_files(files)[0], step.case),
        )
        today = step.now.astimezone(step.in_force.zone).date()
        min_members = step.in_force.plan.figures["min_acceptance_members"].value
        check_acceptance(form, track_facts(step.case, step.in_force), min_members=min_members, today=today)
        act_id = new_id()
        row = Acceptance.objects.create(
            case=step.case,
            members=[m.strip() for m in members if m.strip()],
            opinion=opinion.strip(),
            accepted_on=accepted_on or today,
            recorded_at=step.now,
            done_by=actor_text(acting),
            act_id=act_id,
        )
        move(step, "case.accept")
        details = {
            "members": row.members,
            "opinion": row.opinion,
            "accepted_on": row.accepted_on.isoformat(),
            "files": file_details(files),
        }
        write_entry(step, "case.accept", details, act_id=act_id)
        attach(files, step, "acceptance", "县级验收")
        return step.case


def report_to_city(*, case_ids: Sequence[UUID], number: str, reported_on: date | None, acting: Acting) -> CityReport:
    """Report accepted cases to the city in one batch (上报市局, 三-3-1②): one act, one entry per case."""
    if not case_ids:
        raise ActRefused("empty", "请至少选择一个已验收的问题")
    if not number.strip() or reported_on is None:
        raise ActRefused("incomplete", "上报文号和日期须填")
    with act_transaction():
        act_id = new_id()
        steps = [
            begin(case_id=case_id, act="case.report_city", outcome="", acting=acting)
            for case_id in sorted(set(case_ids))
        ]
        now = acting.now()
        if reported_on > now.astimezone(steps[0].in_force.zone).date():
            raise ActRefused("date", "上报日期晚于今天")
        report = CityReport.objects.create(
            number=number.strip(),
            reported_on=reported_on,
            recorded_at=now,
            done_by=actor_text(acting),
            act_id=act_id,
            division=steps[0].in_force.county_code,
        )
        for step in steps:
            move(step, "case.report_city")
            CityReportItem.objects.create(report=report, case=step.case)
            settle_due(step)
        details = {"number": report.number, "reported_on": reported_on.isoformat(), "cases": len(steps)}
        record_act(
            act="case.report_city",
            acting=acting,
            changes=[change_of(s.case, s.in_force, details, {}) for s in steps],
            act_id=act_id,
        )
        return report


def check_by_city(
    *,
    case_id: UUID,
    answers: Mapping[str, bool],
    remarks: Mapping[str, str],
    checked_on: date | None,
    acting: Acting,
) -> Case:
    """The city answers its four questions (市级核查, 三-3-2①–④); one "no" sends the case back."""
    with act_transaction():
        probe = begin(case_id=case_id, act="case.city_check", outcome="pass", acting=acting)
        questions = {i.slug: i.label for i in probe.in_force.plan.checklists[CITY_CHECKLIST].items}
        outcome = check_city_answers(answers, remarks, questions)
        today = probe.now.astimezone(probe.in_force.zone).date()
        if checked_on is None or checked_on > today:
            raise ActRefused("date", "核查日期未填或晚于今天")
        step = begin(case_id=case_id, act="case.city_check", outcome=outcome, acting=acting)
        act_id = new_id()
        row = CityCheck.objects.create(
            case=step.case,
            passed=outcome == "pass",
            checked_on=checked_on,
            recorded_at=step.now,
            done_by=actor_text(acting),
            act_id=act_id,
        )
        CityAnswer.objects.bulk_create(
            [
                CityAnswer(check_row=row, question=q, passed=answers[q], remark=remarks.get(q, "").strip())
                for q in questions
            ]
        )
        move(step, "case.city_check")
        details = {
            "result": outcome,
            "answers": {
                questions[q]: ("通过" if answers[q] else f"不通过：{remarks.get(q, '').strip()}") for q in questions
            },
        }
        write_entry(step, "case.city_check", details, act_id=act_id)
        return step.case


def close_out(*, case_id: UUID, acting: Acting) -> Case:
    """Close a case out (销号): only after acceptance and a passed city check; gives the close-out number."""
    with act_transaction():
        step = begin(case_id=case_id, act="case.close_out", outcome="", acting=acting)
        year = step.now.astimezone(step.in_force.zone).year
        series = Series(kind="close_out", year=year, pattern=step.in_force.plan.numbering["close_out"].pattern)
        number = series.format(take_numbers(series.key)[0])
        act_id = new_id()
        CloseOut.objects.create(
            case=step.case, number=number, closed_at=step.now, done_by=actor_text(acting), act_id=act_id
        )
        move(step, "case.close_out", closed_at=step.now, close_out_number=number)
        write_entry(step, "case.close_out", {"number": number}, act_id=act_id)
        return step.case


def reopen_case(*, case_id: UUID, reason: str, tracks: Sequence[str], acting: Acting) -> Case:
    """Reopen a case (重新打开) with a reason; the tracks named have to be worked anew (三-1-3②c)."""
    with act_transaction():
        step = begin(case_id=case_id, act="case.reopen", outcome="", acting=acting)
        if not reason.strip():
            raise ActRefused("reason", "重新打开须写明理由")
        rows = list(Track.objects.filter(case=step.case, kind__in=list(tracks)))
        if not rows:
            raise ActRefused("tracks", "请选择须重新办理的办理线")
        for row in rows:
            TrackStep.objects.filter(track=row, void=False).update(void=True)
            Track.objects.filter(id=row.id).update(complete=False, steps=0)
        CloseOut.objects.filter(case=step.case, reopened_at__isnull=True).update(
            reopened_at=step.now, reopen_reason=reason.strip()
        )
        former = step.case.close_out_number
        move(step, "case.reopen", reopened=step.case.reopened + 1, closed_at=None, close_out_number="")
        details = {"reason": reason.strip(), "tracks": [r.kind for r in rows], "former_close_out": former}
        write_entry(step, "case.reopen", details)
        return step.case


__all__ = [
    "CaseAct",
    "accept_case",
    "check_by_city",
    "close_out",
    "reopen_case",
    "report_to_city",
    "track_facts",
]
