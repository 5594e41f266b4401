"""Addresses of the map and its parts."""

from django.urls import URLPattern, path

from qingshan.interfaces.web.views import maps

urlpatterns: list[URLPattern] = [
    path("map/", maps.map_page, name="map"),
    path("map/counts/", maps.map_counts, name="map_counts"),
    path("map/list/<slug:kind>/", maps.map_list, name="map_list"),
    path("map/leads/<uuid:lead_id>/", maps.map_lead, name="map_lead"),
    path("map/cases/<uuid:case_id>/", maps.map_case, name="map_case"),
    path("areas/", maps.areas, name="areas"),
    path("tiles/<slug:layer>/<int:z>/<int:x>/<int:y>.mvt", maps.tile, name="tile"),
]
