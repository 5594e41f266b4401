"""Searching personal names through keyed digests of their pairs of characters (盲索引).

The database sees neither names nor pairs; without the key (made from the master key) the digests say nothing.
What a digest match finds is decrypted and compared before it counts.
"""

import hmac
from base64 import b32encode
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet

from qingshan.commons.journal.personal import read_personal
from qingshan.commons.search.grams import grams, plain, question

MOST = 200
"""Names that are decrypted for one question."""


@lru_cache(maxsize=1)
def _key(master: bytes) -> bytes:
    return hmac.digest(master, b"qingshan names of search", "sha256")


def token(gram: str) -> str:
    """Keyed digest of one pair: 50 bits, as letters and digits."""
    digest = hmac.digest(_key(settings.QINGSHAN_MASTER_KEY), gram.encode(), "sha256")
    return b32encode(digest[:10]).decode()[:10]


def index_names(*, matter_id: UUID, values: Mapping[UUID, str]) -> None:
    """Make personal values findable: by `PersonalValue` id, the text. Runs in the transaction that stored them."""
    index_many_names({matter_id: values})


def index_many_names(names: Mapping[UUID, Mapping[UUID, str]]) -> None:
    """`index_names` for many matters in one statement: by matter, the texts by `PersonalValue` id."""
    rows = [
        (value_id, matter_id, " ".join(f"'{token(g)}'" for g in grams(plain(text))))
        for matter_id, values in names.items()
        for value_id, text in values.items()
    ]
    if not rows:
        return
    columns: list[Any] = [list(column) for column in zip(*rows, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO search_namegrams (id, matter_id, tokens)"
            " SELECT n.id, n.matter_id, n.tokens::tsvector FROM unnest(%s::uuid[], %s::uuid[], %s::text[])"
            " AS n(id, matter_id, tokens) ON CONFLICT (id) DO NOTHING",
            columns,
        )


def matters_named(text: str, *, within: QuerySet[Any, Any]) -> dict[UUID, str]:
    """Matters one of whose names holds every word of ``text``, with that name.

    ``within``: ids of the matters whose names the asking person may read; no other name is even decrypted.
    """
    asked = question(text)
    if asked is None or min(map(len, asked.words)) < 2:
        return {}
    wanted = " & ".join(f"'{token(g)}'" for word in asked.words for g in sorted(grams(word)) if len(g) == 2)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, matter_id FROM search_namegrams WHERE tokens @@ %s::tsquery ORDER BY id DESC LIMIT %s",
            [wanted, MOST],
        )
        found: list[tuple[UUID, UUID]] = cursor.fetchall()
    allowed = set(within.filter(id__in=[matter_id for _, matter_id in found]).values_list("id", flat=True))
    found = [(value_id, matter_id) for value_id, matter_id in found if matter_id in allowed]
    names = read_personal({value_id for value_id, _ in found})
    return {
        matter_id: names[value_id]
        for value_id, matter_id in found
        if value_id in names and all(word in plain(names[value_id]) for word in asked.words)
    }
