"""Ninja's parser and renderer: the guard has read the body already, strictly; answers are plain UTF-8."""

from typing import Any

from django.http import HttpRequest
from ninja.parser import Parser
from ninja.renderers import JSONRenderer
from ninja.types import DictStrAny


class ReadAlready(Parser):
    """Gives what the guard read."""

    def parse_body(self, request: HttpRequest) -> DictStrAny:
        """The body as read."""
        value: Any = getattr(request, "json", None)
        return value  # type: ignore[no-any-return]


class Utf8Renderer(JSONRenderer):
    """Chinese as it is, not as escapes: a third of the bytes."""

    def __init__(self) -> None:
        self.json_dumps_params = {"ensure_ascii": False, "separators": (",", ":")}
