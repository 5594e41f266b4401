"""All addresses."""

from __future__ import annotations

from django.urls import include, path

from qingshan.config import health
from qingshan.interfaces.web.access import open_page

urlpatterns = [
    path("healthz", open_page(health.healthz), name="healthz"),
    path("readyz", open_page(health.readyz), name="readyz"),
    path("api/v1/", include("qingshan.interfaces.api.urls")),
    path("", include("qingshan.interfaces.web.urls")),
]
