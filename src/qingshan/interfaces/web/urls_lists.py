"""Addresses around the registers: side panels, acts on many rows, export, saved views."""

from django.urls import URLPattern, path

from qingshan.interfaces.web.views import case_bulk, cases, lead_bulk, leads, saved_views

urlpatterns: list[URLPattern] = [
    path("leads/bulk/<slug:act>/", lead_bulk.lead_bulk, name="lead_bulk"),
    path("leads/export/", lead_bulk.lead_export, name="lead_export"),
    path("leads/<uuid:lead_id>/panel/", leads.lead_panel, name="lead_panel"),
    path("cases/bulk/report-city/", case_bulk.case_bulk_report, name="case_bulk_report"),
    path("cases/export/", case_bulk.case_export, name="case_export"),
    path("cases/<uuid:case_id>/panel/", cases.case_panel, name="case_panel"),
    path("views/<slug:slug>/save/", saved_views.view_save, name="view_save"),
    path("views/<uuid:view_id>/change/", saved_views.view_change, name="view_change"),
    path("views/<uuid:view_id>/delete/", saved_views.view_delete, name="view_delete"),
]
