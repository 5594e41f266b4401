"""Django application of this room."""

from django.apps import AppConfig


class PlacesConfig(AppConfig):
    """Registers the room."""

    name = "qingshan.commons.places"
    label = "places"
    default_auto_field = "django.db.models.BigAutoField"
