"""Django application of this context."""

from django.apps import AppConfig


class LedgersConfig(AppConfig):
    """Registers the context."""

    name = "qingshan.contexts.ledgers"
    label = "ledgers"
    default_auto_field = "django.db.models.BigAutoField"
