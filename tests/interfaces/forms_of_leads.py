"""Filled forms of lead pages as a browser posts them."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from itertools import count
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse

from qingshan.contexts.leads.public import Lead
from tests import cast
from tests.support.making import World
from tests.support.samples import jpeg

_serial = count(1)


def photo(world: World, lead: Lead, *, away: float = 0.0, **facts: Any) -> SimpleUploadedFile:
    """A photo taken beside the lead, ``away`` degrees to the north."""
    known: dict[str, Any] = {"azimuth": 90.0, "taken_at": world.clock.now, "seed": f"posted {next(_serial)}"} | facts
    data = jpeg(lon=lead.centre.x, lat=lead.centre.y + away, **known)
    return SimpleUploadedFile("现场.jpg", data, content_type="image/jpeg")


def local_text(world: World, *, hours_ago: float) -> str:
    """A local moment as a datetime-local field sends it."""
    return (world.clock.now - timedelta(hours=hours_ago)).astimezone(cast.ZONE).strftime("%Y-%m-%dT%H:%M")


def visit_form(world: World, lead: Lead, *, persons: tuple[str, ...], **changes: Any) -> dict[str, Any]:
    """A complete on-site form: five photos, two persons, position from the photos."""
    form: dict[str, Any] = {
        "person_1": persons[0],
        "person_2": persons[1],
        "person_3": "",
        "visited_at": local_text(world, hours_ago=1),
        "lon": "",
        "lat": "",
        "finding": "现场见新挖面（演示）",
    }
    form |= {f"photo_{side}": photo(world, lead) for side in ("north", "east", "south", "west", "near")}
    return {name: value for name, value in (form | changes).items() if value is not None}


def verification_form(world: World, lead: Lead, **changes: Any) -> dict[str, Any]:
    """A complete verification that finds the lead substantiated."""
    names = tuple(member.name for member in world.officers(lead))
    blank = {"unfounded_reason": "", "missing": "", "missing_by": ""}
    return visit_form(world, lead, persons=names, **({"verdict": "substantiated"} | blank | changes))


def fields_of_the_question(answer: HttpResponse) -> dict[str, str]:
    """The hidden fields of a page that asks before an act on many, as a browser sends them."""
    found = re.findall(r'<input type="hidden"\s+name="(\w+)"\s+value="([^"]*)"\s*/?>', answer.content.decode())
    return {name: html.unescape(value) for name, value in found if name != "csrfmiddlewaretoken"}
