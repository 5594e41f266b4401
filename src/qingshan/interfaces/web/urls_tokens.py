"""Addresses of personal tokens."""

from django.urls import URLPattern, path

from qingshan.interfaces.web.views import tokens

urlpatterns: list[URLPattern] = [
    path("tokens/", tokens.token_list, name="token_list"),
    path("tokens/all/", tokens.token_list_all, name="token_list_all"),
    path("tokens/<uuid:token_id>/revoke/", tokens.token_revoke, name="token_revoke"),
]
