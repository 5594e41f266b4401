"""Reading tokens. Row security shows everybody his own; with a system scope all are there."""

from uuid import UUID

from qingshan.commons.tokens.models import StoredAnswer, Token


def tokens_of(account_id: UUID | None) -> list[Token]:
    """Tokens of one account, newest first."""
    if account_id is None:
        return []
    return list(Token.objects.filter(account_id=account_id).select_related("post__unit").order_by("-id")[:200])


def all_tokens(limit: int = 500) -> list[Token]:
    """Newest tokens of everybody in scope."""
    return list(Token.objects.select_related("post__unit", "account__person").order_by("-id")[:limit])


def stored_answer(*, account_id: UUID, post_id: UUID, key: str) -> StoredAnswer | None:
    """The answer given under a key, or None."""
    return StoredAnswer.objects.filter(account_id=account_id, post_id=post_id, key=key).first()
