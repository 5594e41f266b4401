"""Django application of this room."""

from django.apps import AppConfig


class TokensConfig(AppConfig):
    """Registers the room."""

    name = "qingshan.commons.tokens"
    label = "tokens"
    default_auto_field = "django.db.models.BigAutoField"
