"""Who signs in (认证): by password as Django checks it; the account behind a session by a statement planned once."""

from typing import Any
from uuid import UUID

from django.contrib.auth.backends import ModelBackend

from qingshan.commons.base.prepared import Prepared
from qingshan.commons.people.models import Account

_COLUMNS = tuple(field.attname for field in Account._meta.concrete_fields)  # noqa: SLF001 - the model's description
_BY_ID = Prepared(
    "account_by_id",
    ["uuid"],
    f"SELECT {', '.join(_COLUMNS)} FROM people_account WHERE id = $1",  # noqa: S608 - names of our columns
)


class AccountBackend(ModelBackend):
    """Accounts of this office."""

    def get_user(self, user_id: Any) -> Account | None:
        """The account of a session, asked for by every page; None once it is gone or stopped."""
        found = _BY_ID.rows(user_id if isinstance(user_id, UUID) else UUID(str(user_id)))
        if not found:
            return None
        account = Account.from_db("default", _COLUMNS, found[0])
        return account if self.user_can_authenticate(account) else None
