"""Translations of the office pages: collects the Chinese texts, keeps the English catalogue, compiles it.

`python -m qingshan.interfaces.web.translations update|check|compile`. `update` writes new texts into the catalogue with
an empty translation and drops texts that are no longer used; `check` names what lacks a translation.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

HERE = Path(__file__).resolve().parent
PO = HERE / "locale" / "en" / "LC_MESSAGES" / "django.po"
HEADER = "# English texts of the office pages; the keys are the Chinese texts themselves."
_KEYWORDS = {
    "gettext": None,
    "_": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
_HAN = re.compile(r"[一-鿿（）：，。]")
Message = str | tuple[str, ...] | list[str]


def collect(root: Path = HERE) -> Catalog:
    """Every Chinese text of the modules and templates below ``root`` that is marked for translation."""
    catalog = Catalog(locale="en", project="qingshan", copyright_holder="", charset="utf-8", fuzzy=False)
    for path in sorted([*root.rglob("*.py"), *root.rglob("*.html")]):
        place = path.relative_to(root).as_posix()
        for message, context in _messages(path):
            catalog.add(message, context=context, locations=[(place, 0)])
    return catalog


def _messages(path: Path) -> Iterator[tuple[Message, str | None]]:
    source = path.read_text(encoding="utf-8")
    if path.suffix == ".html":
        # What remains of a template is read as program text, where indentation would mean something.
        source = "\n".join(line.strip() for line in templatize(source).splitlines())
    options = {"encoding": "utf-8"}
    for _line, message, _comments, context in extract("python", BytesIO(source.encode()), _KEYWORDS, options=options):
        first = message if isinstance(message, str) else message[0]
        if _HAN.search(first):
            yield message, context


def load(path: Path = PO) -> Catalog:
    """The catalogue on disk; an empty one when there is none yet."""
    if not path.exists():
        return Catalog(locale="en", charset="utf-8", fuzzy=False)
    with path.open("rb") as stream:
        return read_po(stream, locale="en")


def update() -> None:
    """Bring the catalogue to the texts of the sources, keeping its translations."""
    catalog = load()
    catalog.update(collect(), no_fuzzy_matching=True, update_creation_date=False)
    catalog.obsolete.clear()
    catalog.header_comment = HEADER
    catalog.project, catalog.version = "qingshan", "web"
    catalog.revision_date = catalog.creation_date
    catalog.msgid_bugs_address = catalog.last_translator = catalog.language_team = ""
    PO.parent.mkdir(parents=True, exist_ok=True)
    with PO.open("wb") as stream:
        write_po(stream, catalog, width=120, sort_output=True, omit_header=False, include_lineno=False)


def missing() -> list[str]:
    """Texts of the sources without an English translation."""
    catalog = load()
    lacking = []
    for message in collect():
        if not message.id:
            continue
        first = message.id if isinstance(message.id, str) else message.id[0]
        known = catalog.get(first, message.context)
        if known is None or not known.string or not all(_texts(known.string)):
            lacking.append(first)
    return lacking


def _texts(string: Message) -> tuple[str, ...]:
    return (string,) if isinstance(string, str) else tuple(string)


def compile_catalogue() -> None:
    """Write the compiled catalogue beside the source."""
    with PO.with_suffix(".mo").open("wb") as stream:
        write_mo(stream, load())


def main() -> None:
    """Command line: one word."""
    word = sys.argv[1] if len(sys.argv) == 2 else ""
    if word == "update":
        update()
    elif word == "compile":
        compile_catalogue()
    elif word == "check":
        lacking = missing()
        sys.stdout.writelines(f"{text}\n" for text in lacking)
        sys.exit(1 if lacking else 0)
    else:
        sys.exit("usage: python -m qingshan.interfaces.web.translations update|check|compile")


if __name__ == "__main__":
    main()
