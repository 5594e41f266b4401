"""Rows of a foreign spatial file (导入文件的行), as every reader hands them on."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from shapely.geometry.base import BaseGeometry

FloatArray: TypeAlias = npt.NDArray[np.float64]
Scalar: TypeAlias = str | int | float | bool | None
"""A value of an attribute that JSON and the database can hold; nested values arrive as JSON text."""


class ReadError(Exception):
    """A file that cannot be read as a whole (文件无法读取): what is wrong and what to do, in Chinese."""

    def __init__(self, message: str, advice: str) -> None:
        super().__init__(f"{message}。{advice}")
        self.message = message
        self.advice = advice

    def __reduce__(self) -> tuple[Callable[..., "ReadError"], tuple[str, str]]:
        """Travels between processes with all of its parts."""
        return type(self), (self.message, self.advice)


class Undecided(ReadError):
    """A question that a person can settle (需要指定): ``asks`` names fields of `Reading`, ``sample`` some corners.

    ``sample`` holds coordinate pairs as the file has them, so that candidates can be tried on the map.
    """

    def __init__(
        self, message: str, advice: str, *, asks: tuple[str, ...] = ("crs",), sample: FloatArray | None = None
    ) -> None:
        super().__init__(message, advice)
        self.asks = asks
        self.sample = sample if sample is not None else np.empty((0, 2))

    def __reduce__(self) -> tuple[Callable[..., ReadError], tuple[str, str]]:
        """Travels between processes with all of its parts."""
        return partial(type(self), asks=self.asks, sample=self.sample), (self.message, self.advice)


@dataclass(slots=True, kw_only=True)
class RawRow:
    """A row as the file holds it: geometry still in the file's own coordinates."""

    index: int
    attributes: Mapping[str, Scalar]
    geometry: BaseGeometry | None
    problem: str | None = None
    notes: tuple[str, ...] = ()
    layer: str = ""


@dataclass(slots=True, kw_only=True)
class SourceRow:
    """One row of a file (导入行).

    ``index`` is the 1-based number of the row in the file, running on over several layers. ``geometry`` is valid and
    stands in EPSG:4490, without heights; it is None exactly when ``problem`` says (in Chinese, with advice) why the row
    cannot be used. ``notes`` names everything that was changed to make it usable. ``attributes`` holds every column.
    ``key`` tells the row from others where its shape does not, e.g. the digest of a photo.
    """

    index: int
    attributes: Mapping[str, Scalar]
    geometry: BaseGeometry | None
    problem: str | None
    notes: tuple[str, ...]
    layer: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureFile:
    """A file opened for one pass (导入文件).

    ``rows`` can be walked once and is read piece by piece. ``count`` is the number of rows when the format tells it.
    ``format`` is the slug of the format. ``notes`` says what was decided about the file as a whole: datum, encoding,
    layers left out. ``sample`` holds coordinate pairs as the file has them, for trying other readings.
    """

    rows: Iterator[SourceRow]
    count: int | None
    format: str
    crs_text: str
    encoding: str | None
    layers: tuple[str, ...]
    notes: tuple[str, ...] = ()
    sample: FloatArray = field(default_factory=lambda: np.empty((0, 2)))
