"""The summary of a case that stands beside the list: gates, tracks, what is owed, the next act."""

from qingshan.interfaces.web.casework.gate_bar import gate_cells
from qingshan.interfaces.web.casework.listing import track_mark
from qingshan.interfaces.web.casework.next_acts import acts_for
from qingshan.interfaces.web.casework.reading import CaseView, place_text, subcode_label

MOST_DUTIES = 4


def panel_context(view: CaseView) -> dict[str, object]:
    """What the summary shows."""
    case = view.case
    primary, _others = acts_for(view)
    return {
        "case": case,
        "now": view.now,
        "place": place_text(case),
        "category_label": view.plan.category(case.category).short,
        "subcode": subcode_label(view.plan, case.category, case.subcode),
        "primary": primary,
        "cells": gate_cells(view),
        "tracks": [track_mark(track, view.plan) for track in view.detail.tracks],
        "duties": [duty for duty in view.duties if duty.due_at is not None][:MOST_DUTIES],
    }
