"""The played weeks of the demonstration (演示故事): invented people work a batch through every station.

Each lead has a fate; the acts of all of them are sorted by time and done one after the other, so that the journal is
in order and can be sealed day by day.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeAlias
from uuid import UUID

from qingshan.commons.people.models import Unit
from qingshan.commons.people.viewer import Acting
from qingshan.contexts.cases.public import (
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
    Lead,
    RecheckForm,
    dispatch_lead,
    flag_active,
    receive_lead,
    recheck_lead,
    return_lead,
    review_verification,
    submit_verification,
)
from qingshan.domain.case import Opening
from qingshan.domain.lead import VerificationForm
from qingshan.domain.plan import Plan
from qingshan.interfaces.cli.demo_stage import CITY, ENFORCER, LEADER, LEDGER, OFFICE, Stage, at

FATES = (
    "closed",
    "in_review",
    "unfounded",
    "open",
    "dispatched",
    "reported",
    "county_recheck",
    "inconclusive",
    "accepted",
    "under_verification",
    "city_recheck",
    "city_passed",
    "returned",
    "open_early",
    "late",
    "active",
    "overturned",
    "reopened",
    "redispatched",
    "substantiated",
)
CASE_FATES = frozenset(
    {"closed", "open", "reported", "accepted", "city_passed", "open_early", "overturned", "reopened"}
)
CLOSURE = ("people_gone", "equipment_gone", "buildings_gone", "workings_sealed")
ENFORCEMENT = ("stop_notice", "filed", "investigated", "decided", "executed")


@dataclass(slots=True)
class Play:
    """One lead with its fate; ``case_id`` once it stands on the ledger."""

    lead: Lead
    fate: str
    plan: Plan
    case_id: UUID | None = None
    category: str = "unlicensed"
    subcode: str = "A1"
    notes: dict[str, str] = field(default_factory=dict)

    @property
    def officer(self) -> str:
        """Post of the officer who works this lead in its township."""
        return officer_of(self.lead.unit)


def officer_of(unit: Unit) -> str:
    """Post slug of a township-level unit's first officer."""
    return f"{unit.slug}.{'zone' if unit.kind == 'development_zone' else 'township'}-officer"


Step: TypeAlias = tuple[datetime, Callable[[Stage], None]]


def steps_of(play: Play, number: int) -> Iterator[Step]:
    """Every act of one lead with its moment."""
    start = at(8, 2, 14) + timedelta(hours=number % 7, minutes=number * 7 % 60)
    if play.fate == "dispatched":
        return
    if play.fate in ("returned", "redispatched"):
        yield from _returned(play, start)
        return
    yield start, _do(play, play.officer, lambda s, a: receive_lead(lead_id=play.lead.id, acting=a))
    if play.fate == "active":
        yield start + timedelta(hours=18), _do(play, play.officer, _flag(play))
    if play.fate in ("under_verification", "late", "active"):
        return
    verified = _workday(start + timedelta(days=2 + number % 4))
    yield verified, _do(play, play.officer, _verify(play, _verdict(play.fate)))
    if play.fate == "in_review":
        return
    reviewed = _workday(verified + timedelta(days=1))
    yield reviewed, _do(play, LEADER, _review(play))
    yield from _after_review(play, reviewed)


def _returned(play: Play, start: datetime) -> Iterator[Step]:
    reason = "图斑实际位于相邻乡镇，不在本辖区（演示）"
    yield start, _do(play, play.officer, lambda s, a: return_lead(lead_id=play.lead.id, reason=reason, acting=a))
    if play.fate == "redispatched":
        moment = _workday(start + timedelta(days=1))
        yield (
            moment,
            _do(
                play,
                OFFICE,
                lambda s, a: dispatch_lead(
                    lead_id=play.lead.id, unit_id=play.lead.unit_id, reason="经核对县界，仍属原乡镇（演示）", acting=a
                ),
            ),
        )


def _after_review(play: Play, reviewed: datetime) -> Iterator[Step]:
    if play.fate in ("unfounded", "city_recheck", "overturned"):
        day = _workday(reviewed + timedelta(days=2))
        yield day, _do(play, ENFORCER, _recheck(play, "county", overturned=play.fate == "overturned"))
        if play.fate == "unfounded":
            yield _workday(day + timedelta(days=2)), _do(play, CITY, _recheck(play, "city", overturned=False))
        reviewed = day
    if play.fate in CASE_FATES:
        opened = reviewed + timedelta(hours=5)
        yield opened, _do(play, LEDGER, _open(play))
        yield from _case(play, opened)


def _case(play: Play, opened: datetime) -> Iterator[Step]:
    entered = opened + timedelta(hours=20)
    yield entered, _do(play, LEDGER, _station(play, "provincial_entry", "entered"))
    stations: tuple[str, ...] = ENFORCEMENT[:2] if play.fate in ("open_early", "overturned") else ENFORCEMENT
    stations = ENFORCEMENT[:3] if play.fate == "open" else stations
    for number, station in enumerate(stations):
        post = _post_of(play, "enforcement", station)
        yield opened + timedelta(hours=2 + 20 * number), _do(play, post, _station(play, "enforcement", station))
    if play.fate in ("open_early", "overturned"):
        return
    points = CLOSURE[:2] if play.fate == "open" else CLOSURE
    for number, point in enumerate(points):
        moment = opened + timedelta(hours=22 + 5 * number)
        yield moment, _do(play, play.officer, _station(play, "site_closure", point))
    if play.fate != "open":
        yield from _gates(play, opened + timedelta(days=4, hours=2))


def _gates(play: Play, start: datetime) -> Iterator[Step]:
    yield start, _do(play, LEADER, _accept(play))
    if play.fate == "accepted":
        return
    yield start + timedelta(hours=3), _do(play, OFFICE, _report(play))
    if play.fate == "reported":
        return
    yield start + timedelta(days=1), _do(play, CITY, _city(play))
    if play.fate == "city_passed":
        return
    yield start + timedelta(days=1, hours=5), _do(play, LEDGER, _close(play))
    if play.fate == "reopened":
        yield start + timedelta(days=2), _do(play, LEADER, _reopen(play))


def _workday(moment: datetime) -> datetime:
    """Within office hours, never on a Sunday."""
    local = moment.replace(hour=8 + moment.hour % 9)
    return local + timedelta(days=1) if local.weekday() == 6 else local


def _do(play: Play, post: str, act: Callable[[Stage, Acting], object]) -> Callable[[Stage], None]:
    return lambda stage: stage.perform(post, lambda acting: act(stage, acting))


def _verdict(fate: str) -> str:
    if fate in ("unfounded", "county_recheck", "city_recheck", "overturned"):
        return "unfounded"
    return "inconclusive" if fate == "inconclusive" else "substantiated"


_FINDINGS = {
    "substantiated": "现场见新鲜采挖面和堆料，有机械碾压痕迹（演示数据）",
    "unfounded": "现场为农田整理，无采挖矿产行为（演示数据）",
    "inconclusive": "现场有旧坑，近期是否采挖难以判断，需调阅前期影像（演示数据）",
}


def _verify(play: Play, verdict: str) -> Callable[[Stage, Acting], object]:
    def act(stage: Stage, acting: Acting) -> object:
        lead, slug = play.lead, play.officer
        second = f"{slug}-2"
        form = VerificationForm(
            verdict=verdict,
            unfounded_reason="pseudo_change" if verdict == "unfounded" else "",
            persons=stage.names(slug, second),
            visited_at=stage.now - timedelta(hours=2),
            lon=lead.centre.x,
            lat=lead.centre.y,
            finding=_FINDINGS[verdict],
            missing="前两期影像比对说明" if verdict == "inconclusive" else "",
            missing_by=stage.now + timedelta(days=12) if verdict == "inconclusive" else None,
        )
        return submit_verification(lead_id=lead.id, form=form, photos=stage.photos(lead, acting), acting=acting)

    return act


def _review(play: Play) -> Callable[[Stage, Acting], object]:
    return lambda stage, acting: review_verification(
        lead_id=play.lead.id, passed=True, opinion="情况清楚，同意（演示）", acting=acting
    )


def _flag(play: Play) -> Callable[[Stage, Acting], object]:
    return lambda stage, acting: flag_active(lead_id=play.lead.id, facts="一台挖掘机正在装车（演示）", acting=acting)


def _recheck(play: Play, level: str, *, overturned: bool) -> Callable[[Stage, Acting], object]:
    def act(stage: Stage, acting: Acting) -> object:
        second = "natural-resources.enforcement-2" if level == "county" else "city-natural-resources.reviewer-2"
        form = RecheckForm(
            outcome="overturned" if overturned else "confirmed",
            persons=(acting.viewer.name, *stage.names(second)),
            visited_at=stage.now - timedelta(hours=1),
            lon=play.lead.centre.x,
            lat=play.lead.centre.y,
            finding="复核现场，" + ("见新采面，原结论不成立（演示）" if overturned else "与原结论一致（演示）"),
        )
        photos = stage.photos(play.lead, acting, ("north", "near"), seed=level)
        return recheck_lead(lead_id=play.lead.id, level=level, form=form, photos=photos, acting=acting)

    return act


def _open(play: Play) -> Callable[[Stage, Acting], object]:
    def act(stage: Stage, acting: Acting) -> object:
        due = stage.today() + timedelta(days=21)
        extras = {
            "A2": {"business_name": "演示石材加工点", "business_licence": "演示照号001", "business_use": "石料加工"},
            "B4": {"permit_no": "C1301322010127130000001"},
        }
        form = OpeningForm(
            opening=Opening(
                category=play.category,
                subcode=play.subcode,
                rectification_mode="enforce",
                responsible_person=stage.names(play.officer)[0],
                due_on=due,
                milestones=((due - timedelta(days=12), "停止采挖、清走设备"), (due, "现场取缔到位并报验收")),
                extras=extras.get(play.subcode, _project_extras(play)),
            ),
            party="演示当事人甲",
            mineral="建筑石料用灰岩",
        )
        play.case_id = open_case(lead_id=play.lead.id, form=form, acting=acting).id
        return play.case_id

    return act


def _project_extras(play: Play) -> Mapping[str, str]:
    return {"project_name": "演示道路工程"} if play.category == "project_cover" else {}


def _post_of(play: Play, track: str, station: str) -> str:
    role = play.plan.track_defs[track].station(station).role
    return {"bureau_officer": ENFORCER, "bureau_leader": LEADER}.get(role, play.officer)


def _station(play: Play, track: str, station: str) -> Callable[[Stage, Acting], object]:
    def act(stage: Stage, acting: Acting) -> object:
        if play.case_id is None or track not in {r.track for r in play.plan.tracks_of(play.category)}:
            return None
        wanted = play.plan.track_defs[track].station(station)
        photos = stage.photos(play.lead, acting, ("north", "east", "near")[: wanted.photos], seed=station)
        papers = [stage.paper(acting, f"{wanted.label}{n + 1}") for n in range(wanted.files)]
        return finish_station(
            case_id=play.case_id,
            track=track,
            station=station,
            fields={slug: _value(stage, play, slug) for slug in wanted.fields},
            file_ids=[*(p.file_id for p in photos), *papers],
            acting=acting,
        )

    return act


def _value(stage: Stage, play: Play, slug: str) -> str:
    definition = play.plan.fields[slug]
    if definition.kind == "date":
        return stage.today().isoformat()
    if definition.kind in ("number", "money"):
        return "50000"
    if definition.kind == "choice":
        return definition.choices[0]
    if slug.endswith("_no"):
        return f"演示字〔2024〕{int(play.lead.number.rstrip('号')[-3:])}号"
    return {"officers": "、".join(stage.names(ENFORCER, "natural-resources.enforcement-2"))}.get(slug, "演示内容")


def _case_id(play: Play) -> UUID:
    if play.case_id is None:
        raise LookupError(f"{play.lead.number} 尚未列入台账")
    return play.case_id


def _accept(play: Play) -> Callable[[Stage, Acting], object]:
    def act(stage: Stage, acting: Acting) -> object:
        photos = stage.photos(play.lead, acting, ("north", "east"), seed="accept")
        return accept_case(
            case_id=_case_id(play),
            members=stage.names(LEADER, ENFORCER, LEDGER),
            opinion="现场已按标准取缔到位，处罚已执行，同意验收（演示）",
            accepted_on=stage.today(),
            file_ids=[p.file_id for p in photos],
            acting=acting,
        )

    return act


def _report(play: Play) -> Callable[[Stage, Acting], object]:
    return lambda stage, acting: report_to_city(
        case_ids=[_case_id(play)],
        number=f"演示报〔2024〕{int(play.lead.number.rstrip('号')[-3:])}号",
        reported_on=stage.today(),
        acting=acting,
    )


def _city(play: Play) -> Callable[[Stage, Acting], object]:
    def act(stage: Stage, acting: Acting) -> object:
        questions = [item.slug for item in play.plan.checklists["city_check"].items]
        return check_by_city(
            case_id=_case_id(play),
            answers=dict.fromkeys(questions, True),
            remarks={},
            checked_on=stage.today(),
            acting=acting,
        )

    return act


def _close(play: Play) -> Callable[[Stage, Acting], object]:
    return lambda stage, acting: close_out(case_id=_case_id(play), acting=acting)


def _reopen(play: Play) -> Callable[[Stage, Acting], object]:
    return lambda stage, acting: reopen_case(
        case_id=_case_id(play),
        reason="回访发现夜间又有采挖（演示）",
        tracks=[play.plan.tracks_of(play.category)[-2].track],
        acting=acting,
    )
