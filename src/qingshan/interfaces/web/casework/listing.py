"""Rows of the list of cases, with their tracks as small marks of progress."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from qingshan.commons.people.viewer import Viewer
from qingshan.contexts.cases.public import Case, Track
from qingshan.domain.case import CaseState, allowed_acts
from qingshan.domain.plan import Plan
from qingshan.domain.tracks import machine_of
from qingshan.interfaces.web.acting import read_uuid
from qingshan.interfaces.web.casework.reading import place_text, short_track, subcode_label
from qingshan.interfaces.web.marks import url_of

__all__ = ["case_rows", "read_uuid", "track_mark"]


def case_rows(
    cases: Sequence[Case], tracks: Mapping[UUID, Sequence[Track]], plan: Plan, viewer: Viewer, now: datetime
) -> list[dict[str, object]]:
    """Rows of the list; ``pick``: the case may be reported to the city together with others now."""
    allowed = {state: allowed_acts(state=CaseState(state), roles=viewer.roles) for state in {c.state for c in cases}}
    return [
        {
            "id": case.id,
            "label": case.number,
            "panel": url_of("web:case_panel", case.id),
            "case": case,
            "place": place_text(case),
            "subcode": subcode_label(plan, case.category, case.subcode),
            "late": case.next_due_at is not None and case.next_due_at < now,
            "tracks": [track_mark(track, plan) for track in tracks.get(case.id, ())],
            "pick": "case.report_city" in allowed[case.state],
            "acts": row_acts(case, allowed[case.state]),
        }
        for case in cases
    ]


def row_acts(case: Case, allowed: Collection[str]) -> list[dict[str, str]]:
    """The next gate of a case, if it is this viewer's turn; stations are done on the case's page."""
    pages = {
        "case.city_check": ("web:case_city_check", _("市级核查")),
        "case.close_out": ("web:case_close_out", _("销号")),
    }
    return [
        {"label": pages[act][1], "url": url_of(pages[act][0], case.id), "method": "get"}
        for act in allowed
        if act in pages
    ][:1]


def track_mark(track: Track, plan: Plan) -> dict[str, object]:
    """Progress of one track in a word, a mark and a fraction."""
    total = len(machine_of(track.kind).stations)
    mark = "mark-done" if track.complete else "mark-half" if track.steps else "mark-open"
    label = short_track(plan.track_defs[track.kind].label)
    return {"label": label, "done": track.steps, "total": total, "mark": mark, "complete": track.complete}
