"""Addresses of the exchange of files with the provincial system and the petition platform."""

from django.urls import URLPattern, path

from qingshan.interfaces.web.views import exchange

urlpatterns: list[URLPattern] = [
    path("exchange/", exchange.exchange, name="exchange"),
    path("exchange/<slug:system>/export/", exchange.exchange_export, name="exchange_export"),
    path("exchange/files/<uuid:sheet_id>/", exchange.exchange_detail, name="exchange_sheet"),
    path("exchange/files/<uuid:sheet_id>/accept/", exchange.exchange_accept, name="exchange_accept"),
]
