"""Logs go to standard output, one line per event; whoever runs the process keeps them."""

from __future__ import annotations

from typing import Any

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stdout": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "line"}},
    "root": {"handlers": ["stdout"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        # The queue tells of every poll at INFO.
        "procrastinate": {"level": "WARNING"},
        # Its start-up banner says nothing about this installation.
        "axes": {"level": "WARNING"},
    },
}
