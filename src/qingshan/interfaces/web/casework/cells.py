"""The cells of the register of cases, by column (台账问题清单各列)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from qingshan.contexts.cases.public import Case
from qingshan.interfaces.web.formats import NOTHING
from qingshan.interfaces.web.listing.spec import Cell
from qingshan.interfaces.web.marks import (
    area_mark,
    category_chip,
    cell,
    due_mark,
    icon_mark,
    joined,
    link,
    markup,
    moment_mark,
    state_chip,
    url_of,
)

Row = Mapping[str, Any]


def _number(row: Row, _now: datetime) -> SafeString:
    case: Case = row["case"]
    number = link(url_of("web:case_detail", case.id), case.number, "qs-strong qs-nowrap")
    return cell(number, _("接管旧台账")) if case.taken_over else number


def _subject(row: Row, _now: datetime) -> SafeString:
    case: Case = row["case"]
    chip = category_chip(case.category, case.subcode, row["subcode"])
    return cell(markup("<span>{}</span>", chip), row["place"])


def _lead(row: Row, _now: datetime) -> SafeString:
    case: Case = row["case"]
    return link(url_of("web:lead_detail", case.lead_id), case.lead_number or NOTHING)


def _area(row: Row, _now: datetime) -> SafeString:
    return area_mark(row["case"].area_m2)


def _tracks(row: Row, _now: datetime) -> SafeString:
    return markup('<span class="qs-row qs-small">{}</span>', joined([_track(track) for track in row["tracks"]]))


def _track(track: Row) -> SafeString:
    return markup(
        '<span class="{}">{} {} <b>{}/{}</b></span> ',
        "qs-nowrap" if track["done"] else "qs-nowrap qs-mute",
        icon_mark(track["mark"]),
        track["label"],
        track["done"],
        track["total"],
    )


def _state(row: Row, _now: datetime) -> SafeString:
    return state_chip("case", row["case"].state)


def _opened(row: Row, now: datetime) -> SafeString:
    return moment_mark(row["case"].opened_at, now)


def _due(row: Row, now: datetime) -> SafeString:
    case: Case = row["case"]
    if case.state == "closed":
        return markup('<span class="qs-nowrap">{}</span>', case.close_out_number)
    return due_mark(case.next_due_at, now, stacked=True)


def _due_on(row: Row, now: datetime) -> SafeString:
    return moment_mark(row["case"].due_on, now)


def _unit(row: Row, _now: datetime) -> SafeString:
    return markup("{}", row["case"].unit.short)


def _close_out(row: Row, _now: datetime) -> SafeString:
    return markup("{}", row["case"].close_out_number or NOTHING)


CELLS: Mapping[str, Cell] = {
    "number": _number,
    "subject": _subject,
    "lead": _lead,
    "area": _area,
    "tracks": _tracks,
    "state": _state,
    "opened": _opened,
    "due": _due,
    "due_on": _due_on,
    "unit": _unit,
    "close_out": _close_out,
}
