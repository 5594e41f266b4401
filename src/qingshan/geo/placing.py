"""How the coordinates of a file become longitude and latitude (坐标换算): decided once per file, told in the notes.

Nothing is swapped or guessed silently: a file without datum is taken only when its numbers leave one reading, and a
question that a person can settle is put as `Undecided`.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt
from pyproj import CRS, Transformer

from qingshan.geo.crs import FloatArray
from qingshan.geo.datum import (
    ADVICE_CRS,
    Grid,
    check_datum,
    crs_label,
    grid_epsg,
    grid_of,
    horizontal,
    is_wgs84,
    old_datum,
    parse_crs,
    storage_crs,
)
from qingshan.geo.features import ReadError, Undecided
from qingshan.geo.offsets import ACCURACY, LABELS, shifted_system, unshift
from qingshan.geo.old_datums import Parameters, bridge, parse_parameters
from qingshan.geo.reading import Reading

NORTHINGS: Final = (330_000.0, 6_300_000.0)
"""Northings of the mainland and the islands, 3°N to 56°N, in metres."""
EASTING_SPREAD: Final = 450_000.0
"""Farthest that anything belonging to a zone lies from its central meridian, in metres."""
CHINA: Final = (73.5, 3.0, 135.5, 54.0)
"""Longitudes and latitudes that a county of China can have (west, south, east, north)."""

Kinds = npt.NDArray[np.str_]
Move = Callable[[FloatArray], FloatArray]
"""Coordinate pairs of the file (first and second value put in order) → longitude and latitude."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placing:
    """The way from file coordinates to EPSG:4490 (坐标换算方式).

    ``swap``: the file has the second value first. ``move`` brings pairs to longitude and latitude, None when they are
    that already. ``shift`` in metres is added to the easting first, to put on or take off a zone prefix that the
    definition does not expect. ``grid`` is set for Gauss-Krüger coordinates, ``in_degrees`` when the file's numbers are
    degrees of whatever system. ``row_notes`` belong on every row.
    """

    text: str
    move: Move | None
    grid: Grid | None
    shift: float = 0.0
    in_degrees: bool = False
    swap: bool = False
    notes: tuple[str, ...] = ()
    row_notes: tuple[str, ...] = ()

    def place(self, corners: FloatArray) -> FloatArray:
        """Longitude and latitude of coordinate pairs as the file has them; further columns (heights) stay."""
        if self.swap:
            corners = corners[:, [1, 0, *range(2, corners.shape[1])]]
        if self.move is None:
            return corners
        shifted = np.column_stack((corners[:, 0] + self.shift, corners[:, 1]))
        return np.column_stack((self.move(shifted), corners[:, 2:]))


def classify(corners: FloatArray) -> Kinds:
    """Say of each coordinate pair (first, second) what it looks like.

    lonlat, latlon (swapped), prefixed (easting with zone), plain (easting without), swapped (northing first), other.
    """
    first, second = corners[:, 0], corners[:, 1]
    west, south, east, north = CHINA
    northing_second = (second >= NORTHINGS[0]) & (second <= NORTHINGS[1])
    northing_first = (first >= NORTHINGS[0]) & (first <= NORTHINGS[1])
    latlon = (first >= south) & (first <= north) & (second >= west - 1) & (second <= east + 1)
    conditions = [
        latlon,
        (np.abs(first) <= 360) & (np.abs(second) <= 360),
        northing_second & _has_prefix(first),
        northing_first & _has_prefix(second),
        northing_first & (first >= 1_000_000) & _is_plain(second),
        northing_second & _is_plain(first),
    ]
    return np.select(conditions, ["latlon", "lonlat", "prefixed", "swapped", "swapped", "plain"], "other")


def _has_prefix(values: FloatArray) -> npt.NDArray[np.bool_]:
    zone, rest = np.divmod(values, 1_000_000)
    known = ((zone >= 25) & (zone <= 45)) | ((zone >= 13) & (zone <= 23))
    return np.asarray(known & (np.abs(rest - 500_000) <= EASTING_SPREAD))


def _is_plain(values: FloatArray) -> npt.NDArray[np.bool_]:
    return np.asarray(np.abs(values - 500_000) <= EASTING_SPREAD)


def decide_placing(
    *, declared: CRS | str | None, sample: FloatArray, forced: str | None = None, reading: Reading | None = None
) -> Placing:
    """Decide how a file is placed.

    ``declared`` is what the file says (CRS, WKT, name or None), ``reading`` what the user says (``forced``: the datum
    alone); the user wins and the notes tell. ``sample`` holds some of the file's coordinate pairs. Raises `Undecided`
    when datum or zone stay open, or when what is said does not fit the numbers.
    """
    chosen = reading or Reading(crs=forced or "")
    try:
        if chosen.axes == "yx":
            placing = _decide(declared, chosen, sample[:, ::-1])
            return replace(placing, swap=True, notes=(*placing.notes, "按指定的坐标次序读取：先纵后横"))
        return _decide(declared, chosen, sample)
    except Undecided:
        raise
    except ReadError as error:
        asks = ("crs", "parameters") if "转换参数" in f"{error}" else ("crs", "axes")
        raise Undecided(error.message, error.advice, asks=asks, sample=sample) from error


def _decide(declared: CRS | str | None, chosen: Reading, sample: FloatArray) -> Placing:
    finite = sample[np.isfinite(sample).all(axis=1)]
    kinds = classify(finite)
    main = _majority(kinds)
    corners = finite[kinds == main]
    told = chosen.crs or (declared if isinstance(declared, str) else "")
    if system := shifted_system(told):
        return _shifted(system, main, corners, by_user=bool(chosen.crs))
    notes: list[str] = []
    parameters = parse_parameters(chosen.parameters) if chosen.parameters.strip() else None
    if chosen.crs:
        crs = parse_crs(chosen.crs, old=parameters is not None)
        notes.append(f"按指定的坐标系 {crs_label(crs)} 读取")
    elif declared is not None:
        crs = _declared_crs(declared, old=parameters is not None)
    else:
        crs, note = _guess(main, corners)
        notes.append(note)
    if is_wgs84(crs):
        notes.append("WGS 84 与 2000 国家大地坐标系相差厘米级，按一致处理")
    return _fit(crs, main, corners, notes, parameters)


def _declared_crs(declared: CRS | str, *, old: bool) -> CRS:
    if isinstance(declared, str):
        return parse_crs(declared, old=old)
    crs = horizontal(declared)
    return crs if old and old_datum(crs) else check_datum(crs)


def _shifted(system: str, main: str, corners: FloatArray, *, by_user: bool) -> Placing:
    """Coordinates of a public map with its shift."""
    if main not in {"lonlat", "latlon", "none"}:
        raise ReadError(f"{system} 只能是经纬度，坐标值却是米制（例如 {_example(corners)}）", ADVICE_CRS)
    label = LABELS[system]
    way = "按指定的" if by_user else "按"
    return Placing(
        text=label,
        move=lambda pairs: unshift(pairs, system),
        grid=None,
        in_degrees=True,
        notes=(f"{way} {label} 还原为 2000 国家大地坐标系",),
        row_notes=(ACCURACY.format(f" {system} "),),
    )


def _majority(kinds: Kinds) -> str:
    names, counts = np.unique(kinds, return_counts=True)
    return str(names[np.argmax(counts)]) if len(names) else "none"


def _guess(main: str, corners: FloatArray) -> tuple[CRS, str]:
    """The only reading that a file without datum leaves."""
    if main in {"lonlat", "latlon", "none"}:
        return storage_crs(), "文件未注明坐标系，坐标值为经纬度，按 2000 国家大地坐标系（EPSG:4490）读取"
    zone = _zone(main, corners)
    if zone is None:
        raise ReadError("文件未注明坐标系，坐标为不带带号的米制坐标，无法判断属于哪个投影带", ADVICE_CRS)
    crs = CRS.from_epsg(grid_epsg(zone))
    return crs, f"文件未注明坐标系，横坐标带号为 {zone}，按 {crs_label(crs)} 读取"


def _zone(main: str, corners: FloatArray) -> int | None:
    """Zone prefix of metric coordinates, from the easting or, when swapped, from the second value."""
    if main not in {"prefixed", "swapped"}:
        return None
    zones = (np.median(corners, axis=0) // 1_000_000).astype(int)
    found = [int(zone) for zone in zones if zone >= 13]
    return found[0] if found else None


def _fit(crs: CRS, main: str, corners: FloatArray, notes: list[str], parameters: Parameters | None) -> Placing:
    """Check that definition and numbers agree, and take a zone prefix for what it is."""
    degrees = main in {"lonlat", "latlon"}
    if crs.is_geographic and main not in {"lonlat", "latlon", "none"}:
        raise ReadError(f"坐标系为经纬度（{crs_label(crs)}），坐标值却是米制（例如 {_example(corners)}）", ADVICE_CRS)
    grid = grid_of(crs)
    if crs.is_projected and degrees:
        raise ReadError(
            f"坐标系为投影坐标（{crs_label(crs)}），坐标值却像经纬度（例如 {_example(corners)}）", ADVICE_CRS
        )
    old = old_datum(crs)
    if crs.is_geographic and old is None:
        return Placing(text=crs_label(crs), move=None, grid=None, in_degrees=True, notes=tuple(notes))
    shift = 0.0 if grid is None else _prefix_shift(grid, main, corners, notes)
    if old is None or parameters is None:
        return Placing(text=crs_label(crs), move=_projected(crs), grid=grid, shift=shift, notes=tuple(notes))
    move = bridge(
        crs,
        parameters,
        meridian=grid.meridian if grid else None,
        false_easting=grid.false_easting if grid else 0.0,
    )
    note = f"{old}按给定的{parameters.label}换算为 2000 国家大地坐标系"
    return Placing(
        text=f"{crs_label(crs)}，{parameters.label}",
        move=move,
        grid=grid,
        in_degrees=crs.is_geographic,
        shift=shift,
        notes=(*notes, note),
        row_notes=(note,),
    )


def _projected(crs: CRS) -> Move:
    transformer = Transformer.from_crs(crs, crs.geodetic_crs, always_xy=True)

    def moved(corners: FloatArray) -> FloatArray:
        return np.column_stack(transformer.transform(corners[:, 0], corners[:, 1]))

    return moved


def _prefix_shift(grid: Grid, main: str, corners: FloatArray, notes: list[str]) -> float:
    zone = _zone(main, corners)
    if main == "prefixed" and zone is not None and zone != grid.prefix:
        if grid.prefix or zone not in grid.zones():
            raise ReadError(
                f"横坐标的带号前缀 {zone} 与坐标系的中央经线 {grid.meridian:g}° 矛盾（例如 {_example(corners)}）",
                ADVICE_CRS,
            )
        notes.append(f"横坐标带有带号 {zone}，与坐标系中央经线 {grid.meridian:g}° 一致，已按带号读取")
        return -zone * 1_000_000.0
    if main == "plain" and grid.prefix:
        notes.append(f"坐标系要求横坐标带带号 {grid.prefix}，文件中没有，已按该带读取")
        return grid.prefix * 1_000_000.0
    return 0.0


def _example(corners: FloatArray) -> str:
    first, second = corners[0]
    return f"{first:.3f}, {second:.3f}"
