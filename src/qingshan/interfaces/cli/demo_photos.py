"""Drawn photos of the demonstration (演示照片): no real place, and each says so; position and azimuth stand in EXIF."""

import io
import math
from datetime import datetime
from random import Random
from zoneinfo import ZoneInfo

from PIL import Image, ImageDraw
from PIL.ExifTags import GPS, IFD, Base

AZIMUTHS = {"north": 0.0, "east": 90.0, "south": 180.0, "west": 270.0, "near": 45.0, "overview": 225.0}
_SIZE = (800, 600)
_ZONE = ZoneInfo("Asia/Shanghai")


def draw_photo(*, lon: float, lat: float, direction: str, taken_at: datetime, seed: str) -> bytes:
    """A JPEG of invented hills with a pit, about 30 m from the position towards ``direction``."""
    random = Random(f"{seed}:{direction}")  # noqa: S311 - draws hills, guards nothing
    image = _landscape(random)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=72, exif=_exif(image, lon, lat, direction, taken_at, random))
    return out.getvalue()


def _landscape(random: Random) -> Image.Image:
    image = Image.new("RGB", _SIZE, (178, 196, 206))
    draw = ImageDraw.Draw(image)
    horizon = random.randint(180, 260)
    for depth, colour in enumerate(((118, 140, 118), (96, 122, 92), (140, 118, 88))):
        base = horizon + depth * 90
        phase, swing = random.uniform(0, 6), random.uniform(20, 55)
        ridge = [(x, base + swing * math.sin(x / 130 + phase)) for x in range(0, 801, 8)]
        draw.polygon([*ridge, (800, 600), (0, 600)], fill=colour)
    left, top = random.randint(220, 420), random.randint(400, 450)
    draw.ellipse((left, top, left + 260, top + 110), fill=(196, 176, 140), outline=(120, 98, 70), width=4)
    draw.rectangle((0, 566, 800, 600), fill=(24, 40, 34))
    draw.text((12, 576), "DEMONSTRATION PICTURE - NOT A REAL PLACE", fill=(240, 240, 230))
    return image


def _exif(image: Image.Image, lon: float, lat: float, direction: str, taken_at: datetime, random: Random) -> Image.Exif:
    exif = image.getexif()
    exif[Base.Make] = "Demo"
    exif[Base.Model] = "Drawn by program"
    local = taken_at.astimezone(_ZONE)
    inner = exif.get_ifd(IFD.Exif)
    inner[Base.DateTimeOriginal] = local.strftime("%Y:%m:%d %H:%M:%S")
    inner[Base.OffsetTimeOriginal] = "+08:00"
    gps = exif.get_ifd(IFD.GPSInfo)
    gps[GPS.GPSLatitudeRef], gps[GPS.GPSLatitude] = "N", _parts(lat + random.uniform(-2e-4, 2e-4))
    gps[GPS.GPSLongitudeRef], gps[GPS.GPSLongitude] = "E", _parts(lon + random.uniform(-2e-4, 2e-4))
    gps[GPS.GPSImgDirectionRef] = "T"
    gps[GPS.GPSImgDirection] = (AZIMUTHS[direction] + random.uniform(-8, 8)) % 360
    return exif


def _parts(value: float) -> tuple[float, float, float]:
    degrees = int(value)
    minutes = int((value - degrees) * 60)
    return float(degrees), float(minutes), round((value - degrees - minutes / 60) * 3600, 4)
