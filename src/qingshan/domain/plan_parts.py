"""Parts of a plan (方案) that say what exists: categories, channels, units, posts, tracks, check lists. Values only.

Every part carries ``clause``: the ids of the clauses it carries out, separated by one space. Fields without a default
must be filled in the plan folder; the folder is checked by `qingshan.domain.plan_check`.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

Level = Literal["village", "township", "department", "county", "city", "province"]
UnitKind = Literal[
    "village",
    "township",
    "development_zone",
    "bureau",
    "taskforce_office",
    "department",
    "government",
    "party_committee",
    "discipline",
    "police",
    "procuratorate",
    "court",
    "city_body",
    "province_body",
]
Role = Literal[
    "village_patroller",
    "township_officer",
    "township_leader",
    "bureau_officer",
    "bureau_leader",
    "taskforce_office",
    "hotline_desk",
    "custodian",
    "department_officer",
    "department_leader",
    "finance_reviewer",
    "police",
    "procuratorate",
    "court",
    "discipline",
    "county_leader",
    "city_reviewer",
    "province_reader",
    "system_admin",
    "rights_admin",
    "audit_admin",
]
Duty = Literal["", "first_party", "first_government", "specific"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BasisDocument:
    """A paper the campaign rests on (依据文件): issuer, title, number, date of signing, date of publication."""

    slug: str
    level: Literal["county", "city", "province", "national"]
    issuer: str
    title: str
    clause: str
    number: str = ""
    issued_on: date | None = None
    published_on: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestone:
    """A date of the campaign (时间节点); ``start``/``end`` stay empty until the day is known."""

    slug: str
    label: str
    clause: str
    start: date | None = None
    end: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subcode:
    """One kind of illegal act (违法情形); ``requires`` names the fields without which a case cannot be opened.

    ``basis_old`` and ``basis_new``: articles before and from the day the revised law is in force.
    """

    code: str
    label: str
    clause: str
    requires: tuple[str, ...] = ()
    basis_old: str = ""
    basis_new: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """A category of the campaign (类别) with its colour ``#rrggbb`` on map and lists, and its sub-codes."""

    slug: str
    label: str
    short: str
    colour: str
    clause: str
    subcodes: tuple[Subcode, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectType:
    """A type of construction project (工程项目类型) and the department that supervises it."""

    code: str
    label: str
    unit: str
    clause: str
    requires: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A way a lead comes in (线索渠道); ``number_label`` names the source's own number, "" if it has none.

    ``doors``: by form, by import. ``needs``: what the form of this channel must not leave empty. ``registered_by``:
    roles that enter leads of it besides the county bureau. ``reply_limit``: limit within which ``reply_to`` gets an
    answer, "" where none is owed; ``platform_limit``: limit of entering it into the petition platform (三-4-3④).
    ``sealed``: it may come from a person whose name must stay with the desk.
    """

    slug: str
    label: str
    direction: Literal["from_above", "from_below"]
    onsite_required: bool
    clause: str
    number_label: str = ""
    doors: tuple[Literal["form", "import"], ...] = ("form", "import")
    needs: tuple[Literal["source_no", "origin", "dated"], ...] = ()
    registered_by: tuple[str, ...] = ()
    reply_limit: str = ""
    reply_to: str = ""
    platform_limit: str = ""
    sealed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DivisionDef:
    """A division (行政区划) below the county: 9 digits = township, 12 digits = village level."""

    code: str
    name: str

    @property
    def township_code(self) -> str:
        """The first nine digits."""
        return self.code[:9]

    @property
    def is_village(self) -> bool:
        """Whether this is a village-level unit (12 digits)."""
        return len(self.code) == 12


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitDef:
    """A unit (单位). ``reports``: sends ledger reports; ``counts_as_township``: stands in township statistics."""

    slug: str
    kind: UnitKind
    name: str
    short: str
    level: Level
    clause: str
    division: str | None = None
    parent: str | None = None
    reports: bool = False
    counts_as_township: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PostDef:
    """A post (职务) of a unit, never a person. ``position`` is the same slug in every unit that has such a post."""

    slug: str
    unit: str
    position: str
    title: str
    clause: str
    roles: tuple[Role, ...] = ()
    liaison: bool = False
    duty: Duty = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostRule:
    """A post that every unit of one kind has (按规则生成的职务): ``count`` of them, numbered from the second on.

    The title follows the unit's short name; ``{last}`` in it is that name's last character (镇长, 乡长).
    """

    kind: UnitKind
    position: str
    title: str
    clause: str
    count: int = 1
    roles: tuple[Role, ...] = ()
    liaison: bool = False
    duty: Duty = ""

    @property
    def slug(self) -> str:
        """Kind and position together name the rule."""
        return f"{self.kind}.{self.position}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A seat of the task force: one post by its slug, or every post of a position (所有乡镇长)."""

    seat: Literal["commander", "deputy_commander", "member"]
    clause: str
    post: str = ""
    position: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taskforce:
    """The task force (工作专班) by posts, with the unit that is its office."""

    title: str
    office: str
    clause: str
    seats: tuple[Seat, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldDef:
    """A field that a station or a sub-code asks for (填报项): label and kind of value."""

    slug: str
    label: str
    kind: Literal["text", "date", "number", "money", "choice"] = "text"
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackRule:
    """Which track (办理线) a case of a category has, and whether acceptance needs its end."""

    category: str
    track: str
    required: bool
    clause: str

    @property
    def slug(self) -> str:
        """Category and track together name the rule."""
        return f"{self.category}.{self.track}"


@dataclass(frozen=True, slots=True, kw_only=True)
class StationDef:
    """A station of a track (办理节点): limit, fields, numbers of photos and files, the role that may finish it."""

    slug: str
    label: str
    clause: str
    role: Role
    limit: str | None = None
    fields: tuple[str, ...] = ()
    photos: int = 0
    files: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackDef:
    """A track (办理线) as this plan has it."""

    slug: str
    label: str
    owner: Literal["bureau", "township"]
    clause: str
    stations: tuple[StationDef, ...]

    def station(self, slug: str) -> StationDef:
        """Return the station ``slug``; KeyError if there is none."""
        for station in self.stations:
            if station.slug == slug:
                return station
        raise KeyError(slug)
