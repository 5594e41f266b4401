"""Tags and filters of the office pages: `{% load qs %}`. Usage of each stands in the components' README."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django import template
from django.forms import BoundField
from django.template.base import Node, NodeList, Parser, Token
from django.template.context import Context
from django.template.loader import render_to_string
from django.template.loader_tags import BlockNode
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from qingshan.interfaces.web import formats, labels, marks, parts, refusals
from qingshan.interfaces.web.assets import assets
from qingshan.interfaces.web.fields import field_context
from qingshan.interfaces.web.listing.table import rows_html
from qingshan.interfaces.web.marks import markup

register = template.Library()
COMPONENTS = "web/components"
Number = formats.Number


# --- frame ---------------------------------------------------------------------------------------------------------


@register.simple_tag
def styles() -> SafeString:
    """Links to the built style sheets."""
    return format_html_join("\n", '<link rel="stylesheet" href="{}">', ((url,) for url in assets().styles))


@register.simple_tag
def script() -> SafeString:
    """The one module script of the office pages."""
    return format_html('<script type="module" src="{}"></script>', assets().script)


@register.simple_tag
def mark_url() -> str:
    """Address of the site's own mark, for the browser's tab."""
    return assets().mark


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An icon of the sprite; decorative unless ``label`` says what it means."""
    return marks.icon_mark(name, label)


@register.simple_tag(takes_context=True)
def theme(context: Context) -> str:
    """The theme chosen on this device (cookie ``qs_theme``): ``light`` or ``dark``."""
    request = context.get("request")
    return "dark" if request is not None and request.COOKIES.get("qs_theme") == "dark" else "light"


class SameBlockNode(Node):
    """Writes a block again. Not a `BlockNode` itself: in a child template that would count as its definition."""

    def __init__(self, name: str) -> None:
        self.name = name

    def render(self, context: Context) -> SafeString:
        """The block's content as its most distant child has it."""
        return BlockNode(self.name, NodeList()).render(context)


@register.tag
def same_block(_parser: Parser, token: Token) -> SameBlockNode:
    """`{% same_block "title" %}`: write the content of a block a second time (page title and heading)."""
    words = token.split_contents()
    if len(words) != 2:
        raise template.TemplateSyntaxError(f"{words[0]} takes the name of one block")
    return SameBlockNode(words[1].strip("\"'"))


@register.simple_tag
def kept(template_name: str, value: Any = None) -> SafeString:
    """A part that depends on the language and on ``value`` alone (as ``field``): written once, then kept."""
    return _kept(template_name, assets().sprite, get_language() or "", repr(value), Kept(value))


class Kept:
    """A value that does not count as a key: its text does."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        """All are alike."""
        return isinstance(other, Kept)

    def __hash__(self) -> int:
        """All are alike."""
        return 0


@lru_cache(maxsize=1024)
def _kept(template_name: str, _sprite: str, _language: str, _text: str, holder: Kept) -> SafeString:
    return render_to_string(template_name, {"field": holder.value})


@register.simple_tag(takes_context=True)
def again(context: Context, template_name: str) -> SafeString:
    """A part that stands twice on a page (for wide and narrow screens): written once per page."""
    request = context.get("request")
    if request is None:
        return _part(context, template_name)
    written: dict[str, SafeString] = request.__dict__.setdefault("qs_written", {})
    if template_name not in written:
        written[template_name] = _part(context, template_name)
    return written[template_name]


def _part(context: Context, template_name: str) -> SafeString:
    engine = context.template.engine  # type: ignore[union-attr]
    values = {str(name): value for name, value in context.flatten().items()}
    return engine.get_template(template_name).render(context.new(values))


# --- marks inside a line -------------------------------------------------------------------------------------------


@register.simple_tag
def found(text: str, words: Sequence[str]) -> SafeString:
    """``text`` with the words that were looked for marked; full-width or differently parted ones stay unmarked."""
    if not words:
        return format_html("{}", text)
    pieces = re.split("(" + "|".join(map(re.escape, words)) + ")", str(text), flags=re.IGNORECASE)
    marked = (format_html("<mark>{}</mark>", p) if n % 2 else format_html("{}", p) for n, p in enumerate(pieces))
    return format_html_join("", "{}", ((part,) for part in marked))


@register.simple_tag
def clause(ids: str | None, text: str = "") -> SafeString:
    """Small marks of one or more clause ids (separated by spaces), each opening our wording of the clause."""
    return parts.clause_marks(ids, text)


@register.simple_tag(takes_context=True)
def moment(context: Context, value: datetime | date | None) -> SafeString:
    """A moment as `<time>`; the year is left out when it is that of ``now`` in the context."""
    return marks.moment_mark(value, context.get("now"))


@register.simple_tag(takes_context=True)
def due(
    context: Context,
    at: datetime | None,
    now: datetime | None = None,
    *,
    why: Sequence[str] = (),
    clause: str = "",
    stacked: bool = False,
    done: bool = False,
) -> SafeString:
    """A due moment with its distance from ``now``; ``why``: lines telling how it was computed; ``done``: not judged."""
    current = now or context.get("now")
    if not why and not clause:
        return marks.due_mark(at, current, stacked=stacked, done=done)
    return parts.due_with_reasons(at, current, why=why, clause=clause, stacked=stacked, done=done)


@register.simple_tag
def area(m2: Number | None) -> SafeString:
    """“12.4 亩（8,267 m²）”."""
    return marks.area_mark(m2)


@register.simple_tag
def category(slug: str | None, subcode: str = "", label: str = "") -> SafeString:
    """Chip of a category with its colour; ``label`` overrides the word (the plan's own); empty slug: not yet known."""
    return marks.category_chip(slug, subcode, label)


@register.simple_tag
def state(kind: str, slug: str, note: str = "") -> SafeString:
    """Chip of a state: mark and word; kinds are those of `labels.STATES`."""
    return marks.state_chip(kind, slug, note)


@register.simple_tag
def chip(label: labels.Label) -> SafeString:
    """Chip of a state whose word, mark and tone are known."""
    return marks.chip(label)


@register.simple_tag(takes_context=True)
def list_rows(context: Context) -> SafeString:
    """The rows of a register's page."""
    columns = [head["column"] for head in context["heads"]]
    address, pick = context["address"], bool(context.get("bulk"))
    return rows_html(address.spec, columns, context["rows"], at=address.open, pick=pick, now=context["now"])


@register.simple_tag
def coord(lon: Number | None, lat: Number | None) -> SafeString:
    """A CGCS2000 position in degrees with a copy button."""
    return parts.coord_mark(lon, lat)


@register.simple_tag(takes_context=True)
def timeline(context: Context, entries: Sequence[Mapping[str, Any]]) -> SafeString:
    """What was done, one entry under another."""
    return parts.timeline(entries, context.get("now"))


@register.simple_tag(takes_context=True)
def lanes(context: Context, rows: Sequence[Mapping[str, Any]]) -> SafeString:
    """The tracks of a case with their stations."""
    return parts.lanes(rows, context.get("now"))


@register.simple_tag(takes_context=True)
def photos(context: Context, rows: Sequence[Mapping[str, Any]]) -> SafeString:
    """Photos as a grid."""
    return parts.photos(rows, context.get("now"))


@register.inclusion_tag(f"{COMPONENTS}/person.html")
def person(name: str = "", *, unit: str = "", post: str = "", phone: str = "") -> dict[str, Any]:
    """A person with unit and post; without a name the post is shown as vacant."""
    return {"name": name, "unit": unit, "post": post, "phone": phone}


@register.simple_tag
def map_words() -> str:
    """Words of the map's window over a matter, as JSON for its ``data-words``."""
    words = {
        "open": _("打开"),
        "kind": {"lead": _("线索"), "case": _("台账问题")},
        "lead": {slug: str(label.text) for slug, label in labels.STATES["lead"].items()},
        "case": {slug: str(label.text) for slug, label in labels.STATES["case"].items()},
        "category": {slug: str(text) for slug, text in labels.CATEGORIES.items()},
    }
    return json.dumps(words, ensure_ascii=False)


@register.inclusion_tag(f"{COMPONENTS}/field.html")
def field(bound: BoundField | Mapping[str, Any], **options: Any) -> dict[str, Any]:
    """A form field (Django's or a mapping): label above, help under, fault beside. Options: see README."""
    return field_context(bound, options)


# --- filters -------------------------------------------------------------------------------------------------------


@register.filter
def word(slug: str | None, kind: str) -> labels.Text:
    """`{{ lead.channel|word:"channel" }}`: the word of a slug; nothing for an empty one."""
    return labels.word(kind, slug) if slug else formats.NOTHING


@register.filter
def digest(value: str | None) -> str:
    """The two ends of a digest."""
    return formats.digest_text(value) if value else formats.NOTHING


@register.filter
def filesize(value: int | None) -> str:
    """Size of a file for people."""
    return formats.size_text(value) if value is not None else formats.NOTHING


@register.filter
def metres(value: Number | None) -> str:
    """A distance in metres or kilometres."""
    return formats.metres_text(value) if value is not None else formats.NOTHING


@register.filter
def azimuth(value: Number | None) -> str:
    """Direction and degrees of a photo."""
    return formats.azimuth_text(value) if value is not None else formats.NOTHING


@register.filter
def number(value: Number | None) -> str:
    """A number with its thousands apart."""
    return formats.whole_text(value) if value is not None else formats.NOTHING


@register.filter
def told(text: object) -> str:
    """What the core said (a refusal, what is missing) in the language of the page."""
    return refusals.told(text)


@register.filter
def leads_linked(text: str, urls: Mapping[str, str]) -> SafeString:
    """A text in which numbers of matters lead to these; ``urls``: addresses by number."""

    def linked(found: re.Match[str]) -> str:
        url = urls.get(found[0])
        return markup('<a class="qs-nowrap" href="{}">{}</a>', url, found[0]) if url else found[0]

    return SafeString(formats.MATTER_NUMBER.sub(linked, conditional_escape(text)))


@register.filter
def percent(part: Number | None, whole: Number | None) -> str:
    """`{{ done|percent:total }}`: whole per cent, never rounded up to 100."""
    if part is None or not whole:
        return formats.NOTHING
    return f"{int(float(part) * 100 / float(whole))}%"
