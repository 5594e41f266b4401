"""The one database: the private cluster by socket, or the server that `DATABASE_URL` names."""

from __future__ import annotations

from typing import Any

from qingshan.config.database_url import server_settings
from qingshan.config.environment import database_role, process_kind

# A page that needs longer is a fault to be found, not a user to be kept waiting; jobs and the command line take the
# time they need. A transaction left open by a stuck request would hold locks on matters.
_WEB_LIMITS = "-c statement_timeout=15s -c lock_timeout=5s -c idle_in_transaction_session_timeout=60s"

# Statements planned once, those of triggers included, look for single rows by their key: a plan for each value costs
# more than they do.
_WEB_PLANS = "-c plan_cache_mode=force_generic_plan"


def _default() -> dict[str, Any]:
    """Return the settings of the one connection."""
    kind = process_kind()
    server = server_settings(database_role())
    options = dict(server["OPTIONS"])
    options["application_name"] = f"qingshan {kind}"
    if kind == "web":
        options["options"] = " ".join(filter(None, [options.get("options"), _WEB_LIMITS, _WEB_PLANS]))
    return {
        **server,
        "ENGINE": "django.contrib.gis.db.backends.postgis",
        "OPTIONS": options,
        # A new connection has to read the tables' descriptions and plan every statement again: some 30 ms.
        "CONN_MAX_AGE": 3600 if kind == "web" else 0,
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
    }


DATABASES = {"default": _default()}
