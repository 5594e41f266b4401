"""Django application of this room."""

from django.apps import AppConfig


class SavedViewsConfig(AppConfig):
    """Registers the room."""

    name = "qingshan.commons.savedviews"
    label = "savedviews"
    default_auto_field = "django.db.models.BigAutoField"
