"""What whoever watches the service sees, and the headers every page carries."""

from __future__ import annotations

from unittest import mock

import pytest
from django.db import DatabaseError
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from qingshan.config import health
from qingshan.config.csp import ContentSecurityPolicyMiddleware


def test_health_asks_no_database(rf: RequestFactory) -> None:
    assert health.healthz(rf.get("/healthz")).status_code == 200


@pytest.mark.django_db
def test_ready_when_database_and_migrations_are(rf: RequestFactory) -> None:
    assert health.readyz(rf.get("/readyz")).status_code == 200


@pytest.mark.django_db
def test_not_ready_while_migrations_are_missing(rf: RequestFactory) -> None:
    with mock.patch.object(MigrationExecutor, "migration_plan", return_value=[object()]):
        response = health.readyz(rf.get("/readyz"))
    assert response.status_code == 503
    assert b"1 migrations" in response.content


def test_not_ready_without_database(rf: RequestFactory) -> None:
    with mock.patch.object(health, "MigrationExecutor", side_effect=DatabaseError):
        assert health.readyz(rf.get("/readyz")).status_code == 503


def test_policy_allows_no_inline_code_and_no_other_host(rf: RequestFactory) -> None:
    middleware = ContentSecurityPolicyMiddleware(lambda request: HttpResponse())
    policy = middleware(rf.get("/")).headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "http" not in policy
    assert {"default-src 'self'", "script-src 'self'", "style-src 'self'"} <= set(policy.split("; "))


def test_a_page_may_set_a_stricter_policy(rf: RequestFactory) -> None:
    def strict(request: HttpRequest) -> HttpResponse:
        return HttpResponse(headers={"Content-Security-Policy": "default-src 'none'"})

    response = ContentSecurityPolicyMiddleware(strict)(rf.get("/"))
    assert response.headers["Content-Security-Policy"] == "default-src 'none'"
