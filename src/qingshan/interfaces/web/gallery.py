"""The gallery of components (组件样张): every component with invented data, to be looked at in both widths.

Not a page of the program: `python -m qingshan.interfaces.web.gallery FOLDER` writes it as files (Chinese, English,
dark, sign-in, one fault page), with the built styles beside them, for screenshots and for the eye.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import django
from django.http import HttpRequest
from django.template import Context, Engine
from django.test import RequestFactory
from django.utils import translation

SHEETS: tuple[tuple[str, str, str, str], ...] = (
    ("index.html", "web/gallery.html", "zh-hans", "light"),
    ("dark.html", "web/gallery.html", "zh-hans", "dark"),
    ("en.html", "web/gallery.html", "en", "light"),
    ("signin.html", "web/signin.html", "zh-hans", "light"),
    ("404.html", "web/errors/404.html", "zh-hans", "light"),
)
"""File, template, language and theme of each sheet."""


def write_gallery(folder: Path) -> list[Path]:
    """Write every sheet and the built assets into ``folder``; returns the sheets."""
    from qingshan.interfaces.web.assets import DIST
    from qingshan.interfaces.web.gallery_data import sample

    shutil.copytree(DIST, folder / "static" / "web" / "dist", dirs_exist_ok=True)
    written = []
    for name, template, language, theme in SHEETS:
        with translation.override(language):
            # Without the pages' context processors: the gallery needs no database.
            context = Context({**sample(), "request": _request(theme), "csrf_token": "gallery"})
            html = Engine.get_default().get_template(template).render(context)
        path = folder / name
        path.write_text(html, encoding="utf-8")
        written.append(path)
    return written


def _request(theme: str) -> HttpRequest:
    request = RequestFactory().get("/")
    cookies: Mapping[str, Any] = {"qs_theme": theme}
    request.COOKIES.update(cookies)
    return request


def main() -> None:
    """Command line: one argument, the folder to write to."""
    if len(sys.argv) != 2:
        sys.exit("usage: python -m qingshan.interfaces.web.gallery FOLDER")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qingshan.config.settings")
    django.setup()
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for path in write_gallery(folder):
        sys.stdout.write(f"{path}\n")


if __name__ == "__main__":
    main()
