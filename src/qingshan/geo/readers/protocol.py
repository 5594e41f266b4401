"""What a reader of foreign files is (读取器约定). A new format is a module with one function and a line in `FORMATS`.

**Reader**: ``(SourceFile) -> FeatureFile``. It

* looks at nothing but ``source.path`` (never at the network or at other files) and writes only into a folder of its
  own that goes when the rows are walked or dropped (`qingshan.geo.readers.scratch`);
* refuses what it cannot read wholly with `ReadError` (Chinese: what is wrong, what to do), a question that a person
  can settle with `Undecided` (``asks`` names the fields of `Reading` that would settle it), and lets no other
  exception out, whatever the bytes;
* obeys ``source.reading`` before what the file says, and tells everything decided in ``FeatureFile.notes``;
* yields every row, in file order, with ``index`` from 1: a row that cannot be used has its ``problem`` (field, value,
  reason, what to do) and keeps its attributes; nothing is left out silently;
* keeps memory bounded by a piece of rows, not by the file.

Readers yield `RawRow` in the file's own coordinates and let `finish_rows(rows, placing)` place, check and mend them;
`decide_placing` makes the ``placing`` from what the file says, what the person says and a sample of corners.

**To add a format**: write the reader, tell its kind by content in `kinds.tell_kind`, add a `Format` to `FORMATS` in
`qingshan.geo.readers`, let the web take its media type (`commons.files.services.sniff`, `SPATIAL` in leads).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from qingshan.geo.archives import ArchiveLimits
from qingshan.geo.features import FeatureFile
from qingshan.geo.reading import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """A received file: where it lies, what it was called, how it is to be read, how much may come out of it."""

    path: Path
    name: str = ""
    reading: Reading = field(default_factory=Reading)
    limits: ArchiveLimits = field(default_factory=ArchiveLimits)

    @property
    def suffix(self) -> str:
        """Lower-case ending of the original name; it only hints, the content tells the kind."""
        return Path(self.name or self.path.name).suffix.lower()


Reader: TypeAlias = Callable[[SourceFile], FeatureFile]


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A format (格式): slug told by `tell_kind`, name to show, reader."""

    slug: str
    label: str
    read: Reader
