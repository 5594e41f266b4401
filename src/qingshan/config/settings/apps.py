"""Applications, middleware, templates, static files, tasks."""

from __future__ import annotations

from qingshan.config.environment import process_kind
from qingshan.config.home import home_folder

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.gis",
    "django.contrib.postgres",
    "procrastinate.contrib.django",
    "django_htmx",
    "axes",
    "qingshan.commons.base",
    "qingshan.commons.places",
    "qingshan.commons.people",
    "qingshan.commons.journal",
    "qingshan.commons.inbox",
    "qingshan.commons.files",
    "qingshan.commons.jobs",
    "qingshan.commons.accounts",
    "qingshan.commons.search",
    "qingshan.commons.savedviews",
    "qingshan.commons.tokens",
    "qingshan.commons.assignments",
    "qingshan.commons.image_layers",
    "qingshan.contexts.campaigns",
    "qingshan.contexts.leads",
    "qingshan.contexts.cases",
    "qingshan.contexts.ledgers",
    "qingshan.interfaces.web",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "qingshan.config.csp.ContentSecurityPolicyMiddleware",
    # Answers calls of programs itself: no session, cookie or form token ever takes part in them.
    "qingshan.interfaces.api.door.ApiDoor",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "qingshan.interfaces.web.language.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    # Opens the one transaction of a page with the scope of whoever is signed in.
    "qingshan.interfaces.web.middleware.ScopeMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "qingshan.config.urls"
WSGI_APPLICATION = "qingshan.config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "qingshan.interfaces.web.context.office",
            ],
        },
    },
]

# Static files: the build of frontend/office puts them below interfaces/web/static, names with a digest and compressed
# copies included, so they are served from where they lie; there is no collecting step that could be forgotten.
STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_IMMUTABLE_FILE_TEST = r"^.+[.-][0-9A-Za-z_-]{8,}\.(?:js|css|woff2?|png|svg|webp|json)$"

QINGSHAN_CLOCK = "qingshan.config.clock.now"
QINGSHAN_CLOCK_SETTER = "qingshan.config.clock.set_shift"
"""The server's clock; services are handed it, nobody else asks what time it is."""

QINGSHAN_FILES = home_folder() / "files"
"""Uploads and originals, addressed by digest."""

# Per-process caches would multiply every limit kept in them; nothing is cached until there is a table for it.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}

# Tasks parse foreign files with heavy libraries. Only the worker loads them; everybody else queues them by name.
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "tasks" if process_kind() == "worker" else "loaded_by_the_worker_only"
