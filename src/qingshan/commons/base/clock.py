"""The server's clock, chosen by the outermost layer: real time, or the simulated time of a demonstration."""

from collections.abc import Callable
from datetime import datetime
from typing import cast

from django.conf import settings
from django.utils.module_loading import import_string


def server_clock() -> Callable[[], datetime]:
    """The clock named by the settings (``QINGSHAN_CLOCK``); returns zone-aware moments."""
    return cast("Callable[[], datetime]", import_string(settings.QINGSHAN_CLOCK))


def start_demo_clock(moment: datetime) -> None:
    """Let this installation's clock go on from ``moment``; for demonstrations in a data folder of their own."""
    import_string(settings.QINGSHAN_CLOCK_SETTER)(moment)
