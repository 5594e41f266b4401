"""Django application of this context."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """Registers the context."""

    name = "qingshan.contexts.cases"
    label = "cases"
    default_auto_field = "django.db.models.BigAutoField"
