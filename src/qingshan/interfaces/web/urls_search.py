"""Address of the search page."""

from django.urls import URLPattern, path

from qingshan.interfaces.web.views import search

urlpatterns: list[URLPattern] = [path("search/", search.search, name="search")]
