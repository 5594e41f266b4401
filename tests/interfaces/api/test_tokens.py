"""Signing in by personal token: who gets in, who does not, how often, with which rights."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from axes.utils import reset
from django.db import connection
from django.test import Client

from qingshan.commons.people.models import Account, Holding
from qingshan.commons.tokens.models import StoredAnswer, Token, WrongWindow
from qingshan.commons.tokens.services import MOST_LIVE, forget_answers, forget_wrong, make_token, revoke_token
from qingshan.domain.acts import ActRefused
from tests import cast
from tests.fixtures_api import Caller
from tests.support.making import World

MakeCaller = Callable[..., Caller]


def _refused(response: Any, status: int, code: str) -> None:
    assert response.status_code == status, response.content
    assert response.headers["Content-Type"] == "application/problem+json"
    told = response.json()
    assert (told["status"], told["code"]) == (status, code)
    assert told["detail"]


def test_a_token_says_who_calls(caller: MakeCaller) -> None:
    me = caller(cast.TOWNSHIP_OFFICER, ["leads:read"]).get("/me").json()
    assert me["name"] == cast.TOWNSHIP_OFFICER.name
    assert me["roles"] == ["township_officer"]
    assert me["unit"]["slug"] == cast.SUCUN
    assert me["scopes"] == ["leads:read"]


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Basic abc", "Bearer qs_0123456789ab_wrong", "Bearer " + "x" * 5000]
)
def test_without_a_right_token_nothing_opens(world: World, header: str) -> None:
    response = Client().get("/api/v1/me", headers={"Authorization": header} if header else {})
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"].startswith("Bearer")
    assert response.headers["Content-Type"] == "application/problem+json"


def test_another_secret_under_a_known_name_does_not_open(caller: MakeCaller) -> None:
    call = caller(cast.BUREAU_OFFICER)
    call.token = call.token[:16] + ("A" * 43)
    _refused(call.get("/me"), 401, "token")


def test_a_session_is_worth_nothing_here(sign_in: Callable[[cast.Member], Client]) -> None:
    assert sign_in(cast.BUREAU_OFFICER).get("/api/v1/me").status_code == 401


def test_the_secret_is_nowhere_in_the_database(caller: MakeCaller, world: World) -> None:
    secret = caller(cast.BUREAU_OFFICER).token.split("_", 2)[2]
    with world.seeing_all():
        token = Token.objects.get()
        assert secret not in str(vars(token))
        assert len(token.digest) == 64


def test_an_expired_token_does_not_open(caller: MakeCaller, clock: cast.Clock) -> None:
    call = caller(cast.BUREAU_OFFICER, days=1)
    clock.tick(hours=23)
    assert call.get("/me").status_code == 200
    clock.tick(hours=1)
    _refused(call.get("/me"), 401, "token")


def test_a_revoked_token_does_not_open(caller: MakeCaller, world: World) -> None:
    call = caller(cast.BUREAU_OFFICER)
    with world.seeing_all():
        token_id = Token.objects.get().id
    world.perform(cast.BUREAU_OFFICER, revoke_token, token_id=token_id)
    _refused(call.get("/me"), 401, "token")
    with pytest.raises(ActRefused, match="已经停用"):
        world.perform(cast.BUREAU_OFFICER, revoke_token, token_id=token_id)


def test_nobody_revokes_the_token_of_another(caller: MakeCaller, world: World) -> None:
    call = caller(cast.BUREAU_OFFICER)
    with world.seeing_all():
        token_id = Token.objects.get().id
    for member in (cast.TOWNSHIP_OFFICER, cast.BUREAU_LEADER):
        with pytest.raises(ActRefused, match="没有这个令牌"):
            world.perform(member, revoke_token, token_id=token_id)
    assert call.get("/me").status_code == 200


def test_a_deactivated_account_does_not_open(caller: MakeCaller) -> None:
    call = caller(cast.BUREAU_OFFICER)
    Account.objects.filter(username=cast.BUREAU_OFFICER.username).update(is_active=False)
    _refused(call.get("/me"), 401, "token")


def test_a_token_rests_while_a_first_password_is_due(caller: MakeCaller) -> None:
    call = caller(cast.BUREAU_OFFICER)
    account = Account.objects.filter(username=cast.BUREAU_OFFICER.username)
    account.update(must_change=True)
    _refused(call.get("/me"), 401, "first_password")
    account.update(must_change=False)
    assert call.get("/me").status_code == 200


def test_a_token_rests_while_its_account_is_locked(caller: MakeCaller, settings: Any) -> None:
    settings.AXES_ENABLED = True
    call, other = caller(cast.BUREAU_OFFICER), caller(cast.TOWNSHIP_OFFICER)
    for _ in range(settings.AXES_FAILURE_LIMIT):
        assert call.get("/me").status_code == 200
        Client().post("/sign-in/", {"username": cast.BUREAU_OFFICER.username, "password": "不对"})
    _refused(call.get("/me"), 401, "locked")
    assert other.get("/me").status_code == 200
    reset(username=cast.BUREAU_OFFICER.username)
    assert call.get("/me").status_code == 200


def test_a_token_ends_with_the_post_even_if_another_is_held(caller: MakeCaller, world: World) -> None:
    call = caller(cast.TOWNSHIP_OFFICER)
    holding = Holding.objects.get(person__name=cast.TOWNSHIP_OFFICER.name)
    other = Holding.objects.get(person__name=cast.BUREAU_OFFICER.name)
    Holding.objects.filter(id=other.id).update(until=date(2024, 6, 30))
    Holding.objects.create(person=holding.person, post=other.post, since=date(2024, 7, 1))
    assert call.get("/me").json()["unit"]["slug"] == cast.SUCUN
    Holding.objects.filter(id=holding.id).update(until=date(2024, 7, 31))
    _refused(call.get("/me"), 401, "no_post")


def test_scopes_only_take_away(caller: MakeCaller, make_lead: Callable[..., Any]) -> None:
    lead = make_lead()
    narrow = caller(cast.TOWNSHIP_OFFICER, ["cases:read"])
    _refused(narrow.get(f"/leads/{lead.id}"), 403, "scope")
    _refused(caller(cast.RIGHTS_ADMIN).get(f"/leads/{lead.id}"), 403, "role")
    assert caller(cast.TOWNSHIP_OFFICER, ["leads:read"]).get(f"/leads/{lead.id}").status_code == 200


def test_too_many_calls_are_told_to_wait(caller: MakeCaller, settings: Any, clock: cast.Clock) -> None:
    settings.QINGSHAN_API_RATE = 3
    call, other = caller(cast.BUREAU_OFFICER), caller(cast.TOWNSHIP_OFFICER)
    left = [call.get("/me").headers["RateLimit-Remaining"] for _ in range(3)]
    assert left == ["2", "1", "0"]
    refused = call.get("/me")
    _refused(refused, 429, "rate")
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    assert other.get("/me").status_code == 200
    clock.tick(minutes=1)
    assert call.get("/me").status_code == 200


def test_an_address_with_wrong_tokens_is_told_to_wait(
    caller: MakeCaller, settings: Any, clock: cast.Clock, world: World
) -> None:
    settings.QINGSHAN_API_WRONG_TOKENS = 3
    call = caller(cast.BUREAU_OFFICER)
    right, call.token = call.token, call.token[:16] + "A" * 43
    told = [call.get("/me").json()["code"] for _ in range(4)]
    assert told == ["token", "token", "token", "wrong_tokens"]
    refused = call.get("/me")
    _refused(refused, 429, "wrong_tokens")
    assert 0 < int(refused.headers["Retry-After"]) <= 60

    def asked_from(address: str) -> int:
        headers = {"Authorization": f"Bearer {call.token}"}
        return int(Client(REMOTE_ADDR=address).get("/api/v1/me", headers=headers).status_code)

    # Somebody else's address, and a right token from the same one, are not held up by it.
    assert asked_from("192.0.2.7") == 401
    # A network of IPv6 is one address.
    assert [asked_from(f"2001:db8::{n}") for n in range(1, 5)] == [401, 401, 401, 429]
    wrong, call.token = call.token, right
    assert call.get("/me").status_code == 200
    clock.tick(minutes=1)
    call.token = wrong
    _refused(call.get("/me"), 401, "token")
    with world.seeing_all():
        assert forget_wrong(now=clock.now) == 2
        assert WrongWindow.objects.count() == 1


def test_use_is_noted_with_the_address(caller: MakeCaller, world: World, clock: cast.Clock) -> None:
    call = caller(cast.BUREAU_OFFICER)
    call.get("/me")
    with world.seeing_all():
        token = Token.objects.get()
    assert (token.last_used_at, token.last_address) == (clock.now, "127.0.0.1")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": " "}, "用途未填"),
        ({"name": "长" * 81}, "太长"),
        ({"scopes": []}, "至少选一项"),
        ({"scopes": ["everything"]}, "不在可选范围"),
        ({"days": 0}, "1 至 365"),
        ({"days": 366}, "1 至 365"),
    ],
)
def test_what_a_token_needs(world: World, changes: dict[str, Any], said: str) -> None:
    values: dict[str, Any] = {"name": "脚本", "scopes": ["leads:read"], "days": 365} | changes
    with pytest.raises(ActRefused) as refusal:
        world.perform(cast.BUREAU_OFFICER, make_token, **values)
    assert any(said in line for line in refusal.value.missing)


def test_an_account_has_a_limited_number_of_tokens(world: World) -> None:
    for number in range(MOST_LIVE):
        world.perform(cast.BUREAU_OFFICER, make_token, name=f"脚本{number}", scopes=["leads:read"], days=1)
    with pytest.raises(ActRefused, match="有效令牌已有"):
        world.perform(cast.BUREAU_OFFICER, make_token, name="再一个", scopes=["leads:read"], days=1)


def test_row_security_shows_everybody_his_own(caller: MakeCaller, world: World) -> None:
    caller(cast.BUREAU_OFFICER)
    caller(cast.TOWNSHIP_OFFICER)
    for member in (cast.BUREAU_OFFICER, cast.TOWNSHIP_OFFICER):
        with world.seeing(member) as viewer:
            assert [t.account_id for t in Token.objects.all()] == [viewer.account_id]
    for stranger in (cast.STRANGER, cast.SYSTEM_ADMIN):
        with world.seeing(stranger):
            assert not Token.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT relpersistence FROM pg_class WHERE relname = 'tokens_callwindow'")
        assert cursor.fetchone() == ("u",)


def test_answers_are_kept_a_week(world: World, clock: cast.Clock) -> None:
    with world.seeing_all():
        for days in (6, 8):
            StoredAnswer.objects.create(
                account_id=world.viewer(cast.BUREAU_OFFICER).account_id,
                post_id=world.viewer(cast.BUREAU_OFFICER).post_id,
                key=f"k{days}", request_digest="", status=200, body=b"", created_at=clock.now - timedelta(days=days),
            )  # fmt: skip
        assert forget_answers(now=clock.now) == 1
        assert [row.key for row in StoredAnswer.objects.all()] == ["k6"]
