"""Settings of the web server (gunicorn): the program is loaded once and its processes are forked from it.

What most pages need is there before the first request: views, templates, texts. What was loaded is set aside from the
search for garbage, which would else walk over all of it again and again, and the processes share its memory for as
long as none of them writes to it.
"""

from __future__ import annotations

import gc
from typing import Any

preload_app = True
_YOUNG, _OLDER, _OLDEST = 20_000, 20, 20
"""A page makes some ten thousand objects and drops them: garbage is looked for about once a page, not ten times."""
_TEMPLATES = (
    "web/leads/list.html",
    "web/leads/detail.html",
    "web/leads/new.html",
    "web/cases/list.html",
    "web/cases/detail.html",
    "web/workbench/workbench.html",
)


def when_ready(server: Any) -> None:
    """Load what Django itself would load with the first requests, before the processes are forked."""
    from django.conf import settings
    from django.template.loader import get_template
    from django.urls import get_resolver
    from django.utils import translation

    _ = server, get_resolver().url_patterns  # the views come with their addresses
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            translation.gettext("青山")
    for name in _TEMPLATES:
        get_template(name)
    gc.collect()
    gc.freeze()


def post_fork(server: Any, worker: Any) -> None:
    """Look for garbage seldom."""
    _ = server, worker
    gc.set_threshold(_YOUNG, _OLDER, _OLDEST)
