"""Django application of this room."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Registers the room."""

    name = "qingshan.commons.people"
    label = "people"
    default_auto_field = "django.db.models.BigAutoField"
