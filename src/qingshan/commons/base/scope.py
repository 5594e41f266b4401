"""Scope of a transaction (数据范围): what row security lets through until the transaction ends.

Set by the outermost layer only. Without a scope every scoped table looks empty: deny by default.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import connection, transaction

from qingshan.commons.base.prepared import Prepared


def set_scope(
    *,
    prefix: str | None = None,
    units: Iterable[UUID] = (),
    account: UUID | None = None,
    unit: UUID | None = None,
    system: bool = False,
) -> None:
    """Set the scope for the current transaction (SET LOCAL).

    ``prefix``: division code prefix whose matters are visible; ``units``: units whose matters are visible;
    ``account``: owner of uploads not yet attached; ``unit``: the unit he acts for, whose shared tools he sees;
    ``system``: everything, for jobs and the command line.
    """
    _SET.rows(
        prefix or "",
        ",".join(str(u) for u in units),
        str(account or ""),
        "on" if system else "",
        str(unit or ""),
        # A page is one of many at once: helpers of the planner cost it more than they bring.
        "2" if system else "0",
    )


_SET = Prepared(
    "base_set_scope",
    ["text"] * 6,
    "SELECT set_config('qingshan.prefix', $1, true), set_config('qingshan.units', $2, true),"
    " set_config('qingshan.account', $3, true), set_config('qingshan.system', $4, true),"
    " set_config('qingshan.unit', $5, true), set_config('max_parallel_workers_per_gather', $6, true)",
)


@contextmanager
def widened_to_system() -> Iterator[None]:
    """Inside a transaction, see everything for one statement of a service that has checked the right to it.

    In a savepoint of its own: whatever goes wrong inside, the scope of the caller stands again afterwards.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('qingshan.system', true)")
        before = cursor.fetchone()[0] or ""
        cursor.execute("SELECT set_config('qingshan.system', 'on', true)")
        yield
        cursor.execute("SELECT set_config('qingshan.system', %s, true)", [before])


@contextmanager
def system_scope() -> Iterator[None]:
    """One transaction that sees everything: for jobs, the command line and set-up."""
    with transaction.atomic():
        set_scope(system=True)
        yield
