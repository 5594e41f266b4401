"""Django application of this context."""

from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    """Registers the context."""

    name = "qingshan.contexts.campaigns"
    label = "campaigns"
    default_auto_field = "django.db.models.BigAutoField"
