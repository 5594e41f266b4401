"""Filling a database with invented matters (合成数据): leads and cases in all states, as if worked for months.

``seed(leads=80_000, cases=8_000, seed=1)`` in a process with Django set up, over a database that holds a plan
(`prepare`). Every text says that it is synthetic. The journal is whole: each matter's chain holds, its last entry
repeats what the tables say, a seal stands for each day, and ``qingshan journal verify`` finds nothing. The search for
pairs counts as done up to the last lead: what the worker does during a measurement is the work of one day.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count, islice
from pathlib import Path
from random import Random

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from bench.seed_cases import CaseMaker
from bench.seed_copies import copy_matters
from bench.seed_leads import CLERK, STATES, LeadMaker, Wanted, patches
from bench.seed_writing import Chains, Rows, Stage, id_at
from qingshan.commons.base.clock import server_clock
from qingshan.commons.base.counters import take_numbers
from qingshan.commons.base.scope import system_scope
from qingshan.commons.files.models import FileUse, StoredFile
from qingshan.commons.files.services import store_file
from qingshan.commons.inbox.models import Batch, BatchRow
from qingshan.commons.journal.models import Entry, Matter, PersonalValue, Seal, SubjectKey
from qingshan.commons.journal.sealing import make_seal
from qingshan.commons.places.models import Area
from qingshan.config import cluster
from qingshan.contexts.campaigns.public import InForce, campaign_in_force
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
from qingshan.contexts.leads.models import (
    Dispatch,
    Lead,
    PairSweep,
    Recheck,
    Source,
    Verification,
    VerificationPhoto,
)
from qingshan.contexts.leads.services.placing import gazetteer_of
from qingshan.contexts.leads.services.registering import Place
from qingshan.domain.numbering import Series
from qingshan.interfaces.cli.demo_people import DemoAccount, make_accounts, seat_people
from qingshan.interfaces.cli.demo_photos import draw_photo
from qingshan.interfaces.cli.loading import load_folder

PLAN = Path(__file__).parents[1] / "plans" / "130132-2024"
CHUNK = 2_000
BATCH_ROWS = 2_000
PHOTOS = 60
DAYS = 120
ORDER = (
    Batch, Lead, Source, Dispatch, Matter, Entry, SubjectKey, PersonalValue, BatchRow, FileUse, Verification,
    VerificationPhoto, Recheck, Case, Track, TrackStep, Acceptance, CityReport, CityReportItem, CityCheck, CityAnswer,
    CloseOut,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Seeded:
    """What was made."""

    leads: int
    cases: int
    entries: int
    seals: int


def prepare(plan: Path = PLAN) -> list[DemoAccount]:
    """Load the plan and seat invented people, for a database that is new; returns their sign-ins."""
    now = server_clock()()
    with system_scope():
        load_folder(plan, now=now, loaded_by="合成数据")
        seat_people(since=(now - timedelta(days=DAYS + 30)).date())
        return make_accounts(now=now)


def seed(
    *, leads: int, cases: int, seed: int = 1, until: datetime | None = None, days: int = DAYS, copies: int = 0
) -> Seeded:
    """Add ``leads`` and ``cases`` (on so many of the leads), spread over ``days`` before ``until`` (default: now).

    ``copies``: so many more of each are made by the database (`seed_copies`, private cluster only).

    The same ``seed`` gives the same matters, but for numbers, which go on from what the database holds. Refused
    (ValueError) where more cases than leads are wanted, or a seal already covers part of the time.
    """
    if cases > leads:
        raise ValueError(f"{cases} cases cannot stand on {leads} leads")
    until = (until or server_clock()()).replace(microsecond=0)
    start = until - timedelta(days=days)
    with system_scope():
        if Seal.objects.filter(until__gt=start).exists():
            raise ValueError("a seal covers part of the time: seed before anything is sealed, or a later time")
        filling = _Filling(campaign_in_force(), start, until, seed)
    filling.run(leads, cases)
    copy_matters(copies, year=start.year)
    _note_compared()
    times = copies + 1
    return Seeded(leads=leads * times, cases=cases * times, entries=filling.entries * times, seals=_seal(start, until))


def _note_compared() -> None:
    """Note that all these leads were looked at for pairs, as in a county at work for months (查重进度).

    Its worker compares each lead within minutes of its coming; tens of thousands at once come only of a filling.
    """
    with system_scope():
        newest = Entry.objects.filter(seq=1).order_by("-id").values_list("id", flat=True).first()
        if newest is not None:
            PairSweep.objects.update_or_create(id=1, defaults={"upto": newest, "at": server_clock()()})


def settle() -> None:
    """Bring the private cluster's statistics and visibility up to date, as its own upkeep would within minutes."""
    with cluster.connect("qingshan") as superuser:
        superuser.execute("VACUUM ANALYZE")


def _seal(start: datetime, until: datetime) -> int:
    """A seal for the end of each day, as the worker makes them."""
    made = 0
    moment = start.replace(hour=0, minute=0, second=0) + timedelta(days=1) - timedelta(seconds=1)
    while moment < until + timedelta(days=1):
        with system_scope():
            make_seal(now=min(moment, until), day=moment.date(), reason="合成数据：每日封签")
        moment += timedelta(days=1)
        made += 1
    return made


class _Filling:
    """One filling of the database."""

    def __init__(self, in_force: InForce, start: datetime, until: datetime, seed: int) -> None:
        self._in_force, self._start, self._until, self._seed = in_force, start, until, seed
        chance = Random(seed)  # noqa: S311 - draws invented matters, guards nothing
        self._rows = Rows(ORDER)
        self._chains = Chains(self._rows, chance)
        with system_scope():
            files = _photos(start)
        stage = Stage(rows=self._rows, chains=self._chains, in_force=in_force, files=files, random=chance, until=until)
        self._random, self._leads, self._cases = chance, LeadMaker(stage), CaseMaker(stage)

    @property
    def entries(self) -> int:
        """Journal entries written."""
        return self._chains.entries

    def run(self, leads: int, cases: int) -> None:
        """Make everything, a piece at a time: memory does not grow with the numbers wanted."""
        chosen = set(self._random.sample(range(leads), cases))
        wanted = self._wanted(leads, chosen)
        drawn = np.random.default_rng(self._seed)
        with system_scope():
            county = _county()
        while part := list(islice(wanted, CHUNK)):
            with system_scope():
                self._piece(part, patches(county, len(part), drawn))

    def _piece(self, wanted: Sequence[Wanted], shapes: Sequence[BaseGeometry]) -> None:
        """One transaction: these leads with everything on them."""
        found = gazetteer_of(self._in_force).place_many(shapes)
        lying = [(shape, place) for shape, place in zip(shapes, found, strict=True) if isinstance(place, Place)]
        placed = [lying[n % len(lying)] for n in range(len(wanted))]  # the few on the county's border lie elsewhere
        numbers = self._numbers("lead", [one.at for one in wanted])
        made = self._leads.make(wanted, numbers, [shape for shape, _ in placed], [place for _, place in placed])
        for one, lead in zip(wanted, made, strict=True):
            if one.with_case:
                self._cases.make(lead, self._number)
        self._rows.flush()
        self._chains.close()

    def _wanted(self, leads: int, chosen: set[int]) -> Iterator[Wanted]:
        """Leads in the order of time: most in batches of patches, a third by hand."""
        channels = [c.slug for c in self._in_force.plan.channels if c.direction == "from_below"]
        names, shares = list(STATES), list(STATES.values())
        step = (self._until - timedelta(hours=2) - self._start) / leads
        serial, row = 0, 0
        for batch_no in count(1):
            size = min(BATCH_ROWS, leads // 8 + 1)
            at = self._start + step * serial
            batch = self._new_batch(batch_no, at, min(leads - serial, size))
            for row in range(1, min(leads - serial, size) + 1):
                by_hand = row > batch.received
                moment = (self._start + step * serial).replace(microsecond=0) if by_hand else batch.created_at
                state = "substantiated" if serial in chosen else self._random.choices(names, shares)[0]
                yield Wanted(
                    state=state if by_hand or state != "received" else "dispatched",
                    at=moment,
                    channel=self._random.choice(channels) if by_hand else "province-patch",
                    batch=None if by_hand else batch,
                    row_no=row,
                    with_case=serial in chosen,
                )
                serial += 1
            if serial >= leads:
                return

    def _new_batch(self, number: int, at: datetime, rows: int) -> Batch:
        at = at.replace(microsecond=0)
        size = max(rows * 2 // 3, 1)
        name = f"合成批次 {at:%Y%m%d}-{number}-{self._random.getrandbits(24):06x}"
        content = f'{{"type":"FeatureCollection","name":"{name}","features":[]}}'.encode()
        with system_scope():
            stored = store_file(chunks=[content], name=f"{name}.geojson", uploaded_by=None, now=at)
        batch = Batch(
            id=id_at(at, self._random), name=name, channel="province-patch", file_id=stored.id,
            file_name=stored.original_name, sha256=stored.sha256, state="done", received=size, accepted=size,
            division=self._in_force.county_code, created_by_text=CLERK, created_at=at, finished_at=at,
            act_id=id_at(at, self._random),
        )  # fmt: skip
        self._rows.add(batch)
        return batch

    def _number(self, kind: str, moment: datetime) -> str:
        """The next number of a series."""
        return self._numbers(kind, [moment])[0]

    def _numbers(self, kind: str, moments: Sequence[datetime]) -> list[str]:
        """The next numbers of a series, of the year of each moment, in order."""
        years = [moment.astimezone(self._in_force.zone).year for moment in moments]
        pattern = self._in_force.plan.numbering[kind].pattern
        series = {year: Series(kind=kind, year=year, pattern=pattern) for year in years}
        taken = {year: iter(take_numbers(one.key, years.count(year))) for year, one in series.items()}
        return [series[year].format(next(taken[year])) for year in years]


def _county() -> BaseGeometry:
    area = Area.objects.get(current=True, kind="county")
    shape: BaseGeometry = shapely.from_wkb(bytes(area.geom.wkb))
    return shape


def _photos(at: datetime) -> list[StoredFile]:
    """Some drawn pictures that stand for all evidence."""
    return [
        store_file(
            chunks=[draw_photo(lon=114.3, lat=37.8, direction="near", taken_at=at, seed=f"seed {number}")],
            name=f"合成照片{number}.jpg", uploaded_by=None, now=at,
        )
        for number in range(PHOTOS)
    ]  # fmt: skip
