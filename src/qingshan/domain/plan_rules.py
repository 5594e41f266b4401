"""Parts of a plan (方案) that say how much and how often: limits, reports, patrol, evidence, routing. Values only.

Shares are whole per cents, so that a plan has one text form; days are calendar days unless a limit says otherwise.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Literal

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitTerms:
    """What a limit (时限) needs besides its clock: label, events that pause it, longest extension, direction.

    ``extension`` has the unit of the limit. ``direction`` "before": the act must be done that long before the event.
    """

    slug: str
    label: str
    pauses: tuple[str, ...] = ()
    extension: int = 0
    direction: Literal["after", "before"] = "after"


@dataclass(frozen=True, slots=True, kw_only=True)
class EventDef:
    """An event that limits start from (起算事件) and that is neither an act nor a station of this plan."""

    slug: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A number of the campaign that is no limit (参数): share, threshold, count."""

    slug: str
    label: str
    value: int
    unit: str
    basis: str
    clause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyDef:
    """A duty of units (职责): own wording, who owes it (unit slugs, or ``kind:`` and a unit kind), how often."""

    slug: str
    owners: tuple[str, ...]
    label: str
    cadence: Literal["standing", "once", "weekly", "monthly", "per_matter"]
    clause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoRules:
    """Rules for evidence photos (举证照片规则): metres, hours, minutes, numbers of photos."""

    max_distance_m: int
    upload_hours: int
    clock_skew_minutes: int
    min_directions: int
    min_near: int
    azimuth_required: bool
    clause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Routing:
    """Routing by area (按位置派单).

    A patch is marked as on a border when another unit holds at least the border share; it is outside the county when
    less than ``min_inside_percent`` of it lies inside.
    """

    border_share_percent: int
    min_inside_percent: int
    clause: str

    @property
    def border_share(self) -> float:
        """The border share as a fraction."""
        return self.border_share_percent / 100

    @property
    def min_inside_share(self) -> float:
        """The least share inside the county as a fraction."""
        return self.min_inside_percent / 100


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitArea:
    """Where the area of a unit without division code comes from; such areas are routed to before divisions.

    ``synthetic``: none is published, one of ``size_km2`` is generated near the division ``near`` and marked so.
    """

    unit: str
    source: Literal["synthetic", "file"]
    clause: str
    near: str = ""
    size_km2: int = 0
    file: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaHint:
    """Roughly where a township lies (大致位置), degrees in CGCS2000 as decimal text; only for generating its area."""

    code: str
    lon: str
    lat: str
    note: str = ""

    def __post_init__(self) -> None:
        """Refuse what is no place (ValueError)."""
        for label, text, most in (("经度 lon", self.lon, 180), ("纬度 lat", self.lat, 90)):
            try:
                inside = abs(float(text)) <= most
            except ValueError:
                inside = False
            if not inside:
                raise ValueError(f"{label} 的值 {text!r} 不是 {most} 以内的度数")

    @property
    def position(self) -> tuple[float, float]:
        """Longitude and latitude."""
        return float(self.lon), float(self.lat)


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberPattern:
    """Pattern of a number series (编号格式): ``{year}`` and ``{n}``, see `qingshan.domain.numbering`."""

    slug: str
    label: str
    pattern: str
    clause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """Names under which outside files carry one of our fields (字段别名); ``unit`` only for areas: m2, mu, ha, km2.

    From ``lon`` on they only tell columns of tables (表格的列); ``personal`` columns stay in the original.
    """

    field: Literal[
        "source_no",
        "patch_type",
        "declared_area",
        "earlier_image",
        "later_image",
        "remark",
        "county_code",
        "county_name",
        "feature",
        "year",
        "issued_on",
        "township",
        "village",
        "place",
        "description",
        "discovered",
        "lon",
        "lat",
        "position",
        "corners",
        "corner",
        "ring",
        "personal",
        "ignored",
    ]
    names: tuple[str, ...]
    unit: Literal["", "m2", "mu", "ha", "km2"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """How pushed files are read (批次导入): aliases, known patch types, marks of rows that must not enter."""

    clause: str
    aliases: tuple[Alias, ...]
    patch_types: Mapping[str, str]
    suspect_types: tuple[str, ...]
    forbidden_marks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reporting:
    """The reporting calendar (报送日历): first ledger report, then weekly, with cut-off; control, notice, report."""

    first_report: date
    weekday: Weekday
    cut_off: time
    first_grace_days: int
    zero_report: bool
    clause: str
    control_weekday: Weekday
    control_clause: str
    monthly_notice_day: int
    monthly_notice_clause: str
    monthly_report_day: int
    monthly_report_clause: str
    liaison_due: date
    liaison_clause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderStep:
    """One step of the supervision ladder (督导措施), in rising order; ``reply_days`` to answer, 0 = no answer due."""

    slug: str
    label: str
    paper: str
    reply_days: int
    clause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountabilityRule:
    """A threshold that raises a hint (问责提示), never a sanction: counted per scope, names positions only.

    ``flag``: "" counts by itself; otherwise the flag that a person must have set, or the time after the campaign.
    """

    slug: str
    category: str
    scope: Literal["township", "county", "department"]
    threshold: int
    positions: tuple[str, ...]
    clause: str
    flag: Literal["", "severe_impact", "after_campaign"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patrol:
    """What a full patrol round is (全覆盖巡查).

    Rounds a week, share of the area within a distance of the track, least minutes, hours between two valid visits;
    slopes above the set angle are left out where heights are known.
    """

    rounds_per_week: int
    week_start: Weekday
    min_area_percent: int
    max_distance_m: int
    min_minutes: int
    min_gap_hours: int
    max_slope_degrees: int
    must_check_points: bool
    clause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LookBack:
    """Look-backs after close-out (回头看): days after it, radius in which a new lead is flagged, months of 巩固期."""

    days_after: tuple[int, ...]
    radius_m: int
    consolidation_months: int
    clause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminders:
    """When an item is called to mind (催办): days relative to its due date, negative = before."""

    days: tuple[int, ...]
    clause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HotSpot:
    """When a township is a hot spot (多发频发地区): items within weeks; the interval of visits is then divided."""

    items: int
    weeks: int
    visit_interval_days: int
    divide_by: int
    clause: str
