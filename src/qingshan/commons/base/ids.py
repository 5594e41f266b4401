"""Identifiers: UUIDv7, made where the thing is made, so that every write can be repeated safely."""

from uuid import UUID

import uuid_utils
import uuid_utils.compat


def new_id() -> UUID:
    """Return a new UUIDv7 (time-ordered)."""
    return uuid_utils.compat.uuid7()


def new_id_text() -> str:
    """Return a new UUIDv7 as text, for bulk doors that write nothing but text."""
    return str(uuid_utils.uuid7())
