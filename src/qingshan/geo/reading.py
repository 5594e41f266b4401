"""How a file is to be read (读取方式): what a person says where a file is silent, wrong or ambiguous.

Light: also the web process uses it. What stands here is kept with the batch and written into the journal.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any

ENCODINGS = {"utf-8": "UTF-8", "gb18030": "GBK / GB18030", "utf-16": "UTF-16", "big5": "Big5"}
"""Encodings a person may choose, with their names."""
AXES = {"xy": "先横后纵（经度、纬度，或 Y 东、X 北）", "yx": "先纵后横（纬度、经度，或 X 北、Y 东）"}
"""Order in which the two numbers of a corner stand in the file."""
PHOTOS, EACH = "photos", "each"
"""Choice of photos: each is a lead of its own; otherwise those of one place are one."""
POSITION = "position"
"""Choice of photos: longitude and latitude (CGCS2000) of those that have none."""
LONGEST = 300
"""Characters that any choice may have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Choices over what the file says; an empty one leaves the matter to the file.

    ``crs``: EPSG code, name or WKT, also ``GCJ-02`` and ``BD-09``. ``encoding``: a key of `ENCODINGS`. ``axes``: a key
    of `AXES`. ``parameters``: conversion to CGCS2000 from an old datum (转换参数), see `qingshan.geo.old_datums`.
    ``more``: choices of single formats (a sheet, a column), named by their readers.
    """

    crs: str = ""
    encoding: str = ""
    axes: str = ""
    parameters: str = ""
    more: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def as_json(self) -> dict[str, Any]:
        """The choices made, for keeping; empty ones are left out."""
        plain = {one.name: getattr(self, one.name) for one in fields(self) if one.name != "more"}
        made = {name: value for name, value in plain.items() if value}
        return made | ({"more": dict(self.more)} if self.more else {})


def reading_of(kept: Mapping[str, Any]) -> Reading:
    """The choices as they were kept; what is no choice of ours is passed over."""
    more = kept.get("more")
    names = [one.name for one in fields(Reading) if one.name != "more"]
    return Reading(
        **{name: str(kept[name])[:LONGEST] for name in names if kept.get(name)},
        more={str(key): str(value)[:LONGEST] for key, value in more.items()} if isinstance(more, Mapping) else {},
    )
