"""The next sensible act on a case for this viewer (the one primary button), and the others for the menu."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingshan.domain.case import REVIEWER, CaseState, allowed_acts
from qingshan.domain.tracks import machine_of
from qingshan.interfaces.web.casework.lanes import duty_of
from qingshan.interfaces.web.casework.reading import CaseView, may_finish

GATES = {
    "case.accept": ("web:case_accept", gettext_lazy("县级验收"), "stamp"),
    "case.city_check": ("web:case_city_check", gettext_lazy("市级核查"), "review"),
    "case.close_out": ("web:case_close_out", gettext_lazy("销号"), "check"),
    "case.reopen": ("web:case_reopen", gettext_lazy("重新打开"), "refresh"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NextAct:
    """One act that this viewer may do, with its form; ``disabled_reason`` says why not yet."""

    label: str
    url: str
    icon: str
    disabled_reason: str = ""


def acts_for(view: CaseView) -> tuple[NextAct | None, list[NextAct]]:
    """The primary act (None: nothing for this viewer to do now) and the rest for the menu."""
    ready, later = _gates(view)
    work = _stations(view)
    queue = [*ready, *work]
    return (queue[0] if queue else None), [*queue[1:], *later, *_corrections(view)]


def _gates(view: CaseView) -> tuple[list[NextAct], list[NextAct]]:
    """Gate acts that can be done now, and those of the menu (not yet possible, or undoing)."""
    ready: list[NextAct] = []
    later: list[NextAct] = []
    for act in allowed_acts(state=CaseState(view.case.state), roles=view.viewer.roles):
        if act == "case.report_city":
            url = f"{reverse('web:case_report_city')}?case={view.case.id}"
            ready.append(NextAct(label=_("上报市局"), url=url, icon="send"))
            continue
        name, label, icon = GATES[act]
        reason = (
            _("还缺：%(what)s") % {"what": "；".join(view.missing)} if act == "case.accept" and view.missing else ""
        )
        found = NextAct(label=str(label), url=reverse(name, args=[view.case.id]), icon=icon, disabled_reason=reason)
        (later if reason or act == "case.reopen" else ready).append(found)
    return ready, later


def _stations(view: CaseView) -> list[NextAct]:
    """Stations on turn that this viewer may finish, the most urgent first."""
    if view.case.state != "open":
        return []
    found: list[tuple[float, int, NextAct]] = []
    for track in view.detail.tracks:
        waiting = machine_of(track.kind).open_stations(view.done[track.kind].keys())
        for station in view.plan.track_defs[track.kind].stations:
            if station.slug in waiting and may_finish(view, station.role):
                duty = duty_of(view, station)
                due_at = duty.due_at.timestamp() if duty is not None and duty.due_at is not None else float("inf")
                url = reverse("web:case_station", args=[view.case.id, track.kind, station.slug])
                act = NextAct(label=_("办理：%(what)s") % {"what": station.label}, url=url, icon="edit")
                found.append((due_at, len(found), act))
    return [act for _due, _order, act in sorted(found, key=lambda row: row[:2])]


def _corrections(view: CaseView) -> list[NextAct]:
    if not view.viewer.roles & REVIEWER:
        return []
    if view.case.state != "open" and not view.viewer.has("bureau_leader"):
        return []
    url = reverse("web:case_correct", args=[view.case.id])
    return [NextAct(label=_("更正台账内容"), url=url, icon="correct")]
