"""Bringing leads and cases to where a test begins, by the services that the office uses, acted by the cast."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from itertools import count
from types import MappingProxyType
from typing import Any, TypeVar
from uuid import UUID

import shapely
from django.db import transaction

from qingshan.commons.base.calendar import load_calendar
from qingshan.commons.base.scope import set_scope
from qingshan.commons.files.services import store_evidence, store_file
from qingshan.commons.inbox.models import Batch
from qingshan.commons.jobs.progress import Progress
from qingshan.commons.journal.models import Entry
from qingshan.commons.people.models import Account
from qingshan.commons.people.viewer import Acting, Viewer, viewer_of
from qingshan.commons.places.models import Area
from qingshan.contexts.campaigns.public import InForce, campaign_in_force
from qingshan.contexts.cases.public import (
    Case,
    OpeningForm,
    accept_case,
    check_by_city,
    close_out,
    finish_station,
    open_case,
    reopen_case,
    report_to_city,
)
from qingshan.contexts.leads.public import (
    IntakeResult,
    Lead,
    PhotoInput,
    RecheckForm,
    receive_lead,
    recheck_lead,
    register_batch,
    return_lead,
    review_verification,
    submit_verification,
)
from qingshan.contexts.leads.public_worker import accept_batch
from qingshan.domain.case import Opening
from qingshan.domain.lead import VerificationForm
from qingshan.domain.tracks import machine_of
from qingshan.domain.workdays import WorkCalendar
from tests import cast
from tests.cast import Clock, Member
from tests.support.samples import jpeg, patches, square

R = TypeVar("R")
VERDICTS = {
    "substantiated": "substantiated",
    "county_recheck": "unfounded",
    "city_recheck": "unfounded",
    "archived": "unfounded",
    "inconclusive": "inconclusive",
}
"""The verdict that leads to a state of a lead."""
LEAD_STATES = ("received", "dispatched", "under_verification", "returned", "in_review", *VERDICTS)
CASE_STOPS = ("open", "tracks", "accepted", "reported", "city_passed", "closed", "reopened")
ROLE_PLAYERS = {"bureau_officer": cast.ENFORCER, "bureau_leader": cast.BUREAU_LEADER}
SUBCODES = {"unlicensed": "A1", "licensed_pit": "B4", "project_cover": "C7"}
EXTRAS = {
    "business_name": "演示石材加工点",
    "business_licence": "演示照号001",
    "business_use": "石料加工",
    "permit_no": "演示证号001",
    "project_name": "演示道路工程",
}
PARTY = "演示当事人某某"
_serial = count(1)


class World:
    """The county as a test meets it: whoever acts, the clock, and the scope in which things are read."""

    def __init__(self, clock: Clock) -> None:
        """A world on a settable clock."""
        self.clock = clock
        self._viewers: dict[tuple[str, date], Viewer] = {}

    def viewer(self, member: Member) -> Viewer:
        """The member as the application sees him today; his scope is not set."""
        key = (member.username, self.clock.today())
        if key not in self._viewers:
            viewer = viewer_of(Account.objects.get(username=member.username), today=self.clock.today())
            if viewer is None:
                raise LookupError(f"{member.username} holds no post today")
            self._viewers[key] = viewer
        return self._viewers[key]

    def acting(self, member: Member, *, acted_at: datetime | None = None, door: str = "web") -> Acting:
        """The member about to act now."""
        return Acting(viewer=self.viewer(member), clock=self.clock, acted_at=acted_at, door=door)

    def perform(self, who: Member | Acting, service: Callable[..., R], **values: Any) -> R:
        """Call a service as this person, in his scope and in a transaction of its own, as a request would.

        ``acting`` is filled in. Afterwards there is no scope, also when the service refused.
        """
        acting = who if isinstance(who, Acting) else self.acting(who)
        with _scope(acting.viewer.apply_scope):
            return service(acting=acting, **values)

    @contextmanager
    def seeing(self, member: Member) -> Iterator[Viewer]:
        """Read as this person sees the county."""
        viewer = self.viewer(member)
        with _scope(viewer.apply_scope):
            yield viewer

    @contextmanager
    def seeing_all(self) -> Iterator[None]:
        """Read everything, as the command line does."""
        with _scope(lambda: set_scope(system=True)):
            yield

    def in_force(self) -> InForce:
        """Campaign and plan."""
        return campaign_in_force()

    def calendar(self) -> WorkCalendar:
        """The workday calendar as it now stands."""
        return load_calendar()

    def lead(self, lead_id: UUID) -> Lead:
        """The lead as it stands in the database."""
        with self.seeing_all():
            return Lead.objects.select_related("unit").get(id=lead_id)

    def case(self, case_id: UUID) -> Case:
        """The case as it stands in the database."""
        with self.seeing_all():
            return Case.objects.select_related("unit", "supervising_unit", "lead").get(id=case_id)

    def entries(self, matter_id: UUID) -> list[Entry]:
        """Journal of one matter, oldest first."""
        with self.seeing_all():
            return list(Entry.objects.filter(matter_id=matter_id).order_by("seq"))

    def count_entries(self) -> int:
        """All journal entries there are."""
        with self.seeing_all():
            return Entry.objects.count()

    def point_in(self, key: str, *, kind: str = "village") -> tuple[float, float]:
        """A point well inside an area: key = division code, or unit slug with kind="special"."""
        area = Area.objects.filter(current=True, kind=kind, key__startswith=key).order_by("key").first()
        if area is None:
            raise LookupError(f"no area {kind} {key}")
        inner = shapely.from_wkb(bytes(area.geom.wkb)).representative_point()
        return inner.x, inner.y

    def place_of(self, township: str) -> tuple[float, float]:
        """A point in the township-level unit with this slug."""
        if township == cast.DEVELOPMENT_ZONE:
            return self.point_in(township, kind="special")
        return self.point_in({cast.SUCUN: cast.SUCUN_CODE, cast.HEISHUIHE: cast.HEISHUIHE_CODE}[township])

    # --- evidence ----------------------------------------------------------------------------------------------------

    def photo(self, member: Member, *, lon: float | None, lat: float | None, **facts: Any) -> UUID:
        """Upload a small photo taken now; ``facts``: azimuth, taken_at (None leaves it out), seed."""
        known: dict[str, Any] = {"azimuth": 90.0, "taken_at": self.clock.now, "seed": f"photo {next(_serial)}"} | facts
        data = jpeg(lon=lon, lat=lat, **known)
        return self._upload(member, data, "演示照片.jpg")

    def photos(self, member: Member, lead: Lead, directions: Sequence[str] = ("north", "near")) -> list[PhotoInput]:
        """Photos beside the lead."""
        x, y = lead.centre.x, lead.centre.y
        return [PhotoInput(file_id=self.photo(member, lon=x, lat=y), direction=d) for d in directions]

    def paper(self, member: Member) -> UUID:
        """Upload a one-line PDF."""
        return self._upload(member, f"%PDF-1.4\n% demo paper {next(_serial)}\n%%EOF\n".encode(), "演示文书.pdf")

    def _upload(self, member: Member, data: bytes, name: str) -> UUID:
        viewer = self.viewer(member)
        with _scope(viewer.apply_scope):
            row = store_evidence(chunks=[data], name=name, uploaded_by=viewer.account_id, now=self.clock.now)
        return row.id

    # --- intake ------------------------------------------------------------------------------------------------------

    def register(
        self, content: bytes, *, name: str = "", channel: str = "province-patch", crs: str = "", dispatch: bool = True,
        file_name: str = "演示图斑.geojson", member: Member = cast.BUREAU_OFFICER, supplements: Batch | None = None,
    ) -> Batch:  # fmt: skip
        """Store a file and register it as a batch, without taking it in."""

        def service(*, acting: Acting) -> Batch:
            stored = store_file(
                chunks=[content], name=file_name, uploaded_by=acting.viewer.account_id, now=acting.now()
            )
            return register_batch(
                file=stored, name=name or f"演示批次{next(_serial)}", channel=channel, crs=crs, dispatch=dispatch,
                acting=acting, supplements=supplements,
            )[0]  # fmt: skip

        return self.perform(member, service)

    def take_in(self, content: bytes, *, member: Member = cast.BUREAU_OFFICER, **options: Any) -> IntakeResult:
        """Take a file in as a batch; options as in `register`."""
        return self.accept_batch(self.register(content, member=member, **options), member=member)

    def accept_batch(self, batch: Batch, *, member: Member = cast.BUREAU_OFFICER) -> IntakeResult:
        """Take a registered batch in."""
        progress = Progress(None, None, self.clock)
        return self.perform(self.acting(member), accept_batch, batch_id=batch.id, progress=progress)

    # --- leads -------------------------------------------------------------------------------------------------------

    def make_lead(
        self, *, state: str = "dispatched", township: str = cast.SUCUN, channel: str = "province-patch",
        verdict: str = "", source_no: str = "", at: tuple[float, float] | None = None,
    ) -> Lead:  # fmt: skip
        """A lead in ``state`` (`LEAD_STATES`). ``verdict`` only matters for "in_review"; time goes on by minutes."""
        if state not in LEAD_STATES:
            raise ValueError(f"no state {state}")
        x, y = at or self.place_of(township)
        number = source_no or f"TEST{next(_serial):06d}"
        result = self.take_in(
            patches([square(x, y)], JCBH=[number]), channel=channel, dispatch=state != "received"
        )  # fmt: skip
        with self.seeing_all():
            lead = Lead.objects.select_related("unit").get(batch_id=result.batch_id)
        if state not in ("received", "dispatched"):
            self._work_lead(lead, state, verdict or VERDICTS.get(state, "substantiated"))
        return self.lead(lead.id)

    def officers(self, lead: Lead) -> tuple[Member, Member]:
        """The two officers of the unit that works this lead."""
        return cast.OFFICERS[lead.unit.slug]

    def _work_lead(self, lead: Lead, state: str, verdict: str) -> None:
        first = self.officers(lead)[0]
        self.clock.tick(minutes=10)
        if state == "returned":
            self.perform(first, return_lead, lead_id=lead.id, reason="实际位于邻乡（演示）")
            return
        self.perform(first, receive_lead, lead_id=lead.id)
        if state == "under_verification":
            return
        self.clock.tick(minutes=120)
        self.verify(lead, verdict)
        if state == "in_review":
            return
        self.clock.tick(minutes=10)
        self.review(lead)
        for level, reached in (("county", "city_recheck"), ("city", "archived")):
            if state in (reached, "archived"):
                self.clock.tick(minutes=120)
                self.recheck(lead, level)

    def verification(self, lead: Lead, verdict: str, **changes: Any) -> VerificationForm:
        """A complete on-site form with this verdict."""
        values: dict[str, Any] = {
            "verdict": verdict,
            "unfounded_reason": "pseudo_change" if verdict == "unfounded" else "",
            "persons": tuple(m.name for m in self.officers(lead)),
            "visited_at": self.clock.now - timedelta(minutes=30),
            "lon": lead.centre.x,
            "lat": lead.centre.y,
            "finding": "现场情况（演示）",
            "missing": "前期影像（演示）" if verdict == "inconclusive" else "",
            "missing_by": self.clock.now + timedelta(days=10) if verdict == "inconclusive" else None,
        }
        return VerificationForm(**(values | changes))

    def verify(self, lead: Lead, verdict: str, *, member: Member | None = None, **changes: Any) -> Lead:
        """Hand in a complete verification with two photos."""
        first = member or self.officers(lead)[0]
        return self.perform(
            first, submit_verification, lead_id=lead.id, form=self.verification(lead, verdict, **changes),
            photos=self.photos(first, lead)
        )  # fmt: skip

    def review(self, lead: Lead, *, passed: bool = True) -> Lead:
        """The bureau's leader reviews."""
        who = cast.BUREAU_LEADER
        opinion = "同意（演示）" if passed else "照片不清（演示）"
        return self.perform(who, review_verification, lead_id=lead.id, passed=passed, opinion=opinion)

    def recheck(
        self, lead: Lead, level: str, outcome: str = "confirmed", *, member: Member | None = None, **changes: Any
    ) -> Lead:
        """The county or the city re-checks on site."""
        who, second = {
            "county": (cast.ENFORCER, cast.SECOND_ENFORCER),
            "city": (cast.CITY_REVIEWER, cast.SECOND_CITY_REVIEWER),
        }[level]
        who = member or who
        values: dict[str, Any] = {
            "outcome": outcome, "persons": (who.name, second.name), "lon": lead.centre.x, "lat": lead.centre.y,
            "visited_at": self.clock.now - timedelta(minutes=30), "finding": "复核现场（演示）",
        }  # fmt: skip
        return self.perform(
            who, recheck_lead, lead_id=lead.id, level=level, form=RecheckForm(**(values | changes)),
            photos=self.photos(who, lead)
        )  # fmt: skip

    # --- cases -------------------------------------------------------------------------------------------------------

    def make_case(self, *, upto: str = "open", category: str = "unlicensed", township: str = cast.SUCUN) -> Case:
        """A case worked up to a stop (`CASE_STOPS`; "tracks": all required tracks finished, no gate passed)."""
        if upto not in CASE_STOPS:
            raise ValueError(f"no stop {upto}")
        lead = self.make_lead(state="substantiated", township=township)
        self.clock.tick(minutes=30)
        case = self.open(lead, category=category)
        steps: Mapping[str, Callable[[Case], object]] = {
            "tracks": self.finish_tracks,
            "accepted": self.accept,
            "reported": self.report,
            "city_passed": self.city_check,
            "closed": self.close,
            "reopened": self.reopen,
        }
        for stop in CASE_STOPS[1 : CASE_STOPS.index(upto) + 1]:
            self.clock.tick(minutes=30)
            steps[stop](case)
        return self.case(case.id)

    def opening(self, *, category: str = "unlicensed", party: str = PARTY, **changes: Any) -> OpeningForm:
        """A complete opening form."""
        due = self.clock.today() + timedelta(days=21)
        values: dict[str, Any] = {
            "category": category,
            "subcode": SUBCODES[category],
            "rectification_mode": "enforce",
            "responsible_person": cast.TOWNSHIP_LEADER.name,
            "due_on": due,
            "milestones": ((due - timedelta(days=7), "清走设备（演示）"), (due, "取缔到位（演示）")),
            "extras": EXTRAS,
        }
        return OpeningForm(opening=Opening(**(values | changes)), party=party, mineral="建筑石料用灰岩")

    def open(self, lead: Lead, *, category: str = "unlicensed", **changes: Any) -> Case:
        """The ledger officer puts a substantiated lead on the ledger."""
        who = cast.BUREAU_OFFICER
        form = self.opening(category=category, **changes)
        return self.perform(who, open_case, lead_id=lead.id, form=form)

    def station_player(self, case: Case, track: str, station: str) -> Member:
        """Who finishes a station of this case."""
        role = self.in_force().plan.track_defs[track].station(station).role
        return ROLE_PLAYERS.get(role) or cast.OFFICERS[case.unit.slug][0]

    def station_fields(self, track: str, station: str) -> dict[str, str]:
        """Filled fields of a station, as the plan asks for them."""
        plan = self.in_force().plan
        kinds = {slug: plan.fields[slug] for slug in plan.track_defs[track].station(station).fields}
        made = {"date": self.clock.today().isoformat(), "money": "50000", "number": "5"}
        return {
            slug: field.choices[0]
            if field.kind == "choice"
            else made.get(field.kind, PARTY if slug == "party" else f"演示{slug}")
            for slug, field in kinds.items()
        }

    def finish(self, case: Case, track: str, station: str, *, member: Member | None = None) -> Case:
        """Finish one station with all it needs."""
        who = member or self.station_player(case, track, station)
        wanted = self.in_force().plan.track_defs[track].station(station)
        files = [self.photo(who, lon=case.centre.x, lat=case.centre.y) for _ in range(wanted.photos)]
        files += [self.paper(who) for _ in range(wanted.files)]
        return self.perform(
            who, finish_station, case_id=case.id, track=track, station=station,
            fields=self.station_fields(track, station), file_ids=files
        )  # fmt: skip

    def finish_tracks(self, case: Case) -> None:
        """Finish every station of every required track."""
        for rule in self.in_force().plan.tracks_of(case.category):
            for station in machine_of(rule.track).stations if rule.required else ():
                self.clock.tick(minutes=5)
                self.finish(case, rule.track, station)

    def accept(self, case: Case, *, member: Member = cast.BUREAU_LEADER, **changes: Any) -> Case:
        """County acceptance by the bureau's leader."""
        who = member
        values: dict[str, Any] = {
            "members": (who.name, cast.ENFORCER.name), "opinion": "同意验收（演示）", "accepted_on": self.clock.today(),
            "file_ids": [self.photo(who, lon=case.centre.x, lat=case.centre.y)],
        }  # fmt: skip
        return self.perform(who, accept_case, case_id=case.id, **(values | changes))

    def report(self, *cases: Case) -> None:
        """The task force's office reports accepted cases to the city."""
        who = cast.TASKFORCE_OFFICE
        self.perform(
            who, report_to_city, case_ids=[c.id for c in cases], number=f"演示报{next(_serial)}",
            reported_on=self.clock.today()
        )  # fmt: skip

    def city_check(
        self, case: Case, *, member: Member = cast.CITY_REVIEWER, refused: Mapping[str, str] = MappingProxyType({})
    ) -> Case:
        """The city answers its questions: all "yes" but those in ``refused`` (question → remark)."""
        who = member
        questions = [item.slug for item in self.in_force().plan.checklists["city_check"].items]
        return self.perform(
            who, check_by_city, case_id=case.id, answers={q: q not in refused for q in questions}, remarks=refused,
            checked_on=self.clock.today()
        )  # fmt: skip

    def close(self, case: Case) -> Case:
        """Close out."""
        who = cast.BUREAU_OFFICER
        return self.perform(who, close_out, case_id=case.id)

    def reopen(self, case: Case, *, tracks: Sequence[str] = ("enforcement",)) -> Case:
        """The leader reopens."""
        who = cast.BUREAU_LEADER
        return self.perform(who, reopen_case, case_id=case.id, reason="夜间又有采挖（演示）", tracks=tracks)


@contextmanager
def _scope(apply: Callable[[], None]) -> Iterator[None]:
    """A scope for a while; inside a test's own transaction it is taken back afterwards."""
    try:
        with transaction.atomic():
            apply()
            yield
    finally:
        if transaction.get_connection().in_atomic_block:
            set_scope()
