"""Built styles and scripts: looks up the hashed file names of the front-end build in its manifest."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.templatetags.static import static

DIST = Path(__file__).resolve().parent / "static" / "web" / "dist"
ENTRY = "src/main.ts"
SPRITE = "icons.svg"
MARK = "mark.svg"


class AssetsMissing(RuntimeError):
    """The front end has not been built, or the build lacks a part; the message says what to run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assets:
    """Addresses of what a page loads: one module script, its style sheets, the icon sprite, the site's mark."""

    script: str
    styles: tuple[str, ...]
    sprite: str
    mark: str


def read_assets(dist: Path) -> Assets:
    """Read the manifest in ``dist``; raises `AssetsMissing` when it is absent or has no entry for a part."""
    path = dist / "manifest.json"
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise AssetsMissing(f"{path} is missing: run `npm ci && npm run build` in frontend/office") from None
    try:
        entry, sprite, mark = manifest[ENTRY], manifest[SPRITE]["file"], manifest[MARK]["file"]
    except KeyError as lacking:
        raise AssetsMissing(f"{path} has no entry {lacking}: build the front end again") from None
    return Assets(
        script=_address(entry["file"]),
        styles=tuple(_address(name) for name in entry.get("css", ())),
        sprite=_address(sprite),
        mark=_address(mark),
    )


@lru_cache(maxsize=1)
def _built() -> Assets:
    return read_assets(DIST)


def assets() -> Assets:
    """The built files; read once per process, anew at each call while ``DEBUG`` is on."""
    return read_assets(DIST) if settings.DEBUG else _built()


def _address(name: str) -> str:
    return static(f"web/dist/{name}")
