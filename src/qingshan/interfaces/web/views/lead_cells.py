"""The cells of the register of leads, by column (线索清单各列)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from qingshan.contexts.leads.public import Lead
from qingshan.interfaces.web import labels
from qingshan.interfaces.web.formats import NOTHING
from qingshan.interfaces.web.listing.spec import Cell
from qingshan.interfaces.web.marks import (
    area_mark,
    cell,
    due_mark,
    link,
    markup,
    moment_mark,
    muted,
    state_chip,
    url_of,
)

Row = Mapping[str, Any]


def _number(row: Row, _now: datetime) -> SafeString:
    lead: Lead = row["lead"]
    return cell(link(url_of("web:lead_detail", lead.id), lead.number), lead.source_no, clip=True)


def _title(row: Row, _now: datetime) -> SafeString:
    lead: Lead = row["lead"]
    place = f"{lead.township_name} {lead.village_name}"
    border = f" · {_('跨界')}" if lead.border else ""
    active = markup(' · <span class="qs-strong">{}</span>', _("正在实施")) if lead.active_since else ""
    taken = f" · {_('接管')}" if lead.taken_over else ""
    return cell(markup("<span>{}</span>", lead.title), markup("{}{}{}{}", place, border, taken, active))


def _state(row: Row, _now: datetime) -> SafeString:
    """The state; of a substantiated lead, the case that stands on it."""
    case, chip = row["case"], state_chip("lead", row["lead"].state)
    return cell(chip, link(url_of("web:case_detail", case.id), case.number, "qs-nowrap")) if case else chip


def _unit(row: Row, _now: datetime) -> SafeString:
    return markup("{}", row["lead"].unit.short)


def _channel(row: Row, _now: datetime) -> SafeString:
    shown = markup('<span class="qs-nowrap">{}</span>', row["channel"])
    return cell(shown, row["lead"].batch_name, clip=True)


def _direction(row: Row, _now: datetime) -> SafeString:
    return markup("{}", labels.word("direction", row["lead"].direction))


def _batch(row: Row, _now: datetime) -> SafeString:
    return markup("{}", row["lead"].batch_name or NOTHING)


def _area(row: Row, _now: datetime) -> SafeString:
    m2 = row["lead"].area_m2
    return area_mark(m2) if m2 else muted(_("点位"))


def _verdict(row: Row, _now: datetime) -> SafeString:
    verdict = row["lead"].verdict
    return state_chip("verdict", verdict) if verdict else muted(NOTHING)


def _verifiers(row: Row, _now: datetime) -> SafeString:
    return markup("{}", row["lead"].verifiers or NOTHING)


def _received(row: Row, now: datetime) -> SafeString:
    return moment_mark(row["lead"].received_at, now)


def _due(row: Row, now: datetime) -> SafeString:
    case, lead = row["case"], row["lead"]
    if case:
        return muted(_("已列入台账"))
    return muted(NOTHING) if lead.state == "archived" else due_mark(lead.due_at, now, stacked=True)


CELLS: Mapping[str, Cell] = {
    "number": _number,
    "title": _title,
    "state": _state,
    "unit": _unit,
    "channel": _channel,
    "direction": _direction,
    "batch": _batch,
    "area": _area,
    "verdict": _verdict,
    "verifiers": _verifiers,
    "received": _received,
    "due": _due,
}
