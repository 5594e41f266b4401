"""WSGI entry for gunicorn."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qingshan.config.settings")
os.environ.setdefault("QINGSHAN_PROCESS", "web")

application = get_wsgi_application()
