"""Entries of the journal in plain words: what was done, by whom, with which values; names masked where they must be."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from qingshan.commons.journal.models import Seal
from qingshan.commons.journal.selectors import HistoryLine
from qingshan.domain import case, lead
from qingshan.domain.plan import Plan
from qingshan.interfaces.web import formats, labels
from qingshan.interfaces.web.casework.people import PERSONAL_FIELDS, masked
from qingshan.interfaces.web.casework.reading import short_track
from qingshan.interfaces.web.views.assignment_history import assignment_text
from qingshan.interfaces.web.views.lead_history import entry_text

LATE = timedelta(minutes=5)
_ACTOR = re.compile(r"^(?P<person>.*)（(?P<unit>[^·]*)·(?P<post>.*)）$")
_CLAUSES = {row.act: row.clause for row in lead.TABLE.values()} | {row.act: row.clause for row in case.TABLE.values()}
Details = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What is needed to say an entry in words: the plan's labels, the moment of reading, whether names may be read."""

    plan: Plan
    now: datetime
    persons_open: bool

    def field(self, slug: str) -> str:
        """Label of a field."""
        found = self.plan.fields.get(slug)
        return found.label if found is not None else slug

    def value(self, slug: str, text: str) -> str:
        """A value as this reader may see it; days in words."""
        if slug in PERSONAL_FIELDS and not self.persons_open:
            return masked()
        return self.day(text)

    def day(self, text: str) -> str:
        """A stored day in words; any other text as it is."""
        try:
            return formats.moment_text(date.fromisoformat(text), self.now)
        except ValueError:
            return text

    def station(self, track: str, station: str) -> str:
        """Label of a station."""
        definition = self.plan.track_defs.get(track)
        labels_by_slug = {s.slug: s.label for s in definition.stations} if definition else {}
        return labels_by_slug.get(station, station)

    def ordered(self, track: str, station: str, values: Mapping[str, str]) -> list[tuple[str, str]]:
        """Label and value of a station's fields in the order of the plan, as this reader may see them."""
        definition = self.plan.track_defs.get(track)
        planned = next((s.fields for s in definition.stations if s.slug == station), ()) if definition else ()
        slugs = [*(s for s in planned if s in values), *(s for s in values if s not in planned)]
        return [(self.field(slug), self.value(slug, values[slug])) for slug in slugs]

    def track(self, slug: str) -> str:
        """Label of a track."""
        definition = self.plan.track_defs.get(slug)
        return definition.label if definition else slug


def timeline_entry(line: HistoryLine, words: Words) -> dict[str, object]:
    """An entry for the component `timeline.html`."""
    late = line.recorded_at - line.acted_at > LATE
    return {
        "at": line.acted_at,
        "act": _title(line, words),
        "text": plain_words(line, words),
        **split_actor(line.actor),
        "digest": line.hash,
        "recorded_at": line.recorded_at if late else None,
        "correction": line.act.endswith(".correct"),
        "clause": _CLAUSES.get(line.act, ""),
        "seq": line.seq,
    }


def split_actor(actor: str) -> dict[str, str]:
    """Unit, post and person of an entry's actor; a text of another form stands as the unit."""
    who = _ACTOR.match(actor)
    return who.groupdict() if who else {"unit": actor, "post": "", "person": ""}


def _title(line: HistoryLine, words: Words) -> str:
    """The act; of a finished station its track and name."""
    if line.act != "case.track_step":
        return act_word(line.act)
    return f"{short_track(words.track(line.details.get('track', '')))} · {line.details.get('label', '')}"


def act_word(act: str) -> str:
    """Name of an act; an act without a word here is shown by its stored name."""
    return str(labels.ACTS.get(act, act))


def plain_words(line: HistoryLine, words: Words) -> str:
    """What an entry says, in one line; acts on leads have their own sentences."""
    say = _SENTENCES.get(line.act)
    if say is None:
        return assignment_text(line.act, line.details) or entry_text(line.act, line.details)
    return _("；").join(part for part in say(line.details, words) if part)


def _labelled(label: str, text: object) -> str:
    return _("%(label)s：%(text)s") % {"label": label, "text": text} if text else ""


def _photos(details: Details) -> str:
    count = len(details.get("photos") or details.get("files") or ())
    return _("附件 %(n)s 个") % {"n": count} if count else ""


def _open(d: Details, w: Words) -> list[str]:
    steps = "、".join(f"{w.day(m['on'])} {m['what']}" for m in d.get("milestones", ()))
    tracks = "、".join(w.track(t) for t in d.get("tracks", ()))
    return [_labelled(_("线索"), d.get("lead")), _labelled(_("办理线"), tracks), _labelled(_("时间节点"), steps)]


def _step(d: Details, w: Words) -> list[str]:
    values = w.ordered(d.get("track", ""), d.get("station", ""), d.get("fields", {}))
    return [*(_labelled(label, text) for label, text in values), _photos(d)]


def _accept(d: Details, w: Words) -> list[str]:
    return [
        _labelled(_("验收组"), "、".join(d.get("members", ()))),
        _labelled(_("意见"), d.get("opinion")),
        _labelled(_("验收日期"), w.day(d.get("accepted_on", ""))),
        _photos(d),
    ]


def _report(d: Details, w: Words) -> list[str]:
    return [
        _labelled(_("文号"), d.get("number")),
        _labelled(_("上报日期"), w.day(d.get("reported_on", ""))),
        _("同批 %(n)s 件") % {"n": d.get("cases", 1)},
    ]


def _check(d: Details, _w: Words) -> list[str]:
    result = _("四问全部通过") if d.get("result") == "pass" else _("退回整改")
    return [result, *(_labelled(label, answer) for label, answer in d.get("answers", {}).items())]


def _close(d: Details, _w: Words) -> list[str]:
    return [_labelled(_("销号编号"), d.get("number"))]


def _reopen(d: Details, w: Words) -> list[str]:
    tracks = "、".join(w.track(t) for t in d.get("tracks", ()))
    return [
        _labelled(_("理由"), d.get("reason")),
        _labelled(_("须重新办理"), tracks),
        _labelled(_("原销号编号"), d.get("former_close_out")),
    ]


def _correct(d: Details, w: Words) -> list[str]:
    where = w.station(d["track"], d["station"]) if "station" in d else ""
    changes = []
    for name, pair in d.get("changed", {}).items():
        old, new = (w.value(name, str(text)) for text in pair)
        change = _("%(name)s 由“%(old)s”改为“%(new)s”") % {"name": w.field(name), "old": old or _("空"), "new": new}
        changes.append(change)
    return [where, *changes, _labelled(_("理由"), d.get("reason"))]


_SENTENCES: dict[str, Callable[[Details, Words], list[str]]] = {
    "case.open": _open,
    "case.track_step": _step,
    "case.accept": _accept,
    "case.report_city": _report,
    "case.city_check": _check,
    "case.close_out": _close,
    "case.reopen": _reopen,
    "case.correct": _correct,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SealNote:
    """How much of a history is sealed (封签): counts, and the newest seal."""

    entries: int
    sealed: int
    seal: Seal | None


def seal_note(lines: list[HistoryLine], newest: Seal | None) -> SealNote:
    """Entries recorded by the moment of the newest seal are under it or an earlier one."""
    sealed = sum(1 for line in lines if newest is not None and line.recorded_at <= newest.until)
    return SealNote(entries=len(lines), sealed=sealed, seal=newest)
