"""Django application of this room."""

from django.apps import AppConfig


class InboxConfig(AppConfig):
    """Registers the room."""

    name = "qingshan.commons.inbox"
    label = "inbox"
    default_auto_field = "django.db.models.BigAutoField"
