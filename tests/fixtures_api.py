"""Fixtures of the interface for programs: ``caller`` makes a program that calls with a member's token.

call = caller(cast.BUREAU_OFFICER)                    # all scopes, his own post
call.get(f"/leads/{lead.id}").json()
call.post(f"/leads/{lead.id}/receive", key="abc")     # Idempotency-Key
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from django.test import Client

from qingshan.commons.tokens.scopes import SCOPES
from qingshan.commons.tokens.services import make_token
from tests.cast import Member
from tests.support.making import World

ROOT = "/api/v1"


class Caller:
    """A program with a token; paths are those behind /api/v1."""

    def __init__(self, token: str) -> None:
        """Keep the token."""
        self.token = token
        self.client = Client(raise_request_exception=False)

    def headers(self, more: Mapping[str, str]) -> dict[str, str]:
        """Headers of a call."""
        return {"Authorization": f"Bearer {self.token}", **more}

    def get(self, path: str, query: Mapping[str, Any] | None = None, **headers: str) -> Any:
        """GET; header names with underscores (``If_None_Match``)."""
        return self.client.get(ROOT + path, query or {}, headers=self.headers(_names(headers)))

    def post(self, path: str, body: Any = None, *, key: str = "", **headers: str) -> Any:
        """POST JSON (None: no body)."""
        more = _names(headers) | ({"Idempotency-Key": key} if key else {})
        data = b"" if body is None else (body if isinstance(body, bytes) else json.dumps(body).encode())
        return self.client.post(ROOT + path, data=data, content_type="application/json", headers=self.headers(more))

    def form(self, path: str, fields: Mapping[str, Any], *, key: str = "") -> Any:
        """POST a multipart form."""
        more = {"Idempotency-Key": key} if key else {}
        return self.client.post(ROOT + path, fields, headers=self.headers(more))


def _names(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


@pytest.fixture
def caller(world: World) -> Callable[..., Caller]:
    """Return a function that makes a token for a member and gives the program that calls with it."""

    def made(member: Member, scopes: Sequence[str] = SCOPES, *, days: int = 30) -> Caller:
        token = world.perform(member, make_token, name="测试程序", scopes=list(scopes), days=days)[1]
        return Caller(token)

    return made
