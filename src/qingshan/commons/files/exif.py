"""Reading position, azimuth and time from a photo's EXIF block. Nothing is written, only the header is read."""

import io
import math
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from PIL import Image, UnidentifiedImageError
from PIL.ExifTags import GPS, IFD, Base

LOCAL = ZoneInfo("Asia/Shanghai")
MOST_PIXELS = 120_000_000
"""More pixels than any camera in use makes; larger pictures are an attack on memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoHeader:
    """What the camera wrote: degrees (WGS 84), azimuth in degrees from true north, time, device.

    ``written``: longitude and latitude as they stand, also those that cannot be.
    """

    lon: float | None = None
    lat: float | None = None
    written: tuple[float, float] | None = None
    azimuth: float | None = None
    taken_at: datetime | None = None
    device: str = ""
    software: str = ""


def read_header(data: bytes) -> PhotoHeader | None:
    """Read the header of a JPEG or PNG; None when the bytes are no picture."""
    try:
        with Image.open(io.BytesIO(data), formats=["JPEG", "PNG"]) as image:
            if image.width * image.height > MOST_PIXELS:
                return None
            # Asking a PNG without an EXIF block for one decodes the whole picture.
            exif = image.getexif() if image.format == "JPEG" or "exif" in image.info else Image.Exif()
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    gps = exif.get_ifd(IFD.GPSInfo)
    inner = exif.get_ifd(IFD.Exif)
    lon = _degrees(gps.get(GPS.GPSLongitude), gps.get(GPS.GPSLongitudeRef), "W")
    lat = _degrees(gps.get(GPS.GPSLatitude), gps.get(GPS.GPSLatitudeRef), "S")
    written = (lon, lat) if lon is not None and lat is not None else None
    sound = written is not None and abs(written[0]) <= 180 and abs(written[1]) <= 90
    return PhotoHeader(
        lon=lon if sound else None,
        lat=lat if sound else None,
        written=written,
        azimuth=_azimuth(gps.get(GPS.GPSImgDirection)),
        taken_at=_moment(inner.get(Base.DateTimeOriginal), inner.get(Base.OffsetTimeOriginal)),
        device=f"{_text(exif.get(Base.Make))} {_text(exif.get(Base.Model))}".strip()[:120],
        software=_text(exif.get(Base.Software))[:120],
    )


def _text(value: object) -> str:
    return str(value).replace("\x00", "").strip() if value is not None else ""


def _number(value: object) -> float | None:
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    return number if math.isfinite(number) and abs(number) < 1e6 else None


def _degrees(value: object, reference: object, negative: str) -> float | None:
    if not isinstance(value, tuple | list) or len(value) != 3:
        return None
    parts = [_number(v) for v in value]
    if any(p is None for p in parts):
        return None
    degrees = sum(p / 60**n for n, p in enumerate(parts) if p is not None)
    degrees = -degrees if _text(reference).upper() == negative else degrees
    return round(degrees, 8) if abs(degrees) <= 360 else None


def _azimuth(value: object) -> float | None:
    number = _number(value)
    return round(number % 360, 2) if number is not None else None


def _moment(value: object, offset: object) -> datetime | None:
    """Time of the camera; without an offset it is taken as local time."""
    text, zone = _text(value), _text(offset).replace(":", "")
    try:
        return datetime.strptime(f"{text}{zone}", "%Y:%m:%d %H:%M:%S%z")
    except ValueError:
        pass
    try:
        local = datetime.strptime(f"{text}+0000", "%Y:%m:%d %H:%M:%S%z")
    except ValueError:
        return None
    return local.replace(tzinfo=LOCAL)
