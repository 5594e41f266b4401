"""Addresses of leads that are one: suggestions, merging, separating, splitting, the worklist of pairs."""

from django.urls import URLPattern, path

from qingshan.interfaces.web.views import lead_merging, lead_splitting, pairs

urlpatterns: list[URLPattern] = [
    path("leads/<uuid:lead_id>/related/", lead_merging.lead_related, name="lead_related"),
    path("leads/<uuid:lead_id>/merge/", lead_merging.lead_merge, name="lead_merge"),
    path("leads/<uuid:lead_id>/separate/", lead_merging.lead_separate, name="lead_separate"),
    path("leads/<uuid:lead_id>/apart/", lead_merging.lead_apart, name="lead_apart"),
    path("leads/<uuid:lead_id>/split/", lead_splitting.lead_split, name="lead_split"),
    path("duplicates/", pairs.pair_list, name="pair_list"),
]
