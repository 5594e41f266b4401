"""Made-up input: squares, files of patches, and the smallest photos with what a camera writes."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

from tests import cast


def square(x: float, y: float, *, half: float = 0.0005) -> dict[str, Any]:
    """A GeoJSON square about a point; ``half`` in degrees."""
    ring = [
        [x - half, y - half],
        [x + half, y - half],
        [x + half, y + half],
        [x - half, y + half],
        [x - half, y - half],
    ]
    return {"type": "Polygon", "coordinates": [ring]}


def patches(geometries: Sequence[Mapping[str, Any] | None], **columns: Sequence[Any]) -> bytes:
    """A GeoJSON file (EPSG:4490) of geometries with columns; None in a column leaves the value out."""
    features = [
        {
            "type": "Feature",
            "geometry": geometry,
            "properties": {name: values[n] for name, values in columns.items() if values[n] is not None},
        }
        for n, geometry in enumerate(geometries)
    ]
    datum = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}}
    return json.dumps({"type": "FeatureCollection", "crs": datum, "features": features}, ensure_ascii=False).encode()


def jpeg(*, lon: float | None, lat: float | None, azimuth: float | None, taken_at: datetime | None, seed: str) -> bytes:
    """The smallest photo with what a camera writes; None leaves a fact out, ``seed`` makes the bytes its own."""
    image = Image.new("RGB", (8, 8), (120, 140, 110))
    exif = image.getexif()
    exif[Base.ImageDescription] = f"demo {seed}"
    if taken_at is not None:
        inner = exif.get_ifd(IFD.Exif)
        inner[Base.DateTimeOriginal] = taken_at.astimezone(cast.ZONE).strftime("%Y:%m:%d %H:%M:%S")
        inner[Base.OffsetTimeOriginal] = "+08:00"
    gps = exif.get_ifd(IFD.GPSInfo)
    if lon is not None and lat is not None:
        gps[GPS.GPSLatitudeRef], gps[GPS.GPSLatitude] = "N", _sexagesimal(lat)
        gps[GPS.GPSLongitudeRef], gps[GPS.GPSLongitude] = "E", _sexagesimal(lon)
    if azimuth is not None:
        gps[GPS.GPSImgDirectionRef], gps[GPS.GPSImgDirection] = "T", azimuth
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif)
    return out.getvalue()


def _sexagesimal(value: float) -> tuple[float, float, float]:
    degrees, minutes = int(value), int(value % 1 * 60)
    return float(degrees), float(minutes), round((value - degrees - minutes / 60) * 3600, 4)
