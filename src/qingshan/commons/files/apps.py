"""Django application of this room."""

from django.apps import AppConfig


class FilesConfig(AppConfig):
    """Registers the room."""

    name = "qingshan.commons.files"
    label = "files"
    default_auto_field = "django.db.models.BigAutoField"
