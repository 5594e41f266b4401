"""Taking numbers from a series without gaps."""

from django.db import connection


def take_numbers(key: str, count: int = 1) -> range:
    """Take ``count`` consecutive numbers of series ``key``; the row stays locked until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO base_counter (key, value) VALUES (%s, %s)"
            " ON CONFLICT (key) DO UPDATE SET value = base_counter.value + EXCLUDED.value RETURNING value",
            [key, count],
        )
        last = int(cursor.fetchone()[0])
    return range(last - count + 1, last + 1)
