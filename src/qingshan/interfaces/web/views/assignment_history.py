"""What the journal says of orders and lines, in plain words (办理留痕)."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

Details = Mapping[str, Any]
NAMED = 6
"""Units named in one entry; the rest is counted."""


def _join(*parts: str) -> str:
    return _("；").join(part for part in parts if part)


def _units(details: Details) -> str:
    names = [str(name) for name in details.get("units", ())]
    if not names:
        return ""
    named = _("、").join(names[:NAMED])
    return _("%(named)s等 %(n)d 个单位") % {"named": named, "n": len(names)} if len(names) > NAMED else named


def _papers(details: Details) -> str:
    count = len(details.get("files", ()))
    return _("附件 %(n)s 个") % {"n": count} if count else ""


def _issue(details: Details) -> str:
    count = details.get("addressees")
    return _join(_("承办单位 %(n)s 个") % {"n": count} if count else "", str(details.get("text", "")), _papers(details))


def _reply(details: Details) -> str:
    return _join(_("第 %(n)s 次反馈") % {"n": details.get("round", 1)}, str(details.get("text", "")), _papers(details))


def _transfer(details: Details) -> str:
    former, unit = details.get("from", ""), details.get("to", "")
    where = (
        _("由%(former)s转给%(unit)s") % {"former": former, "unit": unit}
        if former
        else _("转给%(unit)s") % {"unit": unit}
    )
    return _join(where, str(details.get("reason", "")))


def _extend(details: Details) -> str:
    return _join(_("延至 %(to)s") % {"to": details.get("to", "")}, str(details.get("reason", "")), _units(details))


def _said(key: str) -> Callable[[Details], str]:
    return lambda details: _join(str(details.get(key, "")), _units(details))


WRITERS: dict[str, Callable[[Details], str]] = {
    "assignment.issue": _issue,
    "assignment.reply": _reply,
    "assignment.transfer": _transfer,
    "assignment.extend": _extend,
    "assignment.accept": _said("opinion"),
    "assignment.send_back": _said("reason"),
    "assignment.remind": _said("text"),
    "assignment.withdraw": _said("reason"),
}


def assignment_text(act: str, details: Details) -> str:
    """What one entry says; "" for an act that says nothing more than its name."""
    write = WRITERS.get(act)
    return write(details) if write else ""
