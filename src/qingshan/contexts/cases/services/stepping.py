"""Working a track: finishing one station with its fields and evidence (办理节点)."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db.models import F

from qingshan.commons.base.ids import new_id
from qingshan.commons.journal.services import act_transaction, actor_text
from qingshan.commons.people.viewer import Acting
from qingshan.contexts.campaigns.public import campaign_in_force
from qingshan.contexts.cases.models import Case, Track, TrackStep
from qingshan.contexts.cases.services.acting import (
    CaseAct,
    attach,
    count_new,
    file_details,
    find_case,
    read_files,
    split_files,
    write_entry,
)
from qingshan.contexts.cases.services.personal_fields import apart, personal_of, settle_party
from qingshan.domain.acts import ActRefused
from qingshan.domain.case import STEP_STATES, CaseState
from qingshan.domain.plan import Plan
from qingshan.domain.tracks import StationNeeds, StationWork, check_step, machine_of

TOWNSHIP_ROLES = frozenset({"township_officer", "township_leader"})


def finish_station(
    *,
    case_id: UUID,
    track: str,
    station: str,
    fields: Mapping[str, str],
    file_ids: Sequence[UUID],
    acting: Acting,
) -> Case:
    """Finish one station of one track. Out of turn, by the wrong post or without its evidence: refused.

    A station that an old ledger claims (接管) is finished by handing in its evidence; its day stays the claimed one.
    """
    with act_transaction():
        case = find_case(case_id, acting)
        if CaseState(case.state) not in STEP_STATES:
            raise ActRefused("state", "问题已进入验收之后的环节，办理线不能再改；需要时由分管领导重新打开")
        row = Track.objects.filter(case=case, kind=track).first()
        if row is None:
            raise ActRefused("track", "这个问题没有这条办理线")
        in_force, files = campaign_in_force(), read_files(file_ids, acting)
        needs = station_needs(in_force.plan, track, station)
        _check_unit(needs, case, acting)
        photos, papers = split_files(files)
        work = StationWork(fields=fields, photos=count_new(photos, case), files=count_new(papers, case))
        done = done_stations(row)
        claimed = TrackStep.objects.filter(track=row, station=station, void=False, taken_over=True).first()
        settled = done - {station} if claimed else done
        check_step(machine_of(track), settled, needs, work, acting.viewer.roles)
        act_id, wanted = new_id(), _wanted(needs, fields)
        _store(row, claimed, needs, apart(wanted), acting, act_id)
        step = CaseAct(case=case, acting=acting, in_force=in_force, now=acting.now(), target=CaseState(case.state))
        details = {
            "track": track,
            "station": station,
            "label": needs.label,
            "fields": apart(wanted),
            "files": file_details(files),
            **({"completes": "接管旧台账的记载，补交证据"} if claimed else {}),
        }
        personal = personal_of(wanted)
        receipt = write_entry(step, "case.track_step", details, act_id=act_id, personal=personal)
        settle_party(case, receipt, personal)
        attach(files, step, f"track:{track}:{station}", needs.label)
        return case


def station_needs(plan: Plan, track: str, station: str) -> StationNeeds:
    """What the plan asks of a station."""
    try:
        found = plan.track_defs[track].station(station)
    except KeyError:
        raise ActRefused("station", "方案中没有这个办理节点") from None
    return StationNeeds(
        slug=found.slug,
        label=found.label,
        fields=tuple(plan.field_labels(found.fields).items()),
        photos=found.photos,
        files=found.files,
        role=found.role,
    )


def done_stations(track: Track) -> frozenset[str]:
    """Finished stations of a track."""
    return frozenset(TrackStep.objects.filter(track=track, void=False).values_list("station", flat=True))


def _check_unit(needs: StationNeeds, case: Case, acting: Acting) -> None:
    if needs.role in TOWNSHIP_ROLES and acting.viewer.unit_id != case.unit_id:
        raise ActRefused("unit", f"“{needs.label}”由{case.unit.name}办理")


def _wanted(needs: StationNeeds, fields: Mapping[str, str]) -> dict[str, str]:
    return {slug: fields.get(slug, "").strip() for slug, _ in needs.fields}


def _store(
    row: Track,
    claimed: TrackStep | None,
    needs: StationNeeds,
    fields: Mapping[str, str],
    acting: Acting,
    act_id: UUID,
) -> None:
    """Store the step; one that only an old ledger claims gives way to it and leaves it the day of the act."""
    proven = set(TrackStep.objects.filter(track=row, void=False, taken_over=False).values_list("station", flat=True))
    complete = machine_of(row.kind).is_complete(proven | {needs.slug})
    changed = Track.objects.filter(id=row.id, steps=row.steps).update(steps=F("steps") + 1, complete=complete)
    if changed != 1 or (claimed and not TrackStep.objects.filter(id=claimed.id, void=False).update(void=True)):
        raise ActRefused("race", "这条办理线刚被他人办理，请刷新后再看")
    TrackStep.objects.create(
        track=row,
        station=needs.slug,
        fields=dict(fields),
        acted_at=claimed.acted_at if claimed else acting.claimed_at(),
        recorded_at=acting.now(),
        done_by=actor_text(acting),
        act_id=act_id,
    )
