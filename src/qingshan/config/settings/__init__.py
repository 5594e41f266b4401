"""Django settings, one module per concern. Reading them starts nothing and asks no database."""

from qingshan.config.settings.apps import *  # noqa: F403 - settings are one flat namespace
from qingshan.config.settings.database import *  # noqa: F403
from qingshan.config.settings.i18n import *  # noqa: F403
from qingshan.config.settings.logging import *  # noqa: F403
from qingshan.config.settings.security import *  # noqa: F403
