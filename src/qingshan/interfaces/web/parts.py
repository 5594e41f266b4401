"""Parts of pages made in Python: marks of clauses, due moments with their reasons, positions, timeline, lanes, photos.

The page of a matter holds some hundred of their pieces; a template for each would cost more than all else on it.
Everything goes through `markup`, so what is not markup is escaped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.urls import get_script_prefix, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from qingshan.interfaces.web import formats
from qingshan.interfaces.web.marks import due_facts, icon_mark, joined, markup, moment_mark, muted

Facts = Mapping[str, Any]
Now = datetime | None
EMPTY = SafeString("")
_STATION_MARKS = {"done": "mark-done", "now": "mark-open"}


def clause_marks(ids: str | None, text: str = "") -> SafeString:
    """Small marks of one or more clause ids (separated by spaces), each opening our wording of the clause."""
    return _clauses(ids or "", str(text or ""), get_script_prefix())


@lru_cache(maxsize=1024)
def _clauses(ids: str, text: str, _prefix: str) -> SafeString:
    after = f" {text}" if text else ""
    marks = [
        markup('<a class="qs-clause" href="{}">{}{}</a> ', reverse("web:clause", args=[name]), name, after)
        for name in ids.split()
    ]
    return joined(marks)


def due_with_reasons(
    at: datetime | None, now: Now, *, why: Sequence[str], clause: str, stacked: bool = False, done: bool = False
) -> SafeString:
    """A due moment with its distance from ``now`` and how it was computed: the lines of ``why``, the clause."""
    facts = due_facts(at, now, done=done)
    late, below = (" qs-due--late" if facts["late"] else ""), (" qs-due--stacked" if stacked else "")
    after = _reasons(why, clause) if why else clause_marks(clause)
    return markup('<span class="qs-due{}{}"> {} {} </span>', late, below, _due_moment(facts), after)


def _due_moment(facts: Facts) -> SafeString:
    if facts["at"] is None:
        return muted(_("时限未定"))
    gap = markup('<span class="qs-due__gap">{}</span> ', facts["gap"]) if facts["gap"] else EMPTY
    moment = formats.local(facts["at"]).isoformat()
    return markup('{}<time class="qs-due__moment" datetime="{}">{}</time>', gap, moment, facts["text"])


def _reasons(why: Sequence[str], clause: str) -> SafeString:
    return markup(
        '<details class="qs-why" data-controller="menu"> <summary> {} <span class="qs-hidden-label">{}</span>'
        ' </summary> <div class="qs-why__text"> <ol> {} </ol> {} </div> </details>',
        icon_mark("question"),
        _("时限是怎么算的"),
        joined([markup("<li>{}</li>", line) for line in why]),
        clause_marks(clause),
    )


def coord_mark(lon: object, lat: object) -> SafeString:
    """A CGCS2000 position in degrees with a copy button."""
    if not isinstance(lon, formats.Number) or not isinstance(lat, formats.Number):
        return muted(formats.NOTHING)
    return markup(
        '<span class="qs-coord" data-controller="copy" data-copy-text="{}"> <span>{}</span>'
        ' <button type="button" class="qs-copy" data-copy-button hidden> {} <span class="qs-hidden-label">{}</span>'
        " </button> </span>",
        formats.coord_plain(lon, lat),
        formats.coord_text(lon, lat),
        icon_mark("copy"),
        _("复制坐标"),
    )


def digest_mark(digest: str) -> SafeString:
    """The two ends of a digest, the whole of it as title."""
    return markup('<span class="qs-digest" title="{}">{}</span>', digest, formats.digest_text(digest))


# --- timeline ------------------------------------------------------------------------------------------------------


def timeline(entries: Sequence[Facts], now: Now) -> SafeString:
    """Entries of the journal one under another; keys: see the components' README."""
    rows = [_entry(entry, now) for entry in entries or ()]
    if not rows:
        rows = [markup('<li class="qs-mute">{}</li>', _("还没有办理记录"))]
    return markup('<ol class="qs-timeline"> {} </ol>', joined(rows))


def _entry(entry: Facts, now: Now) -> SafeString:
    corrected = entry.get("correction")
    text, late, url = entry.get("text"), entry.get("recorded_at"), entry.get("url")
    return markup(
        '<li class="qs-entry{}"> {} <div class="qs-mute">{}</div> <div class="qs-entry__body"> <div class="qs-row">'
        ' <span class="qs-strong">{}</span> {} {} </div> {} <div class="qs-small qs-mute"> {} </div> {} </div> </li> ',
        " qs-entry--correction" if corrected else "",
        icon_mark("correct" if corrected else "mark-full"),
        moment_mark(entry.get("at"), now),
        entry.get("act", ""),
        clause_marks(entry.get("clause")),
        markup('<a class="qs-small" href="{}">{}</a>', url, _("看这一笔")) if url else EMPTY,
        markup("<div>{}</div>", text) if text else EMPTY,
        _who(entry),
        markup('<div class="qs-entry__late">{} {}</div>', _("补记于"), moment_mark(late, now)) if late else EMPTY,
    )


def _who(entry: Facts) -> SafeString:
    """Unit, post, person and digest of an entry."""
    parts = [markup("{} ", entry.get("unit", ""))]
    parts += [markup("· {} ", entry[name]) for name in ("post", "person") if entry.get(name)]
    if entry.get("digest"):
        parts.append(digest_mark(entry["digest"]))
    return joined(parts)


# --- lanes ---------------------------------------------------------------------------------------------------------


def lanes(rows: Sequence[Facts], now: Now) -> SafeString:
    """The tracks of a case beside one another; keys: see the components' README."""
    return markup('<div class="qs-lanes"> {} </div>', joined([_lane(lane, now) for lane in rows or ()]))


def _lane(lane: Facts, now: Now) -> SafeString:
    clock = EMPTY
    if lane.get("due"):
        clock = markup('<div class="qs-lane__clock">{}</div>', _clock(lane, lane.get("clause") or "", now))
    return markup(
        '<section class="qs-card qs-lane" aria-label="{}"> <div class="qs-lane__head"> <h2>{}</h2> <small>{}</small>'
        ' </div> {} <ol class="qs-stations"> {} </ol> </section> ',
        lane.get("title", ""),
        lane.get("title", ""),
        lane.get("owner", ""),
        clock,
        joined([_station(station, now) for station in lane.get("stations") or ()]),
    )


def _clock(owed: Facts, clause: str, now: Now) -> SafeString:
    """The due moment of a lane or a station."""
    return due_with_reasons(owed["due"], now, why=owed.get("why") or (), clause=clause)


def _station(station: Facts, now: Now) -> SafeString:
    state, url, note = station.get("state", ""), station.get("url"), station.get("note")
    words = {"done": _("已办"), "now": _("待办")}
    label = station.get("label", "")
    at, due = station.get("at"), station.get("due")
    return markup(
        '<li class="qs-station qs-station--{}"> {} {} {} {} {} {} </li> ',
        state,
        icon_mark(_STATION_MARKS.get(state, "mark-open"), words.get(state) or _("未到")),
        markup('<a href="{}">{}</a>', url, label) if url else label,
        markup('<span class="qs-small qs-mute">{}</span>', moment_mark(at, now)) if at else EMPTY,
        markup('<span class="qs-station__note">{}</span>', _clock(station, "", now)) if due else EMPTY,
        markup('<span class="qs-station__note">{}</span>', note) if note else EMPTY,
        clause_marks(station.get("clause")),
    )


# --- photos --------------------------------------------------------------------------------------------------------


def photos(rows: Sequence[Facts], now: Now) -> SafeString:
    """Photos as a grid, with what each shows and what is doubtful; keys: see the components' README."""
    shown = [_gap(photo) if photo.get("missing") else _photo(photo, now) for photo in rows or ()]
    return markup('<ul class="qs-photos"> {} </ul>', joined(shown))


def _gap(photo: Facts) -> SafeString:
    return markup(
        '<li class="qs-photo qs-photo--missing"> <span class="qs-photo__frame"> {} <span>{}</span>'
        ' <span class="qs-small">{}</span> </span> </li> ',
        icon_mark("camera"),
        photo.get("label", ""),
        _("还缺照片"),
    )


def _photo(photo: Facts, now: Now) -> SafeString:
    label, alt = photo.get("label", ""), photo.get("alt") or ""
    flags = [markup('<span class="qs-flag">{}{}</span> ', icon_mark("alert"), f) for f in photo.get("flags") or ()]
    return markup(
        '<li class="qs-photo"> <a class="qs-photo__frame" href="{}">'
        ' <img src="{}" alt="{}" loading="lazy" width="320" height="240"> <span class="qs-photo__label">{}</span> </a>'
        ' <span class="qs-photo__facts"> {} </span> {} </li> ',
        photo.get("url", ""),
        photo.get("thumb_url", ""),
        alt if alt != label else "",
        label,
        _photo_facts(photo, now),
        joined(flags),
    )


def _photo_facts(photo: Facts, now: Now) -> SafeString:
    """When and from where it was taken, and its digest."""
    parts = []
    if photo.get("taken_at"):
        parts.append(markup("<span>{}</span> ", moment_mark(photo["taken_at"], now)))
    if photo.get("azimuth") is not None:
        parts.append(markup('<span class="qs-photo__azimuth">{}</span> ', formats.azimuth_text(photo["azimuth"])))
    if photo.get("distance_m") is not None:
        words = _("距图斑 %(distance)s") % {"distance": formats.metres_text(photo["distance_m"])}
        parts.append(markup("<span>{}</span> ", words))
    if photo.get("digest"):
        parts.append(digest_mark(photo["digest"]))
    return joined(parts)
