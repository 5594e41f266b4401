"""Ninja's parser: the guard has read the body already, strictly."""

from typing import Any

from django.http import HttpRequest
from ninja.parser import Parser
from ninja.types import DictStrAny


class ReadAlready(Parser):
    """Gives what the guard read."""

    def parse_body(self, request: HttpRequest) -> DictStrAny:
        """The body as read."""
        value: Any = getattr(request, "json", None)
        return value  # type: ignore[no-any-return]
