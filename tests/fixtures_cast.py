"""Fixtures of the cast: the settable clock, the world, and makers of leads and cases.

``clock``       stands at 2024-08-01 09:00 Asia/Shanghai; ``clock.now``, ``clock.tick(hours=2)``. Also the
                server's clock of pages, jobs and commands that run in the test process.
``world``       who acts and what is seen: ``perform``, ``seeing``, ``seeing_all``, forms and uploads (`World`).
``make_lead``   ``make_lead(state="in_review", township=cast.HEISHUIHE)``.
``make_case``   ``make_case(upto="reported", category="licensed_pit")``.
``sign_in``     ``client = sign_in(cast.BUREAU_OFFICER)``: Django's test client, signed in.

``world`` asks for the database (`db`); a test that needs real commits asks for `transactional_db` as well.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from qingshan.commons.people.models import Account
from qingshan.contexts.campaigns import selectors
from qingshan.contexts.cases.public import Case
from qingshan.contexts.leads.public import Lead
from qingshan.interfaces.web.gatekeeping import SEEN_KEY
from tests import cast
from tests.support.making import World


@pytest.fixture(scope="session")
def uploads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of this run's uploads."""
    return tmp_path_factory.mktemp("uploads")


@pytest.fixture
def clock(settings: Any) -> cast.Clock:
    """The clock of the test process, set back to its start; the server's clock reads it."""
    settings.QINGSHAN_CLOCK = "tests.cast.now"
    cast.CLOCK.now = cast.START
    return cast.CLOCK


@pytest.fixture
def world(db: None, clock: cast.Clock, settings: Any, uploads: Path) -> World:
    """The county with its cast."""
    settings.QINGSHAN_FILES = uploads
    # Kept by version; a version that a test made and that was rolled back must not outlive it.
    selectors._calendar.cache_clear()
    return World(clock)


@pytest.fixture
def make_lead(world: World) -> Callable[..., Lead]:
    """Make leads: `World.make_lead`."""
    return world.make_lead


@pytest.fixture
def make_case(world: World) -> Callable[..., Case]:
    """Make cases: `World.make_case`."""
    return world.make_case


@pytest.fixture
def sign_in(db: None, clock: cast.Clock) -> Callable[[cast.Member], Client]:
    """Return a function that signs a member in and gives the browser stand-in."""

    def signed(member: cast.Member) -> Client:
        client = Client()
        client.force_login(
            Account.objects.get(username=member.username), backend="qingshan.commons.accounts.backend.AccountBackend"
        )
        session = client.session
        session[SEEN_KEY] = int(time.time())
        session.save()
        return client

    return signed
