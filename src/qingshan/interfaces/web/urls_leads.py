"""Addresses of lead, batch and file pages."""

from django.urls import URLPattern, path

from qingshan.interfaces.web.views import (
    batch_columns,
    batch_reading,
    batches,
    files,
    lead_acts,
    lead_new,
    lead_onsite,
    leads,
)

urlpatterns: list[URLPattern] = [
    path("leads/", leads.lead_list, name="lead_list"),
    path("leads/new/", lead_new.lead_new, name="lead_new"),
    path("leads/<uuid:lead_id>/", leads.lead_detail_page, name="lead_detail"),
    path("leads/<uuid:lead_id>/geometry/", leads.lead_geometry, name="lead_geometry"),
    path("leads/<uuid:lead_id>/dispatch/", lead_acts.lead_dispatch, name="lead_dispatch"),
    path("leads/<uuid:lead_id>/receive/", lead_acts.lead_receive, name="lead_receive"),
    path("leads/<uuid:lead_id>/return/", lead_acts.lead_return, name="lead_return"),
    path("leads/<uuid:lead_id>/verify/", lead_onsite.lead_verify, name="lead_verify"),
    path("leads/<uuid:lead_id>/review/", lead_acts.lead_review, name="lead_review"),
    path("leads/<uuid:lead_id>/recheck/<slug:level>/", lead_onsite.lead_recheck, name="lead_recheck"),
    path("leads/<uuid:lead_id>/resume/", lead_acts.lead_resume, name="lead_resume"),
    path("leads/<uuid:lead_id>/active/", lead_acts.lead_flag_active, name="lead_flag_active"),
    path("leads/<uuid:lead_id>/correct/", lead_acts.lead_correct, name="lead_correct"),
    path("leads/<uuid:lead_id>/stop-notice/", leads.lead_stop_notice, name="lead_stop_notice"),
    path("batches/", batches.batch_list, name="batch_list"),
    path("batches/new/", batches.batch_upload, name="batch_upload"),
    path("batches/<uuid:batch_id>/", batches.batch_detail, name="batch_detail"),
    path("batches/<uuid:batch_id>/progress/", batches.batch_progress, name="batch_progress"),
    path("batches/<uuid:batch_id>/accept/", batches.batch_accept, name="batch_accept"),
    path("batches/<uuid:batch_id>/columns/", batch_columns.batch_columns, name="batch_columns"),
    path("batches/<uuid:batch_id>/refused/", batch_columns.batch_refused, name="batch_refused"),
    path("batches/<uuid:batch_id>/reread/", batch_reading.batch_reread, name="batch_reread"),
    path("batches/<uuid:batch_id>/rows/", batches.batch_rows, name="batch_rows"),
    path("batches/<uuid:batch_id>/report/", batches.batch_report, name="batch_report"),
    path("files/<uuid:file_id>/", files.file, name="file"),
    path("files/<uuid:file_id>/small/", files.file_small, name="file_small"),
]
