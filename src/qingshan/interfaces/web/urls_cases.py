"""Addresses of cases, journal, units, clauses and the campaign."""

from django.urls import path

from qingshan.interfaces.web.views import (
    basis,
    campaign,
    case_acts,
    case_list,
    case_opening,
    case_stations,
    cases,
    clauses,
    journal,
    units,
)

_CASE = "cases/<uuid:case_id>"
_STATION = f"{_CASE}/tracks/<slug:track>/<slug:station>"

urlpatterns = [
    path("leads/<uuid:lead_id>/open-case/", case_opening.case_open, name="case_open"),
    path("cases/", case_list.case_list, name="case_list"),
    path("cases/report-city/", case_opening.case_report_city, name="case_report_city"),
    path(f"{_CASE}/", cases.case_detail_page, name="case_detail"),
    path(f"{_CASE}/accept/", case_acts.case_accept, name="case_accept"),
    path(f"{_CASE}/city-check/", case_acts.case_city_check, name="case_city_check"),
    path(f"{_CASE}/close-out/", case_acts.case_close_out, name="case_close_out"),
    path(f"{_CASE}/reopen/", case_acts.case_reopen, name="case_reopen"),
    path(f"{_CASE}/correct/", case_acts.case_correct, name="case_correct"),
    path(f"{_STATION}/", case_stations.case_station, name="case_station"),
    path(f"{_STATION}/correct/", case_stations.case_correct_station, name="case_correct_station"),
    path("journal/", journal.journal, name="journal"),
    path("journal/seals/", journal.journal_seals, name="journal_seals"),
    path("journal/seals/print/", journal.journal_seal_print, name="journal_seal_print"),
    path("units/", units.unit_list, name="units"),
    path("units/<slug:slug>/", units.unit_detail, name="unit_detail"),
    path("clauses/<path:clause_id>/", clauses.clause, name="clause"),
    path("clauses/", clauses.clause_list, name="clause_list"),
    path("campaign/", campaign.campaign, name="campaign"),
    path("campaign/print/", campaign.campaign_print, name="campaign_print"),
    path("campaign/basis/new/", basis.basis_new, name="basis_new"),
    path("campaign/basis/<uuid:document_id>/", basis.basis_page, name="basis_document"),
    path("campaign/basis/<uuid:document_id>/original", basis.basis_original, name="basis_original"),
]
