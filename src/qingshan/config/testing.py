"""Settings of test runs: their own data folder and cluster, cheap password digests, no lock-outs between tests.

Everything else is as in production; the database role is the app's, so row security holds in tests.
"""

import os

from qingshan.config.home import SOURCE_ROOT

os.environ["QINGSHAN_HOME"] = os.environ.get("QINGSHAN_TEST_HOME") or str(SOURCE_ROOT / "var" / "test")
for _name in ("DATABASE_URL", "DATABASE_OWNER_URL", "QINGSHAN_DB_ROLE", "QINGSHAN_PROCESS", "QINGSHAN_HTTPS"):
    os.environ.pop(_name, None)
# The browser tests' driver runs an event loop in the main thread, where Django would refuse plain queries.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

from qingshan.config.settings import *  # noqa: E402, F403 - the environment has to be set first

PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.MD5PasswordHasher",
    # First passwords on slips have a digest of their own.
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AXES_ENABLED = False
