"""Which datum a text names (坐标系识别): CGCS2000 and WGS 84 are taken, old ones only with parameters, no other."""

import re
from dataclasses import dataclass

from pyproj import CRS
from pyproj.exceptions import CRSError

from qingshan.geo.crs import FIRST_ZONE, LAST_ZONE, STORAGE_EPSG
from qingshan.geo.features import ReadError

ADVICE_PARAMETERS = (
    "请填写当地转换参数（七参数、三参数或平面四参数），或先用当地参数转换为 2000 国家大地坐标系（CGCS2000）后重新导出"
)
ADVICE_CRS = (
    "请核实坐标系后重新导入并指定坐标系（网页在“坐标系”里选，命令行用 --crs），例如 --crs EPSG:4490（经纬度）、"
    "--crs EPSG:4526（3 度带 38 带，横坐标带带号）或 --crs EPSG:4547（中央经线 114 度，不带带号）"
)
FIRST_LONG_ZONE, LAST_LONG_ZONE = 13, 23
"""The 6-degree zones of China (6 度带带号)."""
_GK_NAME = re.compile(r"GK[_ ](?:ZONE[_ ](?P<zone>\d{2})|CM[_ ](?P<meridian>\d{2,3})E)", re.IGNORECASE)
_OLD_DATUMS = {"xian": "1980 西安坐标系", "beijing": "1954 北京坐标系"}
_SPOKEN = (
    (("2000国家", "CGCS2000", "国家2000", "2000大地", "CHINA2000"), "cgcs2000"),
    (("西安80", "80西安", "西安1980", "1980西安", "80国家", "1980国家", "国家80", "XIAN80", "XIAN1980"), "xian80"),
    (("北京54", "54北京", "北京1954", "1954北京", "BEIJING54", "BEIJING1954"), "beijing54"),
    (("WGS84", "WGS1984"), "wgs84"),
)
_DEGREES_EPSG = {"cgcs2000": 4490, "wgs84": 4326, "xian80": 4610, "beijing54": 4214}
_GRIDS = {  # datum → first code of: 3 degrees with zone, 3 degrees by meridian, 6 with zone, 6 by meridian
    "cgcs2000": (4513, 4534, 4491, 4502),
    "xian80": (2349, 2370, 2327, 2338),
    "beijing54": (2401, 2422, 21413, 21453),
}
_CGCS2000 = ("china2000", "cgcs2000", "chinageodeticcoordinatesystem2000")
_LONGEST = 20_000
"""Characters of the longest definition that is looked at."""
_WGS84 = ("wgs84", "wgs1984", "worldgeodeticsystem1984")


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A Gauss-Krüger grid (高斯-克吕格投影): central meridian in degrees, easting of that meridian in metres."""

    meridian: float
    false_easting: float

    @property
    def prefix(self) -> int:
        """Zone number in front of the easting (横坐标带号前缀), 0 when there is none."""
        return int(self.false_easting // 1_000_000)

    def zones(self) -> frozenset[int]:
        """Zone numbers (3 and 6 degrees wide) that share this central meridian."""
        found = {self.meridian / 3, (self.meridian + 3) / 6}
        return frozenset(int(zone) for zone in found if zone == int(zone))


def spoken_datum(text: str) -> str | None:
    """Which datum a Chinese text names (2000国家大地坐标系, 80国家大地坐标系 …), None if it names none."""
    plain = re.sub(r"[\s_\-()（）.]", "", text).upper()
    return next((datum for names, datum in _SPOKEN if any(name in plain for name in names)), None)


def grid_text(datum: str, *, zone: int = 0, meridian: float = 0.0, width: int = 3) -> str:
    """``EPSG:…`` of a grid of ``datum``, by its zone number (13–23, 25–45) or by its central meridian in degrees.

    Raises `ReadError` when there is none.
    """
    with_zone3, by_meridian3, with_zone6, by_meridian6 = _GRIDS["cgcs2000" if datum == "wgs84" else datum]
    if FIRST_ZONE <= zone <= LAST_ZONE:
        return f"EPSG:{with_zone3 + zone - FIRST_ZONE}"
    if FIRST_LONG_ZONE <= zone <= LAST_LONG_ZONE:
        return f"EPSG:{with_zone6 + zone - FIRST_LONG_ZONE}"
    if width == 3 and meridian % 3 == 0 and 75 <= meridian <= 135:
        return f"EPSG:{by_meridian3 + int(meridian - 75) // 3}"
    if width == 6 and meridian % 6 == 3 and 75 <= meridian <= 135:
        return f"EPSG:{by_meridian6 + int(meridian - 75) // 6}"
    raise ReadError(f"没有这样的投影带：带号 {zone or '未注明'}，中央经线 {meridian:g}°，{width} 度分带", ADVICE_CRS)


def degrees_text(datum: str) -> str:
    """``EPSG:…`` of longitude and latitude in ``datum``."""
    return f"EPSG:{_DEGREES_EPSG[datum]}"


def parse_crs(text: str, *, old: bool = False) -> CRS:
    """Read a CRS given as EPSG code, name or WKT and check its datum; raises `ReadError` with the reason.

    ``old``: Xi'an 1980 and Beijing 1954 are taken, because the caller has parameters for them.
    """
    cleaned = text.strip().lstrip("\ufeff")
    crs = _read_text(cleaned)
    if crs is None:
        raise ReadError(f"不认识的坐标系：{cleaned[:80]}", ADVICE_CRS)
    crs = horizontal(crs)
    return crs if old and old_datum(crs) else check_datum(crs)


def _read_text(text: str) -> CRS | None:
    if len(text) > _LONGEST:
        return None
    code = re.fullmatch(r"(?:EPSG\s*[:：]*\s*)?(\d{4,6})", text, re.IGNORECASE)
    try:
        return CRS.from_epsg(int(code[1])) if code else CRS.from_user_input(text)
    except CRSError:
        return _read_name(text)


def _read_name(text: str) -> CRS | None:
    """Fall back on the grid's name, for definitions that no library can read."""
    match = _GK_NAME.search(text)
    if match is None or "2000" not in text:
        return None
    if match["zone"]:
        return CRS.from_epsg(grid_epsg(int(match["zone"])))
    meridian = int(match["meridian"])
    if meridian % 3 or not FIRST_ZONE <= meridian // 3 <= LAST_ZONE:
        return None
    return CRS.from_epsg(4534 + meridian // 3 - FIRST_ZONE)


def grid_epsg(zone: int) -> int:
    """EPSG code of the CGCS2000 grid whose eastings carry this zone number: 25–45 three degrees, 13–23 six degrees."""
    if FIRST_ZONE <= zone <= LAST_ZONE:
        return 4513 + zone - FIRST_ZONE
    if FIRST_LONG_ZONE <= zone <= LAST_LONG_ZONE:
        return 4491 + zone - FIRST_LONG_ZONE
    raise ReadError(f"横坐标的带号前缀 {zone} 既不是 3 度带（25–45）也不是 6 度带（13–23）", ADVICE_CRS)


def horizontal(crs: CRS) -> CRS:
    """The horizontal part of a compound or bound CRS, in two dimensions."""
    if crs.is_compound:
        crs = crs.sub_crs_list[0]
    if crs.is_bound and crs.source_crs is not None:
        crs = crs.source_crs
    return crs.to_2d()


def check_datum(crs: CRS) -> CRS:
    """Return ``crs`` when its datum is CGCS2000 or WGS 84; raises `ReadError` naming the datum otherwise."""
    base = crs.geodetic_crs
    if base is None or not (crs.is_geographic or crs.is_projected):
        raise ReadError(f"坐标系“{crs.name}”不是地理坐标系或投影坐标系（可能是独立坐标系）", ADVICE_CRS)
    if label := old_datum(crs):
        raise ReadError(
            f"坐标基准为{label}（{crs.name}），与 2000 国家大地坐标系相差可达百米，没有本地转换参数不能换算",
            ADVICE_PARAMETERS,
        )
    name, plain = _datum_name(crs)
    if not any(mark in plain for mark in (*_CGCS2000, *_WGS84)):
        raise ReadError(f"坐标基准“{name}”不是 2000 国家大地坐标系或 WGS 84", ADVICE_CRS)
    if crs.is_geographic and abs(crs.axis_info[0].unit_conversion_factor - 0.017453292519943295) > 1e-12:
        raise ReadError(f"坐标系“{crs.name}”的单位不是度", ADVICE_CRS)
    return crs


def old_datum(crs: CRS) -> str | None:
    """Name of the old datum (1980 西安坐标系, 1954 北京坐标系) that a CRS stands on, None for any other."""
    _, plain = _datum_name(crs)
    return next((label for mark, label in _OLD_DATUMS.items() if mark in plain), None)


def _datum_name(crs: CRS) -> tuple[str, str]:
    base = crs.geodetic_crs
    name = crs.name if base is None else base.datum.name if base.datum else base.name
    return name, re.sub(r"[^a-z0-9]", "", name.lower())


def is_wgs84(crs: CRS) -> bool:
    """Whether the datum is WGS 84 rather than CGCS2000."""
    _, plain = _datum_name(crs)
    return any(mark in plain for mark in _WGS84)


def grid_of(crs: CRS) -> Grid | None:
    """The Gauss-Krüger grid of a projected CRS; None for lon/lat and other projections (UTM, Mercator)."""
    operation = crs.coordinate_operation
    if operation is None or operation.method_name.lower().replace("-", " ") not in {
        "transverse mercator",
        "gauss kruger",
    }:
        return None
    values = {parameter.name.lower(): float(parameter.value) for parameter in operation.params}
    if values.get("scale factor at natural origin", 1.0) != 1.0 or values.get("false northing", 0.0) != 0.0:
        return None
    return Grid(meridian=values["longitude of natural origin"], false_easting=values["false easting"])


def crs_label(crs: CRS) -> str:
    """Name to show: 2000 国家大地坐标系 高斯-克吕格 中央经线 114° 带号 38（EPSG:4526）."""
    datum = old_datum(crs) or ("WGS 84" if is_wgs84(crs) else "2000 国家大地坐标系")
    code = crs.to_epsg(min_confidence=70)
    if crs.is_geographic:
        known = code or (None if old_datum(crs) else 4326 if is_wgs84(crs) else STORAGE_EPSG)
        return f"{datum} 经纬度（EPSG:{known}）" if known else f"{datum} 经纬度"
    grid = grid_of(crs)
    shown = f"（EPSG:{code}）" if code else ""
    if grid is None:
        return f"{crs.name}{shown}"
    zone = f" 带号 {grid.prefix}" if grid.prefix else ""
    return f"{datum} 高斯-克吕格 中央经线 {grid.meridian:g}°{zone}{shown}"


def storage_crs() -> CRS:
    """EPSG:4490."""
    return CRS.from_epsg(STORAGE_EPSG)
