"""Addresses of the completeness proof: the page, the rows behind a figure, the workbook."""

from django.urls import URLPattern, path

from qingshan.interfaces.web.views import completeness

urlpatterns: list[URLPattern] = [
    path("completeness/", completeness.completeness, name="completeness"),
    path("completeness/rows/", completeness.completeness_rows, name="completeness_rows"),
    path("completeness/export/", completeness.completeness_export, name="completeness_export"),
]
