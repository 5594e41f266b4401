"""Addresses of pictures that come with a batch, and of paper sheets."""

from django.urls import URLPattern, path

from qingshan.interfaces.web.views import lead_pictures, lead_sheets

urlpatterns: list[URLPattern] = [
    path("batches/<uuid:batch_id>/pictures/", lead_pictures.batch_pictures, name="batch_pictures"),
    path("leads/sheets/", lead_sheets.lead_sheets, name="lead_sheets"),
    path("leads/<uuid:lead_id>/sheet/", lead_sheets.lead_sheet, name="lead_sheet"),
]
