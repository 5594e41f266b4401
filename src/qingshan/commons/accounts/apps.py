"""Django application of this room."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Registers the room."""

    name = "qingshan.commons.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"
