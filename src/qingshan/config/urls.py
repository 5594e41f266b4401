"""All addresses."""

from __future__ import annotations

from django.urls import include, path

from qingshan.config import health

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("", include("qingshan.interfaces.web.urls")),
]
