"""Which datum a text names (坐标系识别): CGCS2000 and WGS 84 are taken, everything else is refused with the reason."""

import re
from dataclasses import dataclass

from pyproj import CRS
from pyproj.exceptions import CRSError

from qingshan.geo.crs import FIRST_ZONE, LAST_ZONE, STORAGE_EPSG
from qingshan.geo.features import ReadError

ADVICE_CRS = (
    "请核实坐标系后重新导入并指定坐标系（网页在“坐标系”里选，命令行用 --crs），例如 --crs EPSG:4490（经纬度）、"
    "--crs EPSG:4526（3 度带 38 带，横坐标带带号）或 --crs EPSG:4547（中央经线 114 度，不带带号）"
)
_GK_NAME = re.compile(r"GK[_ ](?:ZONE[_ ](?P<zone>\d{2})|CM[_ ](?P<meridian>\d{2,3})E)", re.IGNORECASE)
_OLD_DATUMS = {"xian": "1980 西安坐标系", "beijing": "1954 北京坐标系"}
_CGCS2000 = ("china2000", "cgcs2000", "chinageodeticcoordinatesystem2000")
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


def parse_crs(text: str) -> CRS:
    """Read a CRS given as EPSG code, name or WKT and check its datum; raises `ReadError` with the reason."""
    cleaned = text.strip().lstrip("\ufeff")
    crs = _read_text(cleaned)
    if crs is None:
        raise ReadError(f"不认识的坐标系：{cleaned[:80]}", ADVICE_CRS)
    return check_datum(horizontal(crs))


def _read_text(text: str) -> CRS | None:
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
    if 13 <= zone <= 23:
        return 4491 + zone - 13
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
    name = base.datum.name if base.datum else base.name
    plain = re.sub(r"[^a-z0-9]", "", name.lower())
    for mark, label in _OLD_DATUMS.items():
        if mark in plain:
            raise ReadError(
                f"坐标基准为{label}（{crs.name}），与 2000 国家大地坐标系相差可达百米，没有本地转换参数不能换算",
                "请先用当地转换参数转换为 2000 国家大地坐标系（CGCS2000）后重新导出",
            )
    if not any(mark in plain for mark in (*_CGCS2000, *_WGS84)):
        raise ReadError(f"坐标基准“{name}”不是 2000 国家大地坐标系或 WGS 84", ADVICE_CRS)
    if crs.is_geographic and abs(crs.axis_info[0].unit_conversion_factor - 0.017453292519943295) > 1e-12:
        raise ReadError(f"坐标系“{crs.name}”的单位不是度", ADVICE_CRS)
    return crs


def is_wgs84(crs: CRS) -> bool:
    """Whether the datum is WGS 84 rather than CGCS2000."""
    base = crs.geodetic_crs
    name = base.datum.name if base is not None and base.datum else ""
    return any(mark in re.sub(r"[^a-z0-9]", "", name.lower()) for mark in _WGS84)


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
    datum = "WGS 84" if is_wgs84(crs) else "2000 国家大地坐标系"
    code = crs.to_epsg(min_confidence=70)
    if crs.is_geographic:
        return f"{datum} 经纬度（EPSG:{code or (4326 if is_wgs84(crs) else STORAGE_EPSG)}）"
    grid = grid_of(crs)
    shown = f"（EPSG:{code}）" if code else ""
    if grid is None:
        return f"{crs.name}{shown}"
    zone = f" 带号 {grid.prefix}" if grid.prefix else ""
    return f"{datum} 高斯-克吕格 中央经线 {grid.meridian:g}°{zone}{shown}"


def storage_crs() -> CRS:
    """EPSG:4490."""
    return CRS.from_epsg(STORAGE_EPSG)
