"""The door of the programs: calls under /api/ are answered here, before session, cookies and form tokens.

A browser's sign-in is worth nothing here, so no other page can make a browser act; only a token signs in.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import Resolver404, resolve
from django.utils import translation

from qingshan.commons.base.clock import server_clock
from qingshan.interfaces.api.problems import Problem, problem_response

PREFIX = "/api/"
LANGUAGE = "zh-hans"
"""Programs read codes; texts are those of the office."""


class ApiDoor:
    """Answers what begins with ``/api/``; everything else goes on to the pages."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        """Keep the rest of the chain."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer one request."""
        if not request.path_info.startswith(PREFIX):
            return self.get_response(request)
        with translation.override(LANGUAGE):
            response = _answer(request)
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response


def _answer(request: HttpRequest) -> HttpResponseBase:
    from qingshan.interfaces.api.guard import problem_from

    request.now = server_clock()()  # type: ignore[attr-defined]
    head = request.method == "HEAD"
    if head:
        request.method = "GET"
    try:
        match = resolve(request.path_info)
        request.resolver_match = match
        response: HttpResponseBase = match.func(request, *match.args, **match.kwargs)
    except Resolver404:
        return problem_response(Problem(404, "no_address", "没有这个地址"))
    except Exception as error:
        return problem_response(problem_from(error))
    if response.status_code == 405:
        allowed = {"Allow": response.headers.get("Allow", "")}
        return problem_response(Problem(405, "method", "这个地址不支持这种请求方法", headers=allowed))
    if head and isinstance(response, HttpResponse):
        response.headers["Content-Length"] = str(len(response.content))
        response.content = b""
    return response
