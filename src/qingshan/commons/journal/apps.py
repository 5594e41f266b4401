"""Django application of this room."""

from django.apps import AppConfig


class JournalConfig(AppConfig):
    """Registers the room."""

    name = "qingshan.commons.journal"
    label = "journal"
    default_auto_field = "django.db.models.BigAutoField"
