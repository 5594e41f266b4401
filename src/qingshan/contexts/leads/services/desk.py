"""What the desk sees of the county while a call lasts (接听登记): enough to know whether it is known already."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from django.db import transaction

from qingshan.commons.people.viewer import Viewer
from qingshan.commons.places.selectors import county_code
from qingshan.domain.acts import ActRefused
from qingshan.domain.lead import SOURCE_ROLES


@contextmanager
def seeing_county(viewer: Viewer) -> Iterator[Viewer]:
    """Inside, the whole county is read as the yielded viewer; refuses posts that take no calls.

    For looking only, and only for what may be told at the desk: number, place, state. Afterwards, also after a fault,
    the scope is what it was.
    """
    if viewer.roles.isdisjoint(SOURCE_ROLES):
        raise ActRefused("role", "您的职务不登记来电")
    if viewer.sees_county:
        yield viewer
        return
    wide = replace(viewer, prefix=county_code(), unit_ids=())
    with transaction.atomic():
        wide.apply_scope()
        yield wide
        viewer.apply_scope()
