"""Addresses of the progress overview."""

from django.urls import URLPattern, path

from qingshan.interfaces.web.views import progress

urlpatterns: list[URLPattern] = [path("progress/", progress.progress, name="progress")]
