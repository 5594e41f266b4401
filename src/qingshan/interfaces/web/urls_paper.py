"""Addresses of pictures that come with a batch."""

from django.urls import URLPattern, path

from qingshan.interfaces.web.views import lead_pictures

urlpatterns: list[URLPattern] = [
    path("batches/<uuid:batch_id>/pictures/", lead_pictures.batch_pictures, name="batch_pictures"),
]
