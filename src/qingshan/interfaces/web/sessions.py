"""Sessions in the database as Django keeps them; looked up by a statement that is planned once (登录会话)."""

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.models import Session
from django.utils import timezone

from qingshan.commons.base.prepared import Prepared

_BY_KEY = Prepared(
    "web_session",
    ["text", "timestamptz"],
    "SELECT session_key, session_data, expire_date FROM django_session WHERE session_key = $1 AND expire_date > $2",
)


class SessionStore(DatabaseStore):
    """The session of one request."""

    def _get_session_from_db(self) -> Session | None:
        """The stored session; an unknown or expired one is none, and its key is forgotten."""
        found = _BY_KEY.rows(self.session_key, timezone.now())
        if not found:
            self._session_key = None
            return None
        key, data, until = found[0]
        return Session(session_key=key, session_data=data, expire_date=until)
