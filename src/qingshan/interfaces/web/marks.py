"""Marks inside a line, made in Python: icons, chips of states and categories, moments, due moments, areas, addresses.

A list of fifty rows holds hundreds of them; a template for each would cost more than everything else on the page.
Everything goes through `markup`, so what is not markup is escaped.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from html import escape
from typing import Any
from uuid import UUID

from django.urls import get_script_prefix, reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from qingshan.interfaces.web import formats, labels
from qingshan.interfaces.web.assets import assets

NOWHERE = UUID("ffffffff-ffff-4fff-bfff-ffffffffffff")
"""Stands for an id in a pattern of addresses."""


def markup(pattern: str, *values: object) -> SafeString:
    """`format_html` for thousands of calls a page: ``pattern`` is ours, values are escaped unless markup already."""
    return SafeString(pattern.format(*[v if isinstance(v, SafeString) else _escaped(str(v)) for v in values]))


def _escaped(text: str) -> str:
    """`escape` for texts that mostly hold nothing to be escaped."""
    return escape(text) if _SPECIAL.search(text) else text


_SPECIAL = re.compile("[&<>\"']")


def joined(parts: Sequence[str]) -> SafeString:
    """Pieces one after another, each escaped unless it is markup already."""
    return SafeString("".join([p if isinstance(p, SafeString) else _escaped(p) for p in parts]))


def url_of(name: str, row_id: UUID, *rest: str) -> str:
    """`reverse` for the many rows of a page: the pattern is looked up once."""
    return _pattern(name, rest, get_script_prefix()).replace(str(NOWHERE), str(row_id), 1)


@lru_cache(maxsize=256)
def _pattern(name: str, rest: tuple[str, ...], _prefix: str) -> str:
    return reverse(name, args=[NOWHERE, *rest])


def icon_mark(name: str, label: str = "") -> SafeString:
    """An icon of the sprite; decorative unless ``label`` says what it means."""
    return _icon(assets().sprite, name, str(label))


@lru_cache(maxsize=512)
def _icon(sprite: str, name: str, label: str) -> SafeString:
    if label:
        return markup(
            '<svg class="qs-icon" role="img" aria-label="{}"><use href="{}#{}"></use></svg>', label, sprite, name
        )
    return markup('<svg class="qs-icon" aria-hidden="true"><use href="{}#{}"></use></svg>', sprite, name)


def state_chip(kind: str, slug: str, note: str = "") -> SafeString:
    """Chip of a state: mark and word; kinds are those of `labels.STATES`."""
    return _state_chip(assets().sprite, get_language() or "", kind, slug, str(note))


@lru_cache(maxsize=1024)
def _state_chip(_sprite: str, _language: str, kind: str, slug: str, note: str) -> SafeString:
    label = labels.state_label(kind, slug)
    return chip(label, f"{label.text} {note}" if note else "")


def chip(label: labels.Label, text: str = "") -> SafeString:
    """Chip with a known word (or another ``text``), mark and tone."""
    shown = text or label.text
    return markup('<span class="qs-state qs-state--{}">{}{}</span>', label.tone, icon_mark(label.mark), shown)


def category_chip(slug: str | None, subcode: str = "", label: str = "") -> SafeString:
    """Chip of a category with its colour; ``label`` overrides the word; empty slug: not yet known."""
    word = label or (labels.CATEGORIES.get(slug, slug) if slug else _("未分类"))
    text = f"{word} {subcode}" if subcode else word
    return markup('<span class="qs-category qs-category--{}">{}</span>', slug or "none", text)


def muted(text: str) -> SafeString:
    """Something that is not there, or not counted."""
    return markup('<span class="qs-mute">{}</span>', text)


def moment_mark(value: datetime | date | None, now: datetime | None) -> SafeString:
    """A moment as `<time>`; the year is left out when it is that of ``now``."""
    text = formats.moment_text(value or None, now)
    if not value:
        return muted(text)
    return markup('<time datetime="{}" class="qs-nowrap">{}</time>', value.isoformat(), text)


def area_mark(m2: formats.Number | None) -> SafeString:
    """“12.4 亩（8,267 m²）”."""
    if m2 is None or m2 == "":
        return muted(formats.NOTHING)
    return markup(_area_pattern(get_language() or ""), formats.mu_text(m2), formats.m2_text(m2))


@lru_cache(maxsize=8)
def _area_pattern(_language: str) -> str:
    mu, opening, closing = (escape(word) for word in (_("亩"), _("（"), _("）")))
    return (
        f'<span class="qs-area"><span class="qs-area__mu">{{}} {mu}</span>'
        f'<span class="qs-area__m2">{opening}{{}} m²{closing}</span></span>'
    )


def due_facts(at: datetime | None, now: datetime | None, *, done: bool = False) -> dict[str, Any]:
    """A due moment in words: the moment, its distance from ``now``, whether it has passed; ``done``: not judged."""
    at = at or None
    judged = at is not None and now is not None and not done
    return {
        "at": at,
        "now": now,
        "text": formats.moment_text(at, now),
        "gap": formats.gap_text(at, now) if judged and at and now else "",
        "late": bool(judged and at and now and at < now),
    }


def due_mark(at: datetime | None, now: datetime | None, *, stacked: bool = False, done: bool = False) -> SafeString:
    """A due moment with its distance from ``now``, without how it was computed."""
    facts = due_facts(at, now, done=done)
    if facts["at"] is None:
        inner = muted(_("时限未定"))
    else:
        gap = markup('<span class="qs-due__gap">{}</span> ', facts["gap"]) if facts["gap"] else ""
        inner = markup(
            '{}<time class="qs-due__moment" datetime="{}">{}</time>',
            gap,
            formats.local(facts["at"]).isoformat(),
            facts["text"],
        )
    late, below = (" qs-due--late" if facts["late"] else ""), (" qs-due--stacked" if stacked else "")
    return markup('<span class="qs-due{}{}">{}</span>', late, below, inner)


def cell(main: str, sub: str = "", *, clip: bool = False) -> SafeString:
    """Two lines of a cell; ``clip``: the second is cut where the column ends."""
    if not sub:
        return markup('<div class="qs-cell">{}</div>', main)
    cut = " qs-clip" if clip else ""
    return markup('<div class="qs-cell">{}<span class="qs-cell__sub{}">{}</span></div>', main, cut, sub)


def link(url: str, text: str, css: str = "qs-nowrap") -> SafeString:
    """A link out of a list to the page of a matter."""
    return markup('<a class="{}" href="{}" hx-boost="false">{}</a>', css, url, text)
