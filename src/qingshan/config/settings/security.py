"""Keys, sign-in, cookies, content security."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256

from qingshan.config.environment import flag, number, words
from qingshan.config.home import home_folder, secret

DEBUG = False
SECRET_KEY = secret(home_folder(), "django")
QINGSHAN_MASTER_KEY = sha256(secret(home_folder(), "master").encode()).digest()
"""32 bytes; encrypts personal values. Losing `secrets/master` erases them for good."""

ALLOWED_HOSTS = words("QINGSHAN_HOSTS") or ["localhost", "127.0.0.1", "[::1]"]
_HTTPS = flag("QINGSHAN_HTTPS")
"""Set when a proxy in front ends TLS and sends X-Forwarded-Proto."""
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS] if _HTTPS else []
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if _HTTPS else 0
SESSION_COOKIE_SECURE = _HTTPS
CSRF_COOKIE_SECURE = _HTTPS
QINGSHAN_PRACTICE = flag("QINGSHAN_PRACTICE")
"""This is the practice copy: every page says so."""
QINGSHAN_OTHER_URL = (words("QINGSHAN_REAL_URL" if QINGSHAN_PRACTICE else "QINGSHAN_PRACTICE_URL") or [""])[0]
"""Address of the practice copy, or in it, of the real service."""
# Cookies do not tell ports apart: the two must not sign each other out.
SESSION_COOKIE_NAME = "practice_sessionid" if QINGSHAN_PRACTICE else "sessionid"
CSRF_COOKIE_NAME = "practice_csrftoken" if QINGSHAN_PRACTICE else "csrftoken"
SESSION_ENGINE = "qingshan.interfaces.web.sessions"
SESSION_COOKIE_AGE = 12 * 3600
CSRF_COOKIE_HTTPONLY = True
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000
"""Fields of one form. The columns of a bureau's own form of the ledger, with their words, come to more than Django's
thousand."""

CONTENT_SECURITY_POLICY = {
    "default-src": ["'self'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "img-src": ["'self'", "data:", "blob:"],
    "worker-src": ["'self'", "blob:"],
    "connect-src": ["'self'"],
    "font-src": ["'self'"],
    "object-src": ["'none'"],
    "base-uri": ["'none'"],
    "form-action": ["'self'"],
    "frame-ancestors": ["'none'"],
}

AUTH_USER_MODEL = "people.Account"
LOGIN_URL = "web:sign_in"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "qingshan.commons.accounts.backend.AccountBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "qingshan.commons.accounts.passwords.OfficePasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

QINGSHAN_PASSWORD_DAYS = number("QINGSHAN_PASSWORD_DAYS", 90, least=0)
"""A password older than this must be changed at the next page; 0: never."""
QINGSHAN_IDLE_MINUTES = number("QINGSHAN_IDLE_MINUTES", 30, least=0)
"""A session not used for so long is ended; 0: only after its twelve hours."""
QINGSHAN_RESULT_DAYS = number("QINGSHAN_RESULT_DAYS", 30, least=1)
"""Exported files are deleted after so many days: copies grow stale and lie beside the rights of whoever made them; each
can be made anew. A monthly report is still there when the next one is made."""
QINGSHAN_MFA_ROLES = frozenset(words("QINGSHAN_MFA_ROLES"))
"""Roles that must have a second factor; everybody else may."""

# Five wrong passwords lock the account's sign-in for half an hour.
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=30)
AXES_LOCKOUT_PARAMETERS = ["username"]
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False
AXES_LOCKOUT_CALLABLE = "qingshan.interfaces.web.views.session.locked_out"

SILENCED_SYSTEM_CHECKS = [
    # GDAL older than 3.9 cannot be kept from files and network while it reads hostile input. It never reads any here:
    # foreign files are parsed by the worker with another library, GeoDjango only sees geometry of our own database.
    "gis.W001",
    # Counting per account alone is stricter than the check asks for: no header or address gets round it. Counting per
    # address would lock out a whole office behind one gateway.
    "axes.W006",
]

QINGSHAN_API_RATE = number("QINGSHAN_API_RATE", 600)
"""Calls a personal token may make in a minute."""
QINGSHAN_API_WRONG_TOKENS = number("QINGSHAN_API_WRONG_TOKENS", 30)
"""Calls with wrong tokens that one address may make in a minute before it is told to wait."""
