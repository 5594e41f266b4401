"""Django application of this room."""

from django.apps import AppConfig


class ImageLayersConfig(AppConfig):
    """Registers the room."""

    name = "qingshan.commons.image_layers"
    label = "image_layers"
    default_auto_field = "django.db.models.BigAutoField"
