"""Addresses of the ledger, its printed form, its templates."""

from django.urls import URLPattern, path

from qingshan.interfaces.web.views import ledger, ledger_print, ledger_returns, ledger_templates

_TEMPLATE = "ledger/templates/<uuid:template_id>"

urlpatterns: list[URLPattern] = [
    path("ledger/", ledger.ledger, name="ledger"),
    path("ledger/download/", ledger.ledger_download, name="ledger_download"),
    path("ledger/make/", ledger.ledger_make, name="ledger_make"),
    path("ledger/print/", ledger_print.ledger_print, name="ledger_print"),
    path("ledger/returns/", ledger_returns.return_list, name="ledger_returns"),
    path("ledger/returns/download/", ledger_returns.return_download, name="ledger_return_download"),
    path("ledger/returns/<uuid:sheet_id>/", ledger_returns.return_detail, name="ledger_return"),
    path("ledger/returns/<uuid:sheet_id>/apply/", ledger_returns.return_apply, name="ledger_return_apply"),
    path("ledger/templates/", ledger_templates.template_list, name="ledger_templates"),
    path("ledger/templates/new/", ledger_templates.template_new, name="ledger_template_new"),
    path(f"{_TEMPLATE}/", ledger_templates.template_detail, name="ledger_template"),
    path(f"{_TEMPLATE}/map/", ledger_templates.template_map, name="ledger_template_map"),
    path(f"{_TEMPLATE}/propose/", ledger_templates.template_propose, name="ledger_template_propose"),
    path(f"{_TEMPLATE}/decide/", ledger_templates.template_decide, name="ledger_template_decide"),
    path(f"{_TEMPLATE}/try/", ledger_templates.template_try, name="ledger_template_try"),
]
