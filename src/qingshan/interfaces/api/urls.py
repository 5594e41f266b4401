"""Addresses of the interface, version 1."""

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_safe

from qingshan.interfaces.api.api import api
from qingshan.interfaces.api.openapi import document_text


@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    """The description; it holds no data, so nobody has to sign in for it."""
    return HttpResponse(document_text(), content_type="application/json")


urlpatterns = [path("openapi.json", openapi, name="openapi"), path("", api.urls)]
