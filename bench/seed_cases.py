"""Invented cases (合成台账问题) on substantiated leads, worked along tracks and gates, each act in the journal."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from bench.seed_leads import CITY, CLERK, LEADER
from bench.seed_writing import Stage
from qingshan.commons.files.models import FileUse
from qingshan.commons.journal.personal import encrypt_personal, references
from qingshan.commons.journal.services import MatterChange
from qingshan.commons.people.models import Unit
from qingshan.contexts.cases.deadlines import case_duties
from qingshan.contexts.cases.ledger import CaseRecords, case_ledger
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
from qingshan.contexts.cases.services.opening import supervising_unit
from qingshan.contexts.leads.deadlines import next_due
from qingshan.contexts.leads.models import Lead
from qingshan.contexts.leads.services.acting import change_of
from qingshan.domain.lead import ON_LEDGER
from qingshan.domain.tracks import machine_of

STOPS = {"open": 42, "tracks": 8, "accepted": 8, "reported": 7, "city_passed": 5, "closed": 26, "reopened": 4}
"""Cases of a hundred that stand at each stop; "tracks": all stations finished, "open": some of them."""
GATES = ("accepted", "reported", "city_passed", "closed", "reopened")
KINDS = (
    ("unlicensed", "A1"),
    ("unlicensed", "A1"),
    ("unlicensed", "A2"),
    ("licensed_pit", "B4"),
    ("project_cover", "C7"),
)
PERSONAL_NOTE = "（已加密另存，见“违法主体”）"


class CaseMaker:
    """Opens cases on leads and works them."""

    def __init__(self, stage: Stage) -> None:
        """Make cases on this stage."""
        self._stage = stage
        self._supervisors: dict[str, Unit] = {}

    def make(self, lead: Lead, number: Callable[[str, datetime], str]) -> Case:
        """A case on ``lead`` worked up to a drawn stop; ``number`` gives the next one of a kind at a moment."""
        stop = self._stage.random.choices(list(STOPS), list(STOPS.values()))[0]
        category, subcode = self._stage.random.choice(KINDS)
        if subcode not in self._supervisors:
            self._supervisors[subcode] = supervising_unit(self._stage.in_force, subcode)
        work = _Work(self._stage, lead, stop, number)
        work.run(category, subcode, self._supervisors[subcode])
        return work.case


class _Work:
    """One case while it is made."""

    def __init__(self, stage: Stage, lead: Lead, stop: str, number: Callable[[str, datetime], str]) -> None:
        self._stage, self._lead, self._stop, self._number = stage, lead, stop, number
        self._rows, self._random, self._in_force = stage.rows, stage.random, stage.in_force
        self._at = lead.state_since
        self._pause = timedelta()
        self.case: Case
        self.records = CaseRecords(tracks=[], steps=[])
        self._closed: CloseOut

    def run(self, category: str, subcode: str, supervisor: Unit) -> None:
        """Do all acts up to the stop."""
        rules = self._in_force.plan.tracks_of(category)
        stations = self._drawn([(r.track, s) for r in rules if r.required for s in machine_of(r.track).stations])
        gates = GATES[: GATES.index(self._stop) + 1] if self._stop in GATES else ()
        room = (self._stage.until - self._at) * 0.9 / (len(stations) + len(gates) + 2)
        self._pause = min(room, timedelta(hours=self._random.uniform(20, 90)))
        self.case = self._built(category, subcode, supervisor)
        tracks = [
            Track(id=self._stage.id_at(self._at), case_id=self.case.id, kind=r.track, required=r.required)
            for r in rules
        ]
        self.records = CaseRecords(tracks=tracks, steps=[])
        self._open()
        for track, station in stations:
            self._finish(track, station)
        acts = {
            "accepted": self._accept,
            "reported": self._report,
            "city_passed": self._check,
            "closed": self._close,
            "reopened": self._reopen,
        }
        for gate in gates:
            acts[gate]()
        self._rows.add(self.case, *self.records.tracks)

    def _drawn(self, stations: list[tuple[str, str]]) -> list[tuple[str, str]]:
        return stations[: self._random.randrange(len(stations))] if self._stop == "open" else stations

    def _next(self) -> datetime:
        self._at = (self._at + self._pause).replace(microsecond=0)
        return self._at

    def _built(self, category: str, subcode: str, supervisor: Unit) -> Case:
        lead, at = self._lead, self._next()
        due_on = (at + timedelta(days=21)).date()
        return Case(
            id=self._stage.id_at(at), number=self._number("case", at), lead_id=lead.id, lead_number=lead.number,
            campaign_id=lead.campaign_id, state="open", state_since=at, category=category, subcode=subcode,
            title=lead.title, unit=lead.unit, supervising_unit=supervisor, division=lead.division,
            township_name=lead.township_name, village_name=lead.village_name, geom=lead.geom, centre=lead.centre,
            area_m2=lead.area_m2, mineral="建筑石料（合成）", extras={"business_name": "合成石料场"},
            rectification_mode=self._in_force.plan.rectification_modes[0].slug,
            milestones=[{"on": due_on.isoformat(), "what": "合成：完成整改"}], due_on=due_on, opened_at=at,
            events={**lead.events, "case.open": at.isoformat()},
        )  # fmt: skip

    def _change(self, details: dict[str, object]) -> MatterChange:
        case = self.case
        return MatterChange(
            kind="case", matter_id=case.id, number=case.number, division=case.division, unit_id=case.unit_id,
            also_unit_id=case.supervising_unit_id, ledger=case_ledger(case, self._in_force, self.records),
            details=details,
        )  # fmt: skip

    def _write(
        self, act: str, details: dict[str, object], actor: str, act_id: UUID, **personal: str
    ) -> dict[str, UUID]:
        """The case's entry after its due date was settled; returns the ids of personal values."""
        duties = case_duties(
            self.case, self.records.tracks, self.records.steps, self._in_force, self._at, explain=False
        )
        self.case.next_due_at = min((d.due_at for d in duties if d.due_at is not None), default=None)
        subject, values = encrypt_personal(matter_id=self.case.id, values=personal)
        if subject is not None:
            self._rows.add(subject, *values)
        self._stage.chains.act(
            act, self._change(details), at=self._at, actor=actor, act_id=act_id, personal=references(values)
        )
        return {value.field: value.id for value in values}

    def _open(self) -> None:
        case, lead, act_id = self.case, self._lead, self._stage.id_at(self._at)
        details: dict[str, object] = {"lead": lead.number, "milestones": case.milestones, "tracks": []}
        refs = self._write("case.open", details, CLERK, act_id, party="合成当事人", responsible="合成责任人")
        case.party_ref, case.responsible_ref = refs["party"], refs["responsible"]
        lead.events = {**lead.events, ON_LEDGER: self._at.isoformat()}
        lead.due_at = next_due(lead, self._in_force, self._at)
        change = change_of(lead, self._in_force, {"case": case.number})
        self._stage.chains.act("case.open", change, at=self._at, actor=CLERK, act_id=act_id)

    def _finish(self, track: str, station: str) -> None:
        at = self._next()
        act_id, row = self._stage.id_at(at), next(t for t in self.records.tracks if t.kind == track)
        definition = self._in_force.plan.track_defs[track].station(station)
        wanted = {slug: self._filled(slug) for slug in definition.fields}
        step = TrackStep(
            id=self._stage.id_at(at), track_id=row.id, station=station, fields=wanted, acted_at=at, recorded_at=at,
            done_by=CLERK, act_id=act_id,
        )  # fmt: skip
        self._rows.add(step)
        self.records = replace(self.records, steps=[*self.records.steps, step])
        row.steps += 1
        done = {s.station for s in self.records.steps if s.track_id == row.id}
        row.complete = machine_of(track).is_complete(done)
        details: dict[str, object] = {"track": track, "station": station, "label": definition.label, "fields": wanted}
        named = {"party": "合成当事人"} if "party" in wanted else {}
        refs = self._write("case.track_step", details, CLERK, act_id, **named)
        self.case.party_ref = refs.get("party", self.case.party_ref)
        self._attach(f"track:{track}:{station}", definition.label)

    def _filled(self, slug: str) -> str:
        field = self._in_force.plan.fields[slug]
        made = {"date": self._at.date().isoformat(), "money": "50000", "number": "5"}
        if field.kind == "choice":
            return str(field.choices[0])
        return PERSONAL_NOTE if slug == "party" else made.get(field.kind, f"合成{field.label}")

    def _attach(self, purpose: str, label: str) -> None:
        file = self._random.choice(self._stage.files)
        self._rows.add(
            FileUse(
                id=self._stage.id_at(self._at), file_id=file.id, matter_id=self.case.id, purpose=purpose,
                label=label, used_at=self._at,
            )
        )  # fmt: skip

    def _move(self, act: str, state: str, actor: str, details: dict[str, object], act_id: UUID) -> None:
        self.case.state, self.case.state_since = state, self._at
        self.case.events = {**self.case.events, act: self._at.isoformat()}
        self._write(act, details, actor, act_id)

    def _accept(self) -> None:
        at = self._next()
        act_id = self._stage.id_at(at)
        row = Acceptance(
            id=self._stage.id_at(at), case_id=self.case.id, members=["演示·合成丙", "演示·合成丁"],
            opinion="合成：同意验收", accepted_on=at.date(), recorded_at=at, done_by=LEADER, act_id=act_id,
        )  # fmt: skip
        self._rows.add(row)
        self.records = replace(self.records, acceptance=row)
        self._move("case.accept", "accepted", LEADER, {"members": row.members, "opinion": row.opinion}, act_id)
        self._attach("acceptance", "县级验收")

    def _report(self) -> None:
        at = self._next()
        act_id = self._stage.id_at(at)
        report = CityReport(
            id=self._stage.id_at(at), number=f"合成报{self.case.number}", reported_on=at.date(), recorded_at=at,
            done_by=CLERK, act_id=act_id, division=self._in_force.county_code,
        )  # fmt: skip
        self._rows.add(report, CityReportItem(id=self._stage.id_at(at), report_id=report.id, case_id=self.case.id))
        self.records = replace(self.records, report=report)
        self._move("case.report_city", "reported", CLERK, {"number": report.number, "cases": 1}, act_id)

    def _check(self) -> None:
        at = self._next()
        act_id = self._stage.id_at(at)
        check = CityCheck(
            id=self._stage.id_at(at), case_id=self.case.id, passed=True, checked_on=at.date(), recorded_at=at,
            done_by=CITY, act_id=act_id,
        )  # fmt: skip
        answers = [
            CityAnswer(id=self._stage.id_at(at), check_row_id=check.id, question=q, passed=True)
            for q in self._questions()
        ]
        self._rows.add(check, *answers)
        self.records = replace(self.records, check=check)
        self._move("case.city_check", "city_passed", CITY, {"result": "pass"}, act_id)

    def _questions(self) -> list[str]:
        return [item.slug for item in self._in_force.plan.checklists["city_check"].items]

    def _close(self) -> None:
        at = self._next()
        number = self._number("close_out", at)
        act_id = self._stage.id_at(at)
        self._closed = CloseOut(
            id=self._stage.id_at(at), case_id=self.case.id, number=number, closed_at=at, done_by=CLERK, act_id=act_id
        )
        self._rows.add(self._closed)
        self.case.closed_at, self.case.close_out_number = at, number
        self._move("case.close_out", "closed", CLERK, {"number": number}, act_id)

    def _reopen(self) -> None:
        at, reason = self._next(), "合成：夜间又有采挖"
        anew = self.records.tracks[0]
        for step in self.records.steps:
            step.void = step.void or step.track_id == anew.id
        self.records = replace(self.records, steps=[s for s in self.records.steps if not s.void])
        anew.steps, anew.complete = 0, False
        self._closed.reopened_at, self._closed.reopen_reason = at, reason
        former, self.case.close_out_number, self.case.closed_at = self.case.close_out_number, "", None
        self.case.reopened += 1
        details: dict[str, object] = {"reason": reason, "tracks": [anew.kind], "former_close_out": former}
        self._move("case.reopen", "open", LEADER, details, self._stage.id_at(at))
