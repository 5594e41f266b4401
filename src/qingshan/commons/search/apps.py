"""Application of search."""

from django.apps import AppConfig


class SearchConfig(AppConfig):
    """Search: SQL functions every searched table uses, and the blind index of personal names."""

    name = "qingshan.commons.search"
    label = "search"
    default_auto_field = "django.db.models.BigAutoField"
