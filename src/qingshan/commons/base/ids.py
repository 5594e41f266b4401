"""Identifiers: UUIDv7, made where the thing is made, so that every write can be repeated safely."""

from uuid import UUID

import uuid_utils.compat


def new_id() -> UUID:
    """Return a new UUIDv7 (time-ordered)."""
    return uuid_utils.compat.uuid7()
