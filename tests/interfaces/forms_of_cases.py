"""Filled forms of case pages as a browser posts them."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.urls import reverse

from qingshan.contexts.cases.public import Case
from tests import cast
from tests.support.making import World
from tests.support.samples import jpeg

_serial = count(1)


def address(name: str, case: Case, *more: str) -> str:
    """Address of a page about one case."""
    return reverse(f"web:{name}", args=[case.id, *more])


def station(case: Case, track: str, slug: str) -> str:
    """Address of a station."""
    return address("case_station", case, track, slug)


def text_of(response: HttpResponse) -> str:
    """The page as text."""
    return response.content.decode()


def photo(world: World, case: Case, **facts: Any) -> SimpleUploadedFile:
    """A photo taken inside the patch."""
    known: dict[str, Any] = {"azimuth": 45.0, "taken_at": world.clock.now, "seed": f"case page {next(_serial)}"} | facts
    data = jpeg(lon=case.centre.x, lat=case.centre.y, **known)
    return SimpleUploadedFile("现场.jpg", data, content_type="image/jpeg")


def paper() -> SimpleUploadedFile:
    """A one-line PDF."""
    data = f"%PDF-1.4\n% demo paper of a page {next(_serial)}\n%%EOF\n".encode()
    return SimpleUploadedFile("文书.pdf", data, content_type="application/pdf")


def opening_form(world: World, kind: str = "unlicensed:A1", **changes: Any) -> dict[str, Any]:
    """A complete opening form; None leaves a field out."""
    today = world.clock.today()
    form: dict[str, Any] = {
        "kind": kind,
        "rectification_mode": "close_site",
        "responsible_person": cast.TOWNSHIP_LEADER.name,
        "party": "演示当事人乙",
        "mineral": "建筑石料用灰岩",
        "due_on": (today + timedelta(days=20)).isoformat(),
        "milestone_on": [(today + timedelta(days=5)).isoformat(), ""],
        "milestone_what": ["设备清走（演示）", ""],
        "extra_business_name": "演示石材加工点",
        "extra_business_licence": "演示照号002",
        "extra_business_use": "石料加工",
        "extra_permit_no": "演示证号002",
        "extra_project_name": "演示道路工程",
    }
    return {name: value for name, value in (form | changes).items() if value is not None}


def acceptance_form(world: World, case: Case, **changes: Any) -> dict[str, Any]:
    """A complete acceptance."""
    form: dict[str, Any] = {
        "members": f"{cast.BUREAU_LEADER.name}、{cast.ENFORCER.name}",
        "opinion": "同意验收（演示）",
        "accepted_on": world.clock.today().isoformat(),
        "photos": photo(world, case),
    }
    return {name: value for name, value in (form | changes).items() if value is not None}


def city_form(world: World, **refused: str) -> dict[str, Any]:
    """The city's answers: all "yes" but those in ``refused`` (question → remark)."""
    items = world.in_force().plan.checklists["city_check"].items
    form: dict[str, Any] = {"checked_on": world.clock.today().isoformat()}
    for item in items:
        form[f"answer_{item.slug}"] = "no" if item.slug in refused else "yes"
        form[f"remark_{item.slug}"] = refused.get(item.slug, "")
    return form


def station_form(world: World, case: Case, track: str, slug: str, **changes: Any) -> dict[str, Any]:
    """A station filled with all the plan asks of it."""
    wanted = world.in_force().plan.track_defs[track].station(slug)
    form: dict[str, Any] = {**world.station_fields(track, slug)}
    form["photos"] = [photo(world, case) for _ in range(wanted.photos)]
    form["files"] = [paper() for _ in range(wanted.files)]
    return {name: value for name, value in (form | changes).items() if value not in (None, [])}
