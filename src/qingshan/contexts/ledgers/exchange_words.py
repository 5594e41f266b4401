"""Words and rows of the exchange that reading, comparing and the pages share; knows of no workbook."""

from collections.abc import Mapping
from dataclasses import dataclass, field

SYSTEMS: Mapping[str, str] = {"province": "省系统", "petition": "信访平台"}
ENTRY: Mapping[str, str] = {"province_no": "province_no", "entered_on": "entered_on"}
"""Returned field → field of the station."""
PLATFORM = "platform_no"
"""Returned field: the number of a source in the petition platform (三-4-3④)."""
KEYS = ("lead_number", "case_number", "source_no")
"""By which a row finds its lead, the surest first."""


@dataclass(slots=True, kw_only=True)
class ReturnedRow:
    """One row as it says it: key fields, returned fields as our codes and ISO days, and what could not be read."""

    row: int
    keys: dict[str, str] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)
    cells: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    @property
    def number(self) -> str:
        """The number that names the row to people."""
        return next((self.keys[key] for key in KEYS if self.keys.get(key)), "")
