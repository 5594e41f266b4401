"""Addresses of sources, answers and hand-overs."""

from django.urls import URLPattern, path

from qingshan.interfaces.web.views import hotline, informants, lead_sources, source_list

urlpatterns: list[URLPattern] = [
    path("hotline/", hotline.hotline, name="hotline"),
    path("hotline/places/", hotline.hotline_places, name="hotline_places"),
    path("hotline/alike/", hotline.hotline_alike, name="hotline_alike"),
    path("hotline/draft/", hotline.hotline_draft, name="hotline_draft"),
    path("informants/", informants.informant_list, name="informant_list"),
    path("sources/<uuid:source_id>/informant/", informants.informant_open, name="informant_open"),
    path("sources/", source_list.source_list, name="source_list"),
    path("sources/<uuid:source_id>/reply/", lead_sources.source_reply, name="source_reply"),
    path("sources/<uuid:source_id>/waive/", lead_sources.source_waive, name="source_waive"),
    path("sources/<uuid:source_id>/platform/", lead_sources.source_platform, name="source_platform"),
    path("sources/<uuid:source_id>/sign/", lead_sources.source_sign, name="source_sign"),
    path("leads/<uuid:lead_id>/sources/new/", lead_sources.lead_source_add, name="lead_source_add"),
    path("leads/<uuid:lead_id>/hand-over/", lead_sources.lead_hand_over, name="lead_hand_over"),
]
