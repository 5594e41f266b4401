"""The page of personal tokens: made and shown once, revoked, seen by the administrator."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.test import Client

from qingshan.commons.accounts.models import SignInRecord
from qingshan.commons.tokens.models import Token
from tests import cast
from tests.support.making import World

SignIn = Callable[[cast.Member], Client]
SECRET = re.compile(r"qs_[0-9a-f]{12}_[A-Za-z0-9_-]{43}")


def _make(client: Client, name: str = "每日取台账") -> str:
    response = client.post("/tokens/", {"name": name, "scopes": ["leads:read"], "days": "30"})
    assert response.status_code == 200
    assert "no-store" in response.headers["Cache-Control"]
    found = SECRET.search(response.content.decode())
    assert found is not None
    return found[0]


def test_a_token_is_made_shown_once_and_works(sign_in: SignIn, world: World) -> None:
    client = sign_in(cast.TOWNSHIP_OFFICER)
    assert "还没有令牌" in client.get("/tokens/").content.decode()
    secret = _make(client)
    page = client.get("/tokens/").content.decode()
    assert secret not in page
    assert secret[:15] in page
    me = Client().get("/api/v1/me", headers={"Authorization": f"Bearer {secret}"}).json()
    assert me["name"] == cast.TOWNSHIP_OFFICER.name


def test_what_is_missing_is_said_and_nothing_typed_is_lost(sign_in: SignIn) -> None:
    response = sign_in(cast.TOWNSHIP_OFFICER).post("/tokens/", {"name": "台账脚本", "days": "9999"})
    page = response.content.decode()
    assert response.status_code == 422
    assert "至少选一项权限" in page
    assert "有效期须为 1 至 365 天" in page
    assert 'value="台账脚本"' in page


def test_the_owner_revokes(sign_in: SignIn, world: World) -> None:
    client = sign_in(cast.TOWNSHIP_OFFICER)
    secret = _make(client)
    with world.seeing_all():
        token_id = Token.objects.get().id
    assert sign_in(cast.BUREAU_LEADER).post(f"/tokens/{token_id}/revoke/", follow=True).status_code == 200
    assert Client().get("/api/v1/me", headers={"Authorization": f"Bearer {secret}"}).status_code == 200
    page = client.post(f"/tokens/{token_id}/revoke/", follow=True).content.decode()
    assert "令牌已停用" in page
    assert Client().get("/api/v1/me", headers={"Authorization": f"Bearer {secret}"}).status_code == 401


def test_the_administrator_sees_and_revokes_all(sign_in: SignIn, world: World) -> None:
    secret = _make(sign_in(cast.TOWNSHIP_OFFICER))
    admin = sign_in(cast.SYSTEM_ADMIN)
    page = admin.get("/tokens/all/").content.decode()
    assert cast.TOWNSHIP_OFFICER.name in page
    assert secret not in page
    with world.seeing_all():
        token_id = Token.objects.get().id
    admin.post(f"/tokens/{token_id}/revoke/")
    assert Client().get("/api/v1/me", headers={"Authorization": f"Bearer {secret}"}).status_code == 401
    with world.seeing_all():
        assert cast.SYSTEM_ADMIN.name in Token.objects.get().revoked_by


def test_making_and_ending_stand_in_the_sign_in_log(sign_in: SignIn, world: World) -> None:
    client = sign_in(cast.TOWNSHIP_OFFICER)
    secret = _make(client, "日报脚本")
    with world.seeing_all():
        token = Token.objects.get()
    sign_in(cast.SYSTEM_ADMIN).post(f"/tokens/{token.id}/revoke/")
    with world.seeing_all():
        lines = list(SignInRecord.objects.filter(event__startswith="token_").order_by("id"))
    assert [(line.event, line.account_id) for line in lines] == [
        ("token_made", token.account_id),
        ("token_ended", token.account_id),
    ]
    assert all(line.note.startswith(f"日报脚本（qs_{token.public_id}）") for line in lines)
    assert lines[1].note.endswith(cast.SYSTEM_ADMIN.name)
    assert lines[0].address == "127.0.0.1"
    assert not any(secret.split("_", 2)[2] in line.note for line in lines)
    page = client.get("/me/").content.decode()
    assert "生成个人令牌" in page
