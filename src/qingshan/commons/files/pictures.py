"""Small pictures of photos: upright, without their EXIF block."""

import io
import struct
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


COPY = (1600, 1600)
"""Largest width and height of the copy of an aerial picture that pages show."""


def copy_of_picture(data: bytes) -> bytes:
    """A JPEG of a picture (JPEG, PNG, TIFF) no larger than `COPY`, without its metadata; raises `NoPicture`."""
    try:
        with Image.open(io.BytesIO(data), formats=["JPEG", "PNG", "TIFF"]) as image:
            _refuse_huge(image)
            image.draft("RGB", COPY)
            upright = _in_colours(ImageOps.exif_transpose(image))
            upright.thumbnail(COPY)
            out = io.BytesIO()
            upright.save(out, "JPEG", quality=85)
            return out.getvalue()
    except NoPicture:
        raise
    except (
        UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError, KeyError, TypeError,
        Warning,
        struct.error, MemoryError, OverflowError,
    ):  # fmt: skip
        raise NoPicture("图片打不开（已损坏或格式不支持）") from None


def _refuse_huge(image: Image.Image) -> None:
    if image.width * image.height > MOST_PIXELS:
        raise NoPicture(f"图片过大（{image.width}×{image.height} 像素）")


def _in_colours(image: Image.Image) -> Image.Image:
    """Eight bits a colour; grey pictures of sixteen bits are stretched to what they hold."""
    if image.mode in ("I;16", "I;16B", "I", "F"):
        grey = image.convert("F")
        low, high = grey.getextrema()
        span = (high - low) or 1.0  # type: ignore[operator]
        return grey.point(lambda value: (value - low) * (255.0 / span)).convert("L").convert("RGB")
    return image.convert("RGB")
