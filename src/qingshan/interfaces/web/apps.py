"""Application of the office pages."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Office pages (办公端)."""

    name = "qingshan.interfaces.web"
    label = "web"
    verbose_name = "办公端"
