"""Who owes what, in which state (应办事项规则): the table behind the duties of leads and cases. Pure.

A rule names the limit that runs; how long it runs and from which event is the plan's.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from qingshan.domain import case, lead
from qingshan.domain.acts import CATALOGUE, MatterKind
from qingshan.domain.duty_facts import TRACKS_COMPLETE, MatterFacts, Side
from qingshan.domain.plan_parts import StationDef, TrackDef

_UNVERIFIED = ("received", "dispatched", "returned", "under_verification")
_NOT_CLOSED = tuple(state.value for state in case.CaseState if state not in case.CLOSED_STATES)
_TRACK_STEP = "case.track_step"


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyRule:
    """One row: in ``states`` of ``kind`` the posts ``roles`` of ``side`` owe ``action`` within ``limits``.

    Where several limits run the earliest end counts. ``own_date`` names the matter's own date, which counts like one
    more limit. ``when`` narrows the row to some matters.
    ``track`` and ``stations``: owed until these stations are finished.
    """

    slug: str
    kind: MatterKind
    states: tuple[str, ...]
    what: str
    limits: tuple[str, ...]
    side: Side
    roles: frozenset[str]
    clauses: tuple[str, ...]
    action: str
    own_date: Literal["", "due_on", "missing_by"] = ""
    when: Callable[[MatterFacts], bool] | None = None
    track: str = ""
    stations: tuple[str, ...] = ()

    def applies(self, matter: MatterFacts) -> bool:
        """Whether the matter's state and facts make this duty owed (the start of its limit apart)."""
        if matter.kind != self.kind or matter.state not in self.states:
            return False
        if self.track and (self.track not in matter.tracks or not self.open_stations(matter)):
            return False
        return self.when is None or self.when(matter)

    def open_stations(self, matter: MatterFacts) -> tuple[str, ...]:
        """Stations of this row that are not finished, in table order."""
        done = matter.tracks.get(self.track, {})
        return tuple(station for station in self.stations if station not in done)


def _is_active(matter: MatterFacts) -> bool:
    return matter.active_since is not None


def _is_not_active(matter: MatterFacts) -> bool:
    return matter.active_since is None


def _has_no_case(matter: MatterFacts) -> bool:
    return not matter.case_opened


def _lead(
    slug: str,
    states: tuple[str, ...],
    what: str,
    side: Side,
    action: str,
    *clauses: str,
    limits: tuple[str, ...] = (),
    own_date: Literal["", "missing_by"] = "",
    when: Callable[[MatterFacts], bool] | None = None,
) -> DutyRule:
    """A row of a lead; who may do it stands in the lead's own table of acts."""
    roles = lead.OPEN_CASE_ROLES if action == "lead.open_case" else lead.TABLE[action].roles
    return DutyRule(
        slug=slug,
        kind=MatterKind.LEAD,
        states=states,
        what=what,
        limits=limits or (slug,),
        side=side,
        roles=roles,
        clauses=clauses,
        action=action,
        own_date=own_date,
        when=when,
    )


def _gate(
    slug: str, state: str, what: str, action: str, *, side: Side = "bureau", own_date: Literal["", "due_on"] = ""
) -> DutyRule:
    """A row of a case's gate; who may do it and by which clause stands in the case's own table of acts."""
    return DutyRule(
        slug=slug,
        kind=MatterKind.CASE,
        states=(state,),
        what=what,
        limits=(slug,),
        side=side,
        roles=case.TABLE[action].roles,
        clauses=(case.TABLE[action].clause,),
        action=action,
        own_date=own_date,
    )


def _work(
    slug: str, what: str, clause: str, track: str, stations: tuple[str, ...], *, side: Side = "bureau"
) -> DutyRule:
    """A row of a case's track: owed until the stations are finished, however far the gates are."""
    return DutyRule(
        slug=slug,
        kind=MatterKind.CASE,
        states=_NOT_CLOSED,
        what=what,
        limits=(slug,),
        side=side,
        roles=frozenset({f"{side}_officer", f"{side}_leader"}),
        clauses=(clause,),
        action=_TRACK_STEP,
        track=track,
        stations=stations,
    )


_VERIFY = "实地核查并提交结论"

LEAD_RULES: tuple[DutyRule, ...] = (
    _lead("lead_dispatch", ("received",), "分派到属地乡镇", "bureau", "lead.dispatch", "三-1-2②b"),
    _lead("lead_redispatch", ("returned",), "重新分派被退回的线索", "bureau", "lead.dispatch", "三-1-2②b"),
    _lead("lead_receipt", ("dispatched",), "签收线索", "township", "lead.receive", "三-1-2②b"),
    _lead(
        "lead_verification",
        ("under_verification",),
        _VERIFY,
        "township",
        "lead.verify",
        "三-1-2①c",
        when=_is_not_active,
    ),
    _lead(
        "lead_verification_active",
        ("under_verification",),
        _VERIFY,
        "township",
        "lead.verify",
        "三-1-2①c",
        limits=("lead_verification_active", "lead_verification"),
        when=_is_active,
    ),
    _lead(
        "on_site_task", _UNVERIFIED, "正在实施：到现场制止并核查", "township", "lead.verify", "二-1⑤", when=_is_active
    ),
    _lead("county_review", ("in_review",), "审核核查结论", "bureau", "lead.review_approve", "三-1-3①b"),
    _lead("county_recheck", ("county_recheck",), "查否线索县级复核", "bureau", "lead.county_recheck", "四-2-2③b"),
    _lead("city_recheck", ("city_recheck",), "查否线索市级复核", "city", "lead.city_recheck", "三-3-2⑤"),
    _lead(
        "inconclusive",
        ("inconclusive",),
        "补齐存疑材料并补充核查",
        "township",
        "lead.resume",
        "三-1-2②b",
        "三-1-3①b",
        own_date="missing_by",
    ),
    _lead("county_transfer_receipt", ("transferred",), "催取外县回执", "bureau", "lead.transfer_receipt", "三-1-2②b"),
    _lead(
        "case_opening",
        ("substantiated",),
        "查实线索列入台账",
        "bureau",
        "lead.open_case",
        "三-1-3①b",
        "三-2-0③",
        when=_has_no_case,
    ),
)

_POINTS = ("people_gone", "equipment_gone", "buildings_gone", "workings_sealed")
CASE_RULES: tuple[DutyRule, ...] = (
    _work("provincial_entry", "录入省系统", "三-1-2②c", "provincial_entry", ("entered",)),
    _work("stop_notice", "下达停止违法行为通知", "二-1⑤", "enforcement", ("stop_notice",)),
    _work("file_case", "立案", "三-2-1①", "enforcement", ("filed",)),
    _work("investigate", "调查终结", "三-2-1①", "enforcement", ("investigated",)),
    _work("decide_penalty", "作出处罚决定", "三-2-1①", "enforcement", ("decided",)),
    _work("execute_penalty", "处罚执行到位", "三-2-1①", "enforcement", ("executed",)),
    _work("site_closure", "按“三不留、一毁闭”取缔到位", "三-2-1②a", "site_closure", _POINTS, side="township"),
    _gate("county_acceptance", "open", "县级验收", "case.accept", own_date="due_on"),
    _gate("city_report", "accepted", "上报市自然资源部门", "case.report_city"),
    _gate("city_check", "reported", "市级核查", "case.city_check", side="city"),
    _gate("close_out", "city_passed", "销号", "case.close_out"),
)
RULES: tuple[DutyRule, ...] = LEAD_RULES + CASE_RULES


def rules_for(tracks: Iterable[TrackDef]) -> tuple[DutyRule, ...]:
    """The rules with the stations of a plan's ``tracks``; stations of a track that share a limit are one duty.

    `RULES` knows the tracks of this program with their usual posts; a plan's own labels, posts and limits go before it.
    """
    fixed = tuple(rule for rule in RULES if not rule.track)
    return fixed + tuple(rule for track in tracks for rule in _track_rules(track))


def _track_rules(track: TrackDef) -> Iterator[DutyRule]:
    groups: dict[str, list[StationDef]] = {}
    for station in track.stations:
        if station.limit:
            groups.setdefault(station.limit, []).append(station)
    for limit, stations in groups.items():
        clauses = dict.fromkeys(clause for station in stations for clause in station.clause.split())
        yield DutyRule(
            slug=limit,
            kind=MatterKind.CASE,
            states=_NOT_CLOSED,
            what=track.label + (f"：{stations[0].label}" if len(stations) == 1 else ""),
            limits=(limit,),
            side=track.owner,
            roles=frozenset(station.role for station in stations),
            clauses=tuple(clauses),
            action=_TRACK_STEP,
            track=track.slug,
            stations=tuple(station.slug for station in stations),
        )


EVENT_LABELS: Mapping[str, str] = {
    **{name: act.label for name, act in CATALOGUE.items()},
    **{f"{r.track}.{r.stations[0]}": r.what for r in CASE_RULES if len(r.stations) == 1},
    TRACKS_COMPLETE: "办理线全部办结",
}
"""Chinese names of the start events that this program knows."""
