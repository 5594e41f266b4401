"""Addresses of the completeness proof: the page, the rows behind a figure, the workbook."""

from django.urls import URLPattern, path

from qingshan.interfaces.web.views import completeness, coverage

urlpatterns: list[URLPattern] = [
    path("completeness/", completeness.completeness, name="completeness"),
    path("coverage/", coverage.coverage, name="coverage"),
    path("coverage/order/", coverage.coverage_order, name="coverage_order"),
    path("completeness/rows/", completeness.completeness_rows, name="completeness_rows"),
    path("completeness/export/", completeness.completeness_export, name="completeness_export"),
]
