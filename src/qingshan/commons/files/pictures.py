"""Small pictures of photos: upright, without their EXIF block."""

import io
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

SMALL = (640, 480)
"""Largest width and height of a small picture, in pixels."""
MOST_PIXELS = 100_000_000
"""Pictures with more pixels are not drawn small; the original can still be fetched."""


class NoPicture(ValueError):
    """A photo that cannot be drawn small; the text (Chinese) says what to do."""


def small_picture(path: Path) -> bytes:
    """A small JPEG of a photo, turned upright; raises `NoPicture` for one that cannot be drawn."""
    try:
        with Image.open(path, formats=["JPEG", "PNG"]) as image:
            drawn = _drawn(image)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise NoPicture("照片打不开，请打开原件") from None
    if drawn is None:
        raise NoPicture("照片过大，请打开原件")
    return drawn


def _drawn(image: Image.Image) -> bytes | None:
    """The picture as JPEG; None for one of too many pixels."""
    if image.width * image.height > MOST_PIXELS:
        return None
    image.draft("RGB", SMALL)
    upright = ImageOps.exif_transpose(image).convert("RGB")
    upright.thumbnail(SMALL)
    out = io.BytesIO()
    upright.save(out, "JPEG", quality=80)
    return out.getvalue()
