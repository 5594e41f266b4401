"""The tracks of a case as lanes side by side: stations done, on turn, still to come, and who is on turn until when."""

from django.urls import reverse
from django.utils.translation import gettext as _

from qingshan.contexts.cases.public import Track
from qingshan.domain.case import CaseState
from qingshan.domain.duty import Duty
from qingshan.domain.plan import StationDef
from qingshan.domain.tracks import machine_of
from qingshan.interfaces.web.casework.reading import CaseView, may_finish
from qingshan.interfaces.web.plan_words import bureau_name, limit_words


def lanes_of(view: CaseView) -> list[dict[str, object]]:
    """Lanes for the component `lanes.html`, in the order of the plan."""
    return [_lane(view, track) for track in view.detail.tracks]


def owner_of(view: CaseView, owner: str) -> str:
    """Short name of the unit that works a track."""
    return view.case.unit.short if owner == "township" else bureau_name(view.plan)


def _lane(view: CaseView, track: Track) -> dict[str, object]:
    definition = view.plan.track_defs[track.kind]
    done = view.done[track.kind]
    open_now = machine_of(track.kind).open_stations(done.keys()) if view.case.state == CaseState.OPEN else ()
    shared = _shared_duty(view, [s for s in definition.stations if s.slug in open_now])
    stations = [_station(view, track, s, on_turn=s.slug in open_now, shared=shared) for s in definition.stations]
    clock = {"due": shared.due_at, "why": shared.explanation, "clause": shared.clause} if shared else {}
    title = definition.label if track.required else _("%(track)s（可选）") % {"track": definition.label}
    return {"title": title, "owner": owner_of(view, definition.owner), "stations": stations, **clock}


def _shared_duty(view: CaseView, open_now: list[StationDef]) -> Duty | None:
    """The one duty of several stations on turn: its clock stands once, at the head of the lane."""
    duties = [duty_of(view, station) for station in open_now]
    first = duties[0] if len(duties) > 1 else None
    return first if first is not None and first.due_at and all(d == first for d in duties) else None


def _station(
    view: CaseView, track: Track, station: StationDef, *, on_turn: bool, shared: Duty | None
) -> dict[str, object]:
    url = reverse("web:case_station", args=[view.case.id, track.kind, station.slug])
    step = view.done[track.kind].get(station.slug)
    if step is not None and step.taken_over and view.case.state == CaseState.OPEN:
        word = _("接管，缺证据")
        return {"state": "now", "label": station.label, "url": url, "at": step.acted_at, "note": word}
    if step is not None:
        return {"state": "done", "label": station.label, "url": url, "at": step.acted_at}
    duty = duty_of(view, station)
    clock = {"due": duty.due_at, "why": duty.explanation} if duty and duty.due_at and duty != shared else {}
    if on_turn:
        note = _turn(view, station, quiet=shared is not None)
        return {"state": "now", "label": station.label, "url": url, "note": note, **clock}
    limit = view.plan.limits.get(station.limit or "")
    note = limit_words(view.plan, limit) if limit is not None and duty is None else ""
    return {"state": "next", "label": station.label, "url": "", "note": note, **clock}


def duty_of(view: CaseView, station: StationDef) -> Duty | None:
    """What is owed on a station, with its due date; None while its limit does not run."""
    return next((d for d in view.duties if d.slug == station.limit and station.slug in d.open_stations), None)


def _turn(view: CaseView, station: StationDef, *, quiet: bool) -> str:
    """Who is on turn and what has to be handed in; ``quiet``: who is on turn stands at the head of the lane."""
    if may_finish(view, station.role):
        who = _("轮到您办理")
    else:
        who = "" if quiet else _("等待%(who)s办理") % {"who": turn_word(view, station)}
    return " · ".join(part for part in (who, needs_words(station)) if part)


def turn_word(view: CaseView, station: StationDef) -> str:
    """Who is on turn: the unit, and whether its leader has to."""
    owner = owner_of(view, "township" if station.role.startswith("township_") else "bureau")
    who = _("%(unit)s负责人") if station.role.endswith("_leader") else _("%(unit)s经办人")
    return who % {"unit": owner}


def needs_words(station: StationDef) -> str:
    """Evidence a station asks for: “须附照片 1 张、文件 1 份”."""
    parts = []
    if station.photos:
        parts.append(_("照片 %(n)s 张") % {"n": station.photos})
    if station.files:
        parts.append(_("文件 %(n)s 份") % {"n": station.files})
    return _("须附%(what)s") % {"what": "、".join(parts)} if parts else ""
