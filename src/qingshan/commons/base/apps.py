"""Django application of this room."""

from django.apps import AppConfig


class BaseConfig(AppConfig):
    """Registers the room."""

    name = "qingshan.commons.base"
    label = "base"
    default_auto_field = "django.db.models.BigAutoField"
