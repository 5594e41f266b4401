"""Two requests are the same when all their parts are, however the parts are cut; ids of forms are forgotten in time."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from qingshan.commons.base.models import OnceKey
from qingshan.commons.base.once import claim_once
from qingshan.commons.base.tasks import KEPT, forget_old_keys
from qingshan.interfaces.api.repeats import request_digest
from tests.support.making import World


def form(fields: str, **files: bytes) -> Any:
    """A request with a form."""
    uploads = MultiValueDict({name: [SimpleUploadedFile("x", data)] for name, data in files.items()})
    return SimpleNamespace(
        method="POST", get_full_path=lambda: "/api/v1/files", content_type="multipart/form-data",
        POST=QueryDict(fields), FILES=uploads,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (form("a=1%0Ab%3D2"), form("a=1&b=2")),
        (form("a=1&a=2"), form("a=2")),
        (form("a=1", f=b"x"), form("a=1", g=b"x")),
        (form("f=x"), form("", f=b"x")),
    ],
    ids=["line end in a value", "value said twice", "name of the file", "field or file"],
)
def test_requests_that_differ_have_different_digests(one: Any, other: Any) -> None:
    assert request_digest(one) != request_digest(other)
    assert request_digest(one) == request_digest(one)


def test_the_address_does_not_run_into_the_content() -> None:
    def plain(path: str, body: bytes) -> Any:
        return SimpleNamespace(method="POST", get_full_path=lambda: path, content_type="application/json", body=body)

    assert request_digest(plain("/a", b"b\nc")) != request_digest(plain("/a\nb", b"c"))


def test_ids_of_forms_are_forgotten_after_a_month(world: World) -> None:
    old, new = uuid4(), uuid4()
    for key, age in ((old, KEPT + timedelta(minutes=1)), (new, KEPT - timedelta(minutes=1))):
        claim_once(key=key, purpose="试", content={}, account_id=None, now=world.clock.now - age)
    forget_old_keys(timestamp=0)
    assert set(OnceKey.objects.filter(key__in=[old, new]).values_list("key", flat=True)) == {new}
