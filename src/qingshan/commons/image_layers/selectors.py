"""Reading image layers: which a viewer sees is decided by row security; tiles are read from the file by its digest."""

import sqlite3
from contextlib import closing
from uuid import UUID

from qingshan.commons.files.services import path_of
from qingshan.commons.image_layers.models import ImageLayer


def image_layers() -> list[ImageLayer]:
    """All layers in scope, the newest picture first."""
    return list(ImageLayer.objects.select_related("unit").order_by("-image_date", "-id"))


def image_layer(layer_id: UUID) -> ImageLayer | None:
    """One layer in scope."""
    return ImageLayer.objects.filter(id=layer_id).first()


def shown_layers() -> list[ImageLayer]:
    """Published layers in scope, for the map, the newest picture first."""
    return list(ImageLayer.objects.filter(state="published").order_by("-image_date", "-id"))


def read_tile(layer: ImageLayer, z: int, x: int, y: int) -> bytes | None:
    """One tile of a layer, or None where it has none. The file is ours, read-only, and never changes."""
    path = path_of(layer.tiles_sha256)
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as database:
            row = database.execute(
                "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?",
                (z, x, (1 << z) - 1 - y),
            ).fetchone()
    except sqlite3.OperationalError:
        return None
    return bytes(row[0]) if row else None


def tile_media_type(data: bytes) -> str:
    """Media type of a tile by its first bytes: layers hold PNG, JPEG or WebP."""
    if data.startswith(b"\x89PNG"):
        return "image/png"
    return "image/jpeg" if data.startswith(b"\xff\xd8") else "image/webp"
