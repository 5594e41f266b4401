"""Django application of this context."""

from django.apps import AppConfig


class LeadsConfig(AppConfig):
    """Registers the context."""

    name = "qingshan.contexts.leads"
    label = "leads"
    default_auto_field = "django.db.models.BigAutoField"
