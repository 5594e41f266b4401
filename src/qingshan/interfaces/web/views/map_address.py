"""The map as its address says it: which matters are shown, and as of which day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import QueryDict
from django.utils.http import urlencode

from qingshan.contexts.cases.public import CaseMapFilter
from qingshan.contexts.leads.public import EARLIER, LeadMapFilter
from qingshan.domain.case import CaseState
from qingshan.domain.lead import LeadState
from qingshan.interfaces.web import labels
from qingshan.interfaces.web.acting import read_day
from qingshan.interfaces.web.views.lead_filters import read_uuid

ZONE = ZoneInfo("Asia/Shanghai")
LEAD_STATES = (*(state.value for state in LeadState), EARLIER)
CASE_STATES = tuple(state.value for state in CaseState)
NONE = "none"
"""Written in the address when every state of a list is switched off."""
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class MapAddress:
    """Filters of the map (地图筛选). Empty lists mean all; values that cannot be are left out."""

    lead_states: tuple[str, ...] = ()
    case_states: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    unit_id: UUID | None = None
    channel: str = ""
    since: date | None = None
    until: date | None = None
    at: date | None = None
    unfinished: bool = False

    @classmethod
    def read(cls, query: QueryDict) -> "MapAddress":
        """Read the query string: ``lead``, ``case``, ``category`` are lists with commas; days are ISO dates."""
        return cls(
            lead_states=_chosen(query.get("leads", ""), LEAD_STATES),
            case_states=_chosen(query.get("cases", ""), CASE_STATES),
            categories=_chosen(query.get("category", ""), labels.CATEGORIES),
            unit_id=read_uuid(query.get("unit", "")),
            channel=query.get("channel", "").strip()[:60],
            since=read_day(query.get("since", "")),
            until=read_day(query.get("until", "")),
            at=read_day(query.get("at", "")),
            unfinished=query.get("unfinished", "") == "1",
        )

    def query(self) -> str:
        """The filters as the browser writes them: the first tiles are asked for with the address they keep."""
        pairs = {
            "leads": ",".join(self.lead_states),
            "cases": ",".join(self.case_states),
            "category": ",".join(self.categories),
            "unit": str(self.unit_id or ""),
            "channel": self.channel,
            "since": self.since.isoformat() if self.since else "",
            "until": self.until.isoformat() if self.until else "",
            "at": self.at.isoformat() if self.at else "",
            "unfinished": "1" if self.unfinished else "",
        }
        return urlencode({name: value for name, value in pairs.items() if value})

    def leads(self, *, states: bool = True) -> LeadMapFilter:
        """The filter of leads; ``states=False``: whatever their state, for the counts of the legend."""
        return LeadMapFilter(
            states=self.lead_states if states else (),
            channel=self.channel,
            unit_id=self.unit_id,
            since=_start(self.since),
            until=_end(self.until),
            at=_end(self.at),
            unfinished=self.unfinished,
        )

    def cases(self, *, states: bool = True) -> CaseMapFilter:
        """The filter of cases; ``states=False``: whatever category and state, for the counts of the legend."""
        return CaseMapFilter(
            states=self.case_states if states else (),
            categories=self.categories if states else (),
            unit_id=self.unit_id,
            since=_start(self.since),
            until=_end(self.until),
            at=_end(self.at),
            unfinished=self.unfinished,
        )


def _chosen(text: str, known: Iterable[str]) -> tuple[str, ...]:
    if text == NONE:
        return (NONE,)
    wanted = set(text.split(","))
    return tuple(slug for slug in known if slug in wanted)


def _start(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), tzinfo=ZONE)


def _end(day: date | None) -> datetime | None:
    """The first moment after a day."""
    return None if day is None else datetime.combine(day + timedelta(days=1), time(), tzinfo=ZONE)


def read_box(text: str) -> Box | None:
    """``west,south,east,north`` in degrees; None for anything else."""
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        return None
    return (west, south, east, north) if -180 <= west < east <= 180 and -90 <= south < north <= 90 else None


def state_rows(kind: str, known: Iterable[str], chosen: tuple[str, ...]) -> list[dict[str, object]]:
    """Rows of the legend that switch states on and off."""
    return [{"slug": slug, "on": not chosen or slug in chosen, "label": _state(kind, slug)} for slug in known]


def _state(kind: str, slug: str) -> labels.Label:
    return labels.STATES[kind].get(slug, labels.MAP_EARLIER)
