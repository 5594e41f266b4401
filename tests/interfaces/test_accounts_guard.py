"""What guards accounts: idle sessions, polling pages, endless guessing, buttons that would only be refused."""

from __future__ import annotations

import base64
import re
import time
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

import qingshan.interfaces.web
from qingshan.commons.accounts.models import SessionRecord, SignInRecord
from qingshan.commons.accounts.sign_ins import MOST_FAILURES_NOTED
from qingshan.commons.accounts.tasks import close_expired
from qingshan.commons.people.models import Account
from qingshan.domain.onetime import PERIOD, code_at
from tests import cast
from tests.interfaces.test_accounts_pages import NEW, SignIn, account_of, enter, events, text
from tests.support.making import World

TEMPLATES = Path(qingshan.interfaces.web.__file__).parent / "templates"
pytestmark = pytest.mark.usefixtures("world")


def test_whoever_knocks_without_end_does_not_fill_the_log(world: World) -> None:
    for n in range(MOST_FAILURES_NOTED + 5):
        enter(cast.TOWNSHIP_OFFICER, f"falsch-{n}")
        Client().post("/sign-in/", {"username": f"nobody-{n}", "password": "x"})
    with world.seeing_all():
        lines = list(SignInRecord.objects.filter(event="failure").order_by("id"))
    assert len(lines) == MOST_FAILURES_NOTED + 1
    assert "不再逐条记录" in lines[-1].note
    world.clock.tick(minutes=1)
    enter(cast.TOWNSHIP_OFFICER, "falsch")
    with world.seeing_all():
        assert SignInRecord.objects.filter(event="failure").count() == MOST_FAILURES_NOTED + 2


def test_the_old_password_is_not_tried_out_without_end(world: World, clock: cast.Clock) -> None:
    client, _answer = enter(cast.TOWNSHIP_OFFICER)
    for n in range(5):
        refused = client.post("/me/password/", {"old": f"falsch-{n}", "new": NEW, "again": NEW})
        assert "原口令不对" in text(refused)
    right = {"old": cast.PASSWORD, "new": NEW, "again": NEW}
    locked = client.post("/me/password/", right)
    assert (locked.status_code, "半小时后再改" in text(locked)) == (422, True)
    assert events(world, cast.TOWNSHIP_OFFICER).count("password_failure") == 5
    clock.tick(minutes=31)
    assert client.post("/me/password/", right).status_code == 302


def test_wrong_codes_lock_the_second_factor_of_an_open_session_too(world: World) -> None:
    client, _answer = enter(cast.TOWNSHIP_OFFICER)
    client.get("/me/second-factor/")
    secret = client.session["second_factor_secret"]
    client.post("/me/second-factor/on/", {"code": code_at(base64.b32decode(secret), int(time.time()) // PERIOD)})
    for _ in range(5):
        client.post("/me/second-factor/off/", {"code": "0000-0000"})
    locked = client.post("/me/second-factor/off/", {"code": "0000-0000"})
    assert "已锁定半小时" in text(locked)


def test_a_page_offers_nothing_on_an_administrators_account_that_would_be_refused(
    world: World, sign_in: SignIn
) -> None:
    admin = sign_in(cast.SYSTEM_ADMIN)
    for member, offered in ((cast.AUDIT_ADMIN, False), (cast.SYSTEM_ADMIN, False), (cast.TOWNSHIP_OFFICER, True)):
        enter(member)
        shown = admin.get(f"/accounts/{account_of(member).id}/").content.decode()
        for part in ("/accounts/slips/", "/state/"):
            assert (part in shown) is offered, (member.username, part)
        assert ("/end/" in shown) is (offered or member is cast.SYSTEM_ADMIN), member.username
        listed = admin.get(f"/accounts/?q={member.username}").content.decode()
        assert (f'value="{account_of(member).id}"' in listed) is offered, member.username
    assert "qingshan accounts" in text(admin.get(f"/accounts/{account_of(cast.AUDIT_ADMIN).id}/"))
    sessions = text(admin.get("/accounts/sessions/"))
    assert sessions.count("退出此设备") == sessions.count("Chrome · Windows") - 1


def test_a_session_that_does_not_say_when_it_was_used_is_idle() -> None:
    client, _answer = enter(cast.TOWNSHIP_OFFICER)
    session = client.session
    del session["seen"]
    session.save()
    assert client.get("/leads/").headers["Location"].startswith("/sign-in/")


def test_a_session_that_ran_out_is_no_signed_in_device_any_more(world: World) -> None:
    closed, _a = enter(cast.TOWNSHIP_OFFICER)
    used, _b = enter(cast.TOWNSHIP_OFFICER)
    Session.objects.filter(session_key=closed.session.session_key).update(expire_date="2000-01-01T00:00:00Z")
    close_expired(timestamp=0)
    with world.seeing_all():
        rows = SessionRecord.objects.filter(account=account_of(cast.TOWNSHIP_OFFICER)).order_by("id")
        assert list(rows.values_list("ended_by", flat=True)) == ["expired", ""]
    assert not Session.objects.filter(session_key=closed.session.session_key).exists()
    assert used.get("/leads/").status_code == 200


def test_a_page_that_asks_again_by_itself_keeps_no_session_awake() -> None:
    client, _answer = enter(cast.TOWNSHIP_OFFICER)
    session = client.session
    session["seen"] = left = int(time.time()) - 29 * 60
    session.save()
    assert client.get("/jobs/running/", headers={"Qingshan-Poll": "1"}).status_code == 200
    assert client.session["seen"] == left
    assert client.get("/jobs/running/").status_code == 200
    assert client.session["seen"] > left


def test_every_part_of_a_page_that_asks_again_says_so() -> None:
    found = [path for path in TEMPLATES.rglob("*.html") if re.search(r'hx-trigger="[^"]*every', path.read_text())]
    assert len(found) >= 3
    for path in found:
        for tag in re.findall(r"<[^<>]*(?:{%[^%]*%}[^<>]*)*every[^<>]*>", path.read_text()):
            assert """hx-headers='{"Qingshan-Poll": "1"}'""" in tag, path


def test_a_password_of_which_nobody_knows_when_it_was_chosen_must_be_changed(settings: Any) -> None:
    settings.QINGSHAN_PASSWORD_DAYS = 0
    Account.objects.filter(username=cast.TOWNSHIP_OFFICER.username).update(password_changed_at=None)
    client, _answer = enter(cast.TOWNSHIP_OFFICER)
    assert client.get("/leads/").headers["Location"] == "/me/password/"
    assert client.post("/me/password/", {"old": cast.PASSWORD, "new": NEW, "again": NEW}).status_code == 302
    assert client.get("/leads/").status_code == 200
