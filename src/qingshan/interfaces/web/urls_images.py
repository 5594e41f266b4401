"""Addresses of image layers: own pictures of the county on the map."""

from django.urls import URLPattern, path

from qingshan.interfaces.web.views import image_layers

urlpatterns: list[URLPattern] = [
    path("images/", image_layers.layer_list, name="image_layers"),
    path("images/new/", image_layers.layer_new, name="image_layer_new"),
    path("images/<uuid:layer_id>/", image_layers.layer_detail, name="image_layer"),
    path("images/<uuid:layer_id>/publish/", image_layers.layer_publish, name="image_layer_publish"),
    path("images/<uuid:layer_id>/withdraw/", image_layers.layer_withdraw, name="image_layer_withdraw"),
    path("images/<uuid:layer_id>/<int:z>/<int:x>/<int:y>", image_layers.layer_tile, name="image_tile"),
]
