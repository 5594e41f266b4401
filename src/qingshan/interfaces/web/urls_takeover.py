"""Addresses of taking over an old ledger."""

from django.urls import URLPattern, path

from qingshan.interfaces.web.views import takeover_acts, takeovers

_ONE = "ledger/take-over/<uuid:take_over_id>"

urlpatterns: list[URLPattern] = [
    path("ledger/take-over/", takeovers.take_over_list, name="take_over_list"),
    path("ledger/take-over/new/", takeover_acts.take_over_upload, name="take_over_upload"),
    path(f"{_ONE}/", takeovers.take_over_detail, name="take_over_detail"),
    path(f"{_ONE}/progress/", takeovers.take_over_progress, name="take_over_progress"),
    path(f"{_ONE}/mapping/", takeover_acts.take_over_mapping, name="take_over_mapping"),
    path(f"{_ONE}/rows/", takeovers.take_over_rows, name="take_over_rows"),
    path(f"{_ONE}/report/", takeovers.take_over_report, name="take_over_report"),
    path(f"{_ONE}/submit/", takeover_acts.take_over_submit, name="take_over_submit"),
    path(f"{_ONE}/approve/", takeover_acts.take_over_approve, name="take_over_approve"),
    path(f"{_ONE}/send-back/", takeover_acts.take_over_send_back, name="take_over_send_back"),
]
