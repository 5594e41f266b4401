"""Reading `DATABASE_URL`: which server, which database, as which role."""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from qingshan.config import database_sql
from qingshan.config.cluster_files import PORT, place_of

ROLE_NAMES = {"app": database_sql.APP, "owner": database_sql.OWNER}


class DatabaseUrlError(ValueError):
    """The address of the database cannot be read; the message says what is expected."""


def is_external() -> bool:
    """Tell whether a server of its own is used instead of the private cluster."""
    return bool(os.environ.get("DATABASE_URL"))


def server_settings(role: str) -> dict[str, Any]:
    """Return NAME, HOST, PORT, USER, PASSWORD and OPTIONS for Django, connecting as `app` or `owner`.

    An external server: `DATABASE_OWNER_URL`, when given, serves the owner. A login that is not the wanted role itself
    takes it on with SET ROLE, so one administrator's address is enough for a trial.
    """
    if not is_external():
        place = place_of()
        return {
            "NAME": database_sql.DATABASE,
            "USER": ROLE_NAMES[role],
            "PASSWORD": "",
            "HOST": str(place.sockets),
            "PORT": str(PORT),
            "OPTIONS": {},
        }
    address = os.environ["DATABASE_URL"]
    if role == "owner":
        address = os.environ.get("DATABASE_OWNER_URL") or address
    return _as_role(parse(address), ROLE_NAMES[role])


def parse(address: str) -> dict[str, Any]:
    """Read `postgresql://user:password@host:port/database?sslmode=require`; `?host=/run/postgresql` names a socket."""
    parts = urlsplit(address)
    if parts.scheme not in {"postgres", "postgresql", "postgis"}:
        raise DatabaseUrlError("DATABASE_URL must begin with postgresql://")
    name = unquote(parts.path.lstrip("/"))
    if not name:
        raise DatabaseUrlError("DATABASE_URL names no database: postgresql://user@host/DATABASE")
    options = dict(parse_qsl(parts.query))
    host = options.pop("host", None) or unquote(parts.hostname or "")
    return {
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": options.pop("port", None) or str(parts.port or ""),
        "OPTIONS": options,
    }


def _as_role(server: dict[str, Any], role: str) -> dict[str, Any]:
    """Add SET ROLE unless the login is the role already."""
    if server["USER"] == role:
        return server
    options = dict(server["OPTIONS"])
    options["options"] = " ".join(filter(None, [options.get("options"), f"-c role={role}"]))
    return {**server, "OPTIONS": options}
