"""Django application of this room."""

from django.apps import AppConfig


class AssignmentsConfig(AppConfig):
    """Registers the room."""

    name = "qingshan.commons.assignments"
    label = "assignments"
    default_auto_field = "django.db.models.BigAutoField"
